"""Findings in the light of what the trials showed: what was cured is a cause, what went away with it a consequence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from perfkit.advise.values import Advice
from perfkit.catalog import Catalog
from perfkit.errors import UsageError
from perfkit.findings.examine import TRAPS, examine
from perfkit.findings.finding import SEVERITIES, Finding
from perfkit.sql import parse_statement
from perfkit.sql.statement import Statement

_SYMPTOMS = frozenset({"row-misestimate", "seq-scan-large", "index-not-beneficial"})

_DISTINCT = "ndistinct-misestimate"

CLEARLY = 0.8
"""The best remedy takes at least a fifth of the time away: then its plan tells what the other findings were worth."""

_ESTIMATES = frozenset(
    {
        "stale-statistics",
        "correlated-columns-misestimate",
        "expression-no-statistics",
        "ndistinct-misestimate",
        "srf-rows-misestimate",
    }
)
"""Causes that are told for information until a cure of theirs is seen to help."""


def reconciled(
    findings: Sequence[Finding], advice: Sequence[Advice], statement: Statement, catalog: Catalog
) -> tuple[Finding, ...]:
    """The findings with the ids of the advice that cures each, worst first.

    A wrong estimate whose cure is proven is no mere symptom: at least a warning. A finding that the best remedy does not
    name and that the plan after it no longer shows was a consequence: for information. Traps are never played down.
    """
    best = next((one for one in advice if _is_proven(one)), None)
    cured = set(best.cures) if best is not None else set()
    left = _left(best, statement, catalog) if best is not None else None
    found = (*_reconciled(findings, best, cured, left), *_shown_by_proof(findings, best))
    named = tuple(
        replace(finding, advice=tuple(one.id for one in advice if finding.id in one.cures))
        for finding in found
    )
    return tuple(sorted(named, key=lambda one: SEVERITIES.index(one.severity)))


def _reconciled(
    findings: Sequence[Finding], best: Advice | None, cured: set[str], left: frozenset[str] | None
) -> Iterator[Finding]:
    traps = {trap.id for trap in TRAPS}
    only_cause = _only_cause(findings, best)
    for finding in findings:
        is_promoted = finding.id == only_cause or (
            best is not None
            and best.kind in ("statistics", "schema")
            and finding.id in _ESTIMATES
            and finding.id in best.cures
        )
        is_gone = left is not None and finding.id not in left and finding.id not in cured | traps
        if finding.severity == "info" and is_promoted:
            yield replace(finding, severity="warning")
        elif finding.severity != "info" and is_gone:
            yield replace(finding, severity="info")
        else:
            yield finding


def _only_cause(findings: Sequence[Finding], best: Advice | None) -> str | None:
    """The id that was told for information and turns out to be the cause, as the best remedy cures it and none that was
    told louder."""
    cures = best.cures if best is not None else ()
    if any(finding.severity != "info" and finding.id in cures for finding in findings):
        return None
    found = {finding.id for finding in findings}
    return next((id for id in cures if id in found and id not in _SYMPTOMS), None)


def _shown_by_proof(findings: Sequence[Finding], best: Advice | None) -> Iterator[Finding]:
    """Distinct values that a larger sample counts rightly: nothing but the better plan that follows shows the wrong number."""
    if best is None or best.kind != "statistics" or _DISTINCT not in best.cures:
        return
    if any(one.id in _ESTIMATES and one.id in best.cures for one in findings):
        return
    symptom = next((one for one in findings if one.id == "row-misestimate"), None)
    shown = symptom or Finding(id=_DISTINCT, severity="warning", title="another plan is better")
    yield replace(
        shown,
        id=_DISTINCT,
        severity="warning",
        title=f"{best.rationale}: {shown.title}",
        evidence={**shown.evidence, "relation": best.relation},
    )


def _left(best: Advice, statement: Statement, catalog: Catalog) -> frozenset[str] | None:
    """Ids above information that the plan after the remedy still shows; None where it does not say enough."""
    proof = best.proof
    if proof.after is None or proof.time_ratio is None or proof.time_ratio > CLEARLY:
        return None
    rewrites = [step.sql for step in best.steps if step.kind == "rewrite"]
    text = rewrites[-1] if rewrites else best.sql if best.kind == "rewrite" else None
    try:
        after = parse_statement(text) if text is not None else statement
    except UsageError:
        return None
    return frozenset(one.id for one in examine(proof.after.plan, after, catalog) if one.severity != "info")


def _is_proven(advice: Advice) -> bool:
    return advice.proof.level == "executed" and advice.proof.verdict == "improves"
