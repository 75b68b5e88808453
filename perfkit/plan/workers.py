"""Parallel workers of a plan: how many were planned and started, and how evenly they shared the work.

EXPLAIN (VERBOSE) prints a line for each worker; what the workers do not account for is the leader's.
"""

from __future__ import annotations

from dataclasses import dataclass

from perfkit.plan.model import Node, Plan
from perfkit.plan.tree import ASIDE, GATHERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """What one process did in a node, over all its loops."""

    number: int | None
    """Of the worker; None for the leader."""
    rows: float
    total_ms: float | None
    """None with TIMING OFF."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Skew:
    """How unevenly the processes shared the work of a node. 1 means evenly; 3 of three processes means one did all."""

    node: Node
    processes: tuple[Process, ...]
    rows_factor: float | None
    """Most rows of one process ÷ their mean; None when no process had rows."""
    time_factor: float | None
    """Longest time of one process ÷ the mean; None with TIMING OFF."""
    lost_ms: float | None
    """What an even share would have saved of the wall time: longest less mean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """The workers of one Gather."""

    node: Node
    planned: int
    launched: int | None
    """None when the plan was not executed."""
    participants: float
    """Processes that took part, the leader included."""
    skew: Skew | None
    """None without per-worker lines (VERBOSE)."""


def crews(plan: Plan) -> tuple[Crew, ...]:
    """Every Gather of the plan with its workers, in the plan's order."""
    found = []
    for node in plan.walk():
        if node.node_type not in GATHERS or node.workers_planned is None:
            continue
        child = next((one for one in node.children if one.parent_relationship not in ASIDE), None)
        found.append(
            Crew(
                node=node,
                planned=node.workers_planned,
                launched=node.workers_launched,
                participants=child.measures.participants if child is not None else 1.0,
                skew=skew_of(child) if child is not None else None,
            )
        )
    return tuple(found)


def skew_of(node: Node) -> Skew | None:
    """How evenly the processes shared a node below a Gather; None without per-worker lines.

    The leader counts where it did the most. Where it did less it is left out: it has the workers' rows to collect,
    so that a small share of its own is no fault.
    """
    workers = [_process(worker.number, worker.rows, worker.total_ms, worker.loops) for worker in node.workers]
    if not workers or node.actual is None or not node.actual.loops:
        return None
    leader = _leader(node, workers)
    processes = (*([leader] if leader is not None else []), *workers)
    rows = _factor([one.rows for one in workers], leader.rows if leader else None)
    times = [one.total_ms for one in workers if one.total_ms is not None]
    time = lost = None
    if len(times) == len(workers):
        leader_ms = leader.total_ms if leader else None
        time = _factor(times, leader_ms)
        compared = [*times, leader_ms] if leader_ms is not None and leader_ms > max(times) else times
        lost = max(compared) - sum(compared) / len(compared)
    return Skew(node=node, processes=processes, rows_factor=rows, time_factor=time, lost_ms=lost)


def _process(number: int, rows: float | None, total_ms: float | None, loops: int | None) -> Process:
    times = loops or 0
    return Process(
        number=number,
        rows=(rows or 0.0) * times,
        total_ms=None if total_ms is None else total_ms * times,
    )


def _leader(node: Node, workers: list[Process]) -> Process | None:
    """What is left for the leader; None when the workers' loops are all there were."""
    actual = node.actual
    if actual is None or sum(worker.loops or 0 for worker in node.workers) >= actual.loops:
        return None
    timed = [one.total_ms for one in workers if one.total_ms is not None]
    is_timed = actual.total_ms is not None and len(timed) == len(workers)
    return Process(
        number=None,
        rows=max(actual.rows * actual.loops - sum(one.rows for one in workers), 0.0),
        total_ms=max((actual.total_ms or 0.0) * actual.loops - sum(timed), 0.0) if is_timed else None,
    )


def _factor(shares: list[float], leader: float | None) -> float | None:
    compared = [*shares, leader] if leader is not None and leader > max(shares) else shares
    mean = sum(compared) / len(compared)
    return max(compared) / mean if mean > 0 else None
