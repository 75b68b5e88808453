"""Index advice as it is read: the verdict, each index with its price, the statements, the frontier, one script."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perfkit.render.advice import advice_panel
from perfkit.render.blocks import (
    Block,
    Blocks,
    Code,
    Column,
    Details,
    Facts,
    Heading,
    Row,
    Span,
    Table,
    Text,
    Tone,
    paragraph,
    text,
)
from perfkit.render.capture import notes_blocks
from perfkit.render.environment import environment_blocks
from perfkit.render.escape import shortened
from perfkit.units import format_bytes, format_count, format_ms, format_percent

if TYPE_CHECKING:
    from perfkit.advise.selection.answer import FrontierPoint, QueryEffect
    from perfkit.index_advice import IndexAdvice

_MARKS: dict[str, tuple[str, Tone]] = {
    "improves": ("✓ faster", "good"),
    "neutral": ("≈ as before", "plain"),
    "harms": ("✗ slower", "bad"),
    "inconclusive": ("? too noisy to tell", "warn"),
    "planned": ("planned only", "plain"),
    "unchanged": ("same plan", "plain"),
}
_SQL_LENGTH = 90
_BAR = "█"
_BAR_LENGTH = 24


def index_advice_blocks(found: IndexAdvice) -> Blocks:
    """Everything, under headings."""
    blocks: list[Block] = [
        Heading(text="Verdict"),
        paragraph(Span(found.verdict, "strong")),
        Facts(pairs=_facts(found)),
        Heading(text="Indexes"),
    ]
    blocks += [advice_panel(one) for one in found.advice] or [paragraph("None.")]
    if found.rejected:
        blocks.append(Heading(text="Refused"))
        blocks.append(_refused(found))
    blocks.append(Heading(text="Statements"))
    blocks.append(_queries(found.queries))
    blocks.append(Heading(text="What each size buys"))
    blocks.append(_frontier(found.frontier))
    if found.migration:
        blocks.append(Heading(text="All of it, safe on a busy server"))
        blocks.append(Code(text=found.migration))
        blocks.append(Details(summary=text("the way back"), blocks=(Code(text=found.undo),)))
    blocks.append(Heading(text="Environment"))
    blocks += [*environment_blocks(found.environment), *notes_blocks(found.notes)]
    return tuple(blocks)


def _facts(found: IndexAdvice) -> tuple[tuple[str, Text], ...]:
    saved = 1 - found.cost_after / found.cost_before if found.cost_before else 0.0
    pairs = [
        (
            "planned cost",
            text(
                f"{format_count(found.cost_before)} → {format_count(found.cost_after)}, {format_percent(saved)} lower,"
                " writes included"
            ),
        ),
        ("size", text(format_bytes(found.size_bytes))),
    ]
    if found.gap is not None:
        pairs.append(
            (
                "certificate",
                text(
                    f"no set of the {found.options} indexes considered and their variations costs over"
                    f" {format_percent(found.gap)} less within the limits, in the planner's eyes"
                ),
            )
        )
    how = "built on a clone and run" if found.level == "executed" else "planned only"
    pairs.append(
        (
            "proof",
            text(f"{how}; {found.what_if_calls} what-if plans, {found.backend.replace('hypopg', 'HypoPG')}"),
        )
    )
    return tuple(pairs)


def _refused(found: IndexAdvice) -> Table:
    return Table(
        columns=(Column(title="index", wraps=True), Column(title="why not", wraps=True)),
        rows=tuple(Row(cells=(text(Span(one.sql, "code")), text(one.reason))) for one in found.rejected),
        kind="rejected",
    )


def _queries(queries: tuple[QueryEffect, ...]) -> Table:
    rows = []
    for one in queries:
        mark, tone = _MARKS[one.verdict]
        rows.append(
            Row(
                cells=(
                    text(Span(shortened(one.name, _SQL_LENGTH), "code")),
                    text(format_count(one.weight)),
                    text(format_ms(one.before_ms)),
                    text(format_ms(one.after_ms)),
                    text(format_count(one.cost_before)),
                    text(format_count(one.cost_after)),
                    text(Span(mark, tone, badge=True)),
                    text(", ".join(one.indexes)),
                )
            )
        )
    return Table(
        columns=(
            Column(title="statement", wraps=True),
            Column(title="calls", align="right"),
            Column(title="before", align="right", note="median of the runs without the indexes"),
            Column(title="after", align="right", note="median of the runs with them, by turns"),
            Column(title="cost before", align="right", gives_way=True),
            Column(title="cost after", align="right", gives_way=True),
            Column(title="verdict"),
            Column(title="uses", wraps=True),
        ),
        rows=tuple(rows),
        kind="workload",
    )


def _frontier(points: tuple[FrontierPoint, ...]) -> Table:
    most = max((point.cost for point in points), default=1.0) or 1.0
    return Table(
        columns=(
            Column(title="indexes", align="right"),
            Column(title="size", align="right"),
            Column(title="planned cost", align="right"),
            Column(title="of it for writes", align="right"),
            Column(title="cost"),
        ),
        rows=tuple(
            Row(
                cells=(
                    text(str(point.indexes)),
                    text(format_bytes(point.size_bytes)),
                    text(format_count(point.cost)),
                    text(format_count(point.write_cost)),
                    text(Span(_BAR * max(1, round(_BAR_LENGTH * point.cost / most)), "bar")),
                )
            )
            for point in points
        ),
        kind="frontier",
    )
