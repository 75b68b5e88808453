"""Work that did not fit into work_mem: sorts, hashes, aggregates, bitmaps and other temporary files."""

from __future__ import annotations

from collections.abc import Iterator

from perfkit.findings.at import finding_at
from perfkit.findings.finding import Case, Finding, Rule
from perfkit.findings.tree import children, qualified
from perfkit.findings.weight import MANY_ROWS, Weight, weigh
from perfkit.plan.model import Node
from perfkit.plan.spills import Spill, SpillKind, spills
from perfkit.units import BLOCK_BYTES, format_bytes, format_count, format_percent

LOSSY_SHARE = 0.1
"""A tenth of the pages lossy: below, rechecking them costs less than the pages' own reading varies."""

TEMP_BLOCKS = 128
"""1 MB of temporary file; less stays in the page cache and costs nothing that shows."""


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


def _of_kind(case: Case, kind: SpillKind) -> Iterator[tuple[Spill, Weight]]:
    """Spills of executed nodes that take time that matters, with all the nodes that write and read what was spilled."""
    for spill in spills(case.plan):
        weight = weigh(case, *_sharing(case, spill))
        if spill.kind == kind and spill.node.loops and weight.matters and not _is_tiny(spill):
            yield spill, weight


def _is_tiny(spill: Spill) -> bool:
    size = max(spill.disk_bytes or 0, (spill.temp_blocks or 0) * BLOCK_BYTES)
    return 0 < size < TEMP_BLOCKS * BLOCK_BYTES


def _sharing(case: Case, spill: Spill) -> tuple[Node, ...]:
    """The node; of a hash table the join too; of a CTE every scan."""
    node = spill.node
    if spill.kind == "hash":
        join = case.parent(node)
        return (node, *((join,) if join else ()))
    if node.cte is not None:
        return tuple(scan for scan in case.plan.walk() if scan.cte == node.cte)
    return (node,)


def _written(spill: Spill) -> str:
    return f"wrote {format_bytes(spill.disk_bytes)} to disk" if spill.disk_bytes else "went to disk"


def sort_spill(case: Case) -> Iterator[Finding]:
    """A sort did not fit into work_mem and went through temporary files.

    Each row is written and read again. More work_mem for this statement, fewer or narrower rows, or an index that gives
    the order avoid it. Fine where it costs little beside the rest.
    """
    for spill, weight in _of_kind(case, "sort"):
        node = spill.node
        yield finding_at(
            node,
            "sort-spill",
            f"sorting {format_count(node.total_rows)} rows by {', '.join(node.sort_key)} {_written(spill)},{_beyond(case)}",
            weight,
            sort_key=", ".join(node.sort_key),
            disk_bytes=spill.disk_bytes,
            temp_blocks=spill.temp_blocks,
            work_mem=work_mem(case),
        )


def hash_spill(case: Case) -> Iterator[Finding]:
    """The hash table of a join did not fit into work_mem × hash_mem_multiplier, so both sides went through temporary files.

    Rows of later batches are written and read again. Fewer rows or columns on the hashed side, more work_mem for
    this statement, or a hash of the smaller side avoid it. Batches that grew while running tell of a misestimate. Fine where it costs little
    beside the rest.
    """
    for spill, weight in _of_kind(case, "hash"):
        node, join = spill.node, case.parent(spill.node)
        planned, batches = node.original_hash_batches, spill.batches or 0
        grown = planned is not None and batches > planned
        yield finding_at(
            node,
            "hash-spill",
            f"the hash table of {format_count(node.total_rows)} rows was split into {batches} batches on"
            f" disk,{_beyond(case)}"
            + (f", {planned} {'was' if planned == 1 else 'were'} planned" if grown else ""),
            weight,
            batches=batches,
            planned_batches=planned,
            memory_bytes=(node.peak_memory_kb or 0) * 1024 or None,
            temp_blocks=spill.temp_blocks,
            condition=join.hash_condition if join else None,
            work_mem=work_mem(case),
        )


def hashagg_spill(case: Case) -> Iterator[Finding]:
    """A hashed aggregate had more groups than fit into work_mem × hash_mem_multiplier and spilled rows to disk.

    Spilled rows are written, read and hashed again. More work_mem for this statement, fewer groups, or an index that
    delivers rows grouped avoid it. Often the number of groups was underestimated. Fine where it costs little beside
    the rest.
    """
    for spill, weight in _of_kind(case, "aggregate"):
        node = spill.node
        yield finding_at(
            node,
            "hashagg-spill",
            f"{format_count(node.total_rows)} groups of {', '.join(node.group_key)} {_written(spill)},{_beyond(case)}",
            weight,
            group_key=", ".join(node.group_key),
            disk_bytes=spill.disk_bytes,
            batches=spill.batches,
            temp_blocks=spill.temp_blocks,
            planned_rows=node.estimate.rows if node.estimate else None,
            actual_rows=node.total_rows,
            work_mem=work_mem(case),
        )


def temp_io(case: Case) -> Iterator[Finding]:
    """Rows kept for later (a materialised CTE, a window, a function's result) went through temporary files.

    Fine where they are read once and cost little. Fewer columns and rows kept, or more work_mem, keep them in memory.
    Without BUFFERS only plans since 18 tell of it.
    """
    for spill, weight in _of_kind(case, "store"):
        node = spill.node
        size = max((spill.temp_blocks or 0) * BLOCK_BYTES, spill.disk_bytes or 0)
        if size < TEMP_BLOCKS * BLOCK_BYTES:
            continue
        yield finding_at(
            node,
            "temp-io",
            f"{node.label} kept rows in {format_bytes(size)} of temporary files,{_beyond(case)}",
            weight,
            temp_blocks=spill.temp_blocks,
            disk_bytes=spill.disk_bytes,
            work_mem=work_mem(case),
        )


def lossy_bitmap(case: Case) -> Iterator[Finding]:
    """A bitmap did not fit into work_mem, remembered only pages, and every row on them was checked again.

    More work_mem for this statement, or an index that selects fewer rows, keeps it exact. Fine when few pages are lossy.
    """
    for node in case.plan.walk():
        if node.node_type != "Bitmap Heap Scan" or not node.loops:
            continue
        lossy, exact = _heap_blocks(node)
        rechecked = (node.rows_removed_by_index_recheck or 0) * (node.loops or 0)
        # a bitmap that outgrew work_mem keeps some pages exact; without any, it comes from BRIN, which knows only pages
        if not lossy or not exact or lossy < LOSSY_SHARE * (lossy + exact) or rechecked < MANY_ROWS:
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
