"""Figures that hardly move between runs, as ranges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from perfkit.stats.quantile import median
from perfkit.stats.ratio import Direction, compare_counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """From which to which value a counter went over several runs."""

    low: float
    median: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """ValueError when there are no values."""
        return cls(low=min(values), median=median(values), high=max(values))


def compare_spreads(before: Spread, after: Spread) -> Direction:
    """``unclear`` when the middles are a tenth apart and yet the ranges overlap: other runs might say otherwise.

    >>> one, other = Spread.of([100, 101, 104]), Spread.of([40, 41, 50])
    >>> compare_spreads(one, other), compare_spreads(one, one), compare_spreads(one, Spread.of([40, 41, 102]))
    ('falls', 'same', 'unclear')
    """
    direction = compare_counts(round(before.median), round(after.median))
    if direction == "same":
        return "same"
    overlaps = before.low <= after.high and after.low <= before.high
    return "unclear" if overlaps else direction
