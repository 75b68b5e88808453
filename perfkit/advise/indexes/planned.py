"""What a plan asks of its tables, for statements that do not say it themselves: queries of views, and text that only
PostgreSQL can read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from perfkit.catalog import Catalog
from perfkit.findings.conditions import conjuncts
from perfkit.identifier import quote_identifier, quote_qualified
from perfkit.plan.model import Node, Plan
from perfkit.sql import parse_statement
from perfkit.sql.statement import Statement

_OF_ANOTHER_PLAN = re.compile(r"SubPlan|InitPlan|CTE |hashed|\$\d")
"""Values that come from elsewhere in the plan."""


def planned_statement(statement: Statement, plan: Plan, catalog: Catalog) -> Statement | None:
    """A flat join of the tables the plan scans under all its conditions, with the order of a Sort below a Limit.

    None where the statement itself says all that: sqlglot could read it, and none of its names is a view.
    """
    if statement.tree is not None and not _reads_view(statement, catalog):
        return None
    tables = {
        node.alias or node.relation: quote_qualified(node.schema, node.relation)
        for node in plan.walk()
        if node.relation is not None
    }
    if not tables:
        return None
    conditions = dict.fromkeys(text for node in plan.walk() for text in _conditions(node))
    text = "select * from " + ", ".join(
        f"{table} as {quote_identifier(alias)}" for alias, table in tables.items() if alias is not None
    )
    if conditions:
        text += " where " + " and ".join(conditions)
    flat = parse_statement(text + _order(plan.root))
    return flat if flat.tree is not None else None


def _reads_view(statement: Statement, catalog: Catalog) -> bool:
    if not any(relation.kind == "view" for relation in catalog.relations):
        return False
    from perfkit.sql.usage import resolve

    for use in resolve(statement, catalog):
        relation = catalog.relation(use.name, use.schema) if use.is_known else None
        if relation is not None and relation.kind == "view":
            return True
    return False


def _conditions(node: Node) -> Iterator[str]:
    texts = (
        node.filter if node.relation is not None else None,
        node.index_condition if node.relation is not None else None,
        node.recheck_condition,
        node.hash_condition,
        node.merge_condition,
        node.join_filter,
    )
    for text in texts:
        for term in conjuncts(text):
            is_known = not _OF_ANOTHER_PLAN.search(term.text)
            if is_known and parse_statement(f"select 1 where {term.text}").tree is not None:
                yield term.text


def _order(root: Node) -> str:
    """ORDER BY and LIMIT of the outermost Limit, as far as it stands over a Sort."""
    node = root
    while node.node_type != "Limit" and len(node.children) == 1:
        node = node.children[0]
    limit = node
    while "Sort" not in node.node_type and len(node.children) == 1:
        node = node.children[0]
    if limit.node_type != "Limit" or not node.sort_key or limit.estimate is None:
        return ""
    return f" order by {', '.join(node.sort_key)} limit {max(round(limit.estimate.rows), 1)}"
