"""Figures of a whole plan: rows thrown away, heap fetches, lossy pages, and where its time went beside the nodes."""

from __future__ import annotations

from dataclasses import dataclass

from perfkit.plan.model import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTotals:
    """Sums over all nodes, loops and processes. Counts are 0 where no node states one."""

    nodes: int
    rows_removed_by_filter: float
    rows_removed_by_join_filter: float
    rows_removed_by_index_recheck: float
    heap_fetches: int
    """Of index-only scans: rows whose page was not all-visible."""
    lossy_heap_blocks: int
    exact_heap_blocks: int
    temp_blocks: int
    """Read and written."""

    @property
    def rows_removed(self) -> float:
        return (
            self.rows_removed_by_filter
            + self.rows_removed_by_join_filter
            + self.rows_removed_by_index_recheck
        )

    @property
    def lossy_share(self) -> float | None:
        """Lossy heap blocks among those that bitmaps led to; None without bitmaps."""
        blocks = self.lossy_heap_blocks + self.exact_heap_blocks
        return self.lossy_heap_blocks / blocks if blocks else None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeParts:
    """Where the time of an EXPLAIN (ANALYZE) went, in parts that do not overlap but for JIT. None when unknown."""

    planning_ms: float | None
    nodes_ms: float | None
    """All nodes together: the root's total."""
    triggers_ms: float | None
    """Of triggers that ran after the nodes; a BEFORE trigger's time is part of its ModifyTable's."""
    serialization_ms: float | None
    """Since 17, with SERIALIZE."""
    other_ms: float | None
    """Execution time beyond these: starting and ending the executor, and compiling before the first row."""
    jit_ms: float | None
    """Part of nodes and other, not beside them."""


def totals(plan: Plan) -> PlanTotals:
    """Sums over the nodes of a plan, in one pass."""
    removed_filter = removed_join = removed_recheck = 0.0
    count = fetches = lossy = exact = 0
    for node in plan.walk():
        count += 1
        loops = node.loops or 0
        removed_filter += (node.rows_removed_by_filter or 0) * loops
        removed_join += (node.rows_removed_by_join_filter or 0) * loops
        removed_recheck += (node.rows_removed_by_index_recheck or 0) * loops
        fetches += node.heap_fetches or 0
        lossy += node.lossy_heap_blocks or 0
        exact += node.exact_heap_blocks or 0
    return PlanTotals(
        nodes=count,
        rows_removed_by_filter=removed_filter,
        rows_removed_by_join_filter=removed_join,
        rows_removed_by_index_recheck=removed_recheck,
        heap_fetches=fetches,
        lossy_heap_blocks=lossy,
        exact_heap_blocks=exact,
        temp_blocks=plan.root.buffers.temp if plan.root.buffers else 0,
    )


def time_parts(plan: Plan) -> TimeParts:
    """Planning, nodes, triggers, serialization and the rest, apart.

    EXPLAIN does not say which triggers ran before and which after the nodes: as much of their time as the execution
    time leaves beside nodes and serialization is taken as after.
    """
    nodes_ms = plan.root.total_ms
    serialization_ms = plan.serialization.time_ms if plan.serialization else None
    fired = [one.total_ms for one in plan.triggers if one.total_ms is not None]
    triggers_ms = sum(fired) if fired else None
    other_ms = None
    if plan.execution_ms is not None and nodes_ms is not None:
        beside = max(plan.execution_ms - nodes_ms - (serialization_ms or 0.0), 0.0)
        if triggers_ms is not None:
            triggers_ms = min(triggers_ms, beside)
        other_ms = beside - (triggers_ms or 0.0)
    return TimeParts(
        planning_ms=plan.planning_ms,
        nodes_ms=nodes_ms,
        triggers_ms=triggers_ms,
        serialization_ms=serialization_ms,
        other_ms=other_ms,
        jit_ms=plan.jit.total_ms if plan.jit else None,
    )
