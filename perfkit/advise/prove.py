"""Prove candidates: try each where changes are allowed, keep what helps, and say of the rest why not."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace

from perfkit.advise.judge import is_worthwhile, judge
from perfkit.advise.rank import ranked
from perfkit.advise.trial import PAIRS, Trial, try_index
from perfkit.advise.values import BUDGET_SECONDS, UNPROVEN, Advice, Candidate, Price, Proof, Rejected
from perfkit.capture.values import Capture
from perfkit.db.clone import clone
from perfkit.db.session import Session
from perfkit.db.target import Target
from perfkit.errors import CapabilityMissing, CaptureError, ServerError
from perfkit.progress import Progress
from perfkit.sql import has_fixed_result
from perfkit.sql.statement import Statement
from perfkit.units import format_bytes

_NOT_ITS_FAULT = {"42501", "55P03", "57014", "53100", "53200"}
"""insufficient_privilege, lock_not_available, query_canceled, disk_full, out_of_memory: the candidate may still be right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a set of candidates. ``interrupted`` says why not all were tried; None when all were."""

    advice: tuple[Advice, ...]
    rejected: tuple[Rejected, ...] = ()
    notes: tuple[str, ...] = ()
    interrupted: str | None = None


def prove(
    candidates: Sequence[Candidate],
    statement: Statement,
    capture: Capture,
    target: Target,
    *,
    budget_seconds: float = BUDGET_SECONDS,
    progress: Progress,
) -> Outcome:
    """Try each candidate on a clone, or where no clone can be made in a rolled-back transaction on the scratch database.

    On a target that is not scratch nothing is tried and the advice says so. A lost server or Ctrl-C ends the trials;
    what was proven until then is kept.
    """
    if not target.is_scratch:
        return Outcome(
            advice=ranked(
                _unproven(candidate, "not tried: the database was not declared scratch (--scratch)")
                for candidate in candidates
            )
        )
    if not candidates:
        return Outcome(advice=())
    tried = _Tried(statement, capture)
    notes: list[str] = []
    interrupted = None
    try:
        with ExitStack() as stack:
            place = _place(stack, target, capture.environment.database, notes, progress)
            started = time.monotonic()
            with Session.open(place, purpose="trial") as session:
                for candidate in candidates:
                    if time.monotonic() - started > budget_seconds:
                        notes.append(
                            f"the budget of {budget_seconds:.0f} s ran out; raise --budget-seconds to try the rest"
                        )
                        break
                    tried.attempt(session, candidate, progress)
    except ServerError as error:
        interrupted = str(error)
    except KeyboardInterrupt:
        interrupted = "interrupted"
    left = [
        _unproven(candidate, "not tried: " + (interrupted or "the time ran out"))
        for candidate in candidates[tried.count :]
    ]
    return Outcome(
        advice=ranked([*tried.advice, *left]),
        rejected=tuple(tried.rejected),
        notes=tuple(notes),
        interrupted=interrupted,
    )


def _place(stack: ExitStack, target: Target, database: str, notes: list[str], progress: Progress) -> Target:
    """Where trials may lock and build: a clone that the stack will drop, else the scratch database itself."""
    with progress.stage(f"clone database {database}"):
        try:
            return stack.enter_context(clone(target, database))
        except CapabilityMissing as error:
            notes.append(f"tried in rolled-back transactions on the database itself, not on a clone: {error}")
            return target


class _Tried:
    """The candidates tried so far, sorted into advice and rejected."""

    def __init__(self, statement: Statement, capture: Capture) -> None:
        self._statement = statement
        self._capture = capture
        self.count = 0
        self.advice: list[Advice] = []
        self.rejected: list[Rejected] = []

    def attempt(self, session: Session, candidate: Candidate, progress: Progress) -> None:
        with progress.stage(f"try {candidate.sql}", total=PAIRS) as advance:
            try:
                trial = try_index(
                    session,
                    self._statement,
                    self._capture.query.parameters,
                    candidate.sql,
                    self._capture.plan,
                    advance,
                )
            except CaptureError as error:
                reason = f"could not be tried: {error}"
                if error.sqlstate in _NOT_ITS_FAULT:
                    self.advice.append(_unproven(candidate, reason))
                else:
                    self.rejected.append(_rejected(candidate, reason))
            else:
                self._sort(candidate, trial)
        self.count += 1

    def _sort(self, candidate: Candidate, trial: Trial) -> None:
        if trial.before is None or trial.after is None:
            reason = f"the planner does not use it ({format_bytes(trial.price.size_bytes)} for nothing)"
            self.rejected.append(_rejected(candidate, reason))
            return
        same_result = trial.same_result
        if same_result is False and not has_fixed_result(self._statement):
            same_result = None
        proof = judge(trial.before, trial.after, same_result)
        if is_worthwhile(proof):
            price = replace(trial.price, safe_sql=candidate.safe_sql)
            self.advice.append(_advice(candidate, price, proof))
        else:
            self.rejected.append(_rejected(candidate, _why_not(proof), proof))


def _why_not(proof: Proof) -> str:
    head = {
        "improves": "it helps too little to pay for",
        "neutral": "it makes no difference",
        "harms": "it makes things worse",
        "inconclusive": "its effect is not clear",
    }[proof.verdict]
    return f"{head}: {proof.reason}"


def _unproven(candidate: Candidate, reason: str) -> Advice:
    return _advice(candidate, Price(safe_sql=candidate.safe_sql), replace(UNPROVEN, reason=reason))


def _advice(candidate: Candidate, price: Price, proof: Proof) -> Advice:
    return Advice(
        id=candidate.kind,
        kind=candidate.kind,
        sql=candidate.sql,
        rationale=candidate.rationale,
        price=price,
        proof=proof,
        cures=candidate.cures,
    )


def _rejected(candidate: Candidate, reason: str, proof: Proof | None = None) -> Rejected:
    return Rejected(sql=candidate.sql, kind=candidate.kind, reason=reason, proof=proof)
