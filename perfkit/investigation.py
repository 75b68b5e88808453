"""The main job in a page: statement → capture → findings → proven advice → Investigation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from perfkit.advise.evidence import Evidence
from perfkit.advise.propose import propose
from perfkit.advise.prove import prove
from perfkit.advise.values import BUDGET_BYTES, BUDGET_SECONDS, Advice, Rejected
from perfkit.capture.capture import DEFAULT_RUNS, capture
from perfkit.capture.values import Environment, Measurement, Query
from perfkit.catalog import Catalog
from perfkit.db.session import Session
from perfkit.db.target import Target
from perfkit.findings import examine
from perfkit.findings.finding import Finding
from perfkit.progress import Progress, Silent
from perfkit.show import Shown
from perfkit.sql.statement import Statement
from perfkit.verdict import verdict_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Investigation(Shown):
    """Everything perfkit found out about one statement; saved as ``perfkit.investigation/1``."""

    query: Query
    environment: Environment
    before: Measurement
    catalog: Catalog
    findings: tuple[Finding, ...]
    """Worst first."""
    advice: tuple[Advice, ...]
    """Best first; what is not proven never stands above what is."""
    rejected: tuple[Rejected, ...]
    verdict: str
    """One sentence."""
    notes: tuple[str, ...] = ()
    interrupted: str | None = None
    """Why the work stopped before its end; what was measured until then is kept. None when it was finished."""


SCHEMA = "perfkit.investigation/1"


def investigate(
    target: Target,
    statement: Statement,
    parameters: Sequence[object] = (),
    *,
    runs: int = DEFAULT_RUNS,
    allow_writes: bool = False,
    budget_seconds: float = BUDGET_SECONDS,
    budget_bytes: int = BUDGET_BYTES,
    others: Sequence[Statement] = (),
    progress: Progress | None = None,
) -> Investigation:
    """Capture the statement, examine it, and prove what may cure it.

    Runs the statement some ten times, and about twenty times more for each candidate that the planner takes up. Changes nothing
    but a clone, or what a rollback undoes, and only where the target is scratch. Errors of the capture are raised; a
    fault while proving ends the work early and is told in ``interrupted``. ``others`` are statements of the workload that no
    remedy may slow down.
    """
    shown = progress or Silent()
    with Session.open(target, purpose="capture") as session:
        captured = capture(
            session, statement, parameters, runs=runs, allow_writes=allow_writes, progress=shown
        )
    findings = examine(captured.plan, statement, captured.catalog)
    candidates, rejected = propose(
        Evidence(statement=statement, catalog=captured.catalog, plan=captured.plan, findings=findings)
    )
    outcome = prove(
        candidates,
        statement,
        captured,
        target,
        budget_seconds=budget_seconds,
        budget_bytes=budget_bytes,
        others=others,
        progress=shown,
    )
    return Investigation(
        query=captured.query,
        environment=captured.environment,
        before=captured.measurement,
        catalog=captured.catalog,
        findings=tuple(_with_advice(finding, outcome.advice) for finding in findings),
        advice=outcome.advice,
        rejected=(*outcome.rejected, *rejected),
        verdict=verdict_of(captured, findings, outcome),
        notes=(*captured.notes, *outcome.notes),
        interrupted=outcome.interrupted,
    )


def _with_advice(finding: Finding, advice: Sequence[Advice]) -> Finding:
    return replace(finding, advice=tuple(one.id for one in advice if finding.id in one.cures))
