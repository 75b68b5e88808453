"""What each size of a set of indexes would buy: the steps of the search, and where they end."""

from __future__ import annotations

from dataclasses import dataclass

from perfkit.advise.selection.option import numbers
from perfkit.advise.selection.problem import Problem
from perfkit.advise.selection.select import Selected


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontierPoint:
    """A set on the way: what the workload costs with so many bytes of indexes."""

    size_bytes: int
    cost: float
    write_cost: float
    """The part of it that the indexes add to the writes."""
    indexes: int


def frontier_of(problem: Problem, selected: Selected) -> tuple[FrontierPoint, ...]:
    """The steps of the search and the chosen set, less those that cost more than a smaller one."""
    sets = {step.chosen: step.total for step in selected.path}
    sets[selected.chosen] = problem.total(selected.chosen)
    points: list[FrontierPoint] = []
    for chosen, total in sorted(sets.items(), key=lambda item: (problem.size(item[0]), item[1])):
        if not points or total < points[-1].cost:
            points.append(
                FrontierPoint(
                    size_bytes=round(problem.size(chosen)),
                    cost=total,
                    write_cost=problem.write_cost(chosen),
                    indexes=len(numbers(chosen)),
                )
            )
    return tuple(points)
