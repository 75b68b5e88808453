"""Best advice first: proven before unproven, the smallest remedy that reaches most of the gain before larger ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from perfkit.advise.values import Advice, AdviceKind, Proof
from perfkit.units import format_ms

NEARLY_AS_GOOD = 1.25
"""A remedy within a quarter of the best one's time is as good; then the smaller price decides."""

MOST_OF_GAIN = 0.95
"""A remedy that spares so much of what the best one spares, and takes no twice as long, reaches most of the gain."""

NEARLY_MS = 0.5
"""Nor does half a millisecond more make a remedy worse that anybody would notice."""

OUTDONE_FACTOR = 2.0
"""A rival that takes twice as long is no alternative."""

_SQL_LENGTH = 100

_LEVELS = {"executed": 0, "planned": 1, "none": 2}

_EFFORT: dict[AdviceKind, int] = {
    "statistics": 0, "maintenance": 1, "setting": 2, "rewrite": 3, "index": 3, "schema": 5, "application": 6,
}  # fmt: skip
"""From what is done once and costs nothing afterwards to what others have to agree to."""


def ranked(advice: Iterable[Advice]) -> tuple[Advice, ...]:
    """The advice in order of worth, numbered within its kind: ``index-1``, ``index-2``."""
    found = list(advice)
    best = min((_after_ms(one.proof) for one in found if _is_proven(one)), default=0.0)
    ordered = sorted(found, key=lambda one: _rank(one, best))
    counts: dict[str, int] = {}
    named = []
    for one in ordered:
        counts[one.kind] = counts.get(one.kind, 0) + 1
        named.append(replace(one, id=f"{one.kind}-{counts[one.kind]}"))
    return tuple(named)


def outdone(advice: Sequence[Advice]) -> dict[int, str]:
    """Remedies, by their place, that another one of their kind on the same table leaves far behind, with the reason."""
    found: dict[int, str] = {}
    proven = [(place, one) for place, one in enumerate(advice) if _is_proven(one)]
    for place, one in proven:
        ms = _after_ms(one.proof)
        rivals = [other for _, other in proven if other is not one and _are_rivals(one, other)]
        better = min(rivals, key=lambda other: _after_ms(other.proof), default=None)
        if better is None or _is_smaller_and_enough(one, better):
            continue
        if ms > OUTDONE_FACTOR * _after_ms(better.proof) + NEARLY_MS:
            best_ms = _after_ms(better.proof)
            found[place] = (
                f"it helps ({format_ms(ms)}), but {one_line(better.sql)} does more ({format_ms(best_ms)})"
            )
    return found


def _is_smaller_and_enough(one: Advice, better: Advice) -> bool:
    """Whether the better one takes more kinds of steps, and this one reaches most of its gain: both are worth knowing."""
    kinds = [len({step.kind for step in each.steps}) or 1 for each in (one, better)]
    return kinds[0] < kinds[1] and _reaches_most(one.proof, _after_ms(better.proof))


def _reaches_most(proof: Proof, best: float) -> bool:
    before = proof.before.typical_ms if proof.before is not None else None
    return before is not None and before - _after_ms(proof) >= MOST_OF_GAIN * (before - best)


def _are_rivals(one: Advice, other: Advice) -> bool:
    """Whether only one of both is wanted: both indexes of one table, or both other texts."""
    if one.kind != other.kind:
        return False
    return one.kind in ("rewrite", "setting") or one.relation == other.relation


def beats(proof: Proof, advice: Sequence[Advice]) -> bool:
    """Whether a combination does clearly better than every remedy that stands alone: in time, or in blocks at the same time."""
    alone = [one.proof for one in advice if _is_proven(one)]
    if proof.verdict != "improves":
        return False
    if not alone:
        return True
    ms, best = _after_ms(proof), min(_after_ms(one) for one in alone)
    return ms * NEARLY_AS_GOOD < best and best - ms > NEARLY_MS


def _is_proven(advice: Advice) -> bool:
    return advice.proof.level == "executed" and advice.proof.verdict == "improves"


def _rank(advice: Advice, best: float) -> tuple[float, ...]:
    if not _is_proven(advice):
        return (2.0, _LEVELS[advice.proof.level])
    ms = _after_ms(advice.proof)
    is_near = ms <= OUTDONE_FACTOR * best and _reaches_most(advice.proof, best)
    is_as_good = is_near or ms <= max(best * NEARLY_AS_GOOD, best + NEARLY_MS)
    price = (
        float(bool(advice.caveats)),
        float(len({step.kind for step in advice.steps} - {"statistics"})),
        float(_EFFORT[advice.kind]),
        float(advice.price.size_bytes or 0),
    )
    return (0.0, *price, ms) if is_as_good else (1.0, ms, *price)


def one_line(sql: str) -> str:
    text = " ".join(sql.split())
    return text if len(text) <= _SQL_LENGTH else text[: _SQL_LENGTH - 1] + "…"


def _after_ms(proof: Proof) -> float:
    """What a user waits for: the low quarter of the samples, which noise leaves alone."""
    if proof.after is None or not proof.after.samples.values:
        return float("inf")
    values = sorted(proof.after.samples.values)
    return values[len(values) // 4]
