"""Joins that look for a column of one table in an array of the other."""

from __future__ import annotations

from collections.abc import Iterator

from perfkit.catalog import Relation
from perfkit.findings.finding import Case
from perfkit.findings.restrictions import Restriction, restrictions
from perfkit.findings.rules.scans import SELECTIVE_SHARE
from perfkit.findings.tree import SCANS, inner, joins, tally, unwrapped
from perfkit.findings.weight import MANY_ROWS, Weight, weigh
from perfkit.plan.model import Node


def joined_arrays(case: Case) -> Iterator[tuple[Node, Node, Relation | None, Restriction, Weight]]:
    """The join and the scan of the arrays, where nearly all that is found by taking the array of each row apart is thrown
    away: by the join, or by what the other table must meet besides."""
    for join in joins(case):
        texts = list(_wasted(join)) if join.node_type == "Nested Loop" else []
        for scan in join.walk() if texts else ():
            if scan.node_type not in SCANS or (scan.total_rows or 0.0) < MANY_ROWS:
                continue
            relation = case.relation(scan)
            weight = weigh(case, join, scan, *(node for node in inner(join).walk() if node is not scan))
            for text in texts if weight.matters else ():
                for restriction in restrictions(text, scan.alias or scan.relation, relation):
                    if restriction.operator == "any =" and restriction.form == "bare" and restriction.against:
                        yield join, scan, relation, restriction, weight


def _wasted(join: Node) -> Iterator[str]:
    """Conditions that pair rows most of which are then thrown away."""
    removed, kept = (join.rows_removed_by_join_filter or 0.0) * (join.loops or 0), join.total_rows or 0.0
    if join.join_filter and removed >= MANY_ROWS and kept <= SELECTIVE_SHARE * (kept + removed):
        yield join.join_filter
    probe = unwrapped(inner(join))
    text, rows = probe.index_condition or probe.recheck_condition, tally(probe)
    if text and rows.removed >= MANY_ROWS and rows.kept_share <= SELECTIVE_SHARE:
        yield text
