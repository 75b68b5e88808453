"""Sequential scans: those an index would save, and those that are right."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import prod

from perfkit.catalog import Relation
from perfkit.findings.at import finding_at, it_seems
from perfkit.findings.conditions import Term, conjuncts
from perfkit.findings.finding import Case, Finding, Rule
from perfkit.findings.indexes import column_list, is_prefix_range, leading, most_selective, selectivity
from perfkit.findings.restrictions import Restriction, restrictions
from perfkit.findings.tree import children, passes, qualified, streamed, tally, unwrapped
from perfkit.findings.weight import MANY_ROWS, weigh
from perfkit.plan.model import Node
from perfkit.units import BLOCK_BYTES, format_bytes, format_count, format_ms, format_percent

SELECTIVE_SHARE = 0.1
"""Keeping more than a tenth of a table by an index touches most of its pages anyway, and out of order."""

WASTE_FACTOR = 10
"""Ten rows sorted for each one returned: below, an order from an index would hardly show."""

FEW_BLOCKS = 9
"""A table of so few blocks is read as fast as an index is descended."""

UNSELECTIVE_SHARE = 0.2
"""Keeping a fifth or more, a sequential scan reads no page that an index would spare (8 kB pages hold tens of rows)."""

LARGE_TABLE_BLOCKS = 1024
"""8 MB: from here PostgreSQL itself counts a table as large (min_parallel_table_scan_size)."""

_UNSELECTIVE = frozenset({"<>", "is not null", "is not true", "is not false", "!~~", "!~~*", "!~", "!~*"})
"""Operators that keep most rows as a rule, so that another condition is the reason where few are kept."""

_VOLATILE = re.compile(
    r"\b(?:random|random_normal|clock_timestamp|timeofday|nextval|gen_random_uuid|uuidv7)\("
)

LARGE_TABLE_ROWS = 50_000
"""Where blocks were not counted: about as many rows fill 8 MB, at fifty to a page."""


def selective_seq_scans(case: Case) -> Iterator[Node]:
    """Sequential scans that read many rows to keep few, and take time that matters."""
    for node in case.plan.walk():
        if node.node_type != "Seq Scan" or not node.loops or not node.filter:
            continue
        rows = tally(node)
        if rows.removed >= MANY_ROWS and rows.kept_share <= SELECTIVE_SHARE and weigh(case, node).matters:
            yield node


def is_drawn_anew(restriction: Restriction) -> bool:
    """Whether the column is compared with what is another value for each row, which no index can look up."""
    return restriction.other is not None and bool(_VOLATILE.search(restriction.other.text))


def missing_index_filter(case: Case) -> Iterator[Finding]:
    """A filter that keeps few rows of a table is checked row by row, because no index leads with its column.

    The whole table is read however few rows are wanted, and ever more as it grows. Fine on a table of a few pages, and
    for a statement that runs once: each index costs space and time on every write. With a catalog, the finding is made
    only where no valid index leads with the most selective column.
    """
    for node in selective_seq_scans(case):
        relation = case.relation(node)
        known = restrictions(node.filter, node.alias, relation)
        candidates = [
            r
            for r in known
            if ((r.is_ordered and r.against is None) or (relation and is_prefix_range(relation, r)))
            and not is_drawn_anew(r)
        ]
        best = most_selective(relation, candidates)
        if best is None or not _are_the_reason(case, node, candidates):
            continue
        if relation is not None and leading(relation, best.column, best.operator):
            continue
        rows, weight = tally(node), weigh(case, node)
        yield finding_at(
            node,
            "missing-index-filter",
            f"{qualified(node)} is read whole, {format_count(rows.read)} rows, to keep {format_count(rows.kept)}:"
            f" {it_seems(case)}no index leads with {best.column}"
            + (f" ({format_ms(weight.ms)}, {format_percent(weight.share)} of the time)" if weight.ms else ""),
            weight,
            column=best.column,
            columns=column_list(candidates),
            condition=node.filter,
            kept_share=rows.kept_share,
            expected_share=prod(selectivity(relation, candidate) for candidate in candidates),
        )


def _are_the_reason(case: Case, node: Node, candidates: list[Restriction]) -> bool:
    """Whether the conditions an index could serve are those that keep few rows, not one beside them."""
    served = {candidate.text for candidate in candidates}
    others = [term for term in conjuncts(node.filter) if term.text not in served]
    if all(term.kind == "not" or term.name in _UNSELECTIVE for term in others):
        return True
    relation = case.relation(node)
    return prod(selectivity(relation, candidate) for candidate in candidates) <= SELECTIVE_SHARE


def or_across_columns(case: Case) -> Iterator[Finding]:
    """An OR over different columns makes PostgreSQL read the whole table, because not every arm has an index of its own.

    One arm without an index is enough. Fine on a small table. With an index for each, their bitmaps are united; a UNION of
    two statements does the same and keeps an order.
    """
    scans = {node.number: node for node in (*selective_seq_scans(case), *_sorted_for_few(case))}
    for node in scans.values():
        relation = case.relation(node)
        is_bitmap = node.node_type == "Bitmap Heap Scan"
        for term in conjuncts(node.recheck_condition if is_bitmap else node.filter):
            arms = _arms(term, node, relation)
            columns = list(dict.fromkeys(arm.column for arm in arms))
            if len(columns) < 2:
                continue
            lacking = [
                arm.column for arm in arms if relation and not leading(relation, arm.column, arm.operator)
            ]
            rows = tally(node)
            yield finding_at(
                node,
                "or-across-columns",
                (
                    f"OR over {', '.join(columns)} loses the order of their indexes: {format_count(rows.kept)} rows of"
                    f" {qualified(node)} are sorted for the first few"
                    if is_bitmap
                    else f"OR over {', '.join(columns)} reads {qualified(node)} whole, {format_count(rows.read)} rows, to keep"
                    f" {format_count(rows.kept)}"
                )
                + (f": no index leads with {', '.join(dict.fromkeys(lacking))}" if lacking else ""),
                weigh(case, node),
                columns=", ".join(columns),
                columns_without_index=", ".join(dict.fromkeys(lacking)) or None,
                condition=term.text,
                kept_share=rows.kept_share,
            )


def _sorted_for_few(case: Case) -> Iterator[Node]:
    """Scans whose rows are all sorted for the first few of them."""
    for limit in case.plan.walk():
        feed = streamed(children(limit)[0]) if limit.node_type == "Limit" and children(limit) else limit
        scan = unwrapped(feed) if feed.node_type == "Sort" else feed
        rows = scan.total_rows or 0.0
        is_scan = bool(scan.filter) if scan.node_type == "Seq Scan" else scan.node_type == "Bitmap Heap Scan"
        if is_scan and rows >= max(MANY_ROWS, WASTE_FACTOR * (limit.total_rows or 0.0)):
            yield scan


def _arms(term: Term, node: Node, relation: Relation | None) -> list[Restriction]:
    """For each arm of an OR, what an index on one column could serve; empty where an arm has nothing of the kind."""
    if term.kind != "or":
        return []
    arms = []
    for part in term.parts:
        served = [
            r for r in restrictions(part.text, node.alias, relation) if r.is_ordered and r.against is None
        ]
        best = most_selective(relation, served)
        if best is None:
            return []
        arms.append(best)
    return arms


def seq_scan_large(case: Case) -> Iterator[Finding]:
    """A table of more than 8 MB is read from end to end.

    A symptom: the finding beside it names the cause where there is one. Fine when most of the rows are wanted.
    """
    for node in case.plan.walk():
        if node.node_type != "Seq Scan" or not node.loops:
            continue
        weight = weigh(case, node)
        if not _is_large(node) or not weight.matters:
            continue
        blocks, rows = node.exclusive_shared_blocks, tally(node).read / passes(node)
        size = f"{format_bytes(blocks / passes(node) * BLOCK_BYTES)}, " if blocks is not None else ""
        yield finding_at(
            node,
            "seq-scan-large",
            f"all of {qualified(node)} is read: {size}{format_count(rows)} rows",
            weight,
            severity="info",
            rows_read=tally(node).read,
        )


def _is_large(scan: Node) -> bool:
    """Whether one pass reads a large table, by blocks, or by rows where they were not counted."""
    blocks = scan.exclusive_shared_blocks
    if blocks is None:
        return tally(scan).read / passes(scan) >= LARGE_TABLE_ROWS
    return blocks / passes(scan) >= LARGE_TABLE_BLOCKS


def index_not_beneficial(case: Case) -> Iterator[Finding]:
    """A filter keeps so much of a table that the sequential scan is right and no index on its columns would be used.

    Informational: nothing needs curing here; the time goes with the rows that are asked for. Likewise of a table of a few
    blocks, and of all rows in an order: sorting them beats fetching each from another page. Fine as it is.
    """
    yield from _small_tables(case)
    yield from _whole_orders(case)
    for node in case.plan.walk():
        if node.node_type != "Seq Scan" or not node.loops or not node.filter:
            continue
        rows, weight = tally(node), weigh(case, node)
        served = [
            r
            for r in restrictions(node.filter, node.alias, case.relation(node))
            if r.is_ordered and not r.against
        ]
        if not served or not _is_large(node) or rows.kept_share < UNSELECTIVE_SHARE or not weight.matters:
            continue
        yield finding_at(
            node,
            "index-not-beneficial",
            f"{format_percent(rows.kept_share)} of {qualified(node)} passes the filter: reading it whole is right,"
            f" an index on {column_list(served)} would not be used",
            weight,
            severity="info",
            columns=column_list(served),
            kept_share=rows.kept_share,
        )


def _small_tables(case: Case) -> Iterator[Finding]:
    for node in case.plan.walk():
        relation = case.relation(node)
        if node.node_type != "Seq Scan" or not node.loops or not node.filter or relation is None:
            continue
        if node is not unwrapped(case.plan.root) or not 0 < relation.pages <= FEW_BLOCKS:
            continue
        yield finding_at(
            node,
            "index-not-beneficial",
            f"{qualified(node)} has {format_count(relation.pages)} {'block' if relation.pages == 1 else 'blocks'}: an index saves"
            " nothing over reading them all",
            weigh(case, node),
            severity="info",
            pages=relation.pages,
        )


def _whole_orders(case: Case) -> Iterator[Finding]:
    sort = case.plan.root
    scan = unwrapped(sort)
    relation = case.relation(scan)
    if sort.node_type != "Sort" or scan.node_type != "Seq Scan" or scan.filter or relation is None:
        return
    if not sort.loops or sort.sort_space_type == "Disk" or (scan.total_rows or 0.0) < MANY_ROWS:
        return
    yield finding_at(
        sort,
        "index-not-beneficial",
        f"all {format_count(scan.total_rows)} rows of {qualified(scan)} are wanted: sorting them in memory beats fetching each"
        " through an index",
        weigh(case, sort),
        severity="info",
        rows_sorted=scan.total_rows,
    )


RULES = (
    Rule(
        id="missing-index-filter",
        title="A selective single-table filter has no usable index",
        check=missing_index_filter,
    ),
    Rule(
        id="or-across-columns",
        title="OR over different columns of one table keeps indexes from being used",
        check=or_across_columns,
    ),
    Rule(id="seq-scan-large", title="A large table is read from end to end", check=seq_scan_large),
    Rule(
        id="index-not-beneficial",
        title="An index would not help; the sequential scan is right",
        check=index_not_beneficial,
    ),
)
