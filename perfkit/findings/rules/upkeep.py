"""Indexes that a write keeps up for nothing."""

from __future__ import annotations

from collections.abc import Iterator

from perfkit.catalog import Relation
from perfkit.findings.at import finding_at
from perfkit.findings.finding import Case, Finding, Rule
from perfkit.findings.weight import weigh
from perfkit.plan.model import Node
from perfkit.sql.updated import set_columns
from perfkit.units import format_bytes, format_count, format_percent

REPRESENTATIVE_SCANS = 1_000
"""So many scans of a table's other indexes since the statistics were reset: one without any is no accident of the hour."""

MANY_UPDATES = 1_000
"""Fewer updates say nothing about the usual share of HOT ones."""

LOST_SHARE = 0.5
"""More than half the updates write all indexes."""


def _targets(case: Case) -> Iterator[tuple[Node, Relation]]:
    for node in case.plan.walk():
        relation = case.relation(node)
        if node.node_type == "ModifyTable" and relation is not None:
            yield node, relation


def unused_index(case: Case) -> Iterator[Finding]:
    """An index of the table being written has never been read since the statistics were reset.

    It is written at each change for nothing. Told only where the table's other indexes have been read often in that
    time. Fine where it serves a yearly report or a replica, whose scans are not counted here. Needs the catalog with
    its counters.
    """
    for node, relation in _targets(case):
        if sum(index.scans or 0 for index in relation.indexes) < REPRESENTATIVE_SCANS:
            continue
        for index in relation.indexes:
            if index.scans != 0 or index.is_unique or index.enforces_constraint or not index.is_valid:
                continue
            size = f", {format_bytes(index.size_bytes)}" if index.size_bytes is not None else ""
            yield finding_at(
                node,
                "unused-index",
                f"{index.name} on {relation.name}{size} is written by this statement and was never read",
                weigh(case, node),
                severity="warning",
                relation=relation.qualified_name,
                index=index.name,
                columns=", ".join(key.column or key.expression or "" for key in index.keys),
                size_bytes=index.size_bytes,
                scans=0,
            )


def hot_update_lost(case: Case) -> Iterator[Finding]:
    """Most updates of the table write all its indexes, because they change a column that one of them holds.

    An update that changes no indexed column (or only ones in a BRIN index, since 16) and finds room on its page writes
    no index at all (HOT). Fine where the index earns its keep. A lower fillfactor leaves the room; an index on a column
    that changes all the time is a candidate to drop. Needs the catalog with its counters.
    """
    if case.statement is None:
        return
    for node, relation in _targets(case):
        activity = relation.activity
        if node.operation != "Update" or activity is None or activity.updates < MANY_UPDATES:
            continue
        lost = 1 - activity.hot_updates / activity.updates
        holding = _indexes_of_changed(case, relation)
        weight = weigh(case, node)
        if lost < LOST_SHARE or not holding or not weight.matters:
            continue
        yield finding_at(
            node,
            "hot-update-lost",
            f"{format_percent(lost)} of {format_count(activity.updates)} updates of {relation.name} wrote all"
            f" {len(relation.indexes)} indexes: {', '.join(name for name, _ in holding)} holds what is changed",
            weight,
            severity="warning",
            relation=relation.qualified_name,
            index=", ".join(name for name, _ in holding),
            columns=", ".join(dict.fromkeys(column for _, column in holding)),
            updates=activity.updates,
            hot_updates=activity.hot_updates,
            lost_share=lost,
        )


def _indexes_of_changed(case: Case, relation: Relation) -> list[tuple[str, str]]:
    """Indexes that hold a column the statement sets, each with that column."""
    changed = set_columns(case.statement) if case.statement is not None else frozenset()
    found = []
    for index in relation.indexes:
        columns = [column for column in (*index.columns, *index.included) if column in changed]
        if columns and index.method != "brin":
            found.append((index.name, str(columns[0])))
    return found


RULES = (
    Rule(id="unused-index", title="An index that is written is never read", check=unused_index),
    Rule(
        id="hot-update-lost",
        title="Updates write all indexes because of one",
        check=hot_update_lost,
    ),
)
