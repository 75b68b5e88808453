"""How much of a run each table is responsible for: what an index on it could save at the most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from perfkit.catalog import Catalog, Relation
from perfkit.plan.model import Node, Plan

ROWS_IN_A_MS = 10_000
"""A sequential scan passes some ten thousand rows in a millisecond; weighs rows where the plan has no times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What the scans of one table cost. ``share`` is of the plan's time; None without times."""

    ms: float
    share: float | None
    kept_share: float | None = None
    """Rows kept of those read, where the plan reads the table as a whole; None otherwise."""


def worth_of(relation: Relation, catalog: Catalog, plan: Plan | None, alias: str | None = None) -> Worth:
    """The exclusive time of the table's scans and of its partitions', or an estimate from rows where there are no times.

    Rows kept are those of the occurrence named ``alias``, where the plan knows it. Without a plan, what a sequential scan
    of the table would take.
    """
    if plan is None:
        return Worth(ms=max(relation.rows or 0.0, 1.0) / ROWS_IN_A_MS, share=None)
    nodes = nodes_of(relation, catalog, plan)
    own = [node for node in nodes if node.alias == alias] or nodes
    times = [node.exclusive_ms for node in nodes]
    total = plan.total_ms
    if total and nodes and all(time is not None for time in times):
        spent = sum(time or 0.0 for time in times)
        return Worth(ms=spent, share=spent / total, kept_share=_kept_share(own))
    rows = sum(
        (node.total_rows or 0.0) + (node.rows_removed or 0.0)
        if node.actual is not None
        else _estimated_rows(node, relation)
        for node in nodes
    )
    return Worth(ms=rows / ROWS_IN_A_MS, share=None, kept_share=_kept_share(own))


def nodes_of(relation: Relation, catalog: Catalog, plan: Plan) -> list[Node]:
    """The scans of the table and of its partitions."""
    return [node for node in plan.walk() if _reads(node, relation, catalog)]


def _kept_share(nodes: Sequence[Node]) -> float | None:
    if any(node.node_type != "Seq Scan" or node.total_rows is None for node in nodes):
        return None
    kept = sum(node.total_rows or 0.0 for node in nodes)
    read = kept + sum(node.rows_removed or 0.0 for node in nodes)
    return kept / read if read else None


def _estimated_rows(node: Node, relation: Relation) -> float:
    """A sequential scan reads the whole table whatever it returns."""
    if node.node_type == "Seq Scan" and relation.rows:
        return relation.rows
    return node.estimate.rows if node.estimate is not None else 0.0


def _reads(node: Node, relation: Relation, catalog: Catalog) -> bool:
    if node.relation is None:
        return False
    if node.relation == relation.name and node.schema in (None, relation.schema):
        return True
    scanned = catalog.relation(node.relation, node.schema)
    return scanned is not None and scanned.partition_of == relation.qualified_name
