"""Two plans compared: what happened to each node, and what it cost, in a table that adds up to the whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from perfkit.plan.edits import Kept
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
    joined,
    paragraph,
    text,
)
from perfkit.render.diff_lines import DiffLine, lines
from perfkit.render.diff_words import KINDS, MARKS, change, delta, label, mark, notes
from perfkit.render.figures import blocks_text, digits_for, number, rows_number, total
from perfkit.render.outline import DEEPEST_GUIDE
from perfkit.units import format_count, format_ms, format_ratio

if TYPE_CHECKING:
    from perfkit.plan.diff import PlanDiff, Total


def diff_blocks(diff: PlanDiff) -> Blocks:
    """Totals, what happened, the table, and settings that may be the cause."""
    return (*counts_blocks(diff), totals_table(diff), table(diff), *settings_blocks(diff))


def counts_blocks(diff: PlanDiff) -> Blocks:
    """How many nodes met which fate, in a line; whether there is anything but estimates to compare."""
    is_executed = diff.before.is_analyzed or diff.after.is_analyzed
    bare = paragraph(Span("not executed", "strong"), ": shapes and estimates are compared")
    return (*(() if is_executed else (bare,)), Paragraph(text=_counts(diff)))


def settings_blocks(diff: PlanDiff) -> Blocks:
    """Planner settings that EXPLAIN lists for one plan otherwise than for the other."""
    if not diff.settings:
        return ()
    lead = (
        "Planner settings that differ, a possible cause; – where EXPLAIN lists none, as it does of defaults:"
    )
    blocks: list[Block] = [paragraph(Span(lead, "muted"))]
    blocks.append(Facts(pairs=tuple((one.field, change(one)) for one in diff.settings)))
    return tuple(blocks)


def totals_table(diff: PlanDiff) -> Table:
    """The figures of both plans as a whole, and by how much they moved."""
    totals = diff.totals
    columns = (
        Column(title="whole plan"),
        Column(title="before", align="right"),
        Column(title="after", align="right"),
        Column(title="ratio", align="right", note="after divided by before"),
    )
    figures: tuple[tuple[str, Total, Callable[[float | None], str]], ...] = (
        ("execution", totals.execution_ms if totals.execution_ms.delta is not None else totals.ms, format_ms),
        ("planning", totals.planning_ms, format_ms),
        ("shared blocks", totals.shared_blocks, blocks_text),
        ("temp blocks", totals.temp_blocks, blocks_text),
        ("rows", totals.rows, format_count),
        ("rows thrown away", totals.rows_removed, format_count),
        ("planner's cost", totals.cost, lambda given: number(given, 2)),
    )
    rows = tuple(
        Row(
            cells=(
                text(Span(what, "muted")),
                text(show(one.before)),
                text(Span(show(one.after), "strong")),
                text("same" if one.delta == 0 else format_ratio(one.ratio) if one.ratio else "–"),
            )
        )
        for what, one, show in figures
        if one.before or one.after
    )
    return Table(columns=columns, rows=rows, kind="totals")


def _counts(diff: PlanDiff) -> Text:
    parts = []
    for kind, (word, tone) in MARKS.items():
        count = sum(type(edit) is kind for edit in diff.edits)
        if count:
            sign, name = word.split(" ", 1)
            parts.append(
                text(Span(f"{sign} {count:,} {name}", "plain" if kind is Kept else tone, badge=True))
            )
    named = [kind for edit in diff.edits for kind in edit.kinds]
    told = [(one, named.count(one)) for one in KINDS if one in named]
    if told:
        words = ", ".join(f"{count:,} {one.replace('-', ' ')}" for one, count in told)
        parts.append(text(Span(f"among them {words}", "muted")))
    if diff.is_same_shape:
        parts.append(text("the same shape"))
    return joined(parts, "  ")


def table(diff: PlanDiff) -> Table:
    """One line for each edit, or for siblings of which the same is to be said, with the figures of both plans."""
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
    for line in lines(diff):
        cells = _place(line)
        if has_ms:
            cells.extend(_ms_cells(diff, line, ms))
        if has_blocks:
            cells.extend(_blocks_cells(diff, line))
        cells.extend(_counted_cells(line, is_analyzed))
        tone = "plain" if line.is_omitted else MARKS[type(line.edit)][1]
        rows.append(Row(cells=tuple(cells), tone=tone if tone in ("good", "bad") else "plain"))
    rows.extend(_sums(diff, has_ms, has_blocks, ms))
    return Table(columns=tuple(columns), rows=tuple(rows), kind="diff")


def _columns(what: str, note: str) -> list[Column]:
    return [
        Column(title=f"{what} before", align="right", note=note),
        Column(title="after", align="right", note=note),
        Column(title="Δ", align="right", note="after less before; the column adds up to the last line"),
    ]


def _place(line: DiffLine) -> list[Cell]:
    guide = indent(line.depth)
    if line.is_omitted:
        return [(), (), (), Branch(guide=guide, under=guide, label=label(line))]
    edit, more = line.edit, " …" if line.heads else ""
    return [
        text(mark(edit)),
        text(Span(f"{edit.before.number}{more}" if edit.before else "", "muted")),
        text(Span(f"{edit.after.number}{more}" if edit.after else "", "muted")),
        Branch(
            guide=guide,
            under=guide + "  ",
            label=label(line),
            notes=() if line.heads else notes(edit),
        ),
    ]


def indent(depth: int, step: str = "   ") -> str:
    """What leads a line of a level of the tree; deep ones state their level instead."""
    if depth <= DEEPEST_GUIDE:
        return step * depth
    return step * DEEPEST_GUIDE + f"⋯ level {depth + 1} "


def _ms_cells(diff: PlanDiff, line: DiffLine, digits: int) -> list[Text]:
    before = total(pair.before.exclusive_ms for pair in line.pairs if pair.before)
    after = total(pair.after.exclusive_ms for pair in line.pairs if pair.after)
    moved = total(pair.exclusive_ms_delta for pair in line.pairs)
    return [text(number(before, digits)), text(number(after, digits)), delta(moved, digits, diff.totals.ms)]


def _blocks_cells(diff: PlanDiff, line: DiffLine) -> list[Text]:
    before = total(pair.before.exclusive_shared_blocks for pair in line.pairs if pair.before)
    after = total(pair.after.exclusive_shared_blocks for pair in line.pairs if pair.after)
    moved = total(pair.exclusive_shared_blocks_delta for pair in line.pairs)
    return [text(number(before)), text(number(after)), delta(moved, 0, diff.totals.shared_blocks)]


def _counted_cells(line: DiffLine, is_analyzed: bool) -> list[Text]:
    if line.is_omitted:
        return [(), ()]
    heads = line.heads or (line.edit,)
    return [
        text(_counted([edit.before for edit in heads], is_analyzed)),
        text(_counted([edit.after for edit in heads], is_analyzed)),
    ]


def _counted(nodes: list[Node | None], is_analyzed: bool) -> str:
    known = [node for node in nodes if node is not None]
    if is_analyzed:
        return rows_number(total(node.total_rows for node in known))
    return number(total(node.estimate.total_cost for node in known if node.estimate), 2)


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
        cells.extend([(), (), delta(lost_ms, digits, times)] if has_ms else [])
        cells.extend([(), (), delta(lost_blocks, 0, blocks)] if has_blocks else [])
        rows.append(Row(cells=(*cells, (), ()), tone="plain"))
    whole: list[Cell] = [(), (), (), text(Span("whole plan", "strong"))]
    if has_ms:
        whole.extend(
            [
                text(Span(number(times.before, digits), "strong")),
                text(Span(number(times.after, digits), "strong")),
                delta(times.delta, digits, times),
            ]
        )
    if has_blocks:
        whole.extend(
            [
                text(Span(number(blocks.before), "strong")),
                text(Span(number(blocks.after), "strong")),
                delta(blocks.delta, 0, blocks),
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
