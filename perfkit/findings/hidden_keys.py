"""Keys of joins that a cast or a function hides from the index on their column."""

from __future__ import annotations

from collections.abc import Iterator

from perfkit.catalog import Relation
from perfkit.findings.finding import Case
from perfkit.findings.indexes import leading, on_expression
from perfkit.findings.restrictions import Restriction, restrictions
from perfkit.findings.tree import SCANS, children, joins, tally, unwrapped
from perfkit.findings.weight import MANY_ROWS, Weight, weigh, weigh_whole
from perfkit.plan.model import Node

FEW_PROBES_SHARE = 0.01
"""A look-up in an index reads about four pages; below one probe for a hundred rows it beats reading the table."""


def hidden_keys(case: Case) -> Iterator[tuple[Node, Relation | None, Restriction, Weight]]:
    """Tables read whole to find the partners of a few rows, although an index leads with the column that is compared in
    disguise. Needs the catalog."""
    for join in joins(case):
        condition = join.hash_condition or join.merge_condition or join.join_filter
        for side, other in zip(children(join), reversed(children(join)), strict=True):
            scan = unwrapped(side)
            relation = case.relation(scan)
            read = tally(scan).read
            if scan.node_type not in SCANS or relation is None or scan.index_condition or read < MANY_ROWS:
                continue
            if (other.total_rows or 0.0) > FEW_PROBES_SHARE * read:
                continue
            weight = _sum(weigh(case, join), weigh_whole(case, side))
            for key in restrictions(condition, scan.alias, relation):
                is_hidden = key.form != "bare" and key.against is not None and key.operator == "="
                is_indexed = leading(relation, key.column) and not on_expression(relation, key.wrapped)
                if is_hidden and is_indexed and weight.matters:
                    yield scan, relation, key, weight


def _sum(one: Weight, other: Weight) -> Weight:
    if one.ms is None or other.ms is None or one.share is None or other.share is None:
        return other
    return Weight(ms=one.ms + other.ms, share=min(one.share + other.share, 1.0))
