"""Try a change that somebody has in mind on one statement: capture → trial of that one change → ChangeTrial."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from perfkit.advise.prove import prove
from perfkit.advise.values import BUDGET_BYTES, BUDGET_SECONDS, Advice, Candidate, Rejected, Step
from perfkit.capture.capture import DEFAULT_RUNS, capture
from perfkit.capture.session_setup import replay
from perfkit.capture.values import Capture, Measurement
from perfkit.catalog import Catalog
from perfkit.db.session import Session
from perfkit.db.target import Target
from perfkit.errors import UsageError
from perfkit.progress import Progress, Silent
from perfkit.show import Shown
from perfkit.sql.asked_change import AskedChange, read_asked_changes
from perfkit.sql.session_setup import NO_SETUP, SessionSetup
from perfkit.sql.statement import Statement

if TYPE_CHECKING:
    from perfkit.comparison import Comparison

ASKED = "The change you asked about."


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeTrial(Shown):
    """A statement as it is, and what one change would make of it."""

    sql: str
    """The change."""
    capture: Capture
    outcome: Advice | Rejected
    """Advice where it helps, or could not be tried; rejected where it does not help, with the reason."""
    notes: tuple[str, ...] = ()
    interrupted: str | None = None
    """Why the trial stopped before its end; None when it was finished."""

    @property
    def after(self) -> Measurement | None:
        """How the statement ran with the change; None where it was not run with it."""
        return self.outcome.proof.after if self.outcome.proof is not None else None

    def diff(self) -> Comparison:
        """What the change does to the plan; UsageError where the statement was not run with it."""
        from perfkit.comparison import diff

        if self.outcome.proof is None or self.outcome.proof.before is None or self.after is None:
            raise UsageError(
                f"the statement was not run with the change, so there is no second plan: {reason_of(self)}"
            )
        return diff(self.outcome.proof.before, self.after, is_interleaved=True)


def reason_of(trial: ChangeTrial) -> str:
    """The outcome in a few words with its figures."""
    return trial.outcome.reason if isinstance(trial.outcome, Rejected) else trial.outcome.proof.reason


def try_change(
    target: Target,
    statement: Statement,
    change: str,
    parameters: Sequence[object] = (),
    *,
    runs: int = DEFAULT_RUNS,
    allow_writes: bool = False,
    setup: SessionSetup = NO_SETUP,
    prepared_name: str | None = None,
    budget_seconds: float = BUDGET_SECONDS,
    budget_bytes: int = BUDGET_BYTES,
    progress: Progress | None = None,
) -> ChangeTrial:
    """Capture the statement, then run it with and without the change in turns, some twenty times.

    ``change`` holds CREATE INDEX or SET statements. An index is built on a clone, or in a transaction that is rolled back,
    only where the target is scratch; elsewhere HypoPG is asked what the planner would do, where it is installed. Nothing of
    it stays. UsageError for another kind of change; errors of the capture are raised, and CaptureError where PostgreSQL
    refuses the change.
    """
    shown = progress or Silent()
    asked = read_asked_changes(change)
    with Session.open(target, purpose="capture") as session:
        captured = capture(
            session,
            statement,
            parameters,
            runs=runs,
            allow_writes=allow_writes,
            setup=setup,
            prepared_name=prepared_name,
            progress=shown,
        )
    outcome = prove(
        [_candidate(asked, captured.catalog)],
        statement,
        captured,
        target,
        budget_seconds=budget_seconds,
        budget_bytes=budget_bytes,
        prepare=lambda session: replay(session, captured.setup),
        progress=shown,
    )
    result = outcome.advice[0] if outcome.advice else outcome.rejected[0]
    return ChangeTrial(
        sql=change,
        capture=captured,
        outcome=result,
        notes=(*captured.notes, *outcome.notes),
        interrupted=outcome.interrupted,
    )


def _candidate(asked: Sequence[AskedChange], catalog: Catalog) -> Candidate:
    steps = tuple(Step(kind=one.kind, sql=one.sql) for one in asked)
    indexes = [one for one in asked if one.kind == "index"]
    names = [one.index for one in indexes]
    return Candidate(
        kind="index" if indexes else "setting",
        sql=";\n".join(step.sql for step in steps),
        rationale=ASKED,
        steps=steps if len(steps) > 1 else (),
        relation=_relation(indexes, catalog),
        undo_sql=";\n".join(f"DROP INDEX {name}" for name in names) if names and all(names) else None,
    )


def _relation(indexes: Sequence[AskedChange], catalog: Catalog) -> str | None:
    """The one table that the indexes are of; None where they are of several, or the statement does not touch it."""
    tables = {one.table for one in indexes if one.table is not None}
    if len(tables) != 1:
        return None
    schema, name = tables.pop()
    found = catalog.relation(name, schema)
    return found.qualified_name if found is not None else None
