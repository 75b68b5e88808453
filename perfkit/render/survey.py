"""A surveyed workload: the verdict, a table of what its statements cost, and what their plans show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perfkit.render.bars import bar
from perfkit.render.blocks import Block, Blocks, Code, Column, Details, Row, Span, Table, paragraph, text
from perfkit.render.escape import one_line
from perfkit.render.findings import findings_blocks
from perfkit.units import format_count, format_ms, format_percent

if TYPE_CHECKING:
    from perfkit.workload_survey import Survey, Surveyed


def survey_blocks(found: Survey) -> Blocks:
    """Verdict, table and causes."""
    return (*verdict_blocks(found), statements_table(found), *causes_blocks(found))


def verdict_blocks(found: Survey) -> Blocks:
    """The verdict, and how much there is in all."""
    total = f", {format_ms(found.total_ms)}" if found.total_ms else ""
    said = f"{format_count(found.statements)} statements, {format_count(found.calls)} calls{total}"
    return (paragraph(Span(found.verdict, "strong")), paragraph(Span(said, "muted")))


def statements_table(found: Survey) -> Table:
    """A line for each statement, the largest share first."""
    columns = (
        Column(title="#", align="right"),
        Column(title="statement"),
        Column(title="calls", align="right"),
        Column(
            title="share",
            align="right",
            note="of the time; where the source knows none, of calls times the time of one run here",
        ),
        Column(title=""),
        Column(title="time", align="right", note="of one run here"),
        Column(title="blocks", align="right", note="shared and temporary, of one run here"),
        Column(title="what its plan shows", wraps=True),
    )
    most = max([one.share for one in found.surveyed] + [0.001])
    rows = tuple(_row(place, one, most) for place, one in enumerate(found.surveyed, 1))
    return Table(columns=columns, rows=rows, kind="survey", is_list=True)


def causes_blocks(found: Survey) -> Blocks:
    """Each statement with its findings, folded."""
    blocks: list[Block] = [
        Details(
            summary=text(Span(one.name, "strong"), f": {one.cause}"),
            blocks=(Code(text=one.text), *findings_blocks(one.findings)),
        )
        for one in found.surveyed
        if one.cause
    ]
    blocks += [paragraph(Span(f"left out: {note}", "muted")) for note in found.notes]
    return tuple(blocks) or (paragraph("No plan shows a fault."),)


def _row(place: int, one: Surveyed, most: float) -> Row:
    said = (
        text(Span(one_line(f"not run: {one.error}"), "muted")) if one.error else text(one.cause or "no fault")
    )
    return Row(
        cells=(
            text(str(place)),
            text(Span(one.name, "strong")),
            text(format_count(one.calls)),
            text(format_percent(one.share)),
            text(bar(one.share / most)),
            text(format_ms(one.ms)),
            text(format_count(one.blocks)),
            said,
        )
    )
