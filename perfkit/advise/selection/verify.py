"""Run the workload with the chosen indexes and without, by turns, on a clone where they are really built."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf

from perfkit.advise.arm import Arm
from perfkit.advise.judge import judge
from perfkit.advise.selection.built import Built
from perfkit.advise.selection.costs import Costs
from perfkit.advise.selection.question import Question
from perfkit.advise.selection.timing import longest_ms
from perfkit.advise.values import Proof
from perfkit.capture.values import Counters, Measurement, Samples
from perfkit.db.session import Session
from perfkit.errors import CaptureError, CaptureTimeout
from perfkit.plan import Plan
from perfkit.progress import Progress
from perfkit.stats import interleaved, median

ALWAYS_RUN = 20
"""Statements that are run however long it takes; a workload of thousands is run as far as its time goes."""

PAIRS = 5
SLOW_MS = 2_000.0
"""A statement this slow is run fewer times: its noise is small beside what is asked."""

SLOW_PAIRS = 2

TOLERANCE = 0.05
"""A statement may take this much longer than without the indexes, noise counted in, before the set is refused."""

LEAST_HARM_MS = 0.5
"""Of a call: less is not worth the loss of an index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One statement without and with the set. ``proof`` is None where it was not run."""

    place: int
    used: int
    """Options of the set in its plan."""
    proof: Proof | None
    reason: str = ""
    """Why it was not run, or not to its end; empty where it was."""
    is_endless: bool = False
    """It ends without the set in the time that a run may take, and with it does not."""

    @property
    def before_ms(self) -> float | None:
        return _typical(self.proof, is_before=True)

    @property
    def after_ms(self) -> float | None:
        return _typical(self.proof, is_before=False)

    def is_harmed(self, tolerance: float) -> bool:
        """Surely slower than the tolerance allows, by as much as can be felt."""
        proof = self.proof
        if self.is_endless:
            return True
        if proof is None or proof.time_ratio_low is None or self.before_ms is None or self.after_ms is None:
            return False
        return proof.time_ratio_low > 1 + tolerance and self.after_ms - self.before_ms >= LEAST_HARM_MS


class Verifier:
    """Runs each statement once for each plan it has; a plan that uses none of the set is not run."""

    def __init__(
        self,
        session: Session,
        built: Built,
        questions: Sequence[Question],
        costs: Costs,
        progress: Progress,
        *,
        weights: Sequence[float] = (),
        seconds: float = inf,
    ) -> None:
        """``seconds`` are for what goes beyond the ``ALWAYS_RUN`` statements that are said to gain the most by ``weights``."""
        self._session = session
        self._built = built
        self._questions = questions
        self._costs = costs
        self._progress = progress
        self._known: dict[tuple[int, int], Effect] = {}
        self._of_set: dict[tuple[int, int], Effect] = {}
        self._endless: dict[int, bool] = {}
        self._longest_ms = longest_ms(session, seconds)
        self._weights = weights
        self._deadline = time.monotonic() + seconds

    def effects(self, chosen: int) -> list[Effect]:
        """Of every statement. Each with a new plan is run about a dozen times; what writes is undone."""
        with self._progress.stage("run the workload with and without", total=len(self._questions)) as advance:
            found = {}
            for turn, place in enumerate(self._by_gain(chosen)):
                if turn < ALWAYS_RUN or time.monotonic() < self._deadline:
                    found[place] = self._effect(place, chosen)
                else:
                    found[place] = self._unseen(place, chosen)
                advance()
        return [found[place] for place in range(len(self._questions))]

    def _by_gain(self, chosen: int) -> list[int]:
        """The statements, the most gained by the planner's word first."""

        def gain(place: int) -> float:
            weight = self._weights[place] if self._weights else 1.0
            return weight * (self._costs.of(place, 0).cost - self._costs.of(place, chosen).cost)

        return sorted(range(len(self._questions)), key=lambda place: (-gain(place), place))

    def _unseen(self, place: int, chosen: int) -> Effect:
        known = self._of_set.get((place, chosen & self._costs.useful[place]))
        if known is not None:
            return known
        used = self._costs.of(place, chosen).used
        reason = "no time was left to run it: weighed by its plan" if used else "its plan is the same"
        return Effect(place=place, used=used, proof=None, reason=reason)

    def _effect(self, place: int, chosen: int) -> Effect:
        """Known where a set that is the same to the statement was run before."""
        key = (place, chosen & self._costs.useful[place])
        if key not in self._of_set:
            self._of_set[key] = self._found(place, chosen)
        return self._of_set[key]

    def _found(self, place: int, chosen: int) -> Effect:
        question = self._questions[place]
        expected = self._costs.of(place, chosen).used
        if question.is_generic:
            return Effect(place=place, used=expected, proof=None, reason="its parameters have no values")
        if question.statement.kind != "select":
            return Effect(place=place, used=expected, proof=None, reason="it writes: weighed by its plan")
        try:
            after = self._arm(question)
            with self._shown(chosen):
                plan = after.planned()
            used = self._used(plan)
            if not used:
                return Effect(place=place, used=0, proof=None, reason="its plan is the same")
            known = self._known.get((place, used))
            if known is None:
                known = self._run(place, after, plan, used)
                self._known[place, used] = known
        except CaptureError as error:
            return Effect(place=place, used=expected, proof=None, reason=f"it could not be run: {error}")
        return known

    def _used(self, plan: Plan) -> int:
        found = 0
        for node in plan.walk():
            number = self._built.number(node.index) if node.index is not None else None
            found |= 0 if number is None else 1 << number
        return found

    def _run(self, place: int, after: Arm, new: Plan, used: int) -> Effect:
        question = self._questions[place]
        before = self._arm(question)
        old = before.planned()
        if not self._ends(place, before):
            proof = self._proof_of_endless(old, after, new, used)
            return Effect(place=place, used=used, proof=proof)
        try:
            with self._shown(used):
                first = after.run()
        except CaptureTimeout as error:
            return Effect(place=place, used=used, proof=None, is_endless=True, reason=f"with them {error}")
        for turn in interleaved(SLOW_PAIRS if (first.execution_ms or 0.0) > SLOW_MS else PAIRS):
            if turn == "before":
                before.sample()
            else:
                with self._shown(used):
                    after.sample()
        return Effect(
            place=place, used=used, proof=judge(before.measurement(old), after.measurement(new), True)
        )

    def _ends(self, place: int, before: Arm) -> bool:
        """Whether the statement comes to its end without the set; tried once, as it may take long."""
        if place not in self._endless:
            try:
                before.run()
            except CaptureTimeout:
                self._endless[place] = True
            else:
                self._endless[place] = False
        return not self._endless[place]

    def _proof_of_endless(self, old: Plan, after: Arm, new: Plan, used: int) -> Proof:
        with self._shown(used):
            after.run()
            after.sample()
        return judge(_ended(old, self._longest_ms), after.measurement(new), True)

    def _arm(self, question: Question) -> Arm:
        return Arm(self._session, question.statement, question.parameters, longest_ms=self._longest_ms)

    @contextmanager
    def _shown(self, used: int) -> Iterator[None]:
        self._built.show(used)
        try:
            yield
        finally:
            self._built.show(0)


def _ended(plan: Plan, after_ms: float) -> Measurement:
    return Measurement(
        plan=plan, counters=Counters.of(plan), samples=Samples(values=()), ended_after_ms=after_ms
    )


def _typical(proof: Proof | None, *, is_before: bool) -> float | None:
    measured = None if proof is None else proof.before if is_before else proof.after
    if measured is None:
        return None
    if measured.ended_after_ms is not None:
        return measured.ended_after_ms
    return median(measured.samples.values) if measured.samples.values else None
