"""Rows ranked within their group of which the first few are kept."""

from __future__ import annotations

from collections.abc import Iterator

from perfkit.findings.at import finding_at
from perfkit.findings.finding import Case, Finding, Rule
from perfkit.findings.tree import JOINS, children
from perfkit.findings.weight import MANY_ROWS, weigh_whole
from perfkit.plan.model import Node
from perfkit.units import format_count, format_percent

TOP_SHARE = 0.1
"""A tenth of the ranked rows wanted: a look-up for each group reads less."""


def top_n_per_group_window(case: Case) -> Iterator[Finding]:
    """Every row of every group is ranked to keep the first few of each.

    LATERAL with ORDER BY and LIMIT, on an index that leads with the group, reads only those. Fine where groups are small.
    """
    for node in case.plan.walk():
        if node.node_type != "WindowAgg" or not node.loops or not children(node):
            continue
        above = case.parent(node)
        is_ranked = node.run_condition or (
            above is not None and above.node_type == "Subquery Scan" and above.filter
        )
        ranked = children(node)[0].total_rows or 0.0
        kept = _kept_of_ranked(case, node)
        weight = weigh_whole(case, node)
        if not is_ranked or ranked < MANY_ROWS or kept > TOP_SHARE * ranked or not weight.matters:
            continue
        yield finding_at(
            node,
            "top-n-per-group-window",
            f"{format_count(ranked)} rows are ranked to keep {format_count(kept)}"
            f" ({format_percent(kept / ranked)}) of them",
            weight,
            rows_ranked=ranked,
            rows_returned=kept,
            condition=node.run_condition or (above.filter if above else None),
        )


def _kept_of_ranked(case: Case, node: Node) -> float:
    """Ranked rows that are left after the filter on the rank and after the joins above it."""
    kept = node.total_rows or 0.0
    for above in case.ancestors(node):
        if above.node_type not in JOINS | {
            "Subquery Scan",
            "Sort",
            "Gather",
            "Gather Merge",
            "Hash",
            "Materialize",
        }:
            break
        kept = min(kept, above.total_rows or 0.0)
    return kept


RULES = (
    Rule(
        id="top-n-per-group-window",
        title="All rows are ranked to keep the first few of each group",
        check=top_n_per_group_window,
    ),
)
