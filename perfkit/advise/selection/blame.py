"""Which options go out of a set by what runs of its statements showed. Options are bits."""

from __future__ import annotations

from collections.abc import Sequence

from perfkit.advise.selection.effect import LATE, Effect


def dispensable(harmed: Effect, effects: Sequence[Effect]) -> int:
    """Of the options that may be at fault those that no other statement gains by, or all where each has one that does."""
    if harmed.gives_other_rows:
        return harmed.blamed
    return harmed.blamed & ~_gained_by_others(harmed, effects) or harmed.blamed


def doubtful(effects: Sequence[Effect], tolerance: float) -> int:
    """Options that no statement gains by but one that was run once and then took longer than the tolerance allows."""
    found = 0
    for effect in effects:
        ratio = effect.proof.time_ratio if effect.proof is not None else None
        if effect.runs == 1 and not effect.kept and ratio is not None and ratio > 1 + tolerance:
            found |= effect.used & ~_gained_by_others(effect, effects)
    return found


def _gained_by_others(this: Effect, effects: Sequence[Effect]) -> int:
    found = 0
    for effect in effects:
        if effect is not this and effect.proof is not None and effect.proof.verdict == "improves":
            found |= effect.used
    return found


def unseen(effects: Sequence[Effect]) -> int:
    """Options that some statement uses for which no time was left, or not enough to end, and that none gains by which was run, or can
    only be planned; none where nothing at all was run."""
    late = backed = 0
    for effect in effects:
        if effect.reason == LATE or effect.never_ended:
            late |= effect.used
        elif effect.proof is None or effect.proof.verdict == "improves":
            backed |= effect.used
    return late & ~backed if any(effect.proof is not None for effect in effects) else 0
