"""The problem of a selection as numbers: what the options weigh, what they cost at writes, what is allowed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from perfkit.advise.selection.costs import Costs
from perfkit.advise.selection.experience import Experience
from perfkit.advise.selection.option import Option, numbers
from perfkit.advise.selection.planned import Planned
from perfkit.advise.selection.writes import Upkeep


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a set of indexes may be. None: no limit."""

    most_bytes: float | None = None
    most_per_table: int | None = None
    most_writes: float | None = None
    """The planner's units that all of them may add to the workload's writes."""
    kept: int = 0
    """Options that must be in the set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """``weights`` are the statements' calls; ``upkeep`` what options cost to have."""

    options: Mapping[int, Option]
    sizes: Mapping[int, float]
    weights: Sequence[float]
    costs: Costs
    limits: Limits
    upkeep: Upkeep = field(default_factory=Upkeep)
    experience: Experience = field(default_factory=Experience)

    def plans(self, chosen: int) -> dict[int, Planned]:
        """Under the set, by the places of the statements that have a weight."""
        places = [place for place, weight in enumerate(self.weights) if weight]
        return dict(zip(places, self.costs.ask([(place, chosen) for place in places]), strict=True))

    def size(self, chosen: int) -> float:
        """Bytes."""
        return sum(self.sizes[number] for number in numbers(chosen))

    def upkeep_cost(self, chosen: int) -> float:
        """What the set costs to have, at writes and on disk."""
        return sum(self.upkeep.of(self.options[number]) for number in numbers(chosen))

    def write_cost(self, chosen: int) -> float:
        """The part of it that the workload's own writes pay."""
        return sum(self.upkeep.writes(self.options[number]) for number in numbers(chosen))

    def total(self, chosen: int) -> float:
        """What the workload costs under the set, upkeep counted in; asks the planner for what is not known."""
        reads = sum(
            self.weights[place] * self.experience.cost(place, plan)
            for place, plan in self.plans(chosen).items()
        )
        return reads + self.upkeep_cost(chosen)

    def total_at_least(self, chosen: int) -> float:
        """A lower bound of it without a call."""
        reads = sum(
            weight * self.costs.at_least(place, chosen) for place, weight in enumerate(self.weights) if weight
        )
        return reads + self.upkeep_cost(chosen)

    def total_at_least_of_all(self) -> float:
        """What no set undercuts: every statement has all it may use, and only what must be kept costs anything to have."""
        every = sum(option.bit for option in self.options.values())
        reads = sum(self.weights[place] * plan.cost for place, plan in self.plans(every).items())
        return reads + self.upkeep_cost(self.limits.kept)

    def is_allowed(self, chosen: int) -> bool:
        limits = self.limits
        if limits.kept & ~chosen:
            return False
        if limits.most_bytes is not None and self.size(chosen) > limits.most_bytes:
            return False
        if limits.most_writes is not None and self.write_cost(chosen) > limits.most_writes:
            return False
        if limits.most_per_table is not None:
            tables: dict[str, int] = {}
            for number in numbers(chosen):
                table = self.options[number].table
                tables[table] = tables.get(table, 0) + 1
            if any(count > limits.most_per_table for count in tables.values()):
                return False
        return True

    def used(self, chosen: int) -> int:
        """The options of the set that some statement's plan uses."""
        found = self.limits.kept
        for plan in self.plans(chosen).values():
            found |= plan.used
        return found & chosen
