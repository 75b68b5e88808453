"""Steps to a good set: at each the change that saves the most for its size, then exchanges while any helps.

The steps are those of Extend (Schlosser, Kossmann, Boissier: Efficient Scalable Multi-attribute Index Selection Using
Recursive Strategies, ICDE 2019): a new index, or one in the place of a narrower. A step's gain is bounded from above without asking the planner,
so that only promising ones are asked about.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

from perfkit.advise.selection.option import numbers
from perfkit.advise.selection.problem import Problem
from perfkit.advise.selection.walk import Walk

LEAST_GAIN = 0.0005
"""A step that saves less of the workload's cost than this is not worth an index."""

MOST_FILLED = 3
"""Options that may come where one was given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The set after a step, what it weighs and what the workload then costs."""

    chosen: int
    size: float
    total: float


def steps(problem: Problem, start: int | None = None) -> Iterator[Step]:
    """From the kept options to a set that no step improves."""
    walk = Walk(problem, problem.limits.kept if start is None else start)
    yield _step(walk)
    while True:
        best = walk.best(walk.total * LEAST_GAIN)
        if best is None:
            return
        walk.go(best)
        walk.drop_unused()
        yield _step(walk)


def _step(walk: Walk) -> Step:
    return Step(chosen=walk.chosen, size=walk.size, total=walk.total)


def exchanged(problem: Problem, start: Step, *, deadline: float = inf) -> Iterator[Step]:
    """Better and better sets by exchanging one option for another, or giving one up for two, while that helps, until
    ``deadline`` on the monotonic clock."""
    walk = Walk(problem, start.chosen)
    improved = True
    while improved:
        improved = False
        least = walk.total * LEAST_GAIN
        for gone in numbers(walk.chosen & ~problem.limits.kept):
            if time.monotonic() > deadline:
                return
            other = walk.without(gone)
            _fill(other, least)
            if other.total < walk.total - least:
                walk = other
                yield _step(walk)
                improved = True
                break


def fitting(problem: Problem, chosen: int) -> int:
    """The set less what saves the least for its size, one option after another, until it is allowed."""
    walk = Walk(problem, chosen)
    while not problem.is_allowed(walk.chosen):
        smaller = [
            ((other.total - walk.total) / problem.sizes[number], number, other)
            for number in numbers(walk.chosen & ~problem.limits.kept)
            for other in [walk.without(number)]
        ]
        if not smaller:
            break
        walk = min(smaller, key=lambda one: one[:2])[2]
    return walk.chosen


def _fill(walk: Walk, least: float) -> None:
    """The best that can stand where an option was given up: as many steps as fit."""
    for _ in range(MOST_FILLED):
        best = walk.best(least)
        if best is None:
            break
        walk.go(best)
