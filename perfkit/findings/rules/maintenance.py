"""What vacuum, spare indexes and dead space cost a statement."""

from __future__ import annotations

from collections.abc import Iterator

from perfkit.catalog import Index, Relation
from perfkit.findings.at import finding_at
from perfkit.findings.finding import Case, Finding, Rule, Severity
from perfkit.findings.restrictions import restrictions
from perfkit.findings.tree import passes, qualified, tally
from perfkit.findings.weight import MANY_ROWS, weigh
from perfkit.plan.model import Node
from perfkit.units import BLOCK_BYTES, format_bytes, format_count, format_percent, format_ratio

HEAP_FETCH_SHARE = 0.5
"""Every other row visited in the table: the index-only scan has lost most of what it is for."""

DEAD_SHARE = 0.2
"""A fifth of the rows dead: where autovacuum itself steps in (autovacuum_vacuum_scale_factor)."""

BLOAT_FACTOR = 2.0
"""Twice the pages the rows need: fill factor, alignment and the end of pages explain less."""

BLOAT_PAGES = 1_000
"""8 MB: a smaller table is read in a millisecond or so, bloated or not."""

WHOLE_SHARE = 0.9
"""Reading fewer of the pages, the scan was stopped before it had met all rows."""

DESCENT_BLOCKS = 4
FEW_ENTRIES = 100
"""A block of a b-tree of one narrow key holds two to four times as many entries."""

EMPTY_BLOCKS = 200
EMPTY_FACTOR = 4.0
"""Four times the blocks of an index that is itself but half full."""

ROW_OVERHEAD_BYTES = 28
"""Tuple header (24 with alignment) and line pointer (4)."""

PADDING_BYTES = 2
"""Bytes lost to alignment for a column, on average of the types in use: 0 to 7, mostly 0 to 4."""

PAGE_OVERHEAD_BYTES = 24
"""Page header."""


def visibility_map_stale(case: Case) -> Iterator[Finding]:
    """An index-only scan visits the table after all, because vacuum has not marked the pages as all-visible.

    Or the planner does not even try one. Each visit is a random read the index was to spare. VACUUM sets the marks; autovacuum does so late on tables that are
    mostly inserted into. Fine for rows written a moment ago.
    """
    yield from _refused_only_scans(case)
    for node in case.plan.walk():
        if node.node_type != "Index Only Scan" or not node.loops:
            continue
        fetches, read = node.heap_fetches or 0, (node.total_rows or 0.0) + tally(node).removed
        weight, relation = weigh(case, node), case.relation(node)
        if fetches < max(MANY_ROWS, HEAP_FETCH_SHARE * read) or not weight.matters:
            continue
        visible = relation.all_visible_pages / relation.pages if relation and relation.pages else None
        # relallvisible is as of the last vacuum: where it says all-visible, rows changed since
        is_unmarked = visible is not None and visible < 1 - DEAD_SHARE
        yield finding_at(
            node,
            "visibility-map-stale",
            f"the index-only scan of {qualified(node)} visited the table for {format_count(fetches)} of {format_count(read)}"
            f" rows"
            + (f": {format_percent(visible)} of its pages are marked all-visible" if is_unmarked else ""),
            weight,
            severity="warning",
            heap_fetches=fetches,
            rows_read=read,
            all_visible_share=visible,
            last_vacuum=relation.activity.last_vacuum if relation and relation.activity else None,
        )


def _refused_only_scans(case: Case) -> Iterator[Finding]:
    """Scans that visit the table although their index holds all that is read: with hardly a page marked, the planner sees no
    use in an index-only scan."""
    if case.statement is None or case.catalog is None:
        return
    for node in case.plan.walk():
        relation, weight = case.relation(node), weigh(case, node)
        if node.node_type not in {"Index Scan", "Bitmap Heap Scan"} or not node.loops or relation is None:
            continue
        rows = (node.total_rows or 0.0) + tally(node).removed
        visible = relation.all_visible_pages / relation.pages if relation.pages else 1.0
        if (
            rows < MANY_ROWS
            or visible > 1 - WHOLE_SHARE
            or not weight.matters
            or relation.pages < BLOAT_PAGES
        ):
            continue
        index = _holding_index(case, node, relation)
        if index is None:
            continue
        yield finding_at(
            node,
            "visibility-map-stale",
            f"{index.name} holds all that is read of {qualified(node)}, but {format_percent(visible)} of its pages are marked"
            f" all-visible, so {format_count(rows)} rows are fetched from the table",
            weight,
            severity="warning",
            relation=relation.qualified_name,
            rows_read=rows,
            all_visible_share=visible,
            last_vacuum=relation.activity.last_vacuum if relation.activity else None,
        )


def _holding_index(case: Case, node: Node, relation: Relation) -> Index | None:
    from perfkit.sql.usage import resolve

    assert case.statement is not None and case.catalog is not None
    uses = [use for use in resolve(case.statement, case.catalog) if use.relation == relation.qualified_name]
    if not uses or any(use.selects_star or use.is_target for use in uses):
        return None
    read = {column for use in uses for column in use.columns}
    names = {below.index for below in node.walk()}
    for index in relation.indexes:
        held = {*index.columns, *index.included}
        if index.name in names and index.method == "btree" and read <= held:
            return index
    return None


def index_bloat(case: Case) -> Iterator[Finding]:
    """An index scan reads far more index blocks than its entries fill: most of them are empty or hold dead entries.

    REINDEX CONCURRENTLY packs them. Fine where the table will fill up again with like keys. Needs the catalog.
    """
    for node in case.plan.walk():
        if (
            node.node_type not in {"Index Only Scan", "Bitmap Index Scan"}
            or not node.loops
            or case.catalog is None
        ):
            continue
        found = next((pair for pair in case.catalog.indexes() if pair[1].name == node.index), None)
        if found is None or found[1].method != "btree" or not node.index_condition:
            continue
        relation, index = found
        blocks = (node.exclusive_shared_blocks or 0) - (node.heap_fetches or 0)
        rows = (node.total_rows or 0.0) + tally(node).removed
        needed = DESCENT_BLOCKS * (node.loops or 1) + rows / FEW_ENTRIES
        full_size = (relation.rows or 0.0) / FEW_ENTRIES * BLOCK_BYTES
        heap = case.parent(node) if node.node_type == "Bitmap Index Scan" else node
        weight = weigh(case, node)
        restricted = [
            r for r in restrictions(node.index_condition, None, relation) if r.column == index.columns[0]
        ]
        if blocks < EMPTY_BLOCKS or blocks < EMPTY_FACTOR * needed or not weight.matters or not restricted:
            continue
        if len(restricted) < len(restrictions(node.index_condition, None, relation)) or heap is None:
            continue
        if (index.size_bytes or 0) < EMPTY_FACTOR * full_size:
            continue
        yield finding_at(
            node,
            "table-bloat",
            f"{format_count(blocks)} blocks of {index.name} are read for {format_count(rows)} entries: most of it is empty",
            weight,
            severity="warning",
            relation=relation.qualified_name,
            index=f"{index.schema}.{index.name}",
            size_bytes=index.size_bytes,
            index_blocks=blocks,
        )


def table_bloat(case: Case) -> Iterator[Finding]:
    """Dead rows or empty space take more of the pages than the rows do, and the statement reads them all.

    VACUUM makes the space of dead rows reusable; only a rewrite (VACUUM FULL, pg_repack, CLUSTER) gives it back. Fine for
    a table that will fill up again. Judged by the pages the rows need at their average width. Needs the catalog.
    """
    yield from index_bloat(case)
    for node in case.unfolded.walk():
        relation = case.relation(node)
        if node.node_type != "Seq Scan" or not node.loops or relation is None:
            continue
        pages = max(relation.pages, (relation.main_bytes or 0) // BLOCK_BYTES)
        if pages < BLOAT_PAGES:
            continue
        weight, needed = weigh(case, node), _needed_pages(relation, tally(node).read / passes(node))
        factor = pages / needed if needed else None
        dead = relation.activity.dead_rows if relation.activity else 0
        live = relation.activity.live_rows if relation.activity else 0
        is_dead = dead >= MANY_ROWS and dead >= DEAD_SHARE * (dead + live)
        is_read_whole = (node.exclusive_shared_blocks or 0) >= WHOLE_SHARE * pages * passes(node)
        if not weight.matters or factor is None or factor < BLOAT_FACTOR or not is_read_whole:
            continue
        waste = weight.ms * (1 - 1 / factor) if weight.ms else None
        yield finding_at(
            node,
            "table-bloat",
            f"{qualified(node)} takes {format_bytes(pages * BLOCK_BYTES)}, {format_ratio(factor)} what its rows need"
            + (f"; {format_count(dead)} of its rows are dead" if is_dead else ""),
            weight,
            severity="warning",
            pages=pages,
            needed_pages=round(needed or 0),
            bloat_factor=factor,
            dead_rows=dead if relation.activity else None,
            live_rows=live if relation.activity else None,
            wasted_ms=waste,
        )


def _needed_pages(relation: Relation, rows: float) -> float | None:
    """Pages the rows would fill at their average width; None without statistics."""
    statistics = [column.statistics for column in relation.columns]
    known = [s for s in statistics if s is not None]
    if not known or len(known) < len(statistics) or rows < 1:
        return None
    width = ROW_OVERHEAD_BYTES + sum((1 - s.null_fraction) * (s.average_width + PADDING_BYTES) for s in known)
    return max(rows * width / (BLOCK_BYTES - PAGE_OVERHEAD_BYTES), 1.0)


def _write_severity(case: Case) -> Severity:
    """A spare index costs a writing statement something; a reading one only meets it."""
    return "warning" if any(node.node_type == "ModifyTable" for node in case.plan.walk()) else "info"


def _used(case: Case) -> tuple[Relation, ...]:
    names = {(node.schema, node.relation) for node in case.unfolded.walk() if node.relation}
    relations = case.catalog.relations if case.catalog else ()
    return tuple(r for r in relations if (r.schema, r.name) in names or (None, r.name) in names)


def duplicate_index(case: Case) -> Iterator[Finding]:
    """Two indexes of a table have the same definition.

    Both are written at each change and kept in memory, one is enough. A constraint's index is the one to keep. Fine for a moment, while one is built
    to replace the other. A warning for statements that write. Needs the catalog.
    """
    for relation in _used(case):
        seen: dict[object, Index] = {}
        for index in sorted(relation.indexes, key=lambda index: (not index.enforces_constraint, index.name)):
            same = (index.method, index.keys, frozenset(index.included), index.predicate)
            kept = seen.setdefault(same, index)
            if kept is index or index.enforces_constraint or (index.is_unique and not kept.is_unique):
                continue
            yield _spare(case, "duplicate-index", relation, index, kept, f"{index.name} repeats {kept.name}")


def redundant_prefix_index(case: Case) -> Iterator[Finding]:
    """An index has the first columns of another one, which serves the same look-ups.

    It is written at each change for little. Fine where it is much smaller and very hot, or unique. A warning for statements
    that write. Needs the catalog.
    """
    for relation in _used(case):
        for index in relation.indexes:
            if index.is_unique or index.enforces_constraint or index.method != "btree" or index.included:
                continue
            longer = next(
                (
                    other
                    for other in relation.indexes
                    if other.method == "btree"
                    and other.is_valid
                    and other.predicate == index.predicate
                    and len(other.keys) > len(index.keys)
                    and other.keys[: len(index.keys)] == index.keys
                ),
                None,
            )
            if longer is not None:
                columns = ", ".join(key.column or key.expression or "" for key in index.keys)
                yield _spare(
                    case, "redundant-prefix-index", relation, index, longer,
                    f"{index.name} ({columns}) is a prefix of {longer.name}",
                )  # fmt: skip


def _spare(case: Case, id: str, relation: Relation, index: Index, kept: Index, what: str) -> Finding:
    size = f", {format_bytes(index.size_bytes)}" if index.size_bytes is not None else ""
    return Finding(
        id=id,
        severity=_write_severity(case),
        title=f"{what} on {relation.name}{size}",
        evidence={
            "relation": relation.qualified_name,
            "index": index.name,
            "kept_index": kept.name,
            "size_bytes": index.size_bytes,
            "scans": index.scans,
        },
    )


RULES = (
    Rule(
        id="visibility-map-stale",
        title="An index-only scan visits the table because pages are not all-visible",
        check=visibility_map_stale,
    ),
    Rule(id="table-bloat", title="Dead or empty space dominates the table", check=table_bloat),
    Rule(id="duplicate-index", title="Two indexes with the same definition", check=duplicate_index),
    Rule(
        id="redundant-prefix-index",
        title="An index whose columns lead another one",
        check=redundant_prefix_index,
    ),
)
