"""What is wrong with a statement as it was captured: its plan, and what a plan does not show."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from perfkit.capture.sensitivity import Sensitivity
from perfkit.capture.values import Capture
from perfkit.findings.examine import examine
from perfkit.findings.finding import SEVERITIES, Finding
from perfkit.findings.rules.generic import skew_of, skew_over
from perfkit.findings.rules.waits import waited
from perfkit.sql.statement import Statement


def examine_capture(
    captured: Capture, statement: Statement, sensitivity: Sensitivity | None = None
) -> tuple[Finding, ...]:
    """``examine`` with what waiting, prepared plans and other sets of parameters showed; worst first.

    What was seen outside the plan speaks for the plan's own finding of the same id.
    """
    around: list[Finding] = []
    if captured.waits is not None:
        around.extend(waited(captured.waits))
    skews = list(skew_over(sensitivity)) if sensitivity is not None else []
    if not skews and captured.prepared is not None:
        skews.extend(skew_of(captured.prepared))
    of_plan = examine(captured.plan, statement, captured.catalog)
    is_generic = captured.prepared is not None and captured.plan == captured.prepared.generic.plan
    if is_generic and any(finding.severity != "info" for finding in skews):
        assert captured.prepared is not None
        custom = examine(captured.prepared.custom.plan, statement, captured.catalog)
        of_plan = tuple(_follows(of_plan, {one.id for one in custom if one.severity != "info"}))
    return joined((*around, *skews), of_plan)


def _follows(findings: Iterable[Finding], own: Collection[str]) -> Iterator[Finding]:
    """Findings of a generic plan that was wrong for its values: informational, but for what a plan made for them has too."""
    for finding in findings:
        yield finding if finding.id in own else replace(finding, severity="info")


def joined(first: Iterable[Finding], others: Iterable[Finding]) -> tuple[Finding, ...]:
    """Both, worst first, without those of ``others`` whose id ``first`` already holds."""
    leading = tuple(first)
    ids = {finding.id for finding in leading}
    every = (*leading, *(finding for finding in others if finding.id not in ids))
    return tuple(sorted(every, key=lambda one: (SEVERITIES.index(one.severity), -(one.at_stake_ms or 0.0))))
