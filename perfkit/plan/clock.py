"""What EXPLAIN's own clock cost: how often it was read, and what that took.

With TIMING, PostgreSQL reads the clock before and after each call of a node. A node is called once for each row it
returns and once more to learn that there are no more; Hash and the bitmap nodes build all at once and are called once
a loop (ExecProcNode and MultiExecProcNode in PostgreSQL's executor).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from perfkit.plan.model import Node, Plan

READING_NS: Final = 25.0
"""One reading of the processor's counter on Linux, as pg_test_timing reports it on common machines; a machine whose
clock source is hpet or acpi_pm takes twenty times as long."""

_BUILT_AT_ONCE: Final = frozenset({"Hash", "Bitmap Index Scan", "BitmapAnd", "BitmapOr"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockCost:
    """What reading the clock cost one EXPLAIN (ANALYZE)."""

    readings: float
    """By all processes."""
    cost_ms: float
    """Of wall time."""
    reading_ns: float
    """One reading, assumed or measured."""
    is_measured: bool
    """True when it comes from comparing with runs that did not read the clock."""


def clock_readings(node: Node) -> float:
    """How often the clock was read for the node, in all loops and processes; 0 without timing."""
    actual = node.actual
    if actual is None or actual.total_ms is None or not actual.loops:
        return 0.0
    calls = 0.0 if node.node_type in _BUILT_AT_ONCE else actual.rows * actual.loops
    return 2.0 * (calls + actual.loops)


def clock_cost(
    plan: Plan, *, reading_ns: float = READING_NS, untimed_ms: Sequence[float] = ()
) -> ClockCost | None:
    """What EXPLAIN's clock cost the plan; None when it was not timed.

    ``untimed_ms`` are execution times of the same statement with TIMING OFF: what the timed run took beyond their
    median is the cost (never below zero), and ``reading_ns`` is then derived from it. Without them the cost is
    ``reading_ns`` for each reading, shared among the processes that ran side by side.
    """
    if plan.root.actual is None or plan.root.actual.total_ms is None:
        return None
    readings = side_by_side = 0.0
    for node in plan.walk():
        count = clock_readings(node)
        readings += count
        side_by_side += count / node.measures.participants
    if untimed_ms and plan.execution_ms is not None:
        from statistics import median

        cost_ms = max(plan.execution_ms - median(untimed_ms), 0.0)
        each = cost_ms * 1e6 / side_by_side if side_by_side else 0.0
        return ClockCost(readings=readings, cost_ms=cost_ms, reading_ns=each, is_measured=True)
    return ClockCost(
        readings=readings, cost_ms=side_by_side * reading_ns / 1e6, reading_ns=reading_ns, is_measured=False
    )
