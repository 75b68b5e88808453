"""Best advice first: proven before unproven, the smallest remedy that reaches most of the gain before larger ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from perfkit.advise.values import Advice

NEARLY_AS_GOOD = 1.25
"""A remedy within a quarter of the best one's time is as good; then the smaller price decides."""

_LEVELS = {"executed": 0, "planned": 1, "none": 2}


def ranked(advice: Iterable[Advice]) -> tuple[Advice, ...]:
    """The advice in order of worth, numbered within its kind: ``index-1``, ``index-2``."""
    found = list(advice)
    best = min((_gain(one) for one in found if one.proof.level == "executed"), default=1.0)
    ordered = sorted(found, key=lambda one: _rank(one, best))
    counts: dict[str, int] = {}
    named = []
    for one in ordered:
        counts[one.kind] = counts.get(one.kind, 0) + 1
        named.append(replace(one, id=f"{one.kind}-{counts[one.kind]}"))
    return tuple(named)


def _rank(advice: Advice, best: float) -> tuple[float, ...]:
    level = _LEVELS[advice.proof.level]
    if level:
        return (level,)
    gain = _gain(advice)
    size = float(advice.price.size_bytes or 0)
    return (0, 0, size, gain) if gain <= best * NEARLY_AS_GOOD else (0, 1, gain, size)


def _gain(advice: Advice) -> float:
    """Time ratio where there is one: what a user waits for."""
    proof = advice.proof
    return (
        proof.time_ratio
        if proof.time_ratio is not None
        else proof.blocks_ratio
        if proof.blocks_ratio is not None
        else 1.0
    )
