"""How much of a plan is at stake at some of its nodes: the measure by which a finding is worth saying."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from perfkit.findings.finding import Case, Severity
from perfkit.plan.model import Buffers, Node

MATTERS_SHARE = 0.1
"""Below a tenth of the run time a cure is hardly seen between two runs."""

DOMINATES_SHARE = 0.5
"""Half the run time in one place: its cure at least halves the statement."""

MANY_ROWS = 1_000
"""Fewer rows fit on about ten pages and are read in well under a millisecond."""

Measure = Literal["time", "blocks", "rows", "planned cost"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """Time at stake and its share of the plan; where nodes were not timed, a share of blocks or rows, and of the planned
    cost where the plan was not executed."""

    ms: float | None
    share: float | None
    measure: Measure = "time"

    @property
    def matters(self) -> bool:
        return self.share is not None and self.share >= MATTERS_SHARE

    @property
    def severity(self) -> Severity:
        if self.measure == "planned cost":
            return "info"
        is_measured = self.measure in ("time", "blocks")
        return (
            "critical"
            if is_measured and self.share is not None and self.share >= DOMINATES_SHARE
            else "warning"
        )


def weigh(case: Case, *nodes: Node) -> Weight:
    """What the nodes themselves took, without what is below them."""
    times = [node.exclusive_ms for node in nodes]
    if case.plan.total_ms and any(time is not None for time in times):
        return _of_time(case, sum(time or 0.0 for time in times))
    blocks = sum(_touched(node.measures.exclusive_buffers) for node in nodes)
    return _untimed(case, blocks, sum(case.work.own.get(node.number, 0.0) for node in nodes))


def weigh_whole(case: Case, node: Node, part: float = 1.0) -> Weight:
    """What the node took with all below it, or the given part of that."""
    if case.plan.total_ms and node.total_ms is not None:
        return _of_time(case, node.total_ms * part)
    return _untimed(case, _touched(node.buffers) * part, case.work.below.get(node.number, 0.0) * part)


def _of_time(case: Case, ms: float) -> Weight:
    total = case.plan.total_ms or ms
    return Weight(ms=ms, share=min(ms / total, 1.0) if total else None)


def _untimed(case: Case, blocks: float, work: float) -> Weight:
    """The larger share: blocks say nothing of what is sorted in memory, rows nothing of what is read for each."""
    whole = _touched(case.plan.root.buffers)
    of_blocks = min(blocks / whole, 1.0) if whole else 0.0
    if of_blocks and of_blocks >= work:
        return Weight(ms=None, share=of_blocks, measure="blocks")
    if not case.work.own:
        return Weight(ms=None, share=None)
    return Weight(ms=None, share=min(work, 1.0), measure="rows" if case.plan.is_analyzed else "planned cost")


def _touched(buffers: Buffers | None) -> int:
    """Blocks of tables and indexes, and of temporary files."""
    return buffers.shared + buffers.local_hit + buffers.local_read + buffers.temp if buffers else 0
