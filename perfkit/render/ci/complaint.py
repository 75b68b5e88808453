"""What the writers for CI have in common: each complaint about a query with its place and a name that stays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from perfkit.render.escape import one_line
from perfkit.render.gate import what

if TYPE_CHECKING:
    from perfkit.findings.finding import Severity
    from perfkit.gate.report import GateReport, Result

Level = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """One thing to be said about one query."""

    rule: str
    """``gate-blocks``, ``gate-shape``, …, or the id of a finding."""
    level: Level
    severity: Severity
    query: str
    path: str
    """"" where the query stands in no file."""
    line: int
    message: str
    fingerprint: str
    """The same in every run that says the same about the query: no figure is in it."""


def complaints(report: GateReport) -> Iterator[Complaint]:
    """Worst first: what got worse, then what is wrong with new queries, then what could not be told. No two of them have one
    fingerprint."""
    told: set[str] = set()
    for result in report.results:
        for one in _of(result, report.fails(result)):
            if one.fingerprint not in told:
                told.add(one.fingerprint)
                yield one


def _of(result: Result, fails: bool) -> Iterator[Complaint]:
    for change in result.worse:
        rule = change.subject if change.kind == "finding" else f"gate-{change.kind}"
        advice = "".join(f"; {remedy}" for remedy in result.remedies) if change is result.worse[0] else ""
        yield _complaint(
            result,
            rule,
            "error" if fails else "warning",
            change.severity,
            f"{change.text}{advice}",
            change.subject,
        )
    if result.verdict == "new":
        for finding in result.findings:
            if finding.severity != "info":
                node = f" at {finding.node}" if finding.node else ""
                subject = f"{finding.id} {finding.node or ''}"
                yield _complaint(
                    result, finding.id, "warning", finding.severity, f"{finding.title}{node}", subject
                )
    elif result.verdict in ("not comparable", "too noisy", "gone"):
        rule = f"gate-{result.verdict.replace(' ', '-')}"
        yield _complaint(result, rule, "error" if fails else "note", "info", what(result), "")


def _complaint(
    result: Result, rule: str, level: Level, severity: Severity, message: str, subject: str
) -> Complaint:
    return Complaint(
        rule=rule,
        level=level,
        severity=severity,
        query=result.query,
        path=result.path,
        line=result.line,
        message=one_line(f"{result.query}: {message}"),
        fingerprint=result.identity(rule, subject),
    )
