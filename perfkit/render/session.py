"""What a log or a script held: its statements by the time they took in all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perfkit.render.blocks import Block, Blocks, Column, Row, Span, Table, paragraph, text
from perfkit.units import format_count, format_ms

if TYPE_CHECKING:
    from perfkit.investigation import SessionSummary


def session_blocks(found: SessionSummary) -> Blocks:
    """Counts in a sentence, then the statements, the most time in all first."""
    parts = [f"{format_count(found.runs)} executions"]
    if found.source == "log":
        sessions = "1 session" if found.sessions == 1 else f"{format_count(found.sessions)} sessions"
        parts = [f"{format_count(found.entries)} messages of a log", f"{parts[0]} in {sessions}"]
        parts += [
            f"{format_count(count)} {name if count == 1 else f'{name}s'}"
            for count, name in ((found.lock_waits, "lock wait"), (found.deadlocks, "deadlock"))
            if count
        ]
        if found.other_entries:
            parts.append(f"{format_count(found.other_entries)} messages of other things")
        if found.skipped_lines:
            parts.append(f"{format_count(found.skipped_lines)} lines not understood")
    blocks: list[Block] = [paragraph(", ".join(parts))]
    if found.statements:
        blocks.append(_table(found))
    return tuple(blocks)


def _table(found: SessionSummary) -> Table:
    columns = (
        Column(title="statement", wraps=True),
        Column(title="calls", align="right"),
        Column(title="in all", align="right"),
        Column(title="longest", align="right"),
        Column(title="line", align="right", note="of the longest run"),
    )
    rows = tuple(
        Row(
            cells=(
                text(Span(one.text, "code")),
                text(format_count(one.calls)),
                text(format_ms(one.total_ms)),
                text(format_ms(one.worst_ms)),
                text(str(one.line)),
            )
        )
        for one in found.statements
    )
    return Table(columns=columns, rows=rows, kind="session", is_list=True)
