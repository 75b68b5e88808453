"""Index scans that read far more than they return, and the index that would not."""

from __future__ import annotations

from collections.abc import Iterator

from perfkit.catalog import Index, Relation
from perfkit.findings.at import finding_at, it_seems
from perfkit.findings.finding import Case, Finding, Rule
from perfkit.findings.indexes import column_list, covering_keys
from perfkit.findings.restrictions import EQUALITY, RANGE, Restriction, restrictions
from perfkit.findings.rules.limits import ordering_scans
from perfkit.findings.rules.scans import SELECTIVE_SHARE, selective_seq_scans
from perfkit.findings.tree import INDEX_SCANS, children, qualified, tally
from perfkit.findings.weight import MANY_ROWS, Weight, weigh
from perfkit.plan.model import Node
from perfkit.units import format_count, format_percent

WASTED_BLOCKS_FACTOR = 2
"""A well-ordered index touches at most one heap block for each row and a few blocks to descend; twice that is waste."""

WASTED_BLOCKS = 100
"""Under a hundred blocks even the wrong order costs about a tenth of a millisecond."""

DESCENT_BLOCKS = 4
"""From the root of a b-tree of some hundred million entries to its leaf."""

ENTRIES_PER_BLOCK = 100
"""A leaf holds some hundred to three hundred entries of two narrow columns."""

BITMAP_WASTE_FACTOR = 10
"""Indexes that hand over ten rows for each one kept spend their time on bitmaps that are thrown away."""


def _wasteful_scans(case: Case) -> Iterator[tuple[Node, Weight]]:
    """Index and bitmap scans whose filter throws away most rows; ordered walks under LIMIT have a rule of their own."""
    walks = {node.number for node in ordering_scans(case)}
    for node in case.plan.walk():
        if node.node_type not in INDEX_SCANS | {"Bitmap Heap Scan"} or not node.loops or node.number in walks:
            continue
        rows = tally(node)
        if rows.removed < MANY_ROWS or rows.kept_share > SELECTIVE_SHARE:
            continue
        weight = weigh(case, node, *children(node))
        if weight.matters:
            yield node, weight


def _conditions(node: Node, relation: Relation | None) -> tuple[Restriction, ...]:
    """What the index itself served: its condition, or that of the bitmap below."""
    return restrictions(node.index_condition or node.recheck_condition, node.alias, relation)


def _missing_keys(node: Node, relation: Relation | None) -> list[Restriction]:
    """Conditions left to the filter that an index together with those it served would take over."""
    served = [r for r in _conditions(node, relation) if r.is_ordered]
    filtered = [
        r for r in restrictions(node.filter, node.alias, relation) if r.is_ordered and r.against is None
    ]
    if not served or not filtered:
        return []
    keys = [*served, *filtered]
    if relation is not None and covering_keys(relation, {r.column for r in keys}):
        return []
    return keys


def missing_composite_index(case: Case) -> Iterator[Finding]:
    """Several conditions are served by an index on one of them, or by several indexes whose results are intersected.

    The index hands over every row that meets its part, and most are fetched only to be thrown away by the rest. Fine
    where the first condition alone is selective. An index on all the columns, equality before ranges, reads only what is
    wanted.
    """
    for node, weight in _wasteful_scans(case):
        relation = case.relation(node)
        keys = _missing_keys(node, relation)
        if not keys:
            continue
        rows = tally(node)
        yield finding_at(
            node,
            "missing-composite-index",
            f"the index on {qualified(node)} hands over {format_count(rows.read)} rows and the filter keeps"
            f" {format_count(rows.kept)}: {it_seems(case)}no index covers {column_list(keys)} together",
            weight,
            columns=column_list(keys),
            condition=node.filter,
            kept_share=rows.kept_share,
        )
    yield from _intersections(case)


def _intersections(case: Case) -> Iterator[Finding]:
    for heap in case.plan.walk():
        if heap.node_type != "Bitmap Heap Scan" or not heap.loops or not children(heap):
            continue
        both = children(heap)[0]
        if both.node_type != "BitmapAnd":
            continue
        arms = children(both)
        handed = sum(arm.total_rows or 0 for arm in arms)
        kept = heap.total_rows or 0.0
        weight = weigh(case, heap, both, *arms)
        keys = [
            r for r in restrictions(heap.recheck_condition, heap.alias, case.relation(heap)) if r.is_ordered
        ]
        if handed < max(MANY_ROWS, BITMAP_WASTE_FACTOR * kept) or not weight.matters or len(keys) < 2:
            continue
        relation = case.relation(heap)
        if relation is not None and covering_keys(relation, {r.column for r in keys}):
            continue
        yield finding_at(
            heap,
            "missing-composite-index",
            f"{len(arms)} indexes of {qualified(heap)} hand over {format_count(handed)} rows whose intersection keeps"
            f" {format_count(kept)}: {it_seems(case)}no index covers {column_list(keys)} together",
            weight,
            columns=column_list(keys),
            condition=heap.recheck_condition,
            index=", ".join(arm.index for arm in arms if arm.index),
            rows_kept=kept,
            rows_handed_over=handed,
        )


def inefficient_index_scan(case: Case) -> Iterator[Finding]:
    """An index is used, but most of the rows it hands over are thrown away by the filter.

    Each of them cost a visit to the table. Informational beside missing-composite-index, which names the cause; a
    warning where the filter is one that no plain index could take over.
    """
    for node, weight in _wasteful_scans(case):
        rows = tally(node)
        is_symptom = bool(_missing_keys(node, case.relation(node)))
        yield finding_at(
            node,
            "inefficient-index-scan",
            f"{format_percent(1 - rows.kept_share)} of the {format_count(rows.read)} rows that the index of"
            f" {qualified(node)} hands over are thrown away by the filter",
            weight,
            severity="info" if is_symptom else None,
            condition=node.filter,
            kept_share=rows.kept_share,
        )


def composite_index_wrong_order(case: Case) -> Iterator[Finding]:
    """An index holds all the columns of the condition, but leads with the one compared by range.

    Everything in the range is read, and the equality behind it only sorts out index entries, so that the planner may prefer
    to read the table. Fine for a narrow range. The same columns with those of equality first read only what is wanted.
    Needs the catalog.
    """
    yield from _left_aside(case)
    for node in case.plan.walk():
        relation, index = _index_of(case, node)
        if relation is None or index is None or not node.loops:
            continue
        served = restrictions(node.index_condition, None, relation)
        first = index.columns[0] if index.columns else None
        is_range_first = any(r.column == first and r.operator in RANGE for r in served)
        is_unasked = first is not None and all(r.column != first for r in served)
        leads_equal = any(r.column == first and r.operator in EQUALITY for r in served)
        behind = [r for r in served if r.column != first and r.operator in EQUALITY and r.form == "bare"]
        blocks = node.exclusive_shared_blocks or 0
        rows = (node.total_rows or 0) + tally(node).removed
        weight = weigh(case, node)
        if not (is_range_first or is_unasked) or leads_equal or not behind or blocks < WASTED_BLOCKS:
            continue
        is_wasteful = blocks >= WASTED_BLOCKS_FACTOR * (rows + (node.loops or 0))
        if not (is_wasteful or _reads_much_index(node, rows)) or not weight.matters:
            continue
        if covering_keys(relation, {r.column for r in behind}):
            continue
        yield finding_at(
            node,
            "composite-index-wrong-order",
            f"{index.name} leads with {first}, which is {'compared by range' if is_range_first else 'not asked for'}: {format_count(blocks)} blocks are read for"
            f" {format_count(rows)} rows",
            weight,
            columns=column_list(served),
            column=first,
            relation=relation.qualified_name,
            condition=node.index_condition,
        )


def _left_aside(case: Case) -> Iterator[Finding]:
    """Tables read whole beside an index that leads with the range and holds the equality behind it."""
    for node in selective_seq_scans(case):
        relation = case.relation(node)
        asked = [
            r for r in restrictions(node.filter, node.alias, relation) if r.is_ordered and r.against is None
        ]
        equal = {r.column for r in asked if r.operator in EQUALITY}
        ranged = {r.column for r in asked if r.operator in RANGE}
        if relation is None or covering_keys(relation, equal):
            continue
        index = next((one for one in relation.indexes if _is_wrong_order(one, equal, ranged)), None)
        if index is None:
            continue
        rows, first = tally(node), index.columns[0]
        yield finding_at(
            node,
            "composite-index-wrong-order",
            f"{index.name} leads with {first}, which is compared by range, so {qualified(node)} is read whole,"
            f" {format_count(rows.read)} rows, to keep {format_count(rows.kept)}",
            weigh(case, node),
            columns=column_list(asked),
            column=first,
            index=index.name,
            relation=relation.qualified_name,
            condition=node.filter,
        )


def _is_wrong_order(index: Index, equal: set[str], ranged: set[str]) -> bool:
    is_usable = index.is_valid and index.method == "btree" and index.predicate is None
    held = {column for column in index.columns[1:] if column}
    return is_usable and bool(equal) and index.columns[0] in ranged - equal and equal <= held


def _reads_much_index(node: Node, rows: float) -> bool:
    """Whether far more index blocks were read than the entries fill that were wanted."""
    heap = (
        0.0
        if node.node_type == "Bitmap Index Scan"
        else (node.heap_fetches or 0)
        if node.node_type == "Index Only Scan"
        else rows
    )
    needed = DESCENT_BLOCKS * (node.loops or 0) + rows / ENTRIES_PER_BLOCK
    return (node.exclusive_shared_blocks or 0) - heap >= max(WASTED_BLOCKS, BITMAP_WASTE_FACTOR * needed)


def _index_of(case: Case, node: Node) -> tuple[Relation | None, Index | None]:
    """The relation and index of an index scan; the relation of a Bitmap Index Scan stands at the node above."""
    if case.catalog is None or node.index is None:
        return None, None
    for relation, index in case.catalog.indexes():
        if index.name == node.index and (node.schema is None or index.schema == node.schema):
            return relation, index
    return None, None


RULES = (
    Rule(
        id="missing-composite-index",
        title="Several predicates are served by separate or partial indexes",
        check=missing_composite_index,
    ),
    Rule(
        id="inefficient-index-scan",
        title="An index is used but most of what it returns is thrown away",
        check=inefficient_index_scan,
    ),
    Rule(
        id="composite-index-wrong-order",
        title="A composite index leads with the range column",
        check=composite_index_wrong_order,
    ),
)
