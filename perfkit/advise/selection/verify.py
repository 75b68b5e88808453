"""Run the workload with the chosen indexes and without, by turns, on a clone where they are really built."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from perfkit.advise.arm import Arm
from perfkit.advise.judge import judge
from perfkit.advise.selection.built import Built
from perfkit.advise.selection.costs import Costs
from perfkit.advise.selection.deadline import Deadline
from perfkit.advise.selection.effect import LATE, SAME_PLAN, TOLERANCE, Effect, with_sameness
from perfkit.advise.selection.question import Question
from perfkit.advise.selection.sameness import NEVER_ENDS, NO_TIME, TOO_LARGE, Sameness, sameness
from perfkit.advise.selection.timing import Timed, longest_ms
from perfkit.advise.selection.written import MOST_READ_BYTES, Written
from perfkit.advise.values import Proof
from perfkit.capture.capture import execution_ms
from perfkit.capture.values import Counters, Measurement, Samples
from perfkit.db.session import Session
from perfkit.errors import CaptureError, CaptureTimeout
from perfkit.plan import Plan
from perfkit.progress import Progress
from perfkit.stats import interleaved
from perfkit.units import format_ms

PAIRS = 5
SLOW_MS = 2_000.0
"""A statement this slow is run fewer times: its noise is small beside what is asked."""

SLOW_PAIRS = 2

LONG_MS = 500.0
"""From here on what caches do for the first run is small beside its time: it counts like any other."""

PATIENCE = 3.0
LEAST_PATIENCE_MS = 1_000.0
"""With the set a statement may take so many times what it took without, and at least so long; then it is ended, and harmed."""

PLAIN_PAIRS = 2
PLAIN_MS = 20.0
PLAIN_FACTOR = 2.0
LONG_PLAIN_FACTOR = 1.5
"""After two pairs a statement of so long is not run again where one side takes over so many times as long as the other each time:
twice, and half as long again where it takes over ``LONG_MS``."""

DIGEST_FACTOR = 2.0
"""What hashing the rows adds to a run, at the most for most."""

LEAST_DIGEST_MS = 1_000.0


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
        writes: Mapping[int, Written],
        timed: Timed,
        deadline: Deadline,
        hide: Callable[[], None],
    ) -> None:
        """Those that are said to gain the most by ``weights`` are run first, until the time is up. ``hide`` lets the planner see
        no option that is not built either."""
        self._session = session
        self._built = built
        self._questions = questions
        self._costs = costs
        self._progress = progress
        self._known: dict[tuple[int, int], Effect] = {}
        self._of_set: dict[tuple[int, int], Effect] = {}
        self._longest_ms = longest_ms(session, deadline.left)
        self._ended_ms: dict[int, float] = {place: timed.ms[place] or 0.0 for place in timed.endless}
        """How long statements were run that do not end without the set."""
        self._first_ms: dict[int, float] = {}
        """What the first run of those took that do end."""
        self._sameness: dict[tuple[int, int], Sameness] = {}
        self._weights = weights
        self._writes = writes
        self._hide = hide
        self._deadline = deadline

    def effects(self, chosen: int) -> list[Effect]:
        """Of every statement. Each with a new plan is run about a dozen times; what writes is undone."""
        with self._progress.stage("run the workload with and without", total=len(self._questions)) as advance:
            found = {}
            order = self._in_order(chosen)
            self._hide()
            for place in order:
                found[place] = (self._unseen if self._deadline.is_over else self._effect)(place, chosen)
                advance()
        self._built.show(self._session, 0)
        return [found[place] for place in range(len(self._questions))]

    def compared(self, effects: Sequence[Effect]) -> list[Effect]:
        """The same effects, those of statements that read with the rows of both sides compared. Each is run once more on each side,
        and never twice for one plan."""
        waiting = [
            one for one in effects if one.proof is not None and not one.not_compared and self._reads(one)
        ]
        found = {one.place: one for one in effects}
        with self._progress.stage("compare the rows with and without", total=len(waiting)) as advance:
            self._hide()
            for effect in waiting:
                found[effect.place] = self._compared(effect)
                advance()
        self._built.show(self._session, 0)
        return [found[one.place] for one in effects]

    def _reads(self, effect: Effect) -> bool:
        return self._questions[effect.place].statement.kind == "select"

    def _compared(self, effect: Effect) -> Effect:
        key = (effect.place, effect.used)
        if key not in self._sameness:
            question = self._questions[effect.place]
            self._sameness[key] = self._same(effect, self._arm(question, 0), self._arm(question, effect.used))
        return with_sameness(effect, self._sameness[key])

    def _in_order(self, chosen: int) -> list[int]:
        """The statements, the most gained by the planner's word first; those that write much last, for what they leave behind."""

        def key(place: int) -> tuple[bool, float, int]:
            weight = self._weights[place] if self._weights else 1.0
            gain = weight * (self._costs.of(place, 0).cost - self._costs.of(place, chosen).cost)
            written = self._writes.get(place)
            return written is not None and not written.is_slight, -gain, place

        return sorted(range(len(self._questions)), key=key)

    def _unseen(self, place: int, chosen: int) -> Effect:
        known = self._of_set.get((place, self._seen_by(place, chosen)))
        if known is not None:
            return known
        used, kept = self._costs.of(place, chosen).used, chosen & self._kept(place)
        reason = LATE if used | kept else SAME_PLAN
        return Effect(place=place, used=used, kept=kept, proof=None, reason=reason)

    def _effect(self, place: int, chosen: int) -> Effect:
        """Known where a set that is the same to the statement was run before."""
        key = (place, self._seen_by(place, chosen))
        known = self._of_set.get(key) or self._found(place, chosen)
        if known.reason != LATE:
            self._of_set[key] = known
        return known

    def _seen_by(self, place: int, chosen: int) -> int:
        """The part of the set that makes a difference to the statement."""
        return chosen & (self._costs.useful[place] | self._kept(place))

    def _kept(self, place: int) -> int:
        """Options on the tables that it writes: each of its rows goes into them, whether the planner may see them or not."""
        written = self._writes.get(place)
        return self._built.on(written.tables) if written is not None else 0

    def _found(self, place: int, chosen: int) -> Effect:
        question = self._questions[place]
        expected = self._costs.of(place, chosen).used
        if expected & self._built.late:
            return Effect(place=place, used=expected, proof=None, reason=LATE)
        if question.is_generic:
            return Effect(place=place, used=expected, proof=None, reason="its parameters have no values")
        try:
            if question.statement.kind != "select":
                return self._write(place, chosen, expected)
            new = self._arm(question, chosen).planned()
            used = self._used(new)
            if not used:
                return Effect(place=place, used=0, proof=None, reason=SAME_PLAN)
            known = self._known.get((place, used))
            if known is None:
                before, after = self._arm(question, 0), self._arm(question, used)
                known = self._run(Effect(place=place, used=used, proof=None), before, after, new)
                self._known[place, used] = known
        except CaptureError as error:
            return Effect(place=place, used=expected, proof=None, reason=f"it could not be run: {error}")
        return known

    def _write(self, place: int, chosen: int, expected: int) -> Effect:
        """What writes is run where its table has the set's options and no others, and where it has none: hidden ones would be
        written to as well."""
        question, written = self._questions[place], self._writes.get(place)
        if written is None or written.is_large:
            why = (
                "it is not known which table it writes"
                if written is None
                else "it writes too much of its table"
            )
            return Effect(place=place, used=expected, proof=None, reason=f"{why}: weighed by its plan")
        all_kept = self._kept(place)
        kept = all_kept & chosen
        before = self._arm(question, 0, first=self._built.drops(all_kept))
        after = self._arm(question, self._seen_by(place, chosen), first=self._built.drops(all_kept & ~chosen))
        new = after.planned()
        used = self._used(new)
        if not used | kept:
            return Effect(place=place, used=0, proof=None, reason=SAME_PLAN)
        effect = self._run(
            Effect(place=place, used=used, kept=kept, proof=None), before, after, new, written=written
        )
        proof = effect.proof
        if (
            proof is None
            or proof.verdict != "harms"
            or effect.gives_other_rows
            or effect.is_slower(TOLERANCE)
        ):
            return effect
        return replace(effect, proof=replace(proof, verdict="neutral"))

    def _used(self, plan: Plan) -> int:
        found = 0
        for node in plan.walk():
            number = self._built.number(self._session, node.index) if node.index is not None else None
            found |= 0 if number is None else 1 << number
        return found

    def _run(
        self, effect: Effect, before: Arm, after: Arm, new: Plan, *, written: Written | None = None
    ) -> Effect:
        """The effect with what running both sides showed."""
        old = before.planned()
        if not self._ends(effect.place, before):
            proof = self._proof_of_endless(effect.place, old, after, new)
            return replace(effect, proof=proof, not_compared=NEVER_ENDS)
        patience = min(self._longest_ms, max(PATIENCE * self._first_ms[effect.place], LEAST_PATIENCE_MS))
        try:
            _begin(after, patience)
        except CaptureTimeout:
            return replace(
                effect, ended_ms=patience, reason=f"with them it was ended after {format_ms(patience)}"
            )
        pairs = SLOW_PAIRS if max(after.samples, default=0.0) > SLOW_MS else PAIRS
        for turn in interleaved(pairs if written is None else min(pairs, written.pairs)):
            if _is_plain(before.samples, after.samples):
                break
            (before if turn == "before" else after).sample()
            if self._deadline.is_over and before.samples and after.samples:
                break
        proof = judge(before.measurement(old), after.measurement(new), None)
        effect = replace(effect, proof=proof)
        if written is None:
            return effect
        if written.table_bytes > MOST_READ_BYTES:
            return replace(effect, not_compared=TOO_LARGE)
        return with_sameness(effect, self._same(effect, before, after))

    def _ends(self, place: int, before: Arm) -> bool:
        """Whether the statement comes to its end without the set; where it does not, that is tried once, as it takes long."""
        if place not in self._first_ms and place not in self._ended_ms:
            try:
                self._first_ms[place] = _begin(before, self._longest_ms)
            except CaptureTimeout:
                self._ended_ms[place] = self._longest_ms
        return place in self._first_ms

    def _proof_of_endless(self, place: int, old: Plan, after: Arm, new: Plan) -> Proof:
        """With the set it has the time it had without, and no more."""
        limit = self._ended_ms[place]
        try:
            after.run(limit)
            after.sample(limit)
        except CaptureTimeout:
            return judge(_ended(old, limit), _ended(new, limit), None)
        return judge(_ended(old, limit), after.measurement(new), None)

    def _same(self, effect: Effect, before: Arm, after: Arm) -> Sameness:
        """Looked at where the time is there for what it is expected to take, and never for long."""
        expected_ms = DIGEST_FACTOR * ((effect.before_ms or 0.0) + (effect.after_ms or 0.0))
        if expected_ms > self._deadline.left * 1000:
            return Sameness(is_same=None, reason=NO_TIME)
        longest = max(DIGEST_FACTOR * self._longest_ms, LEAST_DIGEST_MS)
        bounds = (f"set local statement_timeout = '{round(longest)}ms'",)
        return sameness(before.under(bounds), after.under(bounds))

    def _arm(self, question: Question, chosen: int, *, first: Sequence[str] = ()) -> Arm:
        """The statement with these options and no other."""
        return Arm(
            self._session,
            question.statement,
            question.parameters,
            first=first,
            longest_ms=self._longest_ms,
            prepare=lambda: self._built.show(self._session, chosen),
        )


def _begin(arm: Arm, longest_ms: float) -> float:
    """Milliseconds of the first run, which fills the caches; of a statement that takes long it counts."""
    ms = execution_ms(arm.run(longest_ms))
    if ms >= LONG_MS:
        arm.samples.append(ms)
    return ms


def _is_plain(before: Sequence[float], after: Sequence[float]) -> bool:
    """Whether further pairs of a statement that takes its time would change nothing: every run of one side is far from every run
    of the other."""
    if min(len(before), len(after)) < PLAIN_PAIRS:
        return False
    longest = max(*before, *after)
    factor = LONG_PLAIN_FACTOR if longest >= LONG_MS else PLAIN_FACTOR
    is_apart = max(after) * factor < min(before) or max(before) * factor < min(after)
    return longest >= PLAIN_MS and is_apart


def _ended(plan: Plan, after_ms: float) -> Measurement:
    return Measurement(
        plan=plan, counters=Counters.of(plan), samples=Samples(values=()), ended_after_ms=after_ms
    )
