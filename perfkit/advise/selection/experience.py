"""What running the workload has taught: a plan that took another time than its cost promised, and one that must not be."""

from __future__ import annotations

from dataclasses import dataclass, field

from perfkit.advise.selection.planned import Planned


@dataclass(slots=True)
class Experience:
    """Plans are told apart by their statement and the options they use."""

    costs: dict[tuple[int, int], float] = field(default_factory=dict)
    """Measured, in the same units as the planner's costs of that statement."""
    banned: set[tuple[int, int]] = field(default_factory=set)
    """Slower than without any option by more than may be."""

    def cost(self, place: int, plan: Planned) -> float:
        """Of the plan: infinite where it must not be, measured where it was run, else the planner's."""
        key = (place, plan.used)
        if key in self.banned:
            return float("inf")
        return self.costs.get(key, plan.cost)
