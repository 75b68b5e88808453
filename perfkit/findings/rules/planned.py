"""What the form of a plan tells before it was executed: no figures but the planner's, and nothing worse than information."""

from __future__ import annotations

from collections.abc import Iterator

from perfkit.findings.at import finding_at
from perfkit.findings.finding import Case, Finding
from perfkit.findings.tree import aliases, children, inner, names, outer, refers
from perfkit.findings.weight import weigh, weigh_whole
from perfkit.plan.model import Node
from perfkit.units import format_count

PLANNED_ROWS = 1_000.0
"""Fewer rows are nothing to warn of before anything was measured."""

PLANNED_PAIRS = 10_000.0
"""A join of everything with everything below this ends within a millisecond or two."""

FEW_ROWS = 2.0
"""The planner's guess for a side of one row is 1; from two on a join without a condition multiplies."""


def cartesian(case: Case) -> Iterator[Finding]:
    """Joins whose sides no condition connects."""
    for join in case.plan.walk():
        if join.node_type != "Nested Loop" or join.join_filter or len(children(join)) != 2:
            continue
        left, right = outer(join), inner(join)
        if min(_rows(left), _rows(right)) < FEW_ROWS or _rows(join) < PLANNED_PAIRS:
            continue
        if refers(right, aliases(left)):
            continue
        yield finding_at(
            join,
            "cartesian-join",
            f"{names(left)} and {names(right)} would be joined without a condition: {format_count(_rows(join))} pairs are"
            " expected",
            weigh_whole(case, join),
            outer=names(left),
            inner=names(right),
        )


def correlated(case: Case) -> Iterator[Finding]:
    """Subqueries that mention the row outside."""
    for owner in case.plan.walk():
        for subplan in owner.children:
            if subplan.parent_relationship != "SubPlan" or _rows(owner) < PLANNED_ROWS:
                continue
            outside = aliases(owner) - aliases(subplan)
            if not refers(subplan, outside):
                continue
            yield finding_at(
                subplan,
                "correlated-subquery-per-row",
                f"{subplan.subplan_name or 'a subquery'} depends on the row outside and would be executed for each of"
                f" {format_count(_rows(owner))} expected rows",
                weigh_whole(case, owner),
                subplan=subplan.subplan_name,
            )


def random_order(case: Case) -> Iterator[Finding]:
    """Sorts by a random number."""
    for node in case.plan.walk():
        if node.node_type != "Sort" or not any("random()" in key for key in node.sort_key):
            continue
        if children(node) and _rows(children(node)[0]) >= PLANNED_ROWS:
            yield finding_at(
                node,
                "order-by-random",
                f"{format_count(_rows(children(node)[0]))} expected rows would be sorted by random()",
                weigh(case, node),
            )


def fenced_cte(case: Case) -> Iterator[Finding]:
    """Conditions on a CTE that is computed in full."""
    for node in case.plan.walk():
        if node.node_type != "CTE Scan" or not node.filter:
            continue
        body = next((one for one in case.plan.walk() if one.subplan_name == f"CTE {node.cte}"), None)
        # a recursive CTE cannot take a condition from outside
        if body is None or body.node_type == "Recursive Union" or _rows(body) < PLANNED_ROWS:
            continue
        weight = weigh_whole(case, body)
        if weight.matters:
            yield finding_at(
                node,
                "cte-materialization-fence",
                f"{node.cte} would be computed in full, {format_count(_rows(body))} expected rows, and filtered outside",
                weight,
                cte=node.cte,
                condition=node.filter,
            )


def _rows(node: Node) -> float:
    return node.estimate.rows if node.estimate else 0.0
