"""The main job in a page: statement → capture → findings → proven advice → Investigation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from perfkit.advise.evidence import Evidence
from perfkit.advise.propose import propose
from perfkit.advise.prove import prove
from perfkit.advise.reconcile import reconciled
from perfkit.advise.values import BUDGET_BYTES, BUDGET_SECONDS, Advice, Rejected
from perfkit.capture.capture import DEFAULT_RUNS, capture
from perfkit.capture.sensitivity import Sensitivity, measure_sensitivity
from perfkit.capture.session_setup import replay
from perfkit.capture.values import Environment, Measurement, PreparedPlans, Query
from perfkit.capture.waits import Waits
from perfkit.catalog import Catalog
from perfkit.chain import Comparable
from perfkit.db.session import Session
from perfkit.db.target import Target
from perfkit.findings.examine_capture import examine_capture
from perfkit.findings.finding import Finding
from perfkit.progress import Progress, Silent
from perfkit.show import Shown
from perfkit.sql.session_setup import NO_SETUP, SessionSetup
from perfkit.sql.statement import Statement
from perfkit.verdict import verdict_of


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementTotal:
    """One statement of a session, however often it ran. Times are None where they are not known."""

    fingerprint: str
    text: str
    """With ``?`` for values."""
    calls: int
    total_ms: float | None
    worst_ms: float | None
    line: int
    """Of its longest run in the log or script."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSummary:
    """What a log or script held beside the statement that was investigated."""

    source: str
    """``log`` or ``script``."""
    statements: tuple[StatementTotal, ...]
    """The most time in all first."""
    runs: int
    sessions: int
    lock_waits: int
    deadlocks: int
    entries: int
    other_entries: int
    """Messages that say nothing of statements or waits."""
    skipped_lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Investigation(Comparable, Shown):
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
    setup: SessionSetup = NO_SETUP
    """What the session did before the statement."""
    waits: Waits | None = None
    prepared: PreparedPlans | None = None
    """None where the statement has no parameters, or one plan serves them all."""
    sensitivity: Sensitivity | None = None
    """None unless several sets of parameters were given."""
    session: SessionSummary | None = None
    """None unless a log or a script was given."""


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
    setup: SessionSetup = NO_SETUP,
    prepared_name: str | None = None,
    parameter_sets: Sequence[Sequence[object]] = (),
    progress: Progress | None = None,
) -> Investigation:
    """Capture the statement, examine it, and prove what may cure it.

    Runs the statement some ten times, and about twenty times more for each candidate that the planner takes up. Changes nothing
    but a clone, or what a rollback undoes, and only where the target is scratch. Errors of the capture are raised; a
    fault while proving ends the work early and is told in ``interrupted``. ``others`` are statements of the workload that no
    remedy may slow down.
    """
    shown = progress or Silent()
    sensitivity = None
    if len(parameter_sets) > 1:
        with Session.open(target, purpose="capture") as session:
            sensitivity = measure_sensitivity(
                session,
                statement,
                parameter_sets,
                allow_writes=allow_writes,
                setup=setup,
                prepared_name=prepared_name,
                progress=shown,
            )
        parameters = sensitivity.investigated.parameters
    with Session.open(target, purpose="capture") as session:
        captured = capture(
            session,
            statement,
            parameters,
            runs=runs,
            allow_writes=allow_writes,
            setup=setup,
            prepared_name=prepared_name,
            may_be_unfinished=True,
            progress=shown,
        )
    findings = examine_capture(captured, statement, sensitivity)
    candidates, rejected = propose(
        Evidence(
            statement=statement,
            catalog=captured.catalog,
            plan=captured.plan,
            findings=findings,
            parameters=captured.query.parameters,
            prepared=captured.prepared,
        )
    )
    outcome = prove(
        candidates,
        statement,
        captured,
        target,
        budget_seconds=budget_seconds,
        budget_bytes=budget_bytes,
        prepare=lambda session: replay(session, captured.setup),
        others=others,
        progress=shown,
    )
    findings = reconciled(findings, outcome.advice, statement, captured.catalog)
    return Investigation(
        query=captured.query,
        environment=captured.environment,
        before=captured.measurement,
        catalog=captured.catalog,
        findings=findings,
        advice=outcome.advice,
        rejected=(*outcome.rejected, *rejected),
        verdict=verdict_of(captured, findings, outcome),
        notes=(*captured.notes, *outcome.notes),
        setup=captured.setup,
        waits=captured.waits,
        prepared=captured.prepared,
        sensitivity=sensitivity,
        interrupted=outcome.interrupted,
    )
