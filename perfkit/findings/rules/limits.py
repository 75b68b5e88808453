"""Statements that want a few rows in an order: ORDER BY, LIMIT and OFFSET."""

from __future__ import annotations

import re
from collections.abc import Iterator

from perfkit.catalog import Relation
from perfkit.findings.at import finding_at, it_seems
from perfkit.findings.conditions import read_condition
from perfkit.findings.finding import Case, Finding, Rule
from perfkit.findings.restrictions import EQUALITY, restrictions
from perfkit.findings.rules import planned
from perfkit.findings.rules.scans import SELECTIVE_SHARE
from perfkit.findings.tree import APPENDS, INDEX_SCANS, JOINS, children, qualified, streamed, tally
from perfkit.findings.weight import MANY_ROWS, weigh, weigh_whole
from perfkit.plan.model import Node
from perfkit.units import format_count, format_ms

WASTE_FACTOR = 10
"""Reading ten rows for each one returned: the order or the position could be had from an index instead."""

JOIN_KEEPS_SHARE = 0.5
"""Where a join drops more than half of the ordered rows, walking them in order may meet too few and cost more."""

_DIRECTION = re.compile(r'( COLLATE "[^"]+")?( DESC| ASC| USING \S+)?( NULLS (FIRST|LAST))?$')


def _limits(case: Case) -> Iterator[tuple[Node, Node]]:
    """Executed Limit nodes with what feeds them."""
    for node in case.plan.walk():
        if node.node_type == "Limit" and node.loops and children(node):
            yield node, children(node)[0]


def offset_pagination(case: Case) -> Iterator[Finding]:
    """OFFSET makes PostgreSQL produce every row of the pages before, only to drop it.

    The deeper the page, the slower. Fine for the first few pages. Keyset pagination (WHERE (created_at, id) < last seen)
    starts where the last page ended.
    """
    for limit, feed in _limits(case):
        wanted, produced = limit.total_rows or 0.0, feed.total_rows or 0.0
        discarded = produced - wanted
        if discarded < MANY_ROWS or produced < WASTE_FACTOR * max(wanted, 1):
            continue
        weight = weigh_whole(case, feed, discarded / produced)
        if not weight.matters:
            continue
        yield finding_at(
            limit,
            "offset-pagination",
            f"{format_count(discarded)} rows are produced and skipped by OFFSET to return {format_count(wanted)}"
            + (f", about {format_ms(weight.ms)}" if weight.ms else ""),
            weight,
            rows_discarded=discarded,
            rows_returned=wanted,
        )


def missing_index_order_limit(case: Case) -> Iterator[Finding]:
    """ORDER BY with LIMIT reads and sorts everything, because no index gives the order.

    Only a few rows are returned, yet every candidate is read and compared. Fine when the candidates are few. An index on
    the equality columns followed by the sort columns delivers the rows in order and stops at the limit.
    """
    for _, feed in _limits(case):
        sort = streamed(feed)
        if sort.node_type in {"Unique", "Group", "Aggregate"} and not sort.filter and children(sort):
            sort = streamed(children(sort)[0])
        if sort.node_type != "Sort" or not children(sort):
            continue
        source = children(sort)[0]
        rows_sorted, wanted = source.total_rows or 0.0, feed.total_rows or 0.0
        if rows_sorted < MANY_ROWS or rows_sorted < WASTE_FACTOR * max(wanted, 1):
            continue
        found = _ordered_relation(case, sort)
        if found is None:
            continue
        scan, columns = found
        relation = case.relation(scan)
        equal = [
            r.column
            for text in (scan.filter, scan.index_condition or scan.recheck_condition)
            for r in restrictions(text, scan.alias, relation)
            if r.is_ordered and r.operator in EQUALITY and r.operator != "= any"
        ]
        if relation is not None and _gives_order(relation, equal, columns, sort.sort_key[0]):
            continue
        # where a selective filter lacks its index, the scan is that finding's; the sort alone is this one's
        is_selective = scan.node_type == "Seq Scan" and tally(scan).kept_share <= SELECTIVE_SHARE
        weight = weigh(case, sort) if is_selective else weigh_whole(case, sort)
        if not weight.matters:
            continue
        keys = ", ".join(dict.fromkeys([*equal, *columns]))
        yield finding_at(
            sort,
            "missing-index-order-limit",
            f"{format_count(rows_sorted)} rows of {qualified(scan)} are read and sorted to return the first"
            f" {format_count(wanted)}: {it_seems(case)}no index on {keys} gives the order",
            weight,
            relation=f"{scan.schema}.{scan.relation}" if scan.schema else scan.relation,
            columns=keys,
            sort_key=", ".join(sort.sort_key),
            rows_sorted=rows_sorted,
            rows_returned=wanted,
        )


def _ordered_relation(case: Case, sort: Node) -> tuple[Node, list[str]] | None:
    """The one scan all sort keys are plain columns of, with these columns; None where there is no such scan."""
    terms = [read_condition(_DIRECTION.sub("", key)) for key in sort.sort_key]
    if not terms or any(term.kind != "column" for term in terms):
        return None
    if len({term.qualifier for term in terms}) != 1:
        return None
    name = terms[0].qualifier
    scans = [
        node
        for node in sort.walk()
        if node.relation
        and not node.never_executed
        and (name is None or (node.alias or node.relation) == name)
    ]
    if len(scans) != 1:
        return None
    scan = scans[0]
    for above in case.ancestors(scan):
        if above.number == sort.number:
            return scan, [term.name for term in terms]
        drops = above.node_type in JOINS and (above.total_rows or 0) < JOIN_KEEPS_SHARE * (
            scan.total_rows or 0
        )
        if drops or above.node_type not in JOINS | APPENDS | {
            "Hash",
            "Materialize",
            "Gather",
            "Subquery Scan",
        }:
            return None
    return None


def _gives_order(relation: Relation, equal: list[str], columns: list[str], key: str) -> bool:
    """Whether an index delivers the first sort key after the equalities, read forward or backward, its NULLs in place."""
    is_descending = " DESC" in key
    nulls_first = " NULLS FIRST" in key or (is_descending and " NULLS LAST" not in key)
    column = relation.column(columns[0])
    for index in relation.indexes:
        rest = [one for one in index.keys if one.column not in equal]
        if not index.is_valid or index.method != "btree" or not rest or rest[0].column != columns[0]:
            continue
        fits = (rest[0].is_descending == is_descending) == (rest[0].nulls_first == nulls_first)
        if fits or (column is not None and column.is_not_null):
            return True
    return False


def ordering_scans(case: Case) -> Iterator[Node]:
    """Index scans under a LIMIT that are walked for their order alone: no equality starts them."""
    for _, feed in _limits(case):
        node = streamed(feed)
        while node.node_type in {"Nested Loop", "Incremental Sort"} and children(node):
            node = streamed(children(node)[0])
        if node.node_type not in INDEX_SCANS or not node.loops:
            continue
        served = restrictions(node.index_condition, node.alias, case.relation(node))
        if not any(r.operator in EQUALITY for r in served):
            yield node


def order_by_limit_wrong_index(case: Case) -> Iterator[Finding]:
    """The planner walks an index in the wanted order, hoping to meet matching rows early, and meets them late.

    It assumes that matches are spread evenly; rare or clustered ones make it read most of the table in index order, one
    random page after the other. Fine when every tenth row matches. An index on the filter columns followed by the sort
    columns serves both.
    """
    for node in ordering_scans(case):
        rows, weight = tally(node), weigh(case, node)
        if rows.removed < max(MANY_ROWS, WASTE_FACTOR * max(rows.kept, 1)) or not weight.matters:
            continue
        filtered = restrictions(node.filter, node.alias, case.relation(node))
        yield finding_at(
            node,
            "order-by-limit-wrong-index",
            f"{node.index} is walked for its order and {format_count(rows.removed)} rows of {qualified(node)} are"
            f" thrown away before {format_count(rows.kept)} match the filter",
            weight,
            columns=", ".join(dict.fromkeys(r.column for r in filtered)) or None,
            condition=node.filter,
        )


def order_by_random(case: Case) -> Iterator[Finding]:
    """ORDER BY random() draws a number for every row and sorts them all to return a few.

    Fine on a small table. TABLESAMPLE, or a probe at a random key, touches only what it returns.
    """
    if not case.plan.is_analyzed:
        yield from planned.random_order(case)
    for node in case.plan.walk():
        if node.node_type != "Sort" or not node.loops or not any("random()" in key for key in node.sort_key):
            continue
        rows, weight = (children(node)[0].total_rows or 0.0), weigh_whole(case, node)
        if rows < MANY_ROWS or not weight.matters:
            continue
        yield finding_at(
            node,
            "order-by-random",
            f"{format_count(rows)} rows are read and sorted by random()",
            weight,
            rows_sorted=rows,
        )


RULES = (
    Rule(id="offset-pagination", title="OFFSET reads and discards rows", check=offset_pagination),
    Rule(
        id="missing-index-order-limit",
        title="ORDER BY with LIMIT sorts everything because no index gives the order",
        check=missing_index_order_limit,
    ),
    Rule(
        id="order-by-limit-wrong-index",
        title="An ordering index is walked in the hope of early matches",
        check=order_by_limit_wrong_index,
    ),
    Rule(id="order-by-random", title="Every row is sorted by a random number", check=order_by_random),
)
