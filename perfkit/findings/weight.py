"""How much of a plan is at stake at some of its nodes: the measure by which a finding is worth saying."""

from __future__ import annotations

from dataclasses import dataclass

from perfkit.findings.finding import Case, Severity
from perfkit.plan.model import Node

MATTERS_SHARE = 0.1
"""Below a tenth of the run time a cure is hardly seen between two runs."""

DOMINATES_SHARE = 0.5
"""Half the run time in one place: its cure at least halves the statement."""

MANY_ROWS = 1_000
"""Fewer rows fit on about ten pages and are read in well under a millisecond."""


@dataclass(frozen=True, slots=True)
class Weight:
    """Time at stake and its share of the plan; the share is one of blocks where no node was timed."""

    ms: float | None
    share: float | None

    @property
    def matters(self) -> bool:
        return self.share is not None and self.share >= MATTERS_SHARE

    @property
    def severity(self) -> Severity:
        return "critical" if self.share is not None and self.share >= DOMINATES_SHARE else "warning"


def weigh(case: Case, *nodes: Node) -> Weight:
    """What the nodes themselves took, without what is below them."""
    times = [node.exclusive_ms for node in nodes]
    if case.plan.total_ms and any(time is not None for time in times):
        return _of_time(case, sum(time or 0.0 for time in times))
    return _of_blocks(case, sum(node.exclusive_shared_blocks or 0 for node in nodes))


def weigh_whole(case: Case, node: Node, part: float = 1.0) -> Weight:
    """What the node took with all below it, or the given part of that."""
    if case.plan.total_ms and node.total_ms is not None:
        return _of_time(case, node.total_ms * part)
    return _of_blocks(case, node.buffers.shared * part if node.buffers else 0)


def _of_time(case: Case, ms: float) -> Weight:
    total = case.plan.total_ms or ms
    return Weight(ms=ms, share=min(ms / total, 1.0) if total else None)


def _of_blocks(case: Case, blocks: float) -> Weight:
    whole = case.plan.root.buffers
    return Weight(ms=None, share=min(blocks / whole.shared, 1.0) if whole and whole.shared else None)
