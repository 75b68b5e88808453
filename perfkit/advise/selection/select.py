"""Choose indexes for a workload: options, what of them each statement can use, steps, and the exact program."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from statistics import median

from perfkit.advise.selection.costs import Costs, peel
from perfkit.advise.selection.exact import Bounded, refined
from perfkit.advise.selection.experience import Experience
from perfkit.advise.selection.greedy import Step, exchanged, steps
from perfkit.advise.selection.option import Option, numbers
from perfkit.advise.selection.planned import Planner
from perfkit.advise.selection.pool import Need
from perfkit.advise.selection.problem import Limits, Problem
from perfkit.advise.selection.question import Question
from perfkit.advise.selection.timing import unit_ms
from perfkit.advise.selection.vary import variations
from perfkit.advise.selection.writes import Upkeep

LAYERS = 8
"""How often what a statement uses is taken away to see what it would use instead."""

LEAST_SAVING = 0.003
"""Of one statement's cost: an option that saves it less is not shown to it again."""

ROUNDS = 6
"""Of variations."""

STEPS_SHARE, EXCHANGES_SHARE = 0.4, 0.6
"""Of the time of a search, after which no further step is taken and nothing exchanged; what is left is for the exact program."""

SHORTEST_SECONDS = 1.0
"""The exact program is always asked once."""

LEAST_ROUND = 0.002
"""A round that saves less of the cost is the last."""


@dataclass(slots=True, kw_only=True)
class Ground:
    """What a search stands on: options that can be shown, and which each statement may use. It grows by variations of what a
    search chose."""

    planner: Planner
    options: dict[int, Option]
    sizes: dict[int, float]
    costs: Costs
    weights: tuple[float, ...]
    next_number: int
    experience: Experience = field(default_factory=Experience)
    forbidden: set[tuple[str, str]] = field(default_factory=set)
    """Tables and bodies of indexes that are not to come back as variations of others."""

    def problem(self, limits: Limits, upkeep: Upkeep | None = None) -> Problem:
        return Problem(
            options=self.options,
            sizes=self.sizes,
            weights=self.weights,
            costs=self.costs,
            limits=limits,
            upkeep=upkeep or Upkeep(),
            experience=self.experience,
        )

    def learn(self, place: int, used: int, ratio: float | None, *, is_banned: bool) -> None:
        """A plan was run: it took ``ratio`` of what the statement takes without any option; None where that is not known."""
        if ratio is not None:
            self.experience.costs[place, used] = ratio * self.costs.of(place, 0).cost
        if is_banned:
            self.experience.banned.add((place, used))

    def weigh_by(self, measured: Sequence[float | None]) -> float:
        """Turn costs into milliseconds by how long each statement took; gives the usual length of a unit."""
        units = unit_ms([self.costs.of(place, 0).cost for place in range(len(self.weights))], measured)
        self.weights = tuple(weight * unit for weight, unit in zip(self.weights, units, strict=True))
        return median(units)

    def forbid(self, bits: int) -> None:
        """Options that turned out not to be possible are no longer chosen from."""
        for number in numbers(bits):
            option = self.options.pop(number, None)
            if option is not None:
                self.forbidden.add((option.table, option.shape.body))
            self.sizes.pop(number, None)
        for place, useful in enumerate(self.costs.useful):
            self.costs.narrow(place, useful & ~bits)

    def vary(self, chosen: int) -> bool:
        """Add variations of the chosen options; False where there are no new ones."""
        useful = 0
        for bits in self.costs.useful:
            useful |= bits
        varied = variations(self.options, chosen, useful, self.next_number)
        self.next_number += len(varied)
        new = [one for one in varied if (one[0].table, one[0].shape.body) not in self.forbidden]
        self.planner.make([option for option, _ in new])
        made = [(option, parents) for option, parents in new if option.number in self.planner.sizes]
        for option, _ in made:
            self.options[option.number] = option
            self.sizes[option.number] = float(self.planner.sizes[option.number])
        for place, bits in enumerate(self.costs.useful):
            extra = sum(option.bit for option, parents in made if parents & bits)
            if extra:
                self.costs.widen(place, bits | extra)
        return bool(made)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """A set, how it was come by, and how good it is."""

    chosen: int
    total: float
    path: tuple[Step, ...]
    """The steps of the search, from the empty set."""
    bounded: Bounded | None = None
    """None where the exact program was not asked."""
    calls: int = 0
    seconds: float = field(default=0.0, compare=False)


def ground(
    planner: Planner,
    questions: Sequence[Question],
    needs: Sequence[Sequence[Need]],
    made: Sequence[Option],
    *,
    seconds: float = inf,
) -> Ground:
    """Find by peeling what each statement would use of the options that were made ready, the costliest statements first; those
    that come after ``seconds`` may use what they would use if all were there."""
    options = {option.number: option for option in made if option.number in planner.sizes}
    by_table: dict[str, list[Option]] = {}
    for option in options.values():
        by_table.setdefault(option.table, []).append(option)
    useful = [_may_use(by_table, of_one) for of_one in needs]
    costs = Costs(planner, useful)
    deadline = time.monotonic() + seconds
    kept = 0

    def found(place: int) -> int:
        if time.monotonic() < deadline:
            return _peeled(costs, place, options, useful[place])
        return peel(costs, place, useful[place], layers=1, least_saving=LEAST_SAVING)

    order = _costliest(costs, questions)
    for place, bits in zip(order, costs.each(found, order), strict=True):
        costs.narrow(place, bits)
        kept |= bits
    first_free = max(options, default=-1) + 1
    options = {number: option for number, option in options.items() if kept >> number & 1}
    return Ground(
        planner=planner,
        options=options,
        sizes={number: float(planner.sizes[number]) for number in options},
        costs=costs,
        weights=tuple(question.weight for question in questions),
        next_number=first_free,
    )


def _costliest(costs: Costs, questions: Sequence[Question]) -> list[int]:
    places = range(len(questions))
    plans = costs.ask([(place, 0) for place in places])
    return sorted(places, key=lambda place: (-questions[place].weight * plans[place].cost, place))


def _may_use(by_table: Mapping[str, Sequence[Option]], needs: Sequence[Need]) -> int:
    found = 0
    for need in needs:
        for option in by_table.get(need.relation.qualified_name, ()):
            if not found & option.bit and need.may_use(option.shape):
                found |= option.bit
    return found


def _peeled(costs: Costs, place: int, options: Mapping[int, Option], pool: int) -> int:
    """By kinds, as the widest indexes hide the narrow ones that are nearly as good."""
    members = [options[number] for number in numbers(pool)]
    plain = sum(one.bit for one in members if not one.shape.included)
    single = sum(one.bit for one in members if plain & one.bit and len(one.shape.keys) == 1)
    partial = sum(one.bit for one in members if one.shape.predicate)
    found = 0
    for kind in dict.fromkeys((pool, plain, single, partial, partial & plain)):
        found |= peel(costs, place, kind, layers=LAYERS, least_saving=LEAST_SAVING)
    return found


def select(
    ground: Ground,
    limits: Limits,
    *,
    seconds: float,
    is_exact: bool = True,
    upkeep: Upkeep | None = None,
    start: Sequence[int] = (),
) -> Selected:
    """The best set within the limits: steps and exchanges, again with variations of what was chosen while that helps, then the
    exact program over all of these for what is left of ``seconds``. ``start`` are sets known to be good."""
    began = time.monotonic()
    deadline = began + seconds
    calls = ground.costs.calls
    problem = ground.problem(limits, upkeep)
    path: list[Step] = []
    for step in steps(problem):
        path.append(step)
        if time.monotonic() - began > seconds * STEPS_SHARE:
            break
    best = min(
        [path[-1], *(_step(problem, other) for other in start if problem.is_allowed(other))],
        key=lambda step: step.total,
    )
    best = _exchanged_and_varied(
        ground, problem, best, began + seconds * (EXCHANGES_SHARE if is_exact else 1.0)
    )
    bounded: Bounded | None = None
    for _ in range(ROUNDS if is_exact else 0):
        before = best.total
        bounded = refined(problem, best.chosen, seconds=max(deadline - time.monotonic(), SHORTEST_SECONDS))
        best = _step(problem, bounded.chosen)
        is_better = best.total < before * (1 - LEAST_ROUND)
        if not is_better or time.monotonic() > deadline or not ground.vary(best.chosen):
            break
        best = _exchanged(problem, best, deadline)
    return Selected(
        chosen=problem.used(best.chosen),
        total=best.total,
        path=tuple(path),
        bounded=bounded,
        calls=ground.costs.calls - calls,
        seconds=time.monotonic() - began,
    )


def _step(problem: Problem, chosen: int) -> Step:
    return Step(chosen=chosen, size=problem.size(chosen), total=problem.total(chosen))


def _exchanged_and_varied(ground: Ground, problem: Problem, best: Step, deadline: float) -> Step:
    """Exchanges, again with variations of what was chosen, while that helps."""
    for turn in range(ROUNDS):
        before = best.total
        best = _exchanged(problem, best, deadline)
        is_better = best.total < before * (1 - LEAST_ROUND) or turn == 0
        if not is_better or time.monotonic() > deadline or not ground.vary(best.chosen):
            break
    return best


def _exchanged(problem: Problem, best: Step, deadline: float) -> Step:
    for step in steps(problem, best.chosen):
        best = step
        if time.monotonic() > deadline:
            return best
    for step in exchanged(problem, best, deadline=deadline):
        best = step
    return best
