"""Steps to a good set: at each the change that saves the most for its size, then exchanges while any helps.

The steps are those of Extend (Schlosser, Kossmann, Boissier: Efficient Scalable Multi-attribute Index Selection Using
Recursive Strategies, ICDE 2019): a new index, or one in the place of a narrower. A step's gain is bounded from above without asking the planner,
so that only promising ones are asked about.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from perfkit.advise.selection.option import numbers
from perfkit.advise.selection.problem import Problem

LEAST_GAIN = 0.0005
"""A step that saves less of the workload's cost than this is not worth an index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The set after a step, what it weighs and what the workload then costs."""

    chosen: int
    size: float
    total: float


def steps(problem: Problem, start: int | None = None) -> Iterator[Step]:
    """From the kept options to a set that no step improves."""
    chosen = problem.limits.kept if start is None else start
    total = problem.total(chosen)
    yield Step(chosen=chosen, size=problem.size(chosen), total=total)
    while True:
        best = _best_step(problem, chosen, total, total * LEAST_GAIN)
        if best is None:
            return
        chosen, total = best
        spare = chosen & ~problem.used(chosen)
        if spare:
            chosen &= ~spare
            total = problem.total(chosen)
        yield Step(chosen=chosen, size=problem.size(chosen), total=total)


def exchanged(problem: Problem, start: Step) -> Iterator[Step]:
    """Better and better sets by exchanging one option for another, or giving one up for two, while that helps."""
    chosen, total = start.chosen, start.total
    improved = True
    while improved:
        improved = False
        least = total * LEAST_GAIN
        for gone in [*numbers(chosen & ~problem.limits.kept)]:
            rest = chosen & ~(1 << gone)
            base = problem.total(rest)
            found = _filled(problem, rest, base, least)
            if found is not None and found[1] < total - least:
                chosen, total = found
                yield Step(chosen=chosen, size=problem.size(chosen), total=total)
                improved = True
                break


def _filled(problem: Problem, rest: int, base: float, least: float) -> tuple[int, float] | None:
    """The best that can stand where one option was given up: as many steps as fit."""
    chosen, total = rest, base
    for _ in range(3):
        best = _best_step(problem, chosen, total, least)
        if best is None:
            break
        chosen, total = best
    return (chosen, total) if chosen != rest else None


def _best_step(problem: Problem, chosen: int, total: float, least: float) -> tuple[int, float] | None:
    moves = []
    for changed, added in _moves(problem, chosen):
        growth = max(problem.size(changed) - problem.size(chosen), 1.0)
        most = _most_gain(problem, chosen, changed, added)
        if most > least:
            moves.append((most / growth, most, growth, changed))
    moves.sort(key=lambda move: (-move[0], move[3]))
    best: tuple[float, int, float] | None = None
    for ratio, _, growth, changed in moves:
        if best is not None and ratio <= best[0]:
            break
        gain = total - problem.total(changed)
        if gain > least and (best is None or gain / growth > best[0]):
            best = (gain / growth, changed, total - gain)
    return (best[1], best[2]) if best is not None else None


def _moves(problem: Problem, chosen: int) -> Iterator[tuple[int, int]]:
    """Allowed sets one step away, with the option each adds."""
    for number, option in problem.options.items():
        if chosen >> number & 1:
            continue
        wider = chosen | option.bit
        if problem.is_allowed(wider):
            yield wider, number
        for other in numbers(chosen & ~problem.limits.kept):
            if problem.options[other].table != option.table:
                continue
            if option.shape.keys[0].sql == problem.options[other].shape.keys[0].sql:
                swapped = wider & ~(1 << other)
                if problem.is_allowed(swapped):
                    yield swapped, number


def _most_gain(problem: Problem, chosen: int, changed: int, added: int) -> float:
    gain = problem.upkeep_cost(chosen) - problem.upkeep_cost(changed)
    for place in problem.costs.users(added):
        weight = problem.weights[place]
        if weight:
            now = problem.cost(place, chosen)
            gain += weight * (now - problem.costs.at_least(place, changed))
    return gain
