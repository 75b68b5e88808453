"""Partitions: too many of them, or all of them where one would do."""

from __future__ import annotations

import re
from collections.abc import Iterator

from perfkit.catalog import Relation
from perfkit.findings.at import finding_at
from perfkit.findings.conditions import read_condition
from perfkit.findings.finding import Case, Finding, Rule
from perfkit.findings.partitions import table_of
from perfkit.findings.restrictions import Restriction, restrictions
from perfkit.findings.tree import APPENDS, JOINS, children, unwrapped
from perfkit.findings.weight import MANY_ROWS, Weight, weigh_whole
from perfkit.plan.model import Node
from perfkit.units import format_count, format_ms, format_percent

MANY_PARTITIONS = 100
"""Each partition is planned, locked and opened for itself; a hundred cost milliseconds before the first row."""

SEVERAL_PARTITIONS = 3
"""With two partitions, pruning saves half at the most and is hard to tell from chance."""

EMPTY_SHARE = 0.5
"""Half the partitions without a row: the rows wanted live in few of them."""

FEW_SHARE = 0.1
"""A tenth of the rows that were read come through the join: then most partitions may have been read in vain."""

_KEY = re.compile(r"RANGE \((\w+)\)\Z")
_DATED = re.compile(r"(?:19|20)\d\d")
_OF_DATE = re.compile(r"date|timestamp|timezone|extract|to_char|age$")

OPENING_SHARE = 0.25
"""A quarter of the statement spent before the first row and after the last: planning, locking and opening."""


def _appends(case: Case) -> Iterator[tuple[Node, tuple[Node, ...]]]:
    """Append nodes with the scans of relations below them, those never executed too: they were planned and opened."""
    for node in case.unfolded.walk():
        if node.node_type not in APPENDS:
            continue
        scans = tuple(scan for child in children(node) if (scan := unwrapped(child)).relation)
        if len(scans) >= SEVERAL_PARTITIONS:
            yield node, scans


def _parent(case: Case, scans: tuple[Node, ...]) -> Relation | None:
    """The partitioned table all the scans' relations belong to."""
    names = {relation.partition_of for scan in scans if (relation := case.relation(scan)) is not None}
    if len(names) != 1 or case.catalog is None:
        return None
    name = names.pop()
    return next((relation for relation in case.catalog.relations if relation.qualified_name == name), None)


def partition_pruning_defeated(case: Case) -> Iterator[Finding]:
    """All partitions are scanned, although the condition is on the partition key: it is hidden in an expression.

    Pruning needs the bare key compared with a constant, a parameter or a stable value. Fine where rows of all partitions
    are wanted. Without the catalog the key is not known: informational where most partitions gave no row, a warning where
    a date is computed from a column and the partitions are named by dates.
    """
    if case.catalog is None:
        yield from _unpruned(case)
        return
    yield from _joined_key(case)
    for node, scans in _appends(case):
        parent = _parent(case, scans)
        if parent is None or parent.partition_key is None or len(scans) < (parent.partitions or 0):
            continue
        hidden = _hidden_key(scans[0], parent)
        executed = [scan for scan in scans if scan.loops]
        empty = sum(1 for scan in executed if not scan.total_rows)
        weight = weigh_whole(case, node)
        if (
            hidden is None
            or len(executed) < len(scans)
            or empty < EMPTY_SHARE * len(scans)
            or not weight.matters
        ):
            continue
        yield finding_at(
            node,
            "partition-pruning-defeated",
            f"all {len(scans)} partitions of {parent.name} are scanned and {empty} of them give no row:"
            f" {hidden.text} hides the key {hidden.column}",
            weight,
            relation=parent.qualified_name,
            column=hidden.column,
            condition=hidden.text,
            partitions_scanned=len(scans),
            partitions_empty=empty,
        )


def _joined_key(case: Case) -> Iterator[Finding]:
    """All partitions are scanned for a join by the partition key that few of their rows come through: what the other table says
    of the key is not known when partitions are chosen. For information, as its rows may be spread over all partitions."""
    if case.catalog is None:
        return
    for node, scans in _appends(case):
        parent = _parent(case, scans)
        match = _KEY.search((parent.partition_key or "") if parent else "")
        join = next((above for above in case.ancestors(node) if above.node_type in JOINS), None)
        if parent is None or match is None or join is None or len(scans) < (parent.partitions or 0):
            continue
        weight, read = weigh_whole(case, node), node.total_rows or 0.0
        names = {scan.alias for scan in scans} | {scan.relation for scan in scans}
        compared = [
            term
            for text in (join.hash_condition, join.merge_condition, join.join_filter)
            for term in read_condition(text or "").columns()
            if term.name == match[1] and (term.qualifier in names or _is_alias(node, term.qualifier))
        ]
        is_filtered = any(
            below.filter for below in join.walk() if below.relation and below.relation not in names
        ) or any(below.index_condition for below in join.walk() if below.relation not in names)
        few = (join.total_rows or 0.0) <= FEW_SHARE * read
        if not compared or not is_filtered or not few or not all(scan.loops for scan in scans):
            continue
        if read < MANY_ROWS or not weight.matters:
            continue
        yield finding_at(
            node,
            "partition-pruning-defeated",
            f"all {len(scans)} partitions of {parent.name} are scanned for a join by their key {match[1]} that"
            f" {format_count(join.total_rows)} of {format_count(read)} rows come through",
            weight,
            severity="info",
            relation=parent.qualified_name,
            column=match[1],
            condition=join.hash_condition or join.merge_condition or join.join_filter,
            partitions_scanned=len(scans),
        )


def _is_alias(append: Node, qualifier: str | None) -> bool:
    """Whether conditions above an Append call its rows so: scans of partitions have the table's alias with a number."""
    return any((scan.alias or "").rpartition("_")[0] == qualifier for scan in append.walk() if scan.alias)


def _unpruned(case: Case) -> Iterator[Finding]:
    """Partitions that were all scanned although few of them had a row, judged by the plan alone."""
    for node, scans in _appends(case):
        weight = weigh_whole(case, node)
        empty = sum(1 for scan in scans if not scan.total_rows)
        is_one_table = len({table_of(scan) for scan in scans}) == 1 and len(
            {scan.relation for scan in scans}
        ) == len(scans)
        if not is_one_table or not all(scan.loops for scan in scans) or node.subplans_removed:
            continue
        if not EMPTY_SHARE * len(scans) <= empty < len(scans) or not weight.matters:
            continue
        hidden = _hidden_date(scans) or _hidden(scans[0])
        is_dated = hidden is not None and hidden == _hidden_date(scans)
        name = table_of(scans[0])[1]
        yield finding_at(
            node,
            "partition-pruning-defeated",
            f"{len(scans)} partitions of {name} are scanned and {empty} of them give no row: "
            + (f"{hidden.text} may hide the key" if hidden else "no condition seems to be on the key"),
            weight,
            severity="warning" if is_dated else "info",
            relation=name,
            column=hidden.column if hidden else None,
            condition=hidden.text if hidden else scans[0].filter,
            partitions_scanned=len(scans),
            partitions_empty=empty,
        )


def _hidden(scan: Node) -> Restriction | None:
    found = restrictions(scan.filter, scan.alias)
    return next((r for r in found if r.form != "bare" and r.against is None), None)


def _hidden_date(scans: tuple[Node, ...]) -> Restriction | None:
    """A condition on a date computed from a column, where the partitions are named by dates."""
    if not all(_DATED.search(scan.relation or "") for scan in scans):
        return None
    return next(
        (
            r
            for r in restrictions(scans[0].filter, scans[0].alias)
            if r.form in ("cast", "call") and r.against is None and _OF_DATE.match(r.wrapper.lower())
        ),
        None,
    )


def _hidden_key(scan: Node, parent: Relation) -> Restriction | None:
    key = re.search(r"\((.*)\)", parent.partition_key or "")
    columns = {part.strip() for part in key.group(1).split(",")} if key else set()
    found = [
        r
        for text in (scan.filter, scan.index_condition or scan.recheck_condition)
        for r in restrictions(text, scan.alias, parent)
        if r.column in columns
    ]
    if any(r.is_ordered and r.against is None for r in found):
        return None
    return next((r for r in found if r.form != "bare"), None)


def too_many_partitions(case: Case) -> Iterator[Finding]:
    """The plan touches hundreds of partitions, and planning and opening them costs more than the rows.

    Coarser partitions, or a condition on the partition key, touch fewer. Fine where the whole of a very large table is
    read: then the partitions' share is small.
    """
    several = sorted(_appends(case), key=lambda one: -len(one[1]))
    for node, scans in several[:1]:
        opening = _opening_ms(case)
        if len(scans) < MANY_PARTITIONS or opening is None:
            continue
        whole = (case.plan.planning_ms or 0.0) + (case.plan.total_ms or 0.0)
        share = opening / whole if whole else 0.0
        if share < OPENING_SHARE:
            continue
        parent = _parent(case, scans)
        yield finding_at(
            node,
            "too-many-partitions",
            f"{format_count(len(scans))} partitions{f' of {parent.name}' if parent else ''} are touched: planning and opening"
            f" them took {format_ms(opening)}, {format_percent(share)} of the time",
            Weight(ms=opening, share=share),
            severity="warning",
            relation=parent.qualified_name if parent else None,
            partitions_scanned=len(scans),
            planning_ms=case.plan.planning_ms,
        )


def _opening_ms(case: Case) -> float | None:
    """Planning, and what execution took beside its nodes: start and end of the executor."""
    plan = case.plan
    if plan.planning_ms is None or plan.execution_ms is None or plan.root.total_ms is None:
        return None
    beside = sum(trigger.total_ms or 0.0 for trigger in plan.triggers)
    beside += plan.serialization.time_ms or 0.0 if plan.serialization else 0.0
    return plan.planning_ms + max(plan.execution_ms - plan.root.total_ms - beside, 0.0)


RULES = (
    Rule(
        id="partition-pruning-defeated",
        title="The partition key is hidden in an expression, so all partitions are scanned",
        check=partition_pruning_defeated,
    ),
    Rule(id="too-many-partitions", title="A plan touches hundreds of partitions", check=too_many_partitions),
)
