"""What a set of indexes does to one statement, as runs with it and without showed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from perfkit.advise.judge import ONE_RUN_FACTOR, with_result
from perfkit.advise.selection.sameness import Sameness
from perfkit.advise.values import Proof
from perfkit.stats import median

TOLERANCE = 0.05
"""A statement may take this much longer than without the indexes, noise counted in, before the set is refused."""

LEAST_HARM_MS = 0.5
"""Of a call: less is not worth the loss of an index."""

SAME_PLAN = "its plan is the same"
LATE = "no time was left to run it: weighed by its plan"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One statement without and with the set. ``proof`` is None where it was not run."""

    place: int
    used: int
    """Options of the set in its plan."""
    alone: int = 0
    """Of these the ones whose table is not touched."""
    proof: Proof | None
    reason: str = ""
    """Why it was not run, or not to its end; empty where it was."""
    kept: int = 0
    """Options of the set on the tables that it writes."""
    ended_ms: float | None = None
    """With the set it was ended after so long, many times what it takes without; None where it ran to its end, or was not run."""
    not_compared: str = ""
    """Why it was not seen whether its rows are the same; empty where that was seen, or it was not run."""

    @property
    def before_ms(self) -> float | None:
        return _typical(self.proof, is_before=True)

    @property
    def after_ms(self) -> float | None:
        return _typical(self.proof, is_before=False)

    @property
    def runs(self) -> int:
        """So many on each side count."""
        proof = self.proof
        if proof is None or proof.before is None or proof.after is None:
            return 0
        return min(len(proof.before.samples.values), len(proof.after.samples.values))

    @property
    def is_least_before(self) -> bool:
        """Without the set it did not end: ``before_ms`` is how long it had."""
        before = self.proof.before if self.proof is not None else None
        return before is not None and before.ended_after_ms is not None

    @property
    def never_ended(self) -> bool:
        """It was run, and ended neither with nor without."""
        after = self.proof.after if self.proof is not None else None
        return after is not None and after.ended_after_ms is not None

    @property
    def gives_other_rows(self) -> bool:
        return self.proof is not None and self.proof.same_result is False

    @property
    def blamed(self) -> int:
        """Options that may be at fault where it is harmed."""
        return self.used | self.kept

    def is_harmed(self, tolerance: float) -> bool:
        """It gives other rows, or had to be ended, or reads and is slower: what a write pays for its indexes is a matter of the whole
        workload."""
        was_ended = self.ended_ms is not None
        return self.gives_other_rows or was_ended or (self.is_slower(tolerance) and not self.kept)

    def is_slower(self, tolerance: float) -> bool:
        """Surely slower than the tolerance allows, by as much as can be felt. What takes long, or writes, is run too few times for its
        times alone to be sure: where the proof says that it harms, they need no more than point the same way. What was run once on each
        side must be slower by far."""
        proof = self.proof
        if proof is None or proof.time_ratio_low is None or self.before_ms is None or self.after_ms is None:
            return False
        ratio = proof.time_ratio_low
        if proof.verdict == "harms" and proof.time_ratio is not None:
            ratio = proof.time_ratio
        elif self.runs == 1:
            tolerance = max(tolerance, ONE_RUN_FACTOR - 1)
        return ratio > 1 + tolerance and self.after_ms - self.before_ms >= LEAST_HARM_MS


def with_sameness(effect: Effect, found: Sameness) -> Effect:
    if found.is_same is None or effect.proof is None:
        return replace(effect, not_compared=found.reason)
    return replace(effect, proof=with_result(effect.proof, found.is_same))


def _typical(proof: Proof | None, *, is_before: bool) -> float | None:
    measured = None if proof is None else proof.before if is_before else proof.after
    if measured is None:
        return None
    if measured.ended_after_ms is not None:
        return measured.ended_after_ms
    return median(measured.samples.values) if measured.samples.values else None
