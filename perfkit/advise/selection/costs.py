"""What each statement costs under each set of options, asking the planner as seldom as can be.

Three facts save nearly all calls: an option that a statement cannot use does not matter to it; an index that a plan does
not use can be left out without changing the plan; and a larger set never costs more. So each answered call bounds the cost
of other sets from both sides, and where the bounds meet nothing is asked. All this is within one statement: what is asked of different
statements can be asked side by side, and is not more for it.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from perfkit.advise.selection.option import numbers
from perfkit.advise.selection.planned import Answer, Item, Planned, Planner


@dataclass(slots=True)
class _Answers:
    """All that is known of one statement: the sets that were shown, what each plan cost and used of them."""

    shown: list[int] = field(default_factory=list)
    plans: list[Planned] = field(default_factory=list)
    exact: dict[int, Planned] = field(default_factory=dict)
    costs: list[float] = field(default_factory=list)
    """Of the same plans, negative, so that the dearest come first."""
    showing: dict[int, int] = field(default_factory=dict)
    """By option the plans it was shown to, as bits in the order of ``costs``."""

    def add(self, shown: int, plan: Planned) -> None:
        self.shown.append(shown)
        self.plans.append(plan)
        place = bisect(self.costs, -plan.cost)
        self.costs.insert(place, -plan.cost)
        before = (1 << place) - 1
        for number, plans in self.showing.items():
            self.showing[number] = plans & before | (plans & ~before) << 1
        for number in numbers(shown):
            self.showing[number] = self.showing.get(number, 0) | 1 << place

    def correct(self, foretold: Planned, plan: Planned) -> None:
        """Wherever what ``plan`` uses was shown and the other one was foretold, it is what the server does."""
        self.plans = [
            plan if one == foretold and not plan.used & ~shown else one
            for shown, one in zip(self.shown, self.plans, strict=True)
        ]
        for shown, one in self.exact.items():
            if one == foretold and not plan.used & ~shown:
                self.exact[shown] = plan

    def dearest(self, chosen: int) -> float:
        """The cost of the dearest plan of a set that holds all of these; 0 where there is none."""
        plans = (1 << len(self.costs)) - 1
        for number in numbers(chosen):
            plans &= self.showing.get(number, 0)
        return -self.costs[(plans & -plans).bit_length() - 1] if plans else 0.0


class Costs:
    """Costs of single statements by set of options. ``useful`` is what each statement may use."""

    def __init__(self, planner: Planner, useful: Sequence[int]) -> None:
        self._planner = planner
        self.useful = list(useful)
        self._answers = [_Answers() for _ in useful]
        self._users: dict[int, list[int]] | None = None

    @property
    def calls(self) -> int:
        return self._planner.calls

    def of(self, place: int, chosen: int) -> Planned:
        """The plan's cost and the options it uses: at most one call."""
        known = self._known(place, chosen)
        if known is None:
            chosen &= self.useful[place]
            known = self._planner.plan(place, chosen)
            answers = self._answers[place]
            answers.add(chosen, known)
            answers.exact[chosen] = known
        return known

    def ask(self, pairs: Sequence[tuple[int, int]]) -> list[Planned]:
        """``of`` each pair of a place and a set, in their order; each place once. What is not known is asked side by side."""
        plans = [self._known(place, chosen) for place, chosen in pairs]
        unknown = [pair for pair, plan in zip(pairs, plans, strict=True) if plan is None]
        asked = iter(self.each(lambda pair: self.of(*pair), unknown))
        return [plan if plan is not None else next(asked) for plan in plans]

    def each(self, work: Callable[[Item], Answer], items: Sequence[Item]) -> list[Answer]:
        """What ``work`` gives for each item, side by side. Each asks about one statement, and no other of them about the same."""
        return self._planner.each(work, items)

    def _known(self, place: int, chosen: int) -> Planned | None:
        """What can be told without a call."""
        chosen &= self.useful[place]
        answers = self._answers[place]
        known = answers.exact.get(chosen)
        if known is None:
            known = self._inferred(answers, chosen)
            if known is not None:
                answers.exact[chosen] = known
        return known

    def _inferred(self, answers: _Answers, chosen: int) -> Planned | None:
        """A plan of a larger set that uses nothing beyond this one."""
        for shown, plan in zip(answers.shown, answers.plans, strict=True):
            if not plan.used & ~chosen and not chosen & ~shown:
                return plan
        return None

    def at_least(self, place: int, chosen: int) -> float:
        """A lower bound without a call: the dearest known plan of a larger set."""
        chosen &= self.useful[place]
        answers = self._answers[place]
        known = answers.exact.get(chosen)
        if known is not None:
            return known.cost
        return answers.dearest(chosen)

    def at_most(self, place: int, chosen: int) -> float:
        """An upper bound without a call: the cheapest known plan that this set allows."""
        chosen &= self.useful[place]
        answers = self._answers[place]
        return min((plan.cost for plan in answers.plans if not plan.used & ~chosen), default=float("inf"))

    def known_plans(self, place: int) -> tuple[tuple[int, Planned], ...]:
        """Every answered call: the set that was shown and its plan."""
        answers = self._answers[place]
        return tuple(zip(answers.shown, answers.plans, strict=True))

    def correct(self, place: int, chosen: int, used: int, alone: int) -> Planned:
        """What the server really does with these options, which may be another plan than was foretold; at the cost that was, or that of
        none where it uses none."""
        foretold = self.of(place, chosen)
        if foretold.used == used:
            return foretold
        plan = replace(foretold, used=used, alone=alone) if used else self.of(place, 0)
        self.widen(place, self.useful[place] | used)
        self._answers[place].correct(foretold, plan)
        return plan

    def narrow(self, place: int, useful: int) -> None:
        """Options found to be of no use to a statement are no longer shown to it."""
        self.useful[place] = useful
        self._users = None

    def widen(self, place: int, useful: int) -> None:
        """New options that a statement may use: what is known of it holds for sets without them."""
        self.useful[place] = useful
        self._users = None

    def users(self, number: int) -> list[int]:
        """The statements that may use the option."""
        if self._users is None:
            self._users = {}
            for place, useful in enumerate(self.useful):
                for one in numbers(useful):
                    self._users.setdefault(one, []).append(place)
        return self._users.get(number, [])

    def existing_used(self, chosen: int) -> frozenset[str]:
        """Names of the database's own indexes that some statement's plan uses, without options or with these."""
        places = range(len(self.useful))
        plans = [plan for shown in (0, chosen) for plan in self.ask([(place, shown) for place in places])]
        return frozenset(name for plan in plans for name in plan.existing)

    def known_users(self) -> dict[int, list[int]]:
        """By option the statements that use it in a plan that was seen."""
        found: dict[int, list[int]] = {}
        for place, answers in enumerate(self._answers):
            used = 0
            for plan in answers.plans:
                used |= plan.used
            for number in numbers(used):
                found.setdefault(number, []).append(place)
        return found


def peel(costs: Costs, place: int, pool: int, *, layers: int, least_saving: float) -> int:
    """The options of the pool that a statement would use, layer by layer: all are shown, those used are taken away, and the
    rest shown again, until nothing better than no index at all is left."""
    found = 0
    alone = costs.of(place, 0).cost
    for _ in range(layers):
        plan = costs.of(place, pool)
        if not plan.used or plan.cost > alone * (1 - least_saving):
            break
        found |= plan.used
        pool &= ~plan.used
    return found
