"""What writing statements pay beside the writing: triggers, foreign keys, WAL."""

from __future__ import annotations

from collections.abc import Iterator

from perfkit.catalog import ForeignKey
from perfkit.findings.at import finding_at
from perfkit.findings.finding import Case, Finding, Rule
from perfkit.findings.trigger_search import Search, unindexed_search
from perfkit.findings.weight import MATTERS_SHARE, Weight, weigh
from perfkit.plan.model import Trigger
from perfkit.units import BLOCK_BYTES, format_bytes, format_count, format_ms, format_percent

TRIGGER_SHARE = 0.25
"""A quarter of the statement in triggers; less is the usual price of constraints."""

LOOKED_UP_MS = 0.2
"""A foreign key check through an index takes some hundredths of a millisecond; ten times that is a scan."""

HEAVY_WAL_BYTES = 1 << 20
"""1 MB of WAL: less is written out within a millisecond or two."""

FULL_PAGE_SHARE = 0.5
"""Half the WAL whole pages: it is the checkpoint that is paid for, not the change."""

_REFERENCED_SIDE = "RI_ConstraintTrigger_a_"
"""PostgreSQL's own triggers on the referenced table (a for action); those of the referencing side are named _c_."""

RECORDS_PER_ROW = 4
"""One record for the row and one for each of a few indexes; beyond, indexes are most of the writing."""


def _of(case: Case, trigger: Trigger) -> Weight:
    total = case.plan.total_ms
    share = min(trigger.total_ms / total, 1.0) if total and trigger.total_ms is not None else None
    return Weight(ms=trigger.total_ms, share=share)


def _foreign_key(case: Case, trigger: Trigger) -> ForeignKey | None:
    """The foreign key a trigger checks from the referenced side; None where it is another trigger or unknown."""
    keys = case.catalog.foreign_keys if case.catalog else ()
    found = (key for key in keys if key.name == trigger.constraint)
    return next((key for key in found if trigger.relation in (None, key.referenced_table)), None)


def _lacks_index(case: Case, key: ForeignKey, trigger: Trigger) -> bool:
    relation = case.catalog.relation(key.table, key.schema) if case.catalog else None
    if relation is None:
        # the referencing table is not part of the snapshot: a check this slow reads it whole
        return _each_ms(trigger) >= LOOKED_UP_MS
    wanted = set(key.columns)
    return not any(
        index.is_valid and index.predicate is None and set(index.columns[: len(wanted)]) == wanted
        for index in relation.indexes
    )


def missing_fk_index(case: Case) -> Iterator[Finding]:
    """Deleting or changing a referenced row searches the referencing table row by row, because its column has no index.

    PostgreSQL indexes the referenced side only. Each deleted row costs one such search. Fine where referenced rows never
    go. Without the catalog, checks from the referenced side that take as long as a scan are told.
    """
    if case.catalog is None:
        yield from _slow_checks(case)
        return
    for trigger in case.plan.triggers:
        key, weight = _foreign_key(case, trigger), _of(case, trigger)
        if key is None or not weight.matters or not _lacks_index(case, key, trigger):
            continue
        columns = ", ".join(key.columns)
        yield Finding(
            id="missing-fk-index",
            severity=weight.severity,
            title=f"{key.name} searched {key.table} {format_count(trigger.calls)} times in {format_ms(trigger.total_ms)}:"
            f" no index leads with {columns}",
            evidence={
                "relation": f"{key.schema}.{key.table}",
                "columns": columns,
                "column": key.columns[0],
                "constraint": key.name,
                "calls": trigger.calls,
                "at_stake_ms": trigger.total_ms,
                "share": None if weight.share is None else round(weight.share, 3),
            },
            at_stake_ms=weight.ms,
        )


def _slow_checks(case: Case) -> Iterator[Finding]:
    """Foreign key checks of deleted or changed rows that cost too much for a look-up."""
    for trigger in case.plan.triggers:
        weight = _of(case, trigger)
        if not _is_slow_check(case, trigger) or not weight.matters:
            continue
        yield Finding(
            id="missing-fk-index",
            severity=weight.severity,
            title=f"each of {format_count(trigger.calls)} checks of {trigger.constraint or trigger.name} took"
            f" {format_ms(_each_ms(trigger))}: its referencing column seems to have no index",
            evidence={
                "constraint": trigger.constraint,
                "calls": trigger.calls,
                "at_stake_ms": trigger.total_ms,
                "share": None if weight.share is None else round(weight.share, 3),
            },
            at_stake_ms=weight.ms,
        )


def _each_ms(trigger: Trigger) -> float:
    return (trigger.total_ms or 0.0) / max(trigger.calls, 1)


def _is_slow_check(case: Case, trigger: Trigger) -> bool:
    """Whether a trigger, by all the plan says, searches a referencing table from end to end."""
    return _each_ms(trigger) >= LOOKED_UP_MS and _is_of_referenced_side(case, trigger)


def _is_of_referenced_side(case: Case, trigger: Trigger) -> bool:
    """By the trigger's name; where EXPLAIN gives only the constraint's (without VERBOSE), by what is written to.

    A DELETE checks nothing else. An UPDATE checks its own foreign keys too, which are named after its table by default.
    """
    if trigger.name:
        return trigger.name.startswith(_REFERENCED_SIDE)
    if trigger.constraint is None:
        return False
    targets = [node for node in case.plan.walk() if node.node_type == "ModifyTable"]
    if {node.operation for node in targets} == {"Delete"}:
        return True
    return {node.operation for node in targets} == {"Update"} and not any(
        trigger.constraint.startswith(f"{node.relation}_") for node in targets
    )


def trigger_dominated_write(case: Case) -> Iterator[Finding]:
    """Triggers take a large share of a writing statement.

    They run once for each row, or check a constraint for it. A statement-level trigger with transition tables, or a
    cheaper body, does the same in one pass. Fine where that work is the point: checks of foreign keys that find their
    index are told for information. Where a foreign key lacks its index, missing-fk-index names the cause instead.
    """
    for trigger in case.plan.triggers:
        weight, key = _of(case, trigger), _foreign_key(case, trigger)
        lacks = (
            _is_slow_check(case, trigger)
            if case.catalog is None
            else key and _lacks_index(case, key, trigger)
        )
        if (weight.share or 0.0) < TRIGGER_SHARE or lacks:
            continue
        is_cheap_check = trigger.constraint is not None and _each_ms(trigger) < LOOKED_UP_MS
        name = trigger.name or trigger.constraint or "a trigger"
        search = unindexed_search(case.catalog, trigger)
        yield Finding(
            id="trigger-dominated-write",
            severity="info" if is_cheap_check else weight.severity,
            title=f"trigger {name} took {format_ms(trigger.total_ms)} in {format_count(trigger.calls)} calls,"
            f" {format_percent(weight.share)} of the statement" + _searches(search),
            evidence={
                "trigger": trigger.name,
                "constraint": trigger.constraint,
                "relation": trigger.relation,
                **_evidence(search),
                "calls": trigger.calls,
                "at_stake_ms": trigger.total_ms,
                "share": None if weight.share is None else round(weight.share, 3),
            },
            at_stake_ms=weight.ms,
        )


def _searches(search: Search | None) -> str:
    if search is None:
        return ""
    columns = " and ".join(search.columns)
    return f": it searches {search.relation.name} by {columns}, which no index leads with"


def _evidence(search: Search | None) -> dict[str, str]:
    if search is None:
        return {}
    return {
        "searched_relation": search.relation.qualified_name,
        "searched_columns": ", ".join(search.columns),
        "searched_by": search.sql,
    }


def wal_heavy_write(case: Case) -> Iterator[Finding]:
    """Most of the WAL of a write is not the change itself: whole pages after a checkpoint, or entries of many indexes.

    WAL is written, archived and replayed elsewhere. Fewer indexes, fewer random pages (time-ordered keys), and
    checkpoints further apart write less. Fine for a single load.
    """
    for node in case.plan.walk():
        if node.node_type != "ModifyTable" or node.wal is None or node.wal.bytes < HEAVY_WAL_BYTES:
            continue
        rows = _written_rows(case) or 1.0
        pages = min(node.wal.full_page_images * BLOCK_BYTES / node.wal.bytes, 1.0)
        records = node.wal.records / rows
        weight = weigh(case, node)
        if (pages < FULL_PAGE_SHARE and records < RECORDS_PER_ROW) or (weight.share or 0.0) < MATTERS_SHARE:
            continue
        reason = (
            f"{format_percent(pages)} of it whole pages after a checkpoint"
            if pages >= FULL_PAGE_SHARE
            else f"{format_count(records)} records for each row"
        )
        yield finding_at(
            node,
            "wal-heavy-write",
            f"{format_bytes(node.wal.bytes)} of WAL for {format_count(rows)} rows, {reason}",
            weight,
            severity="warning",
            wal_bytes=node.wal.bytes,
            wal_records=node.wal.records,
            full_page_images=node.wal.full_page_images,
            full_page_share=pages,
            records_per_row=records,
            rows_written=rows,
        )


def _written_rows(case: Case) -> float | None:
    for node in case.plan.walk():
        if node.node_type == "ModifyTable" and node.children:
            return node.children[0].total_rows
    return None


RULES = (
    Rule(
        id="missing-fk-index",
        title="The referencing column of a foreign key has no index",
        check=missing_fk_index,
    ),
    Rule(
        id="trigger-dominated-write",
        title="Triggers dominate a write",
        check=trigger_dominated_write,
    ),
    Rule(id="wal-heavy-write", title="Most of the WAL is not the change itself", check=wal_heavy_write),
)
