"""What running the workload has taught: a plan that took another time than its cost promised, and one that must not be."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from math import inf

from perfkit.advise.selection.option import Option, numbers
from perfkit.advise.selection.planned import Planned

WIDE_KEYS = 3
"""An index of so many columns, or with included ones, may well spare the table."""


@dataclass(slots=True)
class Experience:
    """Plans are told apart by their statement and the options they use. One that uses options of the same sorts as a plan that was run
    is thought to do no better, and not tried where that must not be: it would do the same with another column more or less."""

    costs: dict[tuple[int, int], float] = field(default_factory=dict)
    """Measured, in the same units as the planner's costs of that statement."""
    banned: set[tuple[int, int]] = field(default_factory=set)
    """Slower than without any option by more than may be."""
    _sorts: dict[int, Hashable] = field(default_factory=dict)
    _costs_of_sorts: dict[tuple[int, frozenset[Hashable]], float] = field(default_factory=dict)
    _of_sets: dict[int, frozenset[Hashable]] = field(default_factory=dict)

    def meet(self, option: Option) -> None:
        """Options are to be known before plans that use them are asked about."""
        self._sorts[option.number] = sort_of(option)

    def learn(self, place: int, used: int, cost: float) -> None:
        self.costs[place, used] = self._costs_of_sorts[place, self._of(used)] = cost

    def ban(self, place: int, used: int) -> None:
        self.banned.add((place, used))
        self._costs_of_sorts[place, self._of(used)] = inf

    def cost(self, place: int, plan: Planned) -> float:
        """Of the plan: infinite where it must not be, measured where it was run, else the planner's, or the cost of one like it."""
        key = (place, plan.used)
        if key in self.banned:
            return inf
        known = self.costs.get(key)
        if known is not None:
            return known
        if not self._costs_of_sorts or not plan.used:
            return plan.cost
        return max(plan.cost, self._costs_of_sorts.get((place, self._of(plan.used)), 0.0))

    def _of(self, used: int) -> frozenset[Hashable]:
        found = self._of_sets.get(used)
        if found is None:
            found = self._of_sets[used] = frozenset(self._sorts[number] for number in numbers(used))
        return found


def sort_of(option: Option) -> Hashable:
    """What makes two indexes serve a statement in the same way: where they begin, what they hold of the rows, and whether they are
    wide."""
    shape = option.shape
    first = shape.keys[0]
    is_wide = bool(shape.included) or len(shape.keys) >= WIDE_KEYS
    return option.table, shape.method, first.column or first.expression, shape.predicate, is_wide
