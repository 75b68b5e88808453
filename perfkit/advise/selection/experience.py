"""What running the workload has taught: a plan that took another time than its cost promised, and one that must not be."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from math import inf

from perfkit.advise.selection.option import Option, numbers
from perfkit.advise.selection.planned import Planned

MUCH_CHEAPER = 0.8
"""A plan that costs less than this share of another by the planner's word is not like it, whatever indexes both use."""

_Sorts = frozenset[Hashable]


@dataclass(slots=True)
class Experience:
    """Plans are told apart by their statement and the options they use. One that uses options of the same sorts as a plan that was run
    is thought to do no better, and not tried where that must not be: it would do the same with another column more or less. What two
    plans have in common that must not be is thought to be at fault, until a plan with it does well."""

    costs: dict[tuple[int, int], float] = field(default_factory=dict)
    """Measured, in the same units as the planner's costs of that statement; infinite where it is slower than without any option by
    more than may be."""
    _sorts: dict[int, Hashable] = field(default_factory=dict)
    _of_sorts: dict[tuple[int, _Sorts], tuple[float, float]] = field(default_factory=dict)
    """The planner's cost and the measured one."""
    _banned: dict[int, list[_Sorts]] = field(default_factory=dict)
    _faults: dict[int, set[_Sorts]] = field(default_factory=dict)
    _of_sets: dict[tuple[int, int], _Sorts] = field(default_factory=dict)

    def meet(self, option: Option) -> None:
        """Options are to be known before plans that use them are asked about."""
        self._sorts[option.number] = sort_of(option)

    def learn(self, place: int, plan: Planned, cost: float) -> None:
        """What the plan took."""
        sorts = self._note(place, plan, cost)
        self._faults[place] = {fault for fault in self._faults.get(place, ()) if not fault <= sorts}

    def ban(self, place: int, plan: Planned) -> None:
        sorts = self._note(place, plan, inf)
        others = self._banned.setdefault(place, [])
        self._faults.setdefault(place, set()).update(sorts & other for other in others if sorts & other)
        others.append(sorts)

    def _note(self, place: int, plan: Planned, cost: float) -> _Sorts:
        sorts = self._of(plan)
        self.costs[place, plan.used] = cost
        self._of_sorts[place, sorts] = (plan.cost, cost)
        return sorts

    def cost(self, place: int, plan: Planned) -> float:
        """Of the plan: infinite where it must not be, measured where it was run, else the planner's, or the cost of one like it."""
        known = self.costs.get((place, plan.used))
        if known is not None:
            return known
        if not self._of_sorts or not plan.used:
            return plan.cost
        sorts = self._of(plan)
        planned, measured = self._of_sorts.get((place, sorts), (0.0, 0.0))
        if measured and plan.cost >= planned * MUCH_CHEAPER:
            return max(plan.cost, measured)
        return inf if any(fault <= sorts for fault in self._faults.get(place, ())) else plan.cost

    def _of(self, plan: Planned) -> _Sorts:
        key = (plan.used, plan.alone)
        found = self._of_sets.get(key)
        if found is None:
            found = self._of_sets[key] = frozenset(
                (self._sorts[number], plan.alone >> number & 1) for number in numbers(plan.used)
            )
        return found


def sort_of(option: Option) -> Hashable:
    """What makes two indexes serve a statement in the same way, besides what their plans say: where they begin, and what they hold of the
    rows."""
    shape = option.shape
    first = shape.keys[0]
    return option.table, shape.method, first.column or first.expression, shape.predicate
