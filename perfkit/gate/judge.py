"""One query as it runs now against its baseline. Asks no server."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from math import inf
from typing import Final

from perfkit.errors import PerfkitError
from perfkit.findings.finding import SEVERITIES, Finding
from perfkit.gate.baseline import Baseline
from perfkit.gate.observe import Observation
from perfkit.gate.queries import GateQuery
from perfkit.gate.report import Change, ChangeKind, Result, Times, TitledFinding, Verdict
from perfkit.gate.surroundings import causes, lost_indexes, other_data
from perfkit.gate.tolerances import Allowed
from perfkit.plan import Kept, PlanDiff, Total
from perfkit.plan import diff as plan_diff
from perfkit.plan.gate import FLOOR_BLOCKS, Regression, Tolerances, regressions
from perfkit.units import format_count, format_ms, format_percent, format_ratio

_COUNTED: Final[tuple[tuple[ChangeKind, str, str], ...]] = (
    ("blocks", "shared blocks", "shared_blocks"),
    ("temp", "temp blocks", "temp_blocks"),
    ("rows", "rows returned", "rows"),
    ("rows-removed", "rows thrown away", "rows_removed"),
)
_VALUE: Final = re.compile(r"'(?:[^']|'')*'|(?<=[=<>~+*/%-] )-?\d+(?:\.\d+)?")
"""Text in quotes, and a number after an operator; a finding's own figures follow words."""

MOST_EDITS: Final = 3
"""Nodes named of a plan that may not change; the diff has them all."""


def judge(
    query: GateQuery,
    observation: Observation,
    before: Baseline | None,
    allowed: Allowed,
    times: Times | None = None,
) -> Result:
    """The query's verdict. Without a baseline it is new."""
    now = observation.now
    worse: list[Change] = []
    better: list[Change] = []
    verdict: Verdict = "new"
    notes = list(observation.notes)
    if before is not None:
        reason = other_data(before, now)
        if reason is None:
            compared = plan_diff(before.plan, now.plan)
            worse = [*_worse(compared, allowed), *_new_findings(observation.findings, before, allowed)]
            better = [*_better(compared, allowed)]
            verdict = "regressed" if worse else "improved" if better else "ok"
        else:
            verdict = "not comparable"
            notes.append(f"{reason}: what it reads cannot be compared; take a new baseline with --update")
    if times is not None:
        verdict = _timed(verdict, times, allowed, worse, better)
    is_worse = verdict == "regressed"
    return Result(
        query=query.name,
        source=query.source,
        verdict=verdict,
        path=query.path,
        line=query.line,
        fingerprint=now.fingerprint,
        statement=now.statement,
        worse=tuple(worse),
        better=tuple(better),
        before=before,
        after=now,
        findings=tuple(_titled(observation.findings, before)),
        causes=causes(before, now) if before is not None else (),
        remedies=tuple(_remedies(before, now)) if before is not None and is_worse else (),
        times=times,
        notes=tuple(notes),
    )


def failed(query: GateQuery, error: PerfkitError, before: Baseline | None) -> Result:
    """A query that cannot be run; one of a log, whose tables may be gone, is new all the same."""
    return Result(
        query=query.name,
        source=query.source,
        verdict="failed" if query.source == "folder" else "new",
        path=query.path,
        line=query.line,
        fingerprint=before.fingerprint if before else "",
        statement=before.statement if before else "",
        worse=(Change(kind="failed", text=str(error)),) if query.source == "folder" else (),
        before=before,
        notes=() if query.source == "folder" else (f"it could not be planned here: {error}",),
    )


def gone(before: Baseline) -> Result:
    """A baseline without its query."""
    return Result(
        query=before.query,
        source=before.source,
        verdict="gone",
        fingerprint=before.fingerprint,
        statement=before.statement,
        before=before,
    )


def _worse(compared: PlanDiff, allowed: Allowed) -> Iterator[Change]:
    limits = Tolerances(blocks=allowed.blocks, rows=allowed.rows, temp=allowed.temp)
    found = regressions(compared, limits)
    if allowed.shape == "worse":
        yield from (_shape(one) for one in found if one.kind == "shape")
    elif allowed.shape == "same" and not compared.is_same_shape:
        said = _edits(compared)
        yield Change(kind="shape", text=f"another plan: {said}", subject=said)
    kinds = {one.kind for one in found}
    for kind, what, name in _COUNTED:
        total: Total = getattr(compared.totals, name)
        tolerance = getattr(allowed, "rows" if kind == "rows-removed" else kind)
        if kind in kinds and tolerance < inf:
            yield Change(
                kind=kind,
                text=f"{_said(what, total)}, {format_percent(tolerance)} more is allowed",
                ratio=total.ratio,
            )


def _shape(found: Regression) -> Change:
    return Change(kind="shape", text=found.text, subject=found.text)


def _edits(compared: PlanDiff) -> str:
    told = []
    for edit in compared.edits:
        if isinstance(edit, Kept):
            continue
        if edit.before is None or edit.after is None:
            node = edit.after or edit.before
            assert node is not None
            told.append(f"{node.label} {'removed' if edit.after is None else 'added'}")
        elif edit.before.label != edit.after.label:
            told.append(f"{edit.before.label} became {edit.after.label}")
        else:
            told.append(f"{edit.after.label} changed")
    more = f" and {len(told) - MOST_EDITS} more" if len(told) > MOST_EDITS else ""
    return "; ".join(told[:MOST_EDITS]) + more


def _new_findings(findings: Sequence[Finding], before: Baseline, allowed: Allowed) -> Iterator[Change]:
    """Findings that were not there, or weighed less; what is told for information alone fails nothing."""
    known = {one.id: min(SEVERITIES.index(same.severity) for same in before.findings if same.id == one.id) for one in before.findings}  # fmt: skip
    told = set()
    for finding in findings:
        rank = SEVERITIES.index(finding.severity)
        if finding.severity == "info" or finding.id in told or finding.id in allowed.findings:
            continue
        if rank < known.get(finding.id, len(SEVERITIES)):
            told.add(finding.id)
            yield Change(
                kind="finding",
                text=f"{finding.id}: {without_values(finding.title)}",
                subject=finding.id,
                severity=finding.severity,
            )


def _better(compared: PlanDiff, allowed: Allowed) -> Iterator[Change]:
    for kind, what, name in _COUNTED[:2]:
        total: Total = getattr(compared.totals, name)
        if total.before is None or total.after is None:
            continue
        if total.before - total.after > max(FLOOR_BLOCKS, getattr(allowed, kind) * total.before):
            yield Change(kind=kind, text=_said(what, total), ratio=total.ratio)


def _timed(
    verdict: Verdict, times: Times, allowed: Allowed, worse: list[Change], better: list[Change]
) -> Verdict:
    """The verdict with the times: slower regresses whatever else was found, noise only hides what was fine."""
    said = f"fastest run {format_ms(times.before_ms)} → {format_ms(times.after_ms)}, {format_ratio(times.ratio)}: {times.reason}"
    if times.verdict == "slower":
        worse.append(Change(kind="time", text=said, ratio=times.ratio))
        return "regressed"
    if times.verdict == "faster":
        better.append(Change(kind="time", text=said, ratio=times.ratio))
        return "improved" if verdict in ("ok", "new") else verdict
    if times.verdict == "too noisy to tell" and verdict in ("ok", "new", "improved"):
        return "too noisy"
    return "ok" if verdict == "new" and times.verdict == "same" else verdict


def _titled(findings: Sequence[Finding], before: Baseline | None) -> Iterator[TitledFinding]:
    known = {one.id for one in before.findings} if before else set()
    for finding in findings:
        yield TitledFinding(
            id=finding.id,
            severity=finding.severity,
            title=without_values(finding.title),
            node=finding.node_label,
            is_new=finding.id not in known,
        )


def without_values(title: str) -> str:
    """
    >>> without_values("LIKE '%smith%' begins with a wildcard")
    "LIKE '…' begins with a wildcard"
    >>> without_values("(id % 10) = 3 hides id: 4,000 rows are checked to keep 20")
    '(id % …) = … hides id: 4,000 rows are checked to keep 20'
    """
    return _VALUE.sub(lambda found: "'…'" if found[0][0] == "'" else "…", title)


def _remedies(before: Baseline, now: Baseline) -> Iterator[str]:
    """What would bring back the state of the baseline, as far as the catalog tells."""
    for name, definition in lost_indexes(before, now):
        yield f"the baseline's plan reads the index {name}, which is gone; create it again: {definition}"


def _said(what: str, total: Total) -> str:
    ratio = f" ({format_ratio(total.ratio)})" if total.ratio else ""
    return f"{what} {format_count(total.before)} → {format_count(total.after)}{ratio}"
