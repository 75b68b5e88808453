"""A workload as a ranked table: what an application runs, how often, and where its time goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perfkit.render.blocks import Block, Blocks, Column, Row, Span, Table, Text, paragraph, text
from perfkit.render.escape import one_line, shortened
from perfkit.units import format_count, format_ms, format_percent

if TYPE_CHECKING:
    from perfkit.workload.queries import Workload, WorkloadQuery

_SQL_LENGTH = 100
_SOURCES = {
    "folder": "a folder of .sql files",
    "script": "a script",
    "log": "a log",
    "pg_stat_statements": "pg_stat_statements",
    "file": "a workload file",
}


def workload_blocks(workload: Workload, whole: Workload | None = None) -> Blocks:
    """One line for what it is, the table, and what was left out. ``whole`` is what the workload is the head of: shares are of
    that."""
    from perfkit.workload.queries import shares

    whole = whole or workload
    queries = workload.queries
    times = [one.total_ms for one in whole.queries if one.total_ms]
    number = f"{len(whole.queries)} {'statement' if len(whole.queries) == 1 else 'statements'}"
    lead = (
        f"{'' if len(queries) == len(whole.queries) else f'the first {len(queries)} of '}{number} of"
        f" {_SOURCES.get(workload.source, workload.source)},"
        f" {format_count(sum(one.calls for one in whole.queries))} calls"
    )
    lead += f", {format_ms(sum(times))}" if times else ""
    rows = tuple(
        Row(
            cells=(
                text(str(rank)),
                text(format_count(one.calls)),
                text(format_ms(one.total_ms)),
                text(format_percent(share)),
                _statement(one),
            )
        )
        for rank, (one, share) in enumerate(zip(queries, shares(whole, queries), strict=True), 1)
    )
    columns = (
        Column(title="#", align="right"),
        Column(title="calls", align="right"),
        Column(title="total time", align="right"),
        Column(title="share", align="right", note="of the time; of the calls where no times are known"),
        Column(title="statement", wraps=True),
    )
    blocks: list[Block] = [
        paragraph(Span(lead[0].upper() + lead[1:], "strong")),
        Table(columns=columns, rows=rows, kind="statements", is_list=True),
    ]
    blocks += [paragraph(Span(f"left out: {one}", "muted")) for one in workload.skipped]
    return tuple(blocks)


def _statement(query: WorkloadQuery) -> Text:
    from perfkit.sql.fingerprint import as_written, normal_form
    from perfkit.sql.tokens import scan

    normal = as_written(normal_form(scan(query.samples[0].text)))
    words = Span(shortened(one_line(normal), _SQL_LENGTH), "code")
    return text(Span(one_line(query.name), "strong"), "  ", words)
