"""From the set that the planner's costs choose to one that was run: what runs show is learned, and the search asked again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from math import inf
from operator import or_

from perfkit.advise.judge import is_worthwhile
from perfkit.advise.selection.blame import dispensable, doubtful, unseen
from perfkit.advise.selection.built import Built
from perfkit.advise.selection.burdens import burdens
from perfkit.advise.selection.deadline import Deadline
from perfkit.advise.selection.effect import LATE, Effect
from perfkit.advise.selection.greedy import fitting
from perfkit.advise.selection.narrowing import Narrowing
from perfkit.advise.selection.option import numbers
from perfkit.advise.selection.planned import Planned
from perfkit.advise.selection.problem import Limits
from perfkit.advise.selection.question import Question
from perfkit.advise.selection.refusals import IDLE, Refusals, Refused
from perfkit.advise.selection.select import Ground, Selected, select
from perfkit.advise.selection.sparing import sparing
from perfkit.advise.selection.timing import Timed
from perfkit.advise.selection.verify import Verifier
from perfkit.advise.selection.writes import Upkeep
from perfkit.advise.selection.written import Written
from perfkit.progress import Progress

MOST_REPLANS = 6
"""After so many rounds what still harms is left out whatever it gains."""

MOST_REBUILDS = 3

TRIED, SURE = 0.74, 0.79
"""The shares of the whole time after which no other set is looked for, and no statement run once more to be sure: what then is left
of the proof's is for comparing rows."""

LEAST_TURN = 0.5
"""Another set is looked for while so much of the time is left that running the first one took: a set that cannot be run is none."""

FOR_PROOF = 0.5
"""Of the time for finding a set that does no harm: once no more is left, no further set is looked over."""

MOST_LOOKS = 4

LEAST_WINDOW = 0.2
"""Of the same time: once no more is left, what does not prove itself is left out, and no other way around it is looked for."""

LEAST_COST_SHARE = 0.01
"""A statement that is this much of the workload's cost is worth an index that saves a call less than can be felt."""

RESELECT_SECONDS = 10.0
"""For the search with sizes put right: it begins from plans that are known."""

LEFT_OUT = "what did not prove itself was left out; no time was left to search for what takes its place"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """``effects`` are of every statement with the set. ``refused`` are options that runs spoke against. ``unproven``, as bits, are
    options of which no time was left to run a statement: they are not in the set."""

    selected: Selected
    effects: tuple[Effect, ...]
    refused: tuple[Refused, ...]
    unproven: int = 0
    guarded: Mapping[int, Collection[int]] = field(default_factory=dict)
    """By option of the set the places of statements that would be harmed without it."""
    notes: tuple[str, ...] = ()


class Proving:
    """Runs the workload with the set, learns what each plan really takes, and searches again with that, until no statement is
    harmed, every index gains, and none costs the writes more than it saves. What a plan that harms rests on is refused where the
    search finds no way around it."""

    def __init__(
        self,
        base: Ground,
        limits: Limits,
        upkeep: Upkeep,
        built: Built,
        questions: Sequence[Question],
        writes: Mapping[int, Written],
        timed: Timed,
        tolerance: float,
        progress: Progress,
        deadline: Deadline,
    ) -> None:
        self._base = base
        self._limits = limits
        self._upkeep = upkeep
        self._built = built
        self._questions = questions
        self._writes = writes
        self._tolerance = tolerance
        self._progress = progress
        self._deadline = deadline
        self._refusals = Refusals(questions)
        self._narrowing = Narrowing()
        self._verifier = Verifier(
            base.planner.session,
            built,
            questions,
            base.costs,
            progress,
            writes=writes,
            timed=timed,
            deadline=deadline,
            hide=base.planner.hide,
        )

    def of(self, selected: Selected) -> Proven:
        """The set itself where nothing speaks against it, else another; what no time was left for is said in notes."""
        with self._deadline.until(TRIED):
            current, notes = self._without_harm(selected)
        current, unproven = self._really_built(current), 0
        while True:
            for see, is_sure in ((self._looked, False), (self._made_sure, True), (self._compared, True)):
                effects = see(current.chosen)
                other, unseen_ones = self._corrected(current, effects, is_sure=is_sure)
                if other.chosen != current.chosen:
                    break
            else:
                break
            current, unproven = other, (unproven | unseen_ones) & ~other.chosen
        return Proven(
            selected=current,
            effects=tuple(effects),
            refused=self._refusals.told(current.chosen | unproven),
            unproven=unproven,
            guarded=self._narrowing.guarded,
            notes=(*notes, *self._told(current.chosen, effects)),
        )

    def _corrected(
        self, current: Selected, effects: Sequence[Effect], *, is_sure: bool
    ) -> tuple[Selected, int]:
        """With what must be taken back, or else without what must go, and what of that goes for not having been run. What gains nothing goes
        only once that is sure."""
        harmed = self._harmed(effects)
        if back := self._narrowing.taken_back(harmed):
            return replace(current, chosen=current.chosen | back), 0
        gone = self._at_fault(
            [*harmed, *self._thought_harmed(effects, current.chosen)], effects, is_last=True
        )
        unseen_ones = 0
        if not gone:
            gone = unseen_ones = current.chosen & unseen(effects) & ~self._narrowing.needed
        if not gone and is_sure:
            gone = self._refuse_idle(effects, current.chosen)
            gone = gone or doubtful(effects, self._tolerance) & ~self._narrowing.needed
        if not gone & current.chosen:
            return current, 0
        return self._narrowed(current, gone, effects, is_sound=not harmed), unseen_ones

    def _thought_harmed(self, effects: Sequence[Effect], chosen: int) -> list[Effect]:
        """Of the statements that no time was left to run those whose plan is like one that was slower."""
        base = self._base
        found = []
        for effect in effects:
            if effect.reason == LATE and effect.used:
                cost = base.costs.of(effect.place, chosen).cost
                plan = Planned(cost=cost, used=effect.used, alone=effect.alone)
                if base.experience.cost(effect.place, plan) == inf:
                    found.append(effect)
        return found

    def _without_harm(self, selected: Selected) -> tuple[Selected, tuple[str, ...]]:
        """Run, learn and search again until nothing speaks against the set."""
        window, took = self._deadline.left, 0.0
        current = self._looked_over(selected)
        notes: tuple[str, ...] = ()
        for turn in range(MOST_REPLANS + 1):
            current = self._really_built(current)
            left = self._deadline.left
            effects, spare = self._run(current.chosen)
            harmed = self._harmed(effects)
            took = left - self._deadline.left if turn == 0 else took
            if not harmed and not spare:
                break
            is_late = self._deadline.left < max(took * LEAST_TURN, window * LEAST_WINDOW)
            is_last = is_late or turn == MOST_REPLANS - 1
            if back := self._narrowing.taken_back(harmed):
                current = replace(current, chosen=current.chosen | back)
                continue
            gone = spare | self._at_fault(harmed, effects, is_last=is_last)
            if is_late:
                current = self._narrowed(current, gone, effects, is_sound=not harmed)
                notes = (LEFT_OUT,)
            else:
                self._learn(effects, current.chosen)
                self._learn_from_parts(harmed, window * LEAST_WINDOW)
                self._base.forbid(gone)
                current = self._searched_again(current.chosen & ~gone, harmed)
        return current, notes

    def _narrowed(
        self, current: Selected, gone: int, effects: Sequence[Effect], *, is_sound: bool
    ) -> Selected:
        """Without what is gone, which may be taken back where nothing was wrong with it in the set."""
        self._narrowing.takes(gone if is_sound else 0, effects)
        return replace(current, chosen=current.chosen & ~gone)

    def _run(self, chosen: int) -> tuple[list[Effect], int]:
        """A first look, and where that shows no harm as many runs as it takes; with the options that are then not worth their price."""
        effects = self._seen(chosen, is_first_look=True)
        if self._harmed(effects):
            return effects, 0
        effects = self._seen(chosen)
        return effects, self._refuse_idle(effects, chosen) | self._burdens(effects)

    def _at_fault(self, harmed: Sequence[Effect], effects: Sequence[Effect], *, is_last: bool) -> int:
        """The options that go: where rows differ at once, where a statement is slower only if no further search may go around it."""
        gone = 0
        for effect in harmed:
            self._blame(effect)
            if effect.gives_other_rows or is_last:
                gone |= dispensable(effect, effects)
        return gone

    def _looked_over(self, selected: Selected) -> Selected:
        """One set after another is looked at and learned from, until the search wants no other, or a part of the time is over: only what
        is promising then is to be run as often as it takes to be sure."""
        current, enough = selected, self._deadline.left * FOR_PROOF
        for _ in range(MOST_LOOKS):
            current = self._really_built(current)
            effects = self._seen(current.chosen, is_first_look=True)
            harmed = self._harmed(effects)
            for effect in harmed:
                self._blame(effect)
            if self._deadline.left < enough:
                break
            self._learn(effects, current.chosen)
            self._learn_from_parts(harmed, enough)
            other = self._searched_again(current.chosen, harmed)
            if other.chosen == current.chosen:
                break
            self._refuse_idle(effects, current.chosen & ~other.chosen)
            current = other
        return current

    def _searched_again(self, chosen: int, harmed: Sequence[Effect]) -> Selected:
        """From the set as it is, and from what is left of it once the harmed statements are spared."""
        with self._progress.stage("search again with what was learned"):
            problem = self._base.problem(self._limits, self._upkeep)
            return select(
                self._base,
                self._limits,
                seconds=min(RESELECT_SECONDS, self._deadline.left),
                upkeep=self._upkeep,
                start=[chosen, sparing(problem, chosen, harmed)],
            )

    def _seen(self, chosen: int, *, is_first_look: bool = False) -> list[Effect]:
        effects = self._verifier.effects(chosen, is_first_look=is_first_look)
        self._refusals.saw(effects)
        return effects

    def _harmed(self, effects: Sequence[Effect]) -> list[Effect]:
        return [effect for effect in effects if effect.is_harmed(self._tolerance)]

    def _looked(self, chosen: int) -> list[Effect]:
        return self._seen(chosen, is_first_look=True)

    def _made_sure(self, chosen: int) -> list[Effect]:
        """Run as often as it takes, while what is left of the time suffices to look at what changes by it, and to compare rows."""
        with self._deadline.until(SURE):
            return self._seen(chosen)

    def _compared(self, chosen: int) -> list[Effect]:
        """With the rows compared, which takes about as long as a look: for the set that is to be advised alone."""
        return self._verifier.compared(self._looked(chosen))

    def _told(self, chosen: int, effects: Sequence[Effect]) -> list[str]:
        """What there was no time for."""
        notes = []
        unbuilt = len(numbers(chosen & self._built.late))
        if unbuilt:
            total = len(numbers(chosen))
            notes.append(
                f"{unbuilt} of {total} indexes were not built, and are planned only: the time was up"
            )
        late = sum(effect.reason == LATE for effect in effects)
        if late:
            changed = late + sum(effect.proof is not None for effect in effects)
            notes.append(
                f"{changed - late} of the {changed} statements that the indexes change were run: the time was up; the rest is"
                " planned only"
            )
        once = sum(effect.runs == 1 for effect in effects)
        if once:
            notes.append(
                f"{once} of {sum(effect.proof is not None for effect in effects)} statements were run once with the indexes and once"
                " without: the time was up"
            )
        return notes

    def _really_built(self, selected: Selected) -> Selected:
        """The set really built; where its true size breaks the limit, a smaller one with the sizes put right, in the end of what is
        built already. What no time is left to build stays in the set."""
        base, built = self._base, self._built
        for _ in range(MOST_REBUILDS):
            missing = [base.options[number] for number in numbers(selected.chosen) if not built.has(number)]
            if not missing:
                break
            with self._progress.stage("build the set"):
                made = built.make(missing)
            refused = sum(option.bit for option in missing if option.number not in made) & ~built.late
            base.sizes.update({number: float(size) for number, size in made.items()})
            if not refused and base.problem(self._limits, self._upkeep).is_allowed(selected.chosen):
                break
            base.forbid(refused)
            problem = base.problem(self._limits, self._upkeep)
            selected = select(
                base,
                self._limits,
                seconds=min(RESELECT_SECONDS, self._deadline.left),
                upkeep=self._upkeep,
                start=[fitting(problem, selected.chosen & ~refused)],
            )
        else:
            standing = sum(option.bit for option in base.options.values() if built.has(option.number))
            problem = base.problem(self._limits, self._upkeep)
            chosen = fitting(problem, selected.chosen & (standing | built.late))
            selected = replace(selected, chosen=chosen)
        return selected

    def _learn(self, effects: Sequence[Effect], chosen: int) -> None:
        """A write that is slower with its indexes than without is not learned from: what it pays for them is reckoned apart."""
        for effect in effects:
            before, after = effect.before_ms, effect.after_ms
            ratio = after / before if before and after is not None else None
            if effect.kept and (not effect.used or (ratio or 0.0) > 1):
                continue
            plan = self._base.costs.of(effect.place, chosen)
            if effect.reason != LATE:
                plan = self._base.costs.correct(effect.place, chosen, effect.used, effect.alone)
            is_banned = effect.is_harmed(self._tolerance)
            self._base.learn(effect.place, plan, ratio, is_banned=is_banned)

    def _learn_from_parts(self, harmed: Sequence[Effect], least_left: float) -> None:
        """Harmed statements with all but one of the options in their plans: which of these are at fault is seen sooner so than by
        searching for other sets. Not begun once no more than ``least_left`` seconds are left."""
        if not harmed:
            return
        with self._progress.stage("look for what is at fault", total=len(harmed)) as advance:
            for effect in harmed:
                used = numbers(effect.used)
                for number in used if len(used) > 1 and not effect.kept else ():
                    if self._deadline.left > least_left:
                        part = effect.used & ~(1 << number)
                        self._learn([self._verifier.look(effect.place, part)], part)
                advance()

    def _blame(self, effect: Effect) -> None:
        self._refusals.blame(effect, [self._base.options[number] for number in numbers(effect.blamed)])

    def _idle(self, effects: Sequence[Effect], chosen: int) -> int:
        """Options that only statements use which gain nothing that matters."""
        base = self._base
        gaining = unknown = 0
        total = sum(weight * base.costs.of(place, 0).cost for place, weight in enumerate(base.weights))
        for effect in effects:
            if effect.proof is None or (effect.never_ended and self._deadline.is_over):
                unknown |= effect.used
                continue
            share = base.weights[effect.place] * base.costs.of(effect.place, 0).cost / total
            if is_worthwhile(effect.proof, is_costly=share < LEAST_COST_SHARE):
                gaining |= effect.used
        return chosen & ~gaining & ~unknown & ~self._narrowing.needed

    def _refuse_idle(self, effects: Sequence[Effect], chosen: int) -> int:
        """The idle ones, which are then told as refused unless they come back."""
        idle = self._idle(effects, chosen)
        for number in numbers(idle):
            self._refusals.refuse(self._base.options[number], IDLE)
        return idle

    def _burdens(self, effects: Sequence[Effect]) -> int:
        """Those that cost a write more than they save, told as refused."""
        found = burdens(effects, self._writes, self._questions, self._base.options, self._tolerance)
        for option, reason in found:
            self._refusals.refuse(option, reason)
        return reduce(or_, (option.bit for option, _ in found), 0)
