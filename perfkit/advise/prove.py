"""Prove candidates: try each where it may be tried, keep what helps, and say of the rest why not."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from perfkit.advise import whatif
from perfkit.advise.bystanders import slows_down
from perfkit.advise.change import Change, change_of
from perfkit.advise.combine import combined, with_indexes
from perfkit.advise.judge import MEMORY_RATIO, is_worthwhile, judge, spares_blocks
from perfkit.advise.places import Places, Prepare
from perfkit.advise.rank import beats, one_line, outdone, ranked
from perfkit.advise.reference import ending_settings
from perfkit.advise.substitute import substituted
from perfkit.advise.trial import (
    FEWEST_PAIRS,
    PAIRS,
    STILL_SPILLS,
    Subject,
    Trial,
    make,
    try_apart,
    try_in_place,
)
from perfkit.advise.values import (
    BUDGET_BYTES,
    BUDGET_SECONDS,
    UNPROVEN,
    Advice,
    Candidate,
    Price,
    Proof,
    Rejected,
    Step,
)
from perfkit.advise.write_cost import write_cost_on_clone
from perfkit.capture.values import Capture
from perfkit.db.target import Target
from perfkit.errors import CapabilityMissing, CaptureError, ServerError, UsageError
from perfkit.progress import Progress
from perfkit.sql import has_fixed_result
from perfkit.sql.statement import Statement
from perfkit.units import format_bytes

_NOT_ITS_FAULT = {"42501", "55P03", "57014", "53100", "53200"}
"""insufficient_privilege, lock_not_available, query_canceled, disk_full, out_of_memory: the candidate may still be right."""

CURED_RATIO = 0.1
"""A tenth of the time: what remains is no longer the slow query that was asked about."""

EXPECTED_FACTOR = 3.0
"""Costs are within a factor of a few where plans are of one kind; beyond, a rival would not come near."""

MOST_WEIGHED = 3
"""Indexes whose write cost is measured: it takes some tenths of a second each."""

NOT_SCRATCH = "not tried: the database was not declared scratch; run perfkit investigate with --scratch on a copy to prove it"
FOR_PEOPLE = "not tried: it is a change of the application"
TO_BE_WRITTEN = "not tried: it has to be written first"


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
    budget_bytes: int = BUDGET_BYTES,
    prepare: Prepare | None = None,
    others: Sequence[Statement] = (),
    progress: Progress,
) -> Outcome:
    """Try each candidate on a clone, or where no clone can be made in a rolled-back transaction on the scratch database.

    On a target that is not scratch only what reads is tried (rewritten queries, settings of the session). Then those that
    help are tried together, and rewrites with the indexes they call for. A lost server or Ctrl-C ends the trials;
    what was proven until then is kept. ``prepare`` is called with each session before its first run; ``others`` are
    statements of the workload that a change of the database must not slow down.
    """
    if not candidates:
        return Outcome(advice=())
    court = _Court(statement, capture, progress, others)
    deadline = time.monotonic() + budget_seconds
    interrupted = None
    out_of_time = False
    queue = list(candidates)
    places = Places(
        target, capture.environment.database, progress, prepare=prepare, budget_bytes=budget_bytes
    )
    try:
        with places:
            while queue:
                if time.monotonic() > deadline:
                    out_of_time = True
                    break
                court.hear(places, queue[0])
                queue.pop(0)
                if not queue:
                    queue = court.together(places)
            court.weigh_writes(places)
    except ServerError as error:
        interrupted = str(error)
    except KeyboardInterrupt:
        interrupted = "interrupted"
    notes = list(places.notes)
    if out_of_time:
        notes.append(f"the budget of {budget_seconds:.0f} s ran out; raise --budget-seconds to try the rest")
    reason = "not tried: " + (interrupted or "the time ran out")
    left = [_unproven(candidate, reason) for candidate in _first_of_each(queue, court)]
    behind = outdone(court.advice)
    kept = [one for place, one in enumerate(court.advice) if place not in behind]
    return Outcome(
        advice=ranked([*kept, *left]),
        rejected=(*court.rejected, *(_outdone(court.advice[place], why) for place, why in behind.items())),
        notes=tuple(notes),
        interrupted=interrupted,
    )


def _first_of_each(queue: Sequence[Candidate], court: _Court) -> list[Candidate]:
    """What was not heard and is worth telling: no combination, and of a ladder its next rung."""
    found: dict[str, Candidate] = {}
    for candidate in queue:
        if not court.is_combination(candidate) and not court.is_answered(candidate):
            found.setdefault(candidate.one_of or candidate.sql, candidate)
    return list(found.values())


class _Court:
    """Hears the candidates one after the other and sorts them into advice and rejected."""

    def __init__(
        self, statement: Statement, capture: Capture, progress: Progress, others: Sequence[Statement]
    ) -> None:
        self._others = others
        self._statement = statement
        self._capture = capture
        self._progress = progress
        self._equal_rewrites: list[Candidate] = []
        self._answered: set[str | None] = set()
        self._most_cost: float | None = None
        self._ending: tuple[tuple[str, ...] | None] | None = None
        self._combinations: list[Candidate] | None = None
        self.advice: list[Advice] = []
        self.rejected: list[Rejected] = []

    def is_combination(self, candidate: Candidate) -> bool:
        return candidate in (self._combinations or ())

    def is_answered(self, candidate: Candidate) -> bool:
        """Whether another one of its group was found to be enough."""
        return candidate.one_of in self._answered

    def together(self, places: Places) -> list[Candidate]:
        """What is worth trying once every candidate was tried alone; empty the second time."""
        if self._combinations is not None:
            return []
        self._combinations = []
        if places.may_change:
            self._combinations = [
                *with_indexes(self._equal_rewrites, self.advice, self._capture.catalog),
                *combined(self.advice),
            ]
        return list(self._combinations)

    def weigh_writes(self, places: Places) -> None:
        """What the best indexes cost at each write, where there is a clone to write to."""
        if not places.has_clone:
            return
        catalog = self._capture.catalog
        proven = [place for place, one in enumerate(self.advice) if one.proof.verdict == "improves"]
        proven.sort(key=lambda place: self.advice[place].proof.time_ratio or 0.0)
        for place in proven[:MOST_WEIGHED]:
            advice = self.advice[place]
            name = (advice.relation or "").rpartition(".")
            relation = catalog.relation(name[2], name[0]) if advice.relation else None
            ddl = [step.sql for step in _steps(advice) if step.kind == "index"]
            if relation is None or not ddl or any(sql.lower().startswith("drop") for sql in ddl):
                continue
            with suppress(CaptureError), self._progress.stage(f"weigh writes of {one_line(ddl[0])}"):
                cost = write_cost_on_clone(places.session, relation, ddl)
                self.advice[place] = replace(advice, price=replace(advice.price, write_cost=cost))

    def hear(self, places: Places, candidate: Candidate) -> None:
        if self.is_answered(candidate):
            return
        change = change_of(candidate)
        if candidate.measured is not None:
            before, after = candidate.measured
            self._sort(candidate, change, Trial(price=Price(), before=before, after=after, same_result=True))
            return
        if change.is_for_people:
            reason = FOR_PEOPLE if candidate.kind == "application" else TO_BE_WRITTEN
            self.advice.append(_unproven(candidate, reason))
            return
        if not change.only_reads and not places.may_change:
            self._hear_unchanged(places, candidate, change)
            return
        with self._progress.stage(f"try {one_line(candidate.sql)}", total=PAIRS) as advance:
            try:
                taken, trial = self._try(places, candidate, change, advance)
            except UsageError as error:
                self.rejected.append(_rejected(candidate, f"could not be tried: {error}"))
            except CapabilityMissing as error:
                self.advice.append(_unproven(candidate, f"not tried: {error}"))
            except CaptureError as error:
                reason = f"could not be tried: {error}"
                if error.sqlstate in _NOT_ITS_FAULT:
                    self.advice.append(_unproven(candidate, reason))
                else:
                    self.rejected.append(_rejected(candidate, reason))
            else:
                self._sort(taken, change, trial)

    def _hear_unchanged(self, places: Places, candidate: Candidate, change: Change) -> None:
        """Where nothing may be changed: what the planner would do, if HypoPG is there to be asked."""
        planned = None
        if whatif.is_available(self._capture.catalog):
            try:
                taken = substituted(candidate, change, self._statement, self._capture, places.session)
                planned = whatif.plan_with(places.session, taken.subject, change)
            except CaptureError as error:
                self.advice.append(_unproven(candidate, f"{NOT_SCRATCH}; HypoPG: {error}"))
                return
        if planned is None:
            self.advice.append(_unproven(candidate, NOT_SCRATCH))
            return
        proof, price = planned
        if proof.verdict == "improves":
            self.advice.append(_advice(candidate, replace(price, safe_sql=candidate.safe_sql), proof))
        else:
            self.rejected.append(_rejected(candidate, proof.reason, proof))

    def _try(
        self, places: Places, candidate: Candidate, change: Change, advance: object
    ) -> tuple[Candidate, Trial]:
        substitution = substituted(candidate, change, self._statement, self._capture, places.session)
        subject = substitution.subject
        if subject.is_endless and subject.is_rewritten:
            subject = replace(subject, ending=self._ending_settings(places, subject))
        assert callable(advance)
        if not change.needs_its_own_clone:
            return substitution.candidate, try_in_place(
                places.session,
                subject,
                change,
                advance,
                ends_spill=candidate.ends_spill,
                most_cost=self._most_cost,
                others=self._others,
            )
        with places.changed() as changed:
            price = make(changed, change)
            trial = try_apart(places.session, changed, subject, change, advance, others=self._others)
        return substitution.candidate, replace(trial, price=price)

    def _ending_settings(self, places: Places, subject: Subject) -> tuple[str, ...] | None:
        """Looked for once: each way may take half of statement_timeout."""
        if self._ending is None:
            self._ending = (ending_settings(places.session, subject),)
        return self._ending[0]

    def _sort(self, candidate: Candidate, change: Change, trial: Trial) -> None:
        if trial.before is None or trial.after is None:
            size = trial.price.size_bytes
            spent = f" ({format_bytes(size)} for nothing)" if size else ""
            self.rejected.append(_rejected(candidate, f"{trial.idle_reason}{spent}"))
            if candidate.ends_spill and trial.idle_reason != STILL_SPILLS:
                self._answered.add(candidate.one_of)
            return
        same = trial.same_result
        if same is False and not has_fixed_result(self._statement):
            same = None
        proof = judge(trial.before, trial.after, same)
        is_open = False
        if change.statement is not None and same is None and is_worthwhile(proof):
            is_open, proof = True, _not_shown_equal(proof)
        elif change.statement is not None and same and not change.database and not change.settings:
            self._equal_rewrites.append(candidate)
        proof = replace(proof, bystanders=trial.bystanders)
        slower = [one for one in trial.bystanders if one.verdict == "harms"]
        if slower:
            candidate = replace(candidate, caveats=(*candidate.caveats, slows_down(slower)))
        if self.is_combination(candidate) and not beats(proof, self.advice):
            self.rejected.append(_rejected(candidate, "together they do no better than one alone", proof))
        elif is_open or _is_worthwhile(candidate, change, proof):
            price = replace(trial.price, safe_sql=candidate.safe_sql)
            self.advice.append(_advice(candidate, price, proof))
            self._answered |= {candidate.one_of} - {None}
            self._expect_no_less(proof, trial.planned_cost)
        else:
            self.rejected.append(_rejected(candidate, _why_not(proof), proof))
            if candidate.ends_spill:
                self._answered.add(candidate.one_of)

    def _expect_no_less(self, proof: Proof, cost: float | None) -> None:
        """Once a remedy cures the statement, others are run only where the planner expects about as much of them."""
        if cost is not None and proof.time_ratio is not None and proof.time_ratio < CURED_RATIO:
            self._most_cost = min(cost * EXPECTED_FACTOR, self._most_cost or float("inf"))


def _is_worthwhile(candidate: Candidate, change: Change, proof: Proof) -> bool:
    """Dropping what is spare costs nothing, so that any clear gain is worth it; it must show in blocks that are not written,
    as a statement that only reads gains nothing by it and time alone may fall by chance."""
    if change.only_drops:
        return proof.verdict == "improves" and spares_blocks(proof)
    if candidate.kind == "index" and not spares_blocks(proof) and (proof.time_ratio or 0.0) > MEMORY_RATIO:
        return False
    only_labels = candidate.kind == "schema" and candidate.relation is None
    is_costly = candidate.kind in ("index", "schema", "maintenance") and not only_labels
    return is_worthwhile(proof, is_costly=is_costly)


def _not_shown_equal(proof: Proof) -> Proof:
    """A rewrite is proven only where its rows were seen to be the same."""
    is_ended = proof.before is not None and proof.before.ended_after_ms is not None
    why = "the statement gave none" if is_ended else "ties may rightly come out otherwise"
    reason = f"{proof.reason}; the rows could not be compared, as {why}"
    return replace(proof, verdict="inconclusive", reason=reason)


def _why_not(proof: Proof) -> str:
    head = {
        "improves": "it helps too little to pay for",
        "neutral": "it makes no difference",
        "harms": "it makes things worse",
        "inconclusive": "its effect is not clear",
    }[proof.verdict]
    taken = proof.after.samples.values if proof.after is not None else ()
    if proof.verdict == "harms" and proof.same_result is not False and len(taken) < FEWEST_PAIRS:
        head = "it does not help"
    return f"{head}: {proof.reason}"


def _steps(advice: Advice) -> tuple[Step, ...]:
    return advice.steps or (Step(kind=advice.kind, sql=advice.sql),)


def _outdone(advice: Advice, why: str) -> Rejected:
    return Rejected(sql=advice.sql, kind=advice.kind, reason=why, proof=advice.proof)


def _unproven(candidate: Candidate, reason: str) -> Advice:
    return _advice(candidate, Price(safe_sql=candidate.safe_sql), replace(UNPROVEN, reason=reason))


def _advice(candidate: Candidate, price: Price, proof: Proof) -> Advice:
    return Advice(
        id=candidate.kind,
        kind=candidate.kind,
        sql=candidate.sql,
        steps=candidate.steps,
        rationale=candidate.rationale,
        price=price,
        proof=proof,
        cures=candidate.cures,
        relation=candidate.relation,
        undo_sql=candidate.undo_sql,
        conditions=candidate.conditions,
        caveats=candidate.caveats,
    )


def _rejected(candidate: Candidate, reason: str, proof: Proof | None = None) -> Rejected:
    return Rejected(sql=candidate.sql, kind=candidate.kind, reason=reason, proof=proof)
