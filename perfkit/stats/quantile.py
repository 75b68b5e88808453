"""Quantiles of small samples."""

from __future__ import annotations

from collections.abc import Sequence


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` of the sample lies, linear between order statistics (type 7 of Hyndman and Fan).

    >>> quantile([4, 1, 3, 2], 0.5), quantile([10], 0.25)
    (2.5, 10.0)
    """
    ordered = sorted(values)
    if not ordered:
        raise ValueError("no values to take a quantile of")
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def median(values: Sequence[float]) -> float:
    """
    >>> median([3, 1, 2])
    2.0
    """
    return float(quantile(values, 0.5))
