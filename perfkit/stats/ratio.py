"""Is one arm faster than the other, and how sure may we be."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from perfkit.stats.quantile import median, quantile

Direction = Literal["falls", "rises", "same", "unclear"]

CLEAR_FACTOR = 1.10
"""A change below a tenth is not worth a remedy's price, and a quiet machine already moves by that much."""

FLOOR_MS = 0.05
"""Differences under this drown in the cost of a round trip and of a timer interrupt."""

RESAMPLES = 1000
"""Enough for two digits of a 95 % interval; a few milliseconds of work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """After ÷ before of two sets of times, with what may be concluded."""

    median: float
    low: float
    high: float
    """95 % percentile bootstrap interval of the ratio of medians."""
    direction: Direction
    """``unclear`` when minimum and lower quartile disagree: too noisy to tell."""


def compare_times(
    before: Sequence[float], after: Sequence[float], *, seed: int = 0, factor: float = CLEAR_FACTOR
) -> Ratio:
    """Compare interleaved samples by minimum **and** lower quartile: noise on a busy machine only ever adds, so the low
    end of a sample is its steadiest part. Both must move beyond ``factor`` and ``FLOOR_MS``.

    ValueError when a side has no sample.
    """
    low, high = _bootstrap(before, after, seed)
    moves = {
        _direction(min(before), min(after), factor),
        _direction(quantile(before, 0.25), quantile(after, 0.25), factor),
    }
    direction: Direction = moves.pop() if len(moves) == 1 else "unclear"
    return Ratio(median=_divide(median(after), median(before)), low=low, high=high, direction=direction)


def compare_counts(before: int, after: int, *, factor: float = CLEAR_FACTOR, floor: int = 2) -> Direction:
    """Compare two counters that hardly move between runs (blocks, rows).

    >>> compare_counts(8164, 12), compare_counts(8, 9), compare_counts(100, 200)
    ('falls', 'same', 'rises')
    """
    if abs(after - before) <= floor or max(before, after) <= factor * min(before, after):
        return "same"
    return "falls" if after < before else "rises"


def _direction(before: float, after: float, factor: float) -> Direction:
    if abs(after - before) < FLOOR_MS or max(before, after) <= factor * min(before, after):
        return "same"
    return "falls" if after < before else "rises"


def _bootstrap(before: Sequence[float], after: Sequence[float], seed: int) -> tuple[float, float]:
    choice = random.Random(seed)
    ratios = [
        _divide(
            median(choice.choices(after, k=len(after))),
            median(choice.choices(before, k=len(before))),
        )
        for _ in range(RESAMPLES)
    ]
    return quantile(ratios, 0.025), quantile(ratios, 0.975)


def _divide(after: float, before: float) -> float:
    return after / before if before > 0 else 1.0
