"""A set made harmless in the shortest way: where the next search begins."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from perfkit.advise.selection.effect import Effect
from perfkit.advise.selection.option import numbers
from perfkit.advise.selection.problem import Problem


def sparing(problem: Problem, chosen: int, harmed: Sequence[Effect]) -> int:
    """The set without one of the options of each harmed statement's plan, the one that costs the others least to miss by what was learned;
    without all of them where the statement would be harmed still."""
    for effect in harmed:
        used = effect.used & chosen
        is_harmed, _, best = min(
            (_missing(problem, effect.place, chosen & ~(1 << number)) for number in numbers(used)),
            default=(False, 0.0, chosen),
        )
        chosen = chosen & ~used if is_harmed else best
    return chosen


def _missing(problem: Problem, place: int, rest: int) -> tuple[bool, float, int]:
    """Whether the statement is harmed still, and what those cost that are not."""
    costs = problem.reads(rest)
    total = sum(cost for cost in costs.values() if cost < inf) + problem.upkeep_cost(rest)
    return costs.get(place, 0.0) == inf, total, rest
