"""Run the workload with the chosen indexes and without, by turns, on a clone where they are really built."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from perfkit.advise.arm import Arm
from perfkit.advise.judge import ONE_RUN_FACTOR
from perfkit.advise.selection.built import Built
from perfkit.advise.selection.costs import Costs
from perfkit.advise.selection.deadline import Deadline
from perfkit.advise.selection.effect import LATE, SAME_PLAN, TOLERANCE, Effect, with_sameness
from perfkit.advise.selection.question import Question
from perfkit.advise.selection.sameness import NO_TIME, TOO_LARGE, Sameness, sameness
from perfkit.advise.selection.timing import Timed, longest_ms
from perfkit.advise.selection.trial import PAIRS, Plain, Trial
from perfkit.advise.selection.written import MOST_READ_BYTES, Written
from perfkit.db.session import Session
from perfkit.errors import CaptureError
from perfkit.plan import Plan
from perfkit.progress import Advance, Progress

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
        writes: Mapping[int, Written],
        timed: Timed,
        deadline: Deadline,
        hide: Callable[[], None],
    ) -> None:
        """``hide`` lets the planner see no option that is not built either."""
        self._session = session
        self._built = built
        self._questions = questions
        self._costs = costs
        self._progress = progress
        self._writes = writes
        self._timed = timed
        self._hide = hide
        self._deadline = deadline
        self._longest_ms = longest_ms(session, deadline.left)
        self._plain: dict[tuple[int, int], Plain] = {}
        self._trials: dict[tuple[int, int, int], Trial] = {}
        self._of_set: dict[tuple[int, int], Effect | Trial] = {}
        self._sameness: dict[tuple[int, int, int], Sameness] = {}

    def effects(self, chosen: int, *, is_first_look: bool = False) -> list[Effect]:
        """Of every statement. Each with a new plan is run about a dozen times, or for a first look as often as shows plain harm; none
        is run again before all had their first look. What writes is undone."""
        title = (
            "look at the workload with and without" if is_first_look else "run the workload with and without"
        )
        with self._progress.stage(title, total=len(self._questions)) as advance:
            self._hide()
            found = {}
            for place in self._in_order(chosen):
                one = found[place] = self._looked_at(place, chosen)
                if is_first_look or isinstance(one, Effect) or (one.is_done and not one.is_cut_short):
                    advance()
            trials = [one for one in found.values() if isinstance(one, Trial)]
            if is_first_look:
                self._look_twice(trials)
            else:
                self._run_by_turns(trials, advance)
        self._built.show(self._session, 0)
        return [self._effect(found[place]) for place in range(len(self._questions))]

    def look(self, place: int, chosen: int) -> Effect:
        """A first look at one statement."""
        self._hide()
        found = self._looked_at(place, chosen)
        self._look_twice([found] if isinstance(found, Trial) else [])
        self._built.show(self._session, 0)
        return self._effect(found)

    def _look_twice(self, trials: Sequence[Trial]) -> None:
        """One more pair for those that one run shows as slower, and not by far."""
        for trial in trials:
            effect = trial.effect
            ratio = effect.proof.time_ratio if effect.proof is not None else None
            in_doubt = ratio is not None and 1 + TOLERANCE < ratio < ONE_RUN_FACTOR
            if effect.runs == 1 and in_doubt and not trial.is_done and not self._deadline.is_over:
                trial.pair()

    def _run_by_turns(self, trials: Sequence[Trial], advance: Advance) -> None:
        """A pair of each, and again; then more time for those that did not end without the options, to know what they take."""
        done: set[int] = set()
        while waiting := [one for one in trials if not one.is_done] or [
            one for one in trials if one.is_cut_short
        ]:
            for trial in waiting:
                if self._deadline.is_over:
                    return
                if trial.is_done:
                    trial.lengthen()
                else:
                    trial.pair()
                if trial.is_done and trial.place not in done:
                    done.add(trial.place)
                    advance()

    def compared(self, effects: Sequence[Effect]) -> list[Effect]:
        """The same effects, with the rows of both sides compared, or what a write leaves in its table. Each is run once more on each
        side, and never twice for one plan."""
        waiting = [one for one in effects if one.proof is not None and not one.not_compared]
        found = {one.place: one for one in effects}
        with self._progress.stage("compare the rows with and without", total=len(waiting)) as advance:
            self._hide()
            for effect in waiting:
                found[effect.place] = with_sameness(effect, self._compared(effect))
                advance()
        self._built.show(self._session, 0)
        return [found[one.place] for one in effects]

    def _in_order(self, chosen: int) -> list[int]:
        """The statements, by what the planner says they gain for the time that running them takes; those that write much last, for what
        they leave behind."""

        def key(place: int) -> tuple[bool, float, int]:
            before, after = self._costs.of(place, 0).cost, self._costs.of(place, chosen).cost
            share = self._questions[place].weight * (before - after) / max(before + after, 1e-9)
            written = self._writes.get(place)
            return written is not None and not written.is_slight, -share, place

        return sorted(range(len(self._questions)), key=key)

    def _looked_at(self, place: int, chosen: int) -> Effect | Trial:
        """A trial that has begun, or why there is none. Known where a set that is the same to the statement was run before; a plan may
        have used an option that it was not thought to use, and which is gone."""
        key = (place, self._seen_by(place, chosen))
        known = self._of_set.get(key)
        if known is not None and not known.used & ~chosen:
            return known
        if self._deadline.is_over:
            return self._late(place, chosen)
        found = self._found(place, chosen)
        if isinstance(found, Trial) or found.reason != LATE:
            self._of_set[key] = found
        return found

    def _late(self, place: int, chosen: int) -> Effect | Trial:
        """There is no time to run it; it is planned, as it may have been run with the same plan before."""
        question = self._questions[place]
        used, alone, kept = self._costs.of(place, chosen).used, 0, chosen & self._kept(place)
        if question.statement.kind == "select" and not question.is_generic and not used & self._built.late:
            with suppress(CaptureError):
                used, alone = self._used(self._arm(question, chosen).planned())
                trial = self._trials.get((place, used, 0))
                if trial is not None and trial.is_begun:
                    return trial
        reason = LATE if used | kept else SAME_PLAN
        return Effect(place=place, used=used, alone=alone, kept=kept, proof=None, reason=reason)

    def _seen_by(self, place: int, chosen: int) -> int:
        """The part of the set that makes a difference to the statement."""
        return chosen & (self._costs.useful[place] | self._kept(place))

    def _kept(self, place: int) -> int:
        """Options on the tables that it writes: each of its rows goes into them, whether the planner may see them or not."""
        written = self._writes.get(place)
        return self._built.on(written.tables) if written is not None else 0

    def _found(self, place: int, chosen: int) -> Effect | Trial:
        question = self._questions[place]
        expected = self._costs.of(place, chosen).used

        def untried(reason: str) -> Effect:
            return Effect(place=place, used=expected, proof=None, reason=reason)

        if expected & self._built.late:
            return untried(LATE)
        if question.is_generic:
            return untried("its parameters have no values")
        is_read = question.statement.kind == "select"
        written = self._writes.get(place)
        if not is_read and written is None:
            return untried("it is not known which table it writes: weighed by its plan")
        if not is_read and written is not None and written.is_large:
            return untried("it writes too much of its table: weighed by its plan")
        try:
            trial = self._read(place, chosen) if is_read else self._write(place, chosen)
        except CaptureError as error:
            return untried(f"it could not be run: {error}")
        if trial is None:
            return Effect(place=place, used=0, proof=None, reason=SAME_PLAN)
        trial.begin()
        return trial

    def _read(self, place: int, chosen: int) -> Trial | None:
        """None where the plan uses none of the options."""
        question = self._questions[place]
        new = self._arm(question, chosen).planned()
        used, alone = self._used(new)
        if used and (place, used, 0) not in self._trials:
            arm = self._arm(question, used)
            self._trials[place, used, 0] = Trial(
                place=place,
                used=used,
                alone=alone,
                plain=self._as_it_is(place, 0),
                arm=arm,
                new=new,
                longest_ms=self._longest_ms,
            )
        return self._trials.get((place, used, 0))

    def _write(self, place: int, chosen: int) -> Trial | None:
        """What writes is run where its table has the set's options and no others, and where it has none: hidden ones would be
        written to as well."""
        written = self._writes[place]
        all_kept = self._kept(place)
        kept = all_kept & chosen
        arm = self._arm(
            self._questions[place],
            self._seen_by(place, chosen),
            first=self._built.drops(all_kept & ~chosen),
        )
        new = arm.planned()
        used, alone = self._used(new)
        if not used | kept:
            return None
        plain = self._as_it_is(place, all_kept)
        trial = Trial(
            place=place,
            used=used,
            alone=alone,
            kept=kept,
            plain=plain,
            arm=arm,
            new=new,
            longest_ms=self._longest_ms,
            most_pairs=min(PAIRS, written.pairs),
        )
        self._trials[place, used, kept] = trial
        return trial

    def _as_it_is(self, place: int, dropped: int) -> Plain:
        key = (place, dropped)
        if key not in self._plain:
            arm = self._arm(self._questions[place], 0, first=self._built.drops(dropped))
            endless_ms = self._timed.ms[place] if place in self._timed.endless else None
            self._plain[key] = Plain(arm=arm, plan=arm.planned(), endless_ms=endless_ms)
        return self._plain[key]

    def _effect(self, found: Effect | Trial) -> Effect:
        """A write that pays for its indexes as far as it is not slower is not harmed by them."""
        if isinstance(found, Effect):
            return found
        effect, proof = found.effect, found.effect.proof
        written = self._writes.get(found.place)
        if proof is None or written is None:
            return effect
        if proof.verdict == "harms" and not effect.is_slower(TOLERANCE):
            effect = replace(effect, proof=replace(proof, verdict="neutral"))
        if written.table_bytes > MOST_READ_BYTES and not effect.not_compared:
            effect = replace(effect, not_compared=TOO_LARGE)
        return effect

    def _used(self, plan: Plan) -> tuple[int, int]:
        """The options in the plan, and those of them whose table is not touched."""
        used = touching = 0
        for node in plan.walk():
            number = self._built.number(self._session, node.index) if node.index is not None else None
            if number is not None:
                used |= 1 << number
                touching |= 0 if node.node_type == "Index Only Scan" else 1 << number
        return used, used & ~touching

    def _compared(self, effect: Effect) -> Sameness:
        key = (effect.place, effect.used, effect.kept)
        if key not in self._sameness:
            trial = self._trials[key]
            self._sameness[key] = self._same(effect, trial.plain.arm, trial.arm)
        return self._sameness[key]

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
