"""What is said about one node of a plan: its label, the conditions below it, and all the rest on demand."""

from __future__ import annotations

import json
from collections.abc import Iterator

from perfkit.plan.model import Buffers, Node, Worker
from perfkit.plan.workers import skew_of
from perfkit.render.blocks import Blocks, Facts, Span, Text, Tone, joined, text
from perfkit.render.escape import one_line, shortened
from perfkit.render.figures import blocks_text
from perfkit.render.totals import skew_text
from perfkit.units import format_bytes, format_count, format_ms

NOTE_LENGTH = 160
"""A condition beyond it pushes the tree apart; the details hold it whole."""
_VALUE_LENGTH = 4000
"""Output lists of wide views run to megabytes in plans of ten thousand nodes."""

_CONDITIONS = (
    ("Index Cond", "index_condition"),
    ("Recheck Cond", "recheck_condition"),
    ("Tid Cond", "tid_condition"),
    ("Hash Cond", "hash_condition"),
    ("Merge Cond", "merge_condition"),
    ("Join Filter", "join_filter"),
    ("Filter", "filter"),
    ("One-Time Filter", "one_time_filter"),
    ("Run Condition", "run_condition"),
    ("Order By", "order_by"),
    ("Cache Key", "cache_key"),
)
_KEYS = (("Sort Key", "sort_key"), ("Presorted Key", "presorted_key"), ("Group Key", "group_key"))


def label(node: Node) -> Text:
    """The node as EXPLAIN heads it, led by the name of the subplan it is the root of."""
    spans = [Span(f"{node.subplan_name}: ", "muted")] if node.subplan_name else []
    spans.append(Span(node.label))
    if node.never_executed:
        spans.append(Span("  never executed", "muted"))
    return tuple(spans)


def notes(node: Node) -> tuple[Text, ...]:
    """Conditions and keys, and below them what went out of memory, was lossy or fell short."""
    lines = [
        text(f"{name}: ", Span(shortened(one_line(value), NOTE_LENGTH), "code"))
        for name, value in _conditions(node)
        # A bitmap's recheck repeats the index condition below it unless blocks became lossy.
        if name != "Recheck Cond" or node.lossy_heap_blocks
    ]
    remarks = list(_remarks(node))
    return (*lines, joined(remarks)) if remarks else tuple(lines)


def details(node: Node) -> Blocks:
    """Everything the plan says about the node, but for what its line and notes show whole."""
    pairs = [(name, text(_clipped(value))) for name, value in _pairs(node)]
    return (Facts(pairs=tuple(pairs)),) if pairs else ()


def buffers_text(buffers: Buffers | None) -> str:
    """The counters that are not zero, as EXPLAIN's text names them.

    >>> buffers_text(Buffers(shared_hit=3, temp_written=2))
    'shared hit=3, temp written=2'
    """
    if buffers is None:
        return ""
    counters = [
        f"{kind} {what}={count:,}"
        for kind in ("shared", "local", "temp")
        for what in ("hit", "read", "dirtied", "written")
        if (count := getattr(buffers, f"{kind}_{what}", 0))
    ]
    times = [
        f"{kind} {what} {format_ms(spent)}"
        for kind in ("shared", "local", "temp")
        for what in ("read", "write")
        if (spent := getattr(buffers, f"{kind}_{what}_ms"))
    ]
    return ", ".join(counters + times)


def extra_text(value: object) -> str:
    """A property that the model has no field for, as PostgreSQL wrote it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _conditions(node: Node) -> Iterator[tuple[str, str]]:
    for name, attribute in _CONDITIONS:
        value = getattr(node, attribute)
        if value:
            yield name, value
    for name, attribute in _KEYS:
        keys = getattr(node, attribute)
        if keys:
            yield name, ", ".join(keys)


def _remarks(node: Node) -> Iterator[Text]:
    if node.sort_method:
        space = f", {_kb(node.sort_space_kb)}" if node.sort_space_kb is not None else ""
        if node.sort_space_type == "Disk":
            yield text(Span(f"{node.sort_method}{space} on disk", "warn"))
        else:
            yield text(f"{node.sort_method}{space}")
    batches = node.hash_batches or node.hashagg_batches
    if batches and batches > 1:
        yield text(Span(f"spilled in {batches:,} batches", "warn"))
    if node.disk_usage_kb:
        yield text(Span(f"{_kb(node.disk_usage_kb)} on disk", "warn"))
    if node.lossy_heap_blocks:
        yield text(
            Span(f"{node.lossy_heap_blocks:,} lossy blocks", "warn"),
            f" of {_heap_blocks(node):,} heap blocks",
        )
    if node.heap_fetches:
        yield text(f"{node.heap_fetches:,} heap fetches")
    if node.workers_planned:
        launched = node.workers_launched
        if launched is None:
            yield text(f"{node.workers_planned} workers planned")
        else:
            tone: Tone = "warn" if launched < node.workers_planned else "plain"
            yield text(Span(f"{launched} of {node.workers_planned} workers launched", tone))
        child = next(iter(node.children), None)
        uneven = skew_text(skew_of(child), node.total_ms) if child is not None else ()
        if uneven:
            yield uneven
    if node.cache_hits is not None and node.cache_misses is not None:
        evicted = f", {node.cache_evictions:,} evictions" if node.cache_evictions else ""
        yield text(f"cache: {node.cache_hits:,} hits, {node.cache_misses:,} misses{evicted}")
    if node.index_searches is not None and node.index_searches > (node.loops or 1):
        yield text(f"{node.index_searches:,} index searches")
    if node.subplans_removed:
        yield text(f"{node.subplans_removed:,} subplans removed")
    if node.is_disabled:
        yield text(Span("disabled by a setting, chosen all the same", "warn"))


def _pairs(node: Node) -> Iterator[tuple[str, str]]:
    for name, value in _conditions(node):
        if len(one_line(value)) > NOTE_LENGTH or name == "Recheck Cond":
            yield name, value
    if node.schema and node.relation:
        yield "relation", f"{node.schema}.{node.relation}"
    if node.estimate:
        estimate = node.estimate
        yield (
            "planned",
            f"cost {estimate.startup_cost:,.2f}..{estimate.total_cost:,.2f}, {format_count(estimate.rows)} rows, {estimate.width} bytes wide",
        )
    if node.actual and node.actual.loops:
        actual = node.actual
        time = (
            ""
            if actual.total_ms is None
            else f"{format_ms(actual.startup_ms)}..{format_ms(actual.total_ms)}, "
        )
        yield "actual, per loop", f"{time}{format_count(actual.rows)} rows, {actual.loops:,} loops"
    for name, removed in (
        ("removed by filter, per loop", node.rows_removed_by_filter),
        ("removed by join filter, per loop", node.rows_removed_by_join_filter),
        ("removed by recheck, per loop", node.rows_removed_by_index_recheck),
    ):
        if removed:
            yield name, format_count(removed)
    if node.measures.participants > 1:
        yield "processes side by side", f"{node.measures.participants:g}"
    own = node.measures.exclusive_buffers
    if own and (own.shared or own.temp):
        yield "buffers, this node", buffers_text(own) + f" = {blocks_text(own.shared + own.temp)}"
    if node.buffers and buffers_text(node.buffers):
        yield "buffers, with all below", buffers_text(node.buffers)
    if node.wal and node.wal.records:
        images = f", {node.wal.full_page_images:,} full page images" if node.wal.full_page_images else ""
        yield "WAL", f"{node.wal.records:,} records{images}, {format_bytes(node.wal.bytes)}"
    yield from _memory(node)
    for worker in node.workers:
        yield f"worker {worker.number}", _worker(worker)
    if node.output:
        yield "output", ", ".join(node.output)
    for key, extra in node.extra.items():
        yield str(key), extra_text(extra)


def _memory(node: Node) -> Iterator[tuple[str, str]]:
    if node.hash_buckets:
        before = (
            f" (planned {node.original_hash_buckets or node.hash_buckets:,} buckets, {node.original_hash_batches or node.hash_batches} batches)"
            if (node.original_hash_buckets, node.original_hash_batches)
            != (node.hash_buckets, node.hash_batches)
            and (node.original_hash_buckets or node.original_hash_batches)
            else ""
        )
        yield "hash", f"{node.hash_buckets:,} buckets, {node.hash_batches or 1:,} batches{before}"
    if node.peak_memory_kb is not None:
        yield "peak memory", _kb(node.peak_memory_kb)
    if node.planned_partitions:
        yield "planned partitions", f"{node.planned_partitions:,}"
    if node.exact_heap_blocks or node.lossy_heap_blocks:
        yield "heap blocks", f"{node.exact_heap_blocks or 0:,} exact, {node.lossy_heap_blocks or 0:,} lossy"
    if node.cache_mode:
        yield "cache mode", node.cache_mode
    if node.cache_overflows:
        yield "cache overflows", f"{node.cache_overflows:,}"


def _worker(worker: Worker) -> str:
    parts = []
    if worker.total_ms is not None:
        parts.append(format_ms(worker.total_ms))
    if worker.rows is not None:
        parts.append(f"{format_count(worker.rows)} rows")
    if worker.loops is not None:
        parts.append(f"{worker.loops:,} loops")
    if worker.buffers and buffers_text(worker.buffers):
        parts.append(buffers_text(worker.buffers))
    return ", ".join(parts) or "–"


def _heap_blocks(node: Node) -> int:
    return (node.exact_heap_blocks or 0) + (node.lossy_heap_blocks or 0)


def _kb(kilobytes: int | None) -> str:
    return format_bytes(None if kilobytes is None else kilobytes * 1024)


def _clipped(value: str) -> str:
    return shortened(one_line(value), _VALUE_LENGTH)
