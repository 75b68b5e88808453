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

SEVERAL_ROWS = 100
"""Rows of one statement: on fewer, a full page or two may decide."""

HOT_RECORDS = 2
"""WAL records for each row: a HOT update writes one, and at most one more where a page is pruned; any other writes one for
the row and one for each index."""

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
    that changes all the time is a candidate to drop. Needs the catalog, with its counters or with a fillfactor that leaves
    room: then the WAL of the statement itself shows it.
    """
    if case.statement is None:
        return
    for node, relation in _targets(case):
        found = _counted(relation) or _written(node, relation)
        if node.operation != "Update" or found is None:
            continue
        updates, hot_updates = found
        lost = 1 - hot_updates / updates
        holding = _indexes_of_changed(case, relation)
        weight = weigh(case, node)
        if lost < LOST_SHARE or not holding or not weight.matters:
            continue
        yield finding_at(
            node,
            "hot-update-lost",
            f"{format_percent(lost)} of {format_count(updates)} updates of {relation.name} wrote all"
            f" {len(relation.indexes)} indexes: {', '.join(name for name, _ in holding)} holds what is changed",
            weight,
            severity="warning",
            relation=relation.qualified_name,
            index=", ".join(name for name, _ in holding),
            columns=", ".join(dict.fromkeys(column for _, column in holding)),
            updates=updates,
            hot_updates=hot_updates,
            lost_share=lost,
        )


def _counted(relation: Relation) -> tuple[int, int] | None:
    """Updates of the table since the statistics were reset, and how many were HOT; None where they are too few to tell."""
    activity = relation.activity
    if activity is None or activity.updates < MANY_UPDATES:
        return None
    return activity.updates, activity.hot_updates


def _written(node: Node, relation: Relation) -> tuple[int, int] | None:
    """Rows that this statement updated, none of them HOT by its WAL, in a table whose pages have room left on purpose; None
    where that cannot be told."""
    wal, rows = node.exclusive_wal, (node.children[0].total_rows or 0.0) if node.children else 0.0
    has_room = any(one.startswith("fillfactor=") and one != "fillfactor=100" for one in relation.options)
    if wal is None or not has_room or rows < SEVERAL_ROWS or wal.records < HOT_RECORDS * rows:
        return None
    return round(rows), 0


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
