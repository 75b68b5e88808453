"""What a page of the book shows: a measurement, a claim that holds or is left open, rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from perfkit.render.blocks import Blocks, Code, Column, Paragraph, Row, Span, Table, paragraph, text
from perfkit.render.diff import table, totals_table
from perfkit.render.diff_report import rows_returned
from perfkit.render.plan import summary, tree_blocks

if TYPE_CHECKING:
    from perfkit.book.claim import Claim
    from perfkit.book.compared import Compared
    from perfkit.book.measured import Measured
    from perfkit.book.rows import Rows

MOST_ROWS = 20
"""More is no longer read; how many are left out is said."""


SERIALIZATION_SHARE = 0.1
"""Below it, writing out the result is no part of the story."""


def measured_blocks(measured: Measured) -> Blocks:
    """The plan as it was captured, without what bears on no page: the planner's own memory and blocks."""
    plan = measured.plan
    serialization = plan.serialization
    is_telling = bool(
        serialization
        and serialization.time_ms
        and plan.total_ms
        and serialization.time_ms > SERIALIZATION_SHARE * plan.total_ms
    )
    told = replace(
        plan,
        serialization=serialization if is_telling else None,
        planning_buffers=None,
        planning_memory_bytes=None,
        extra={},
    )
    return (Paragraph(text=summary(told)), *tree_blocks(told))


def compared_blocks(compared: Compared) -> Blocks:
    """Times are among the totals but not judged: a page takes too few."""
    comparison = compared.comparison
    return (*rows_returned(comparison), totals_table(comparison.diff), table(comparison.diff))


def claim_blocks(claim: Claim) -> Blocks:
    if claim.since is not None:
        left_open = Span(f"from PostgreSQL {claim.since} on", "muted", badge=True)
        return (paragraph(left_open, f" {claim.sentence}", Span(" (not claimed of this server)", "muted")),)
    evidence = (Span(f" ({claim.evidence})", "muted"),) if claim.figures else ()
    return (paragraph(Span("✔ holds", "good", badge=True), f" {claim.sentence}", *evidence),)


def rows_blocks(rows: Rows) -> Blocks:
    if not rows.rows:
        return (paragraph("No rows."),)
    if tuple(rows.rows[0]) == ("QUERY PLAN",):
        return (Code(text="\n".join(map(str, rows.column("QUERY PLAN"))), language="plan"),)
    shown = rows.rows[:MOST_ROWS]
    columns = tuple(
        Column(title=name, align="right" if _is_number(value) else "left", wraps=isinstance(value, str))
        for name, value in rows.rows[0].items()
    )
    cells = tuple(Row(cells=tuple(text(_written(value)) for value in row.values())) for row in shown)
    rest = len(rows.rows) - len(shown)
    more = (paragraph(Span(f"… and {rest:,} more", "muted")),) if rest else ()
    return (Table(columns=columns, rows=cells, kind="rows"), *more)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _written(value: object) -> Span:
    if value is None:
        return Span("NULL", "muted")
    if isinstance(value, bool):
        return Span("true" if value else "false")
    return Span(str(value))
