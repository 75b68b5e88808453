"""One statement of the workload without and with the chosen indexes, as it is told."""

from __future__ import annotations

from dataclasses import dataclass

from perfkit.stats import CLEAR_FACTOR


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryEffect:
    """One sample of one statement without and with the set. Times are None where it was not run."""

    name: str
    fingerprint: str
    sql: str
    weight: float
    cost_before: float
    cost_after: float
    indexes: tuple[str, ...]
    """Names of the new indexes in its plan."""
    verdict: str
    """``improves``, ``neutral``, ``harms``, ``inconclusive``; ``unchanged`` for the same plan, ``planned`` where it was not run."""
    before_ms: float | None = None
    after_ms: float | None = None
    """None too where it ended neither with the set nor without."""
    is_least_before: bool = False
    """Without the set it did not end: ``before_ms`` is how long it had."""
    blocks_ratio: float | None = None
    time_ratio: float | None = None
    reason: str = ""
    same_result: bool | None = None
    """None where it was not run, or the rows of both sides were not compared; ``not_compared`` then says why it was not."""
    not_compared: str = ""

    @property
    def is_slower(self) -> bool:
        """It harms, and not by more blocks alone: its typical time rose by more than the times of runs that change nothing do."""
        before, after = self.before_ms, self.after_ms
        rose = before is not None and after is not None and after > before * CLEAR_FACTOR
        return self.verdict == "harms" and rose

    @property
    def is_mixed(self) -> bool:
        """Its typical time and its blocks clearly went opposite ways."""
        time, blocks = self.time_ratio, self.blocks_ratio
        if time is None or blocks is None:
            return False
        return (time * CLEAR_FACTOR < 1 and blocks > CLEAR_FACTOR) or (
            time > CLEAR_FACTOR and blocks * CLEAR_FACTOR < 1
        )
