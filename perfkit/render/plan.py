"""A plan as a tree with figures, and what EXPLAIN says beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from perfkit.plan.misestimate import Misestimate, misestimates
from perfkit.plan.model import Node, Plan
from perfkit.render.bars import bar
from perfkit.render.blocks import (
    Block,
    Blocks,
    Branch,
    Cell,
    Column,
    Details,
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
from perfkit.render.figures import (
    Figures,
    blocks_text,
    counted,
    digits_for,
    estimate_text,
    figures,
    number,
    rows_number,
)
from perfkit.render.node import buffers_text, details, extra_text, label, notes
from perfkit.render.outline import Fold, Item, Line, Omitted, nodes_of, outline
from perfkit.render.totals import totals_blocks
from perfkit.units import format_bytes, format_ms, format_percent

HEAVY_SHARE = 0.25
"""A node that takes a quarter of the time is where to look first."""

MOST_DETAILED = 100
DETAILED_SHARE = 0.01
"""In a larger plan only nodes that took a hundredth of the time keep their details: a page of a megabyte is no help."""

_LARGE_RESIDUAL_SHARE = 0.02
"""Less is lost in the rounding of the times that EXPLAIN prints."""

_MANY_FOLDED = 50
"""Fewer are counted at a glance in their own line."""

_HALF_BORN = 0.5
"""An error of which less is born at the node was already there below it: the column alone would mislead."""

_MOST_MEMBERS = 12
"""Folded siblings named one by one in the details, heaviest first."""


class _Measure(NamedTuple):
    title: str
    note: str
    value: Callable[[Figures], float | None]
    show: Callable[[float], Text]
    gives_way: bool = False


def plan_blocks(plan: Plan, untimed_ms: Sequence[float] = ()) -> Blocks:
    """Summary, tree, and what stands beside the tree. ``untimed_ms`` are samples taken with TIMING OFF."""
    return (Paragraph(text=summary(plan)), *totals_blocks(plan, untimed_ms), *tree_blocks(plan))


def tree_blocks(plan: Plan) -> Blocks:
    """The tree with what stands beside it, and how much of it is folded."""
    lines = outline(plan)
    return (*_folded(lines), tree(plan, lines), *_beside(plan))


def summary(plan: Plan) -> Text:
    """Times, blocks and rows of the whole plan in one line."""
    root, parts = plan.root, []
    if not plan.is_analyzed:
        parts.append(text(Span("not executed", "strong"), ": the figures are the planner's estimates"))
        if root.estimate:
            parts.append(text(f"cost {root.estimate.total_cost:,.2f}"))
    if plan.total_ms is not None:
        parts.append(text(Span(format_ms(plan.total_ms), "strong"), " execution"))
    if plan.planning_ms is not None:
        parts.append(text(f"{format_ms(plan.planning_ms)} planning"))
    if root.total_rows is not None:
        parts.append(text(counted(root.total_rows, "row")))
    if root.buffers and plan.is_analyzed:
        read = f", {root.buffers.shared_read:,} of them read" if root.buffers.shared_read else ""
        parts.append(text(f"{blocks_text(root.buffers.shared)} shared blocks{read}"))
        if root.buffers.temp:
            parts.append(text(Span(f"{blocks_text(root.buffers.temp)} temp blocks", "warn")))
    return joined(parts)


def tree(plan: Plan, lines: Sequence[Line] | None = None) -> Table:
    """The outline of the plan, one node a row, with every column that has something to say."""
    lines = outline(plan) if lines is None else lines
    births = {one.node.number: one for one in misestimates(plan)}
    measured = [figures(line.item) for line in lines]
    whole_ms = plan.root.total_ms
    measures = [
        measure
        for measure in _measures(plan, measured)
        if any(measure.value(one) for one in measured) or (measure.title == "rows" and plan.is_analyzed)
    ]
    has_share = bool(whole_ms) and any(measure.title == "self ms" for measure in measures)
    columns = [Column(title="#", align="right", note="number of the node, depth first"), Column(title="node")]
    if has_share:
        columns.append(
            Column(title="share", align="right", note="of the plan's time spent in the node itself")
        )
        columns.append(Column(title="", gives_way=True))
    columns.extend(
        Column(title=one.title, align="right", note=one.note, gives_way=one.gives_way) for one in measures
    )
    rows = []
    for line, one in zip(lines, measured, strict=True):
        share = one.self_ms / whole_ms if whole_ms and one.self_ms is not None else None
        is_detailed = len(lines) <= MOST_DETAILED or (share or 0.0) >= DETAILED_SHARE
        cells: list[Cell] = [text(Span(_number(line.item), "muted")), _branch(line, is_detailed, births)]
        if has_share:
            cells.extend([_share(share), text(bar(share))])
        for measure in measures:
            value = measure.value(one)
            cells.append(() if value is None else measure.show(value))
        is_quiet = isinstance(line.item, Omitted) or all(node.never_executed for node in _heads(line.item))
        rows.append(Row(cells=tuple(cells), tone="muted" if is_quiet else "plain"))
    return Table(columns=tuple(columns), rows=tuple(rows), kind="plan")


def _measures(plan: Plan, measured: list[Figures]) -> list[_Measure]:
    ms = digits_for(one.total_ms for one in measured)
    whole_ms = plan.root.total_ms or 0.0
    has_loops = any((one.loops or 0) > 1 for one in measured)

    def self_ms(value: float) -> Text:
        return text(Span(number(value, ms), "strong" if value > HEAVY_SHARE * whole_ms else "plain"))

    def count(value: float) -> Text:
        return text(number(value) if value else Span("0", "muted"))

    planned = [
        _Measure("cost", "the planner's total cost", lambda one: one.cost, lambda v: text(number(v, 2))),
        _Measure("rows", "expected", lambda one: one.planned_rows, lambda v: text(rows_number(v))),
        _Measure("width", "expected bytes of a row", lambda one: one.width, lambda v: text(number(v))),
    ]
    if not plan.is_analyzed:
        return planned
    return [
        _Measure("self ms", "wall time in the node itself, all loops", lambda one: one.self_ms, self_ms),
        _Measure("total ms", "with all nodes below", lambda one: one.total_ms, lambda v: text(number(v, ms))),
        _Measure("rows", "produced over all loops", lambda one: one.rows, lambda v: text(rows_number(v))),
        _Measure(
            "planned",
            "rows expected over all loops",
            lambda one: one.planned_rows,
            lambda v: text(rows_number(v)),
            gives_way=True,
        ),
        _Measure("estimate", "actual rows against planned rows", lambda one: one.factor, estimate_text),
        _Measure("loops", "executions", lambda one: one.loops if has_loops else None, count),
        _Measure("removed", "rows read and thrown away, all loops", lambda one: one.removed, count),
        _Measure("hit", "shared blocks from the cache, the node itself", lambda one: one.hit_blocks, count),
        _Measure(
            "read", "shared blocks from outside it, the node itself", lambda one: one.read_blocks, count
        ),
        _Measure("temp", "temp blocks read and written, the node itself", lambda one: one.temp_blocks, count),
    ]


def _share(share: float | None) -> Text:
    if share is None:
        return ()
    return text(Span(format_percent(share), "plain" if share >= 0.01 else "muted"))


def _branch(line: Line, is_detailed: bool, births: Mapping[int, Misestimate]) -> Branch:
    item = line.item
    if isinstance(item, Fold):
        return Branch(
            guide=line.guide,
            under=line.under,
            label=_fold_label(item),
            notes=_fold_notes(item),
            details=_members(item),
        )
    if isinstance(item, Omitted):
        hidden = sum(1 for node in item.nodes for _ in node.walk())
        return Branch(guide=line.guide, under=line.under, label=text(f"… {hidden:,} more nodes not shown"))
    return Branch(
        guide=line.guide,
        under=line.under,
        label=label(item),
        notes=(*notes(item), *_birth(births.get(item.number))),
        details=details(item) if is_detailed else (),
    )


def _birth(birth: Misestimate | None) -> tuple[Text, ...]:
    """The remark at the node where a wrong row count begins; the nodes above only inherit it."""
    if birth is None:
        return ()
    if birth.times < _HALF_BORN * max(birth.factor, 1 / birth.factor):
        return (text("the estimate goes wrong here by another ", *estimate_text(birth.born_factor)),)
    return (text("the estimate goes wrong here"),)


def _folded(lines: Sequence[Line]) -> Blocks:
    """What a reader does not see line by line, said before the tree."""
    folds = [line.item for line in lines if isinstance(line.item, Fold)]
    hidden = [line.item for line in lines if isinstance(line.item, Omitted)]
    if not hidden and sum(len(fold.members) for fold in folds) < _MANY_FOLDED:
        return ()
    folded, left_out = (sum(1 for item in items for _ in nodes_of(item)) for items in (folds, hidden))
    shown = sum(isinstance(line.item, Node) for line in lines)
    parts = [text(f"{shown + folded + left_out:,} nodes: {shown:,} shown")]
    if folded:
        parts.append(
            text(f"{folded:,} folded into {counted(len(folds), 'line')} of siblings that do the same")
        )
    if left_out:
        parts.append(text(f"{left_out:,} that took least left out"))
    return (Paragraph(text=joined(parts, ", ")),)


def _number(item: Item) -> str:
    if isinstance(item, Node):
        return str(item.number)
    return f"{item.members[0].number} …" if isinstance(item, Fold) else ""


def _heads(item: Item) -> tuple[Node, ...]:
    return (item,) if isinstance(item, Node) else item.members if isinstance(item, Fold) else item.nodes


def _fold_label(fold: Fold) -> Text:
    first, last = fold.members[0], fold.members[-1]
    spans = [Span(f"{len(fold.members):,} × ", "strong"), Span(_kind(first))]
    names = (first.relation or first.label, last.relation or last.label)
    if names[0] != names[1]:
        spans.append(Span(f" on {names[0]} … {names[1]}"))
    if first.never_executed:
        spans.append(Span("  never executed", "muted"))
    return tuple(spans)


def _kind(node: Node) -> str:
    return f"Parallel {node.node_type}" if node.is_parallel else node.node_type


def _fold_notes(fold: Fold) -> tuple[Text, ...]:
    times = sorted(
        (node.total_ms, node.number, node.relation or "")
        for node in fold.members
        if node.total_ms is not None and not node.never_executed
    )
    if not times:
        return ()
    heaviest = times[-1]
    return (
        text(
            f"each {format_ms(times[0][0])} to {format_ms(heaviest[0])}, longest: node {heaviest[1]} {heaviest[2]}".rstrip()
        ),
    )


def _members(fold: Fold) -> Blocks:
    ranked = sorted(fold.members, key=lambda node: -(node.total_ms or 0.0))
    pairs = tuple(
        (
            f"node {node.number}",
            joined(
                [
                    text(node.label),
                    text(format_ms(node.total_ms)),
                    text(counted(node.total_rows, "row")),
                ]
            ),
        )
        for node in ranked[:_MOST_MEMBERS]
    )
    rest = len(ranked) - len(pairs)
    more = (
        (paragraph(f"and {rest:,} more, each of at most {format_ms(ranked[len(pairs)].total_ms)}"),)
        if rest
        else ()
    )
    return (Facts(pairs=pairs), *more)


def _extra(value: object) -> str:
    """A group the model could not take whole: what of it is not zero."""
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {extra_text(one)}" for key, one in value.items() if one) or "–"
    return extra_text(value)


def _beside(plan: Plan) -> tuple[Block, ...]:
    shown: list[Block] = []
    for trigger in plan.triggers:
        name = trigger.constraint or trigger.name
        where = f" on {trigger.relation}" if trigger.relation else ""
        shown.append(
            paragraph(f"Trigger {name}{where}: {format_ms(trigger.total_ms)} in {trigger.calls:,} calls")
        )
    if plan.jit:
        timing = ", ".join(f"{name} {format_ms(spent)}" for name, spent in plan.jit.timing.items())
        shown.append(
            paragraph(
                f"JIT: {plan.jit.functions:,} functions, {format_ms(plan.jit.total_ms)}",
                Span(f" ({timing})" if timing else "", "muted"),
            )
        )
    if plan.serialization:
        cost = plan.serialization
        shown.append(
            paragraph(
                f"Serialization ({cost.format}): {format_ms(cost.time_ms)}, {format_bytes(cost.output_kb * 1024)}"
            )
        )
    residual, whole = plan.residual_ms, plan.root.total_ms
    if residual is not None and whole and abs(residual) > _LARGE_RESIDUAL_SHARE * whole:
        shown.append(
            paragraph(
                Span(f"{format_ms(residual)} cannot be given to one node", "warn"),
                ": subplans and workers overlap in time",
            )
        )
    pairs = []
    if plan.planning_buffers and buffers_text(plan.planning_buffers):
        pairs.append(("planning buffers", text(buffers_text(plan.planning_buffers))))
    if plan.planning_memory_bytes is not None:
        pairs.append(("planning memory", text(format_bytes(plan.planning_memory_bytes))))
    pairs.extend((name, text(Span(value, "code"))) for name, value in plan.settings.items())
    pairs.extend((str(name), text(_extra(value))) for name, value in plan.extra.items())
    if pairs:
        shown.append(
            Details(
                summary=text(Span("planning and planner settings", "muted")),
                blocks=(Facts(pairs=tuple(pairs)),),
            )
        )
    return tuple(shown)
