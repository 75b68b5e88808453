"""Two plans compared: what happened to each node, and what it cost, in a table that adds up to the whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from perfkit.plan.edits import Changed, Difference, Edit, Inserted, Kept, Moved, Removed
from perfkit.plan.model import Node
from perfkit.render.blocks import (
    Block,
    Blocks,
    Branch,
    Cell,
    Column,
    Facts,
    Paragraph,
    Row,
    Span,
    Table,
    Text,
    Tone,
    joined,
    paragraph,
    text,
)
from perfkit.render.escape import one_line, shortened
from perfkit.render.figures import blocks_text, counted, digits_for, number, rows_number, total
from perfkit.render.outline import DEEPEST_GUIDE, MOST_LINES
from perfkit.units import format_count, format_ms, format_ratio

if TYPE_CHECKING:
    from perfkit.plan.diff import Pair, PlanDiff, Total

_MARKS: dict[type, tuple[str, Tone]] = {
    Kept: ("= kept", "muted"),
    Changed: ("~ changed", "warn"),
    Moved: ("↕ moved", "warn"),
    Inserted: ("+ inserted", "good"),
    Removed: ("− removed", "bad"),
}
_CLEAR_SHARE = 0.05
"""A node's difference below a twentieth of the larger plan is not worth a colour."""

_CLEAR_FACTOR = 2
"""Estimates that moved by less lead to no other plan."""

_SHOWN_BY_LABEL = frozenset(
    {"node_type", "index", "relation", "join_type", "is_parallel", "scan_direction", "strategy", "partial_mode", "cte", "function", "operation", "command"}
)  # fmt: skip
"""Differences that can be read from the two labels."""

_VALUE_LENGTH = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """One row: an edit with its pair, or several that were left out, summed up."""

    edits: tuple[Edit, ...]
    pairs: tuple[Pair, ...]


def diff_blocks(diff: PlanDiff) -> Blocks:
    """Totals, what happened, the table, and settings that may be the cause."""
    blocks: list[Block] = [Paragraph(text=_totals(diff)), Paragraph(text=_counts(diff))]
    blocks.append(_table(diff))
    if diff.settings:
        blocks.append(paragraph(Span("Planner settings that differ, a possible cause:", "muted")))
        blocks.append(Facts(pairs=tuple((one.field, _change(one)) for one in diff.settings)))
    return tuple(blocks)


def _totals(diff: PlanDiff) -> Text:
    totals = diff.totals
    times = totals.execution_ms if totals.execution_ms.delta is not None else totals.ms
    parts = [
        _total(total, show, what)
        for total, show, what in (
            (times, format_ms, "execution"),
            (totals.shared_blocks, blocks_text, "shared blocks"),
            (totals.temp_blocks, blocks_text, "temp blocks"),
            (totals.rows, format_count, "rows"),
        )
        if total.before or total.after
    ]
    if not parts:
        parts = [text(Span("not executed", "strong"), ": shapes and estimates are compared")]
    return joined(parts)


def _total(total: Total, show: Callable[[float | None], str], what: str) -> Text:
    ratio = f" ({format_ratio(total.ratio)})" if total.ratio and total.ratio != 1 else ""
    return text(
        show(total.before), Span(" → ", "muted"), Span(show(total.after), "strong"), f" {what}{ratio}"
    )


def _counts(diff: PlanDiff) -> Text:
    parts = []
    for kind, (mark, tone) in _MARKS.items():
        count = sum(type(edit) is kind for edit in diff.edits)
        if count:
            sign, word = mark.split(" ", 1)
            parts.append(
                text(Span(f"{sign} {count:,} {word}", "plain" if kind is Kept else tone, badge=True))
            )
    if diff.is_same_shape:
        parts.append(text("the same shape"))
    return joined(parts, "  ")


def _table(diff: PlanDiff) -> Table:
    lines = _lines(diff)
    depths = _depths(diff.before.root) | _depths(diff.after.root)
    is_analyzed = diff.before.is_analyzed or diff.after.is_analyzed
    ms = digits_for([diff.totals.ms.before, diff.totals.ms.after])
    has_ms = diff.totals.ms.delta is not None
    has_blocks = diff.totals.shared_blocks.delta is not None
    columns = [
        Column(title="", note="what happened to the node"),
        Column(title="#", align="right", note="number of the node in the plan before"),
        Column(title="#", align="right", note="number of the node in the plan after"),
        Column(title="node"),
    ]
    if has_ms:
        columns.extend(_columns("self ms", "wall time in the node itself"))
    if has_blocks:
        columns.extend(_columns("blocks", "shared blocks of the node itself"))
    columns.extend(_columns("rows" if is_analyzed else "cost", "over all loops" if is_analyzed else "")[:2])
    rows = []
    for line in lines:
        cells = _place(line, depths)
        if has_ms:
            cells.extend(_ms_cells(diff, line, ms))
        if has_blocks:
            cells.extend(_blocks_cells(diff, line))
        cells.extend(_counted_cells(line, is_analyzed))
        quiet = all(isinstance(edit, Kept) for edit in line.edits)
        tone = "plain" if quiet or len(line.edits) > 1 else _MARKS[type(line.edits[0])][1]
        rows.append(Row(cells=tuple(cells), tone=tone if tone in ("good", "bad") else "plain"))
    rows.extend(_sums(diff, has_ms, has_blocks, ms))
    return Table(columns=tuple(columns), rows=tuple(rows), kind="diff")


def _columns(what: str, note: str) -> list[Column]:
    return [
        Column(title=f"{what} before", align="right", note=note),
        Column(title="after", align="right", note=note),
        Column(title="Δ", align="right", note="after less before; the column adds up to the last line"),
    ]


def _place(line: _Line, depths: dict[int, int]) -> list[Cell]:
    if len(line.edits) > 1:
        hidden = counted(len(line.edits), "more line")
        return [(), (), (), text(Span(f"… {hidden} not shown", "muted"))]
    edit = line.edits[0]
    mark, tone = _MARKS[type(edit)]
    node = edit.after or edit.before
    assert node is not None
    depth = depths.get(id(node), 0)
    guide = "   " * depth if depth <= DEEPEST_GUIDE else "   " * DEEPEST_GUIDE + f"⋯ level {depth + 1} "
    return [
        text(Span(mark, tone)),
        text(Span(str(edit.before.number) if edit.before else "", "muted")),
        text(Span(str(edit.after.number) if edit.after else "", "muted")),
        Branch(guide=guide, under=guide + "  ", label=_label(edit), notes=_notes(edit)),
    ]


def _label(edit: Edit) -> Text:
    node = edit.after or edit.before
    return text(node.label if node else "")


def _notes(edit: Edit) -> tuple[Text, ...]:
    if isinstance(edit, Inserted | Removed):
        return ()
    was = [] if edit.before.label == edit.after.label else [text(f"was {edit.before.label}")]
    told: list[Difference] = []
    if not isinstance(edit, Kept):
        told.extend(one for one in edit.differences if one.field not in _SHOWN_BY_LABEL)
    told.extend(one for one in edit.figures if one.field == "planned_rows" and _is_clear(one))
    return (*was, *((Span(f"{one.field.replace('_', ' ')}: "), *_change(one)) for one in told))


def _change(one: Difference) -> Text:
    return text(Span(_value(one.before), "code"), Span(" → ", "muted"), Span(_value(one.after), "code"))


def _value(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return format_count(value)
    said = ", ".join(str(item) for item in value) if isinstance(value, tuple) else str(value)
    return shortened(one_line(said), _VALUE_LENGTH)


def _is_clear(one: Difference) -> bool:
    if not isinstance(one.before, int | float) or not isinstance(one.after, int | float):
        return False
    low, high = sorted((max(one.before, 1.0), max(one.after, 1.0)))
    return high >= _CLEAR_FACTOR * low


def _ms_cells(diff: PlanDiff, line: _Line, digits: int) -> list[Text]:
    before = total(pair.before.exclusive_ms for pair in line.pairs if pair.before)
    after = total(pair.after.exclusive_ms for pair in line.pairs if pair.after)
    delta = total(pair.exclusive_ms_delta for pair in line.pairs)
    return [
        text(number(before, digits)),
        text(number(after, digits)),
        _delta(delta, digits, diff.totals.ms),
    ]


def _blocks_cells(diff: PlanDiff, line: _Line) -> list[Text]:
    before = total(pair.before.exclusive_shared_blocks for pair in line.pairs if pair.before)
    after = total(pair.after.exclusive_shared_blocks for pair in line.pairs if pair.after)
    delta = total(pair.exclusive_shared_blocks_delta for pair in line.pairs)
    return [text(number(before)), text(number(after)), _delta(delta, 0, diff.totals.shared_blocks)]


def _counted_cells(line: _Line, is_analyzed: bool) -> list[Text]:
    if len(line.pairs) > 1:
        return [(), ()]
    pair = line.pairs[0]
    return [text(_counted(node, is_analyzed)) for node in (pair.before, pair.after)]


def _counted(node: Node | None, is_analyzed: bool) -> str:
    if node is None:
        return ""
    if is_analyzed:
        return rows_number(node.total_rows)
    return number(node.estimate.total_cost, 2) if node.estimate else ""


def _delta(value: float | None, digits: int, whole: Total) -> Text:
    """A signed difference, coloured where it matters to the whole."""
    if value is None:
        return ()
    rounded = round(value, digits)
    if not rounded:
        return text(Span("0", "muted"))
    large = max(whole.before or 0.0, whole.after or 0.0)
    tone: Tone = "plain"
    if abs(value) >= _CLEAR_SHARE * large:
        tone = "bad" if value > 0 else "good"
    return text(Span(f"{'+' if value > 0 else '−'}{abs(rounded):,.{digits}f}", tone))


def _sums(diff: PlanDiff, has_ms: bool, has_blocks: bool, digits: int) -> list[Row]:
    """What no node accounts for, and the whole: together with the lines above they add up."""
    if not has_ms and not has_blocks:
        return []
    times, blocks = diff.totals.ms, diff.totals.shared_blocks
    rows = []
    lost_ms = round(diff.residual_ms_delta or 0.0, digits)
    lost_blocks = diff.residual_shared_blocks_delta or 0
    if lost_ms or lost_blocks:
        cells: list[Cell] = [(), (), (), text(Span("given to no single node", "muted"))]
        cells.extend([(), (), _delta(lost_ms, digits, times)] if has_ms else [])
        cells.extend([(), (), _delta(lost_blocks, 0, blocks)] if has_blocks else [])
        rows.append(Row(cells=(*cells, (), ()), tone="plain"))
    whole: list[Cell] = [(), (), (), text(Span("whole plan", "strong"))]
    if has_ms:
        whole.extend(
            [
                text(Span(number(times.before, digits), "strong")),
                text(Span(number(times.after, digits), "strong")),
                _delta(times.delta, digits, times),
            ]
        )
    if has_blocks:
        whole.extend(
            [
                text(Span(number(blocks.before), "strong")),
                text(Span(number(blocks.after), "strong")),
                _delta(blocks.delta, 0, blocks),
            ]
        )
    rows.append(
        Row(
            cells=(
                *whole,
                text(rows_number(diff.totals.rows.before)),
                text(rows_number(diff.totals.rows.after)),
            )
        )
    )
    return rows


def _lines(diff: PlanDiff) -> list[_Line]:
    """All edits, or the weightiest with runs of the others summed up, so that the table still adds up."""
    both = list(zip(diff.edits, diff.pairs, strict=True))
    if len(both) <= MOST_LINES:
        return [_Line(edits=(edit,), pairs=(pair,)) for edit, pair in both]
    ranked = sorted(range(len(both)), key=lambda place: _rank(*both[place]), reverse=True)
    shown = set(ranked[: MOST_LINES // 2])
    lines: list[_Line] = []
    run: list[tuple[Edit, Pair]] = []
    for place, one in enumerate(both):
        if place in shown:
            lines.extend(_run(run))
            run = []
            lines.append(_Line(edits=(one[0],), pairs=(one[1],)))
        else:
            run.append(one)
    return [*lines, *_run(run)]


def _run(run: Sequence[tuple[Edit, Pair]]) -> list[_Line]:
    if not run:
        return []
    return [_Line(edits=tuple(edit for edit, _ in run), pairs=tuple(pair for _, pair in run))]


def _rank(edit: Edit, pair: Pair) -> tuple[float, float, bool]:
    return (
        abs(pair.exclusive_ms_delta or 0.0),
        abs(pair.exclusive_shared_blocks_delta or 0),
        not isinstance(edit, Kept),
    )


def _depths(root: Node) -> dict[int, int]:
    depths = {id(root): 0}
    for node in root.walk():
        for child in node.children:
            depths[id(child)] = depths[id(node)] + 1
    return depths
