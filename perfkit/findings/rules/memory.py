"""Work that did not fit into work_mem: sorts, hashes, aggregates, bitmaps and other temporary files."""

from __future__ import annotations

from collections.abc import Iterator

from perfkit.findings.at import finding_at
from perfkit.findings.finding import Case, Finding, Rule
from perfkit.findings.tree import children, qualified
from perfkit.findings.weight import MANY_ROWS, weigh
from perfkit.plan.model import Node
from perfkit.units import BLOCK_BYTES, format_bytes, format_count, format_percent

LOSSY_SHARE = 0.1
"""A tenth of the pages lossy: below, rechecking them costs less than the pages' own reading varies."""

TEMP_BLOCKS = 128
"""1 MB of temporary file; less stays in the page cache and costs nothing that shows."""

_SPILL_IDS = {"Sort", "Incremental Sort", "Hash", "Hash Join", "Aggregate"}
"""Nodes whose temporary files have a finding of their own."""


def _worst_of_workers(node: Node, name: str, own: int | None) -> int:
    """The largest of the node's figure and those its workers report under PostgreSQL's name for it."""
    found = [own or 0]
    for worker in node.workers:
        value = worker.extra.get(name)
        if isinstance(value, int):
            found.append(value)
    return max(found)


def work_mem(case: Case) -> str | None:
    """The setting as a person reads it, from the plan's SETTINGS or the catalog; None when neither says."""
    stated = case.plan.settings.get("work_mem")
    if stated:
        return stated
    setting = case.catalog.setting("work_mem") if case.catalog else None
    return format_bytes(int(setting.value) * 1024) if setting and setting.value.isdigit() else None


def _beyond(case: Case) -> str:
    limit = work_mem(case)
    return f" beyond work_mem ({limit})" if limit else " beyond work_mem"


def sort_spill(case: Case) -> Iterator[Finding]:
    """A sort did not fit into work_mem and went through temporary files.

    Each row is written and read again. More work_mem for this statement, fewer or narrower rows, or an index that gives
    the order avoid it. Fine where it costs little beside the rest.
    """
    for node in case.plan.walk():
        if node.node_type not in {"Sort", "Incremental Sort"} or not node.loops:
            continue
        on_disk = [node.sort_space_kb or 0] if node.sort_space_type == "Disk" else []
        on_disk += [
            space
            for worker in node.workers
            if worker.extra.get("Sort Space Type") == "Disk"
            and isinstance(space := worker.extra.get("Sort Space Used"), int)
        ]
        weight = weigh(case, node)
        if not on_disk or not weight.matters:
            continue
        yield finding_at(
            node,
            "sort-spill",
            f"sorting {format_count(node.total_rows)} rows by {', '.join(node.sort_key)} wrote"
            f" {format_bytes(sum(on_disk) * 1024)} to disk,{_beyond(case)}",
            weight,
            sort_key=", ".join(node.sort_key),
            disk_bytes=sum(on_disk) * 1024,
            temp_blocks=_own_temp_blocks(node),
            work_mem=work_mem(case),
        )


def hash_spill(case: Case) -> Iterator[Finding]:
    """The hash table of a join did not fit into work_mem × hash_mem_multiplier and was split into batches on disk.

    Both sides are written to temporary files and read again. Fewer or narrower rows on the hashed side, more work_mem for
    this statement, or a hash of the smaller side avoid it. Batches that grew while running tell of a misestimate. Fine where it costs little
    beside the rest.
    """
    for node in case.plan.walk():
        if node.node_type != "Hash" or not node.loops:
            continue
        batches = _worst_of_workers(node, "Hash Batches", node.hash_batches)
        join = case.parent(node)
        weight = weigh(case, node, *((join,) if join else ()))
        if batches < 2 or not weight.matters:
            continue
        grown = node.original_hash_batches is not None and batches > node.original_hash_batches
        yield finding_at(
            node,
            "hash-spill",
            f"the hash table of {format_count(node.total_rows)} rows was split into {batches} batches on"
            f" disk,{_beyond(case)}" + (f", {node.original_hash_batches} were planned" if grown else ""),
            weight,
            batches=batches,
            planned_batches=node.original_hash_batches,
            memory_bytes=(node.peak_memory_kb or 0) * 1024 or None,
            temp_blocks=_own_temp_blocks(node) + (_own_temp_blocks(join) if join else 0),
            condition=join.hash_condition if join else None,
            work_mem=work_mem(case),
        )


def hashagg_spill(case: Case) -> Iterator[Finding]:
    """A hashed aggregate had more groups than fit into work_mem × hash_mem_multiplier and spilled rows to disk.

    Spilled rows are written, read and hashed again. More work_mem for this statement, fewer groups, or an index that
    delivers rows grouped avoid it. Often the number of groups was underestimated. Fine where it costs little beside
    the rest.
    """
    for node in case.plan.walk():
        if node.node_type != "Aggregate" or not node.loops:
            continue
        disk_kb = _worst_of_workers(node, "Disk Usage", node.disk_usage_kb)
        weight = weigh(case, node)
        if not disk_kb or not weight.matters:
            continue
        yield finding_at(
            node,
            "hashagg-spill",
            f"{format_count(node.total_rows)} groups of {', '.join(node.group_key)} wrote {format_bytes(disk_kb * 1024)} to"
            f" disk,{_beyond(case)}",
            weight,
            group_key=", ".join(node.group_key),
            disk_bytes=disk_kb * 1024,
            batches=_worst_of_workers(node, "HashAgg Batches", node.hashagg_batches) or None,
            temp_blocks=_own_temp_blocks(node),
            planned_rows=node.estimate.rows if node.estimate else None,
            actual_rows=node.total_rows,
            work_mem=work_mem(case),
        )


def temp_io(case: Case) -> Iterator[Finding]:
    """Rows kept for later (a materialised CTE, a window, a function's result) went through temporary files.

    Fine where they are read once and cost little. Fewer columns and rows kept, or more work_mem, keep them in memory.
    """
    for node in case.plan.walk():
        blocks = _own_temp_blocks(node)
        weight = weigh(case, node)
        if node.node_type in _SPILL_IDS or blocks < TEMP_BLOCKS or not weight.matters:
            continue
        yield finding_at(
            node,
            "temp-io",
            f"{node.label} wrote and read {format_bytes(blocks * BLOCK_BYTES)} of temporary files,{_beyond(case)}",
            weight,
            temp_blocks=blocks,
            work_mem=work_mem(case),
        )


def _own_temp_blocks(node: Node) -> int:
    own = node.measures.exclusive_buffers
    return own.temp if own else 0


def lossy_bitmap(case: Case) -> Iterator[Finding]:
    """A bitmap did not fit into work_mem, remembered only pages, and every row on them was checked again.

    More work_mem for this statement, or an index that selects fewer rows, keeps it exact. Fine when few pages are lossy.
    """
    for node in case.plan.walk():
        if node.node_type != "Bitmap Heap Scan" or not node.loops:
            continue
        lossy, exact = _heap_blocks(node)
        rechecked = (node.rows_removed_by_index_recheck or 0) * (node.loops or 0)
        if not lossy or lossy < LOSSY_SHARE * (lossy + exact) or rechecked < MANY_ROWS:
            continue
        weight = weigh(case, node, *children(node))
        if not weight.matters:
            continue
        yield finding_at(
            node,
            "lossy-bitmap",
            f"{format_percent(lossy / (lossy + exact))} of the pages of {qualified(node)} were remembered without their rows"
            f" and {format_count(rechecked)} rows were checked in vain,{_beyond(case)}",
            weight,
            lossy_blocks=lossy,
            exact_blocks=exact,
            rows_rechecked=rechecked,
            work_mem=work_mem(case),
        )


def _heap_blocks(node: Node) -> tuple[int, int]:
    """Lossy and exact blocks of the leader and all workers (since 18 each counts its own)."""
    lossy, exact = node.lossy_heap_blocks or 0, node.exact_heap_blocks or 0
    for worker in node.workers:
        more_lossy, more_exact = worker.extra.get("Lossy Heap Blocks"), worker.extra.get("Exact Heap Blocks")
        if isinstance(more_lossy, int) and isinstance(more_exact, int):
            lossy, exact = lossy + more_lossy, exact + more_exact
    return lossy, exact


RULES = (
    Rule(id="sort-spill", title="A sort went to disk", check=sort_spill),
    Rule(id="hash-spill", title="A hash join went through batches on disk", check=hash_spill),
    Rule(id="hashagg-spill", title="A hashed aggregate went to disk", check=hashagg_spill),
    Rule(id="temp-io", title="Other temporary file traffic", check=temp_io),
    Rule(id="lossy-bitmap", title="A bitmap forgot rows and rechecked whole pages", check=lossy_bitmap),
)
