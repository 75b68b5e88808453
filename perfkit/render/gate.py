"""What a gate answers, as it is read: the verdict, a line for each query that is not as it was, and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from perfkit.plan.diff import diff
from perfkit.render.blocks import (
    Block,
    Blocks,
    Column,
    Details,
    Panel,
    Paragraph,
    Row,
    Span,
    Table,
    Text,
    Tone,
    paragraph,
    text,
)
from perfkit.render.causes import cause_table
from perfkit.render.diff import table as diff_table
from perfkit.render.escape import shortened
from perfkit.render.findings import severity_mark
from perfkit.units import format_count, format_ms, format_ratio

if TYPE_CHECKING:
    from perfkit.capture.causes import Cause
    from perfkit.gate.report import GateReport, Result, Times, TitledFinding

VERDICT_MARKS: Final[dict[str, tuple[str, Tone]]] = {
    "failed": ("✗ failed", "bad"),
    "regressed": ("✗ regressed", "bad"),
    "not comparable": ("? not comparable", "warn"),
    "too noisy": ("? too noisy", "warn"),
    "new": ("+ new", "plain"),
    "gone": ("− gone", "plain"),
    "improved": ("▼ improved", "good"),
    "ok": ("✓ ok", "good"),
}

MOST_IN_TABLE: Final = 50
"""Queries in the table; a reader looks at the first ones."""

MOST_CAUSES: Final = 8

_SQL_LENGTH: Final = 200


def gate_blocks(report: GateReport) -> Blocks:
    """Everything: head, and a panel for each query that wants a look."""
    return (*head_blocks(report), *(panel for _, panel in panels(report)))


def head_blocks(report: GateReport) -> Blocks:
    """The verdict, the table, and where it was run."""
    word: Span = (
        Span("✓ gate open", "good", badge=True)
        if report.is_open
        else Span("✗ gate closed", "bad", badge=True)
    )
    blocks: list[Block] = [paragraph(word, " ", report.sentence)]
    shown = [one for one in report.results if one.verdict != "ok"]
    if shown:
        blocks.append(_table(shown[:MOST_IN_TABLE]))
    if len(shown) > MOST_IN_TABLE:
        blocks.append(paragraph(Span(f"… {len(shown) - MOST_IN_TABLE:,} more", "muted")))
    blocks += [paragraph(Span(note, "muted")) for note in report.notes]
    where = f"PostgreSQL {report.server_version}, database {report.database}"
    if report.dataset is not None:
        where += f", data set {report.dataset.name} at scale {report.dataset.scale:g}"
    blocks.append(paragraph(Span(where, "muted")))
    return tuple(blocks)


def panels(report: GateReport) -> Iterator[tuple[Result, Panel]]:
    """One for each query that has something to be said about, in the report's order: worst first."""
    for result in report.results:
        if result.verdict not in ("ok", "gone") or result.notes:
            yield result, result_panel(result)


def result_panel(result: Result) -> Panel:
    """What changed, what may be the cause, the remedy, the findings and the plan."""
    word, tone = VERDICT_MARKS[result.verdict]
    where: Text = text("  ", Span(f"{result.path}:{result.line}", "muted")) if result.path else ()
    head = (*text(Span(word, tone, badge=True), " ", Span(result.query, "strong")), *where)
    return Panel(head=head, blocks=tuple(_body(result)), tone=tone, kind="gate-result")


def _body(result: Result) -> Iterator[Block]:
    for change in result.worse:
        if change.kind != "finding":
            yield paragraph(
                Span("▲ ", "bad"), Span(change.kind.replace("-", " "), "strong"), f": {change.text}"
            )
    for change in result.better:
        yield paragraph(Span("▼ ", "good"), Span(change.kind.replace("-", " "), "strong"), f": {change.text}")
    yield from _findings(result)
    for remedy in result.remedies:
        yield paragraph(Span("Remedy", "strong"), f": {remedy}")
    for note in result.notes:
        yield paragraph(Span(note, "muted"))
    if result.times is not None and not any(one.kind == "time" for one in (*result.worse, *result.better)):
        yield paragraph(Span("Time", "strong"), f": {_times(result.times)}")
    if result.worse or result.better:
        yield from _causes(result.causes)
    if result.source == "log":
        yield paragraph(Span(shortened(result.statement, _SQL_LENGTH), "code"))
    yield from _plan(result)
    if result.verdict == "regressed" and result.source == "folder":
        yield paragraph(Span("To look closer: ", "muted"), Span(f"perfkit investigate {result.path}", "code"))


def _times(times: Times) -> str:
    figures = f"fastest run {format_ms(times.before_ms)} → {format_ms(times.after_ms)}"
    return f"{times.verdict}, {figures}, {format_ratio(times.ratio)}: {times.reason}"


def _causes(causes: tuple[Cause, ...]) -> Iterator[Block]:
    if not causes:
        return
    yield cause_table(causes[:MOST_CAUSES], title="not as it was", before="baseline", after="now")
    if len(causes) > MOST_CAUSES:
        yield paragraph(Span(f"… and {len(causes) - MOST_CAUSES} more", "muted"))


def _findings(result: Result) -> Iterator[Block]:
    """New findings; of a query without a baseline, all that call for something."""
    shown = [one for one in result.findings if one.severity != "info" and one.is_new]
    for one in shown:
        yield Paragraph(text=_finding(one))


def _finding(one: TitledFinding) -> Text:
    word, tone = severity_mark(one.severity)
    node = f" at {one.node}" if one.node else ""
    return text(
        Span(word, tone, badge=True),
        f" {one.title}{node} ",
        Span(f"perfkit explain-finding {one.id}", "code"),
    )


def _plan(result: Result) -> Iterator[Block]:
    if result.after is None:
        return
    if result.before is None:
        yield Details(summary=text("Its plan"), blocks=_outline(result))
    elif result.worse or result.better:
        compared = diff(result.before.plan, result.after.plan)
        yield Details(summary=text("Where the difference comes from"), blocks=(diff_table(compared),))


def _outline(result: Result) -> Blocks:
    from perfkit.render.plan import plan_blocks

    assert result.after is not None
    return plan_blocks(result.after.plan)


def _table(shown: list[Result]) -> Table:
    columns = (
        Column(title="verdict"),
        Column(title="query"),
        Column(title="blocks then", align="right"),
        Column(title="blocks now", align="right"),
        Column(title="", align="right", note="now divided by then"),
        Column(title="what", wraps=True),
    )
    return Table(columns=columns, rows=tuple(_row(one) for one in shown), kind="gate", is_list=True)


def _row(result: Result) -> Row:
    word, tone = VERDICT_MARKS[result.verdict]
    then = result.before.counters.shared_blocks if result.before else None
    now = result.after.counters.shared_blocks if result.after else None
    ratio = now / then if then and now is not None else None
    return Row(
        cells=(
            text(Span(word, tone)),
            text(result.query),
            text(format_count(then)),
            text(format_count(now)),
            text(format_ratio(ratio)),
            text(shortened(what(result), _SQL_LENGTH)),
        )
    )


def what(result: Result) -> str:
    """The one thing to know about a query that is not as it was."""
    if result.worse:
        more = f" (and {len(result.worse) - 1} more)" if len(result.worse) > 1 else ""
        return f"{result.worse[0].text}{more}"
    if result.better:
        return result.better[0].text
    if result.verdict == "new":
        bad = [one for one in result.findings if one.severity != "info"]
        return f"{bad[0].id}: {bad[0].title}" if bad else "no finding"
    if result.verdict == "gone":
        return "a baseline without its query"
    if result.verdict == "too noisy" and result.times is not None:
        return _times(result.times)
    return result.notes[0] if result.notes else ""
