"""A set made harmless in the shortest way: where the next search begins."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from perfkit.advise.selection.effect import Effect
from perfkit.advise.selection.option import numbers
from perfkit.advise.selection.problem import Problem


def sparing(problem: Problem, chosen: int, harmed: Sequence[Effect]) -> int:
    """The set without one of the options of each harmed statement's plan, the one that costs the others least to miss by the plans that are
    known of them; without all of them where the statement would be harmed still. Asks about the harmed statements alone."""
    for effect in harmed:
        used = effect.used & chosen
        is_harmed, _, best = min(
            (_missing(problem, effect.place, chosen & ~(1 << number)) for number in numbers(used)),
            default=(False, 0.0, chosen),
        )
        chosen = chosen & ~used if is_harmed else best
    return chosen


def _missing(problem: Problem, place: int, rest: int) -> tuple[bool, float, int]:
    """Whether the statement is harmed still, and what all cost at the most."""
    is_harmed = problem.experience.cost(place, problem.costs.of(place, rest)) == inf
    reads = sum(
        weight * problem.costs.at_most(one, rest) for one, weight in enumerate(problem.weights) if weight
    )
    return is_harmed, reads + problem.upkeep_cost(rest), rest
