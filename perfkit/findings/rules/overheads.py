"""Time that goes neither into scans nor into joins: planning, compiling, waiting for blocks or workers, output."""

from __future__ import annotations

from collections.abc import Iterator

from perfkit.findings.at import finding_at
from perfkit.findings.finding import Case, Finding, Rule
from perfkit.findings.weight import MATTERS_SHARE, Weight, weigh_whole
from perfkit.plan.workers import crews
from perfkit.units import BLOCK_BYTES, format_bytes, format_count, format_ms, format_percent

JIT_SHARE = 0.25
"""A quarter of the execution spent on compiling is more than compiled expressions usually win back."""

OVERHEAD_MS = 5.0
"""Planning or compiling below five milliseconds is felt only by statements that run all the time, which are prepared."""

READ_SHARE = 0.5
"""Half the time in waiting for blocks: the next run, with them in memory, takes another time altogether."""

READ_BLOCKS = 1_000
"""8 MB read: less comes from the operating system's cache within a millisecond."""

COLD_SHARE = 0.8
"""Without I/O timing: four in five blocks not found in shared buffers."""

WIDE_ROW_BYTES = 1000
"""A row of a kilobyte of text holds documents; narrower ones hold what a list shows."""

SERIALIZE_SHARE = 0.5
"""Half the time for turning rows into text; less is what any large result costs."""


SKEW_FACTOR = 1.5
"""Half as much again as the mean: of three processes, one did half of the work."""

LATE_START_MS = 20.0
"""Workers take some milliseconds to start, more on a busy machine; that alone makes the leader look busy."""


def planning_dominates(case: Case) -> Iterator[Finding]:
    """Planning the statement takes longer than executing it.

    Many joins, partitions or indexes are weighed each time. A prepared statement, fewer joins, or a lower
    join_collapse_limit plan less. Fine for a statement that runs now and then.
    """
    planning, execution = case.plan.planning_ms, case.plan.total_ms
    if planning is None or execution is None or planning < max(OVERHEAD_MS, execution):
        return
    scans = sum(1 for node in case.unfolded.walk() if node.relation and node.operation is None)
    yield Finding(
        id="planning-dominates",
        severity="warning",
        title=f"planning took {format_ms(planning)}, executing {format_ms(execution)}: the plan has {format_count(scans)} {'scan' if scans == 1 else 'scans'}",
        evidence={
            "planning_ms": planning,
            "execution_ms": execution,
            "scans": scans,
            "planning_blocks": case.plan.planning_buffers.shared if case.plan.planning_buffers else None,
        },
        at_stake_ms=planning,
    )


def jit_overhead(case: Case) -> Iterator[Finding]:
    """Compiling expressions to machine code takes a large share of the statement.

    The planner expected more work than there was, or the same work spread over many partitions and workers. Raise
    jit_above_cost, or turn jit off for the role. Fine where the statement runs for seconds.
    """
    jit, total = case.plan.jit, case.plan.total_ms
    if jit is None or jit.total_ms is None or not total:
        return
    share = jit.total_ms / total
    if share < JIT_SHARE or jit.total_ms < OVERHEAD_MS:
        return
    yield Finding(
        id="jit-overhead",
        severity=Weight(ms=jit.total_ms, share=share).severity,
        title=f"compiling {format_count(jit.functions)} functions took {format_ms(jit.total_ms)}, {format_percent(share)} of"
        f" the statement",
        evidence={"jit_ms": jit.total_ms, "functions": jit.functions, "share": round(share, 3)},
        at_stake_ms=jit.total_ms,
    )


def serialization_cost(case: Case) -> Iterator[Finding]:
    """Turning the result into text takes a large share of the statement.

    Wide or compressed values are fetched and unpacked only here. Return fewer columns or rows, or the binary format. Many
    narrow rows are told for information: somebody wants them all. Fine where all of the result is needed. Needs a capture
    with SERIALIZE, since 17.
    """
    serialization, total = case.plan.serialization, case.plan.total_ms
    if serialization is None or serialization.time_ms is None or not total:
        return
    share = serialization.time_ms / total
    if share < SERIALIZE_SHARE:
        return
    output_bytes = serialization.output_kb * 1024
    is_wide = output_bytes >= WIDE_ROW_BYTES * (case.plan.root.total_rows or 1.0)
    yield Finding(
        id="serialization-cost",
        severity="warning" if is_wide else "info",
        title=f"turning the result into {format_bytes(output_bytes)} of {serialization.format} took"
        f" {format_ms(serialization.time_ms)}, {format_percent(share)} of the statement",
        evidence={
            "serialization_ms": serialization.time_ms,
            "output_bytes": output_bytes,
            "share": round(share, 3),
        },
        at_stake_ms=serialization.time_ms,
    )


def cold_read(case: Case) -> Iterator[Finding]:
    """Most of the time is spent waiting for blocks that were not in shared buffers.

    Informational: the figure is of this run; with the blocks in memory it is another one. Fewer blocks is the cure that
    lasts, more memory the one that helps everything. With track_io_timing off, judged by the blocks alone.
    """
    buffers, total = case.plan.root.buffers, case.plan.total_ms
    if buffers is None or not total or buffers.shared_read < READ_BLOCKS:
        return
    processes = max((node.measures.participants for node in case.plan.walk()), default=1.0)
    waited = buffers.shared_read_ms / processes if buffers.shared_read_ms is not None else None
    cold = buffers.shared_read / buffers.shared
    if (waited is not None and waited < READ_SHARE * total) or (waited is None and cold < COLD_SHARE):
        return
    yield Finding(
        id="cold-read",
        severity="info",
        title=f"{format_bytes(buffers.shared_read * BLOCK_BYTES)}, {format_percent(cold)} of the blocks, were not in shared"
        f" buffers" + (f"; reading them took {format_ms(waited)}" if waited is not None else ""),
        evidence={
            "shared_read_blocks": buffers.shared_read,
            "shared_blocks": buffers.shared,
            "read_share": round(cold, 3),
            "read_ms": waited,
        },
        at_stake_ms=waited,
    )


def workers_not_launched(case: Case) -> Iterator[Finding]:
    """Fewer parallel workers started than were planned.

    The pool (max_parallel_workers, max_worker_processes) was in use or too small, and the plan was made for more hands.
    Fine now and then on a busy server.
    """
    for node in case.plan.walk():
        planned, launched = node.workers_planned, node.workers_launched
        weight = weigh_whole(case, node)
        if (
            planned is None
            or launched is None
            or launched >= planned
            or (weight.share or 0.0) < MATTERS_SHARE
        ):
            continue
        missing = planned - launched
        saved = weight.ms * missing / (planned + 1) if weight.ms is not None else None
        yield finding_at(
            node,
            "workers-not-launched",
            f"{launched} of {planned} planned workers started",
            Weight(ms=saved, share=weight.share),
            severity="warning",
            workers_planned=planned,
            workers_launched=launched,
        )


def worker_skew(case: Case) -> Iterator[Finding]:
    """One process of a parallel plan did most of the work while the others waited.

    An Append hands out whole scans that cannot be shared, a skewed key fills one partition, or a worker's part holds
    the costly rows. More workers do not help; sharing the long scan does (a larger table with parallel_workers set,
    partitions of even size). Fine where the whole takes moments: workers that start late look the same. Needs EXPLAIN
    (VERBOSE).
    """
    for crew in crews(case.plan):
        skew = crew.skew
        if skew is None or skew.time_factor is None or skew.lost_ms is None:
            continue
        total = case.plan.total_ms or 0.0
        weight = Weight(ms=skew.lost_ms, share=min(skew.lost_ms / total, 1.0) if total else None)
        if skew.time_factor < SKEW_FACTOR or skew.lost_ms < LATE_START_MS or not weight.matters:
            continue
        busiest = max(skew.processes, key=lambda one: one.total_ms or 0.0)
        who = "the leader" if busiest.number is None else f"worker {busiest.number}"
        yield finding_at(
            crew.node,
            "worker-skew",
            f"{who} worked {format_ms(busiest.total_ms)}, {skew.time_factor:.1f} times the mean of the"
            f" {len(skew.processes)} processes",
            weight,
            severity="info",
            time_factor=skew.time_factor,
            rows_factor=skew.rows_factor,
            processes=len(skew.processes),
            busiest=who,
        )


RULES = (
    Rule(id="worker-skew", title="One process of a parallel plan did most of the work", check=worker_skew),
    Rule(id="planning-dominates", title="Planning costs more than execution", check=planning_dominates),
    Rule(id="jit-overhead", title="Compiling takes a large share of the execution", check=jit_overhead),
    Rule(id="serialization-cost", title="Output conversion dominates", check=serialization_cost),
    Rule(id="cold-read", title="Most of the time is reading blocks", check=cold_read),
    Rule(
        id="workers-not-launched", title="Planned parallel workers did not start", check=workers_not_launched
    ),
)
