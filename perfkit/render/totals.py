"""What is said about a whole plan beside its tree: sums over all nodes, spills, workers, and what EXPLAIN itself cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from perfkit.plan.clock import clock_cost
from perfkit.plan.model import Plan
from perfkit.plan.spills import Spill, spills
from perfkit.plan.totals import time_parts, totals
from perfkit.plan.workers import Skew, crews
from perfkit.render.blocks import Block, Blocks, Paragraph, Span, Text, joined, paragraph, text
from perfkit.render.figures import blocks_text, counted
from perfkit.units import format_bytes, format_count, format_ms, format_percent

CLOCK_SHARE = 0.1
"""A tenth of the time spent on reading the clock bends the picture: nodes with many rows look dearer than they are."""

APART_SHARE = 0.05
"""What stands beside the nodes is told from a twentieth of the execution on."""

SKEW_FACTOR = 1.5
"""Half as much again as the mean: what one process does while the others wait."""
SKEW_SHARE = 0.1
"""What an even share would save of the Gather's time; workers that start late come to less in longer statements."""

_MOST_SPILLS = 6
"""A partitioned aggregate spills in each partition; the largest tell."""


def totals_blocks(plan: Plan, untimed_ms: Sequence[float] = ()) -> Blocks:
    """Lines below the summary, each only where it has something to say. ``untimed_ms`` are samples with TIMING OFF."""
    blocks: list[Block] = []
    counts = list(_counts(plan))
    if counts:
        blocks.append(Paragraph(text=joined(counts)))
    spilled = spills(plan)
    if spilled:
        blocks.append(Paragraph(text=_spills(spilled)))
    apart = list(_apart(plan))
    if apart:
        blocks.append(Paragraph(text=joined(apart)))
    blocks.extend(_clock(plan, untimed_ms))
    return tuple(blocks)


def skew_text(skew: Skew | None, gather_ms: float | None) -> Text:
    """How unevenly processes shared the work; empty where they shared it well or it is not known.

    >>> skew_text(None, 30.0)
    ()
    """
    if skew is None or skew.time_factor is None or skew.time_factor < SKEW_FACTOR:
        return ()
    if (skew.lost_ms or 0.0) < SKEW_SHARE * (gather_ms or 0.0):
        return ()
    busiest = max(skew.processes, key=lambda one: one.total_ms or 0.0)
    who = "the leader" if busiest.number is None else f"worker {busiest.number}"
    return text(f"{who} took {skew.time_factor:.1f}× the mean of the processes")


def _counts(plan: Plan) -> Iterator[Text]:
    sums = totals(plan)
    if sums.rows_removed:
        yield text(f"{counted(round(sums.rows_removed), 'row')} removed")
    if sums.heap_fetches:
        yield text(counted(sums.heap_fetches, "heap fetch", "es"))
    if sums.lossy_heap_blocks:
        yield text(
            Span(f"{blocks_text(sums.lossy_heap_blocks)} lossy blocks", "warn"),
            f", {format_percent(sums.lossy_share)} of the bitmaps'",
        )
    gathers = [crew for crew in crews(plan) if crew.launched is not None]
    planned, launched = sum(crew.planned for crew in gathers), sum(crew.launched or 0 for crew in gathers)
    if planned:
        yield text(
            Span(f"{launched} of {planned} workers launched", "warn" if launched < planned else "plain")
        )


def _spills(spilled: Sequence[Spill]) -> Text:
    ranked = sorted(spilled, key=lambda one: -((one.temp_blocks or 0) * 8192 or one.disk_bytes or 0))
    parts = [text(Span(f"{counted(len(ranked), 'node')} spilled to disk", "warn"), ": ", *_spill(ranked[0]))]
    parts.extend(_spill(one) for one in ranked[1:_MOST_SPILLS])
    if len(ranked) > _MOST_SPILLS:
        parts.append(text(f"and {len(ranked) - _MOST_SPILLS} more"))
    return joined(parts)


def _spill(spill: Spill) -> Text:
    size = (
        format_bytes(spill.disk_bytes)
        if spill.disk_bytes
        else f"{format_count(spill.temp_blocks)} temp blocks"
    )
    batches = f" in {spill.batches:,} batches" if (spill.batches or 1) > 1 else ""
    return text(f"{spill.kind} at node {spill.node.number} ({size}{batches})")


def _apart(plan: Plan) -> Iterator[Text]:
    """Parts of the execution that belong to no node."""
    parts, whole = time_parts(plan), plan.execution_ms
    if not whole:
        return
    for name, spent in (
        ("after triggers", parts.triggers_ms),
        ("serialization", parts.serialization_ms),
        ("starting and ending the executor", parts.other_ms),
    ):
        if spent is not None and spent >= APART_SHARE * whole:
            yield text(f"{format_ms(spent)} {name}, beside the nodes")


def _clock(plan: Plan, untimed_ms: Sequence[float]) -> Iterator[Paragraph]:
    cost = clock_cost(plan, untimed_ms=untimed_ms)
    whole = plan.root.total_ms
    if cost is None or not whole or cost.cost_ms < CLOCK_SHARE * whole:
        return
    how = (
        f"{format_ms(cost.cost_ms)} more than the runs without TIMING"
        if cost.is_measured
        else f"at {cost.reading_ns:g} ns each"
    )
    yield paragraph(
        Span("EXPLAIN's own clock ", "muted"),
        f"took about {format_percent(min(cost.cost_ms / whole, 1.0))} of the time shown: "
        f"{format_count(round(cost.readings))} readings, {how}",
    )
