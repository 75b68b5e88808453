"""Choose indexes for a workload: options, what of them each statement can use, steps, and the exact program."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from math import inf
from operator import or_
from statistics import median

from perfkit.advise.selection.costs import Costs, peel
from perfkit.advise.selection.exact import Bounded, refined
from perfkit.advise.selection.experience import Experience
from perfkit.advise.selection.greedy import Step, exchanged, steps
from perfkit.advise.selection.option import Option, numbers
from perfkit.advise.selection.planned import Planned, Planner
from perfkit.advise.selection.pool import Need
from perfkit.advise.selection.problem import Limits, Problem
from perfkit.advise.selection.question import Question
from perfkit.advise.selection.timing import unit_ms
from perfkit.advise.selection.vary import variations
from perfkit.advise.selection.writes import Upkeep

LAYERS = 8
"""How often what a statement uses is taken away to see what it would use instead."""

PART_LAYERS = 2
"""The same, where only a part of the options is shown."""

LEAST_SAVING = 0.003
"""Of one statement's cost: an option that saves it less is not shown to it again."""

MOST_AT_ONCE = 150
"""Of one table: with so many indexes planning one statement takes tens of milliseconds, with a thousand it takes seconds."""

LITTLE_GAIN, LITTLE_SHARE = 0.005, 0.3
"""The statements that make so little of what all of them have to gain, and the share of the time after which they are looked at no
further: what they would use makes the search longer, too."""

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
    unit: float = 1.0
    """Milliseconds that one of the planner's units usually took, where weights are in them."""
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

    def learn(self, place: int, plan: Planned, ratio: float | None, *, is_banned: bool) -> None:
        """A plan was run: it took ``ratio`` of what the statement takes without any option; None where that is not known."""
        if is_banned:
            self.experience.ban(place, plan)
        elif ratio is not None:
            self.experience.learn(place, plan, ratio * self.costs.of(place, 0).cost)

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
            self.experience.meet(option)
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
    measured: Sequence[float | None] = (),
    seconds: float = inf,
) -> Ground:
    """Find by peeling what each statement would use of the options that were made ready: for all one layer, then all layers, those
    first that have the most to gain, until ``seconds`` are over, or ``LITTLE_SHARE`` of them for those that have little.
    ``measured`` are the milliseconds that each took."""
    began = time.monotonic()
    options = {option.number: option for option in made if option.number in planner.sizes}
    by_table: dict[str, list[Option]] = {}
    for option in options.values():
        by_table.setdefault(option.table, []).append(option)
    useful = [_may_use(by_table, of_one) for of_one in needs]
    costs = Costs(planner, useful)
    places = range(len(questions))
    alone = [plan.cost for plan in costs.ask([(place, 0) for place in places])]
    units = unit_ms(alone, measured) if any(ms is not None for ms in measured) else ()
    weights = [question.weight for question in questions]
    if units:
        weights = [weight * unit for weight, unit in zip(weights, units, strict=True)]

    def first(place: int) -> int:
        return _peel(costs, place, options, useful[place], layers=1)

    def rest(place: int) -> int:
        share = 1.0 if place in worthy else LITTLE_SHARE
        is_late = time.monotonic() - began >= seconds * share
        return 0 if is_late else _peeled(costs, place, options, useful[place])

    kept = dict(enumerate(costs.each(first, places)))
    gains = {place: weights[place] * (alone[place] - costs.at_most(place, kept[place])) for place in places}
    order = sorted(places, key=lambda place: (-gains[place], place))
    worthy = _most_of_all(gains, order)
    for place, bits in zip(order, costs.each(rest, order), strict=True):
        kept[place] |= bits
    for place, bits in kept.items():
        costs.narrow(place, bits)
    all_kept = reduce(or_, kept.values(), 0)
    first_free = max(options, default=-1) + 1
    options = {number: option for number, option in options.items() if all_kept >> number & 1}
    experience = Experience()
    for option in options.values():
        experience.meet(option)
    return Ground(
        planner=planner,
        options=options,
        experience=experience,
        sizes={number: float(planner.sizes[number]) for number in options},
        costs=costs,
        weights=tuple(weights),
        unit=median(units) if units else 1.0,
        next_number=first_free,
    )


def _most_of_all(gains: Mapping[int, float], order: Sequence[int]) -> set[int]:
    """The first of the statements, which make nearly all of the gain together.

    >>> _most_of_all({0: 1.0, 1: 900.0, 2: 0.0, 3: 2000.0}, [3, 1, 0, 2])
    {1, 3}
    """
    left = sum(gains.values()) * (1 - LITTLE_GAIN)
    found = set()
    for place in order:
        if left <= 0:
            break
        found.add(place)
        left -= gains[place]
    return found


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
        found |= _peel(costs, place, options, kind, layers=LAYERS)
    return found


def _peel(costs: Costs, place: int, options: Mapping[int, Option], pool: int, *, layers: int) -> int:
    """Of more than ``MOST_AT_ONCE`` options of a table some are shown at a time, and what is used of them goes on to the next round."""
    while len(parts := _dealt([options[number] for number in numbers(pool)])) > 1:
        left = 0
        for part in parts:
            left |= peel(costs, place, part, layers=PART_LAYERS, least_saving=LEAST_SAVING)
        if left == pool:
            break
        pool = left
    return peel(costs, place, pool, layers=layers, least_saving=LEAST_SAVING)


def _dealt(members: Sequence[Option]) -> list[int]:
    """In parts with at most ``MOST_AT_ONCE`` options of any table. Options that are alike have numbers that are close: each part gets
    some of every sort."""
    places: Counter[str] = Counter()
    turns = []
    for option in members:
        turns.append(places[option.table])
        places[option.table] += 1
    count = -(-max(places.values(), default=0) // MOST_AT_ONCE)
    parts = [0] * max(count, 1)
    for option, turn in zip(members, turns, strict=True):
        parts[turn % len(parts)] |= option.bit
    return parts


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
    starts = [one for one in (*start, _all_at_best(problem)) if problem.is_allowed(one)]
    best = min([path[-1], *(_step(problem, one) for one in starts)], key=lambda step: step.total)
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


def _all_at_best(problem: Problem) -> int:
    """What all statements use where each has all it may use: one call for each. Where it fits it is near the best, however few steps there
    was time for."""
    every = reduce(or_, problem.costs.useful, 0)
    return reduce(or_, (plan.used for plan in problem.plans(every).values()), problem.limits.kept)


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
