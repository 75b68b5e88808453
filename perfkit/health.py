"""A database's catalog and counters read as a whole: indexes that are too many, broken or missing, and tables that the planner
knows little of. Nothing is executed but queries of the catalog; what is told rests on what it says, and no more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from perfkit.advise.indexes.ddl import drop_existing
from perfkit.advise.selection.drops import UNUSED_DAYS, redundant_drops, unused_drops
from perfkit.capture.environment import read_environment
from perfkit.capture.values import Environment
from perfkit.catalog import Catalog, ForeignKey, Relation
from perfkit.db.catalog import read_catalog
from perfkit.db.session import Session, stored_query
from perfkit.db.target import Target
from perfkit.db.usage import Usage, read_usage
from perfkit.findings.finding import Severity
from perfkit.identifier import quote_identifier
from perfkit.progress import Progress, Silent
from perfkit.show import Shown
from perfkit.units import format_bytes, format_count, format_percent

SCHEMA = "perfkit.health/1"

MOST_TABLES = 2_000
"""The largest ones; reading more takes minutes."""

FEW_ROWS = 1_000
"""A smaller table is read in a moment, whatever the planner believes of it."""

CHANGED_SHARE = 0.2
"""Twice what autovacuum lets pass by default: it has not kept up, or was told not to."""

DEAD_SHARE = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthFinding(Shown):
    """One thing that is not as it should be."""

    id: str
    severity: Severity
    relation: str
    title: str
    size_bytes: int | None = None
    """What it takes, or would free; None where that is not the point."""
    sql: str = ""
    """What would cure it, runnable on a busy server; empty where people must decide first."""
    undo_sql: str = ""
    caveats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Health(Shown):
    """What a database's own books say of it; saved as ``perfkit.health/1``."""

    environment: Environment
    tables: int
    indexes: int
    index_bytes: int
    counted_days: float | None
    """What the server's counters cover at the least; None where that is not known."""
    findings: tuple[HealthFinding, ...]
    """The gravest first, the largest of these first."""
    notes: tuple[str, ...] = ()

    @property
    def verdict(self) -> str:
        """In a sentence."""
        if not self.findings:
            return f"Nothing is amiss in the catalog of {self.tables} tables and {self.indexes} indexes"
        worst = self.findings[0].title
        more = len(self.findings) - 1
        return (
            worst[0].upper()
            + worst[1:]
            + (f"; {more} more {'things' if more > 1 else 'thing'} below" if more else "")
        )


def examine_health(target: Target, progress: Progress | None = None) -> Health:
    """Read the catalog of the tables of the user's own, and the server's counters. A handful of queries; no table is read."""
    with (
        Session.open(target, purpose="health") as session,
        (progress or Silent()).stage("read the catalog"),
    ):
        with session.transaction():
            names, left_out = _tables(session)
            catalog = read_catalog(session, names)
            environment = read_environment(session, catalog)
        usage = read_usage(session)
    notes = [f"{left_out} smaller tables were left out"] if left_out else []
    if usage.days is None or usage.days < UNUSED_DAYS:
        known = "do not say since when they count" if usage.days is None else f"cover {_days(usage.days)}"
        notes.append(
            f"the server's counters {known}; which indexes are never read is told from {UNUSED_DAYS:g} on"
        )
    found = sorted(
        findings_of(catalog, usage),
        key=lambda one: (
            ("critical", "warning", "info").index(one.severity),
            -(one.size_bytes or 0),
            one.relation,
        ),
    )
    return Health(
        environment=environment,
        tables=len(catalog.relations),
        indexes=sum(1 for _ in catalog.indexes()),
        index_bytes=sum(index.size_bytes or 0 for _, index in catalog.indexes()),
        counted_days=usage.days,
        findings=tuple(found),
        notes=tuple(notes),
    )


def findings_of(catalog: Catalog, usage: Usage) -> Iterator[HealthFinding]:
    """What the catalog and the counters say is amiss."""
    yield from _invalid(catalog)
    drops, names = redundant_drops(catalog, (), ())
    for id, advice in [
        *(("redundant-prefix-index", one) for one in drops),
        *(("unused-index", one) for one in unused_drops(catalog, (), tuple(names), usage, UNUSED_DAYS)[0]),
    ]:
        index = next(index for _, index in catalog.indexes() if drop_existing(index) == advice.sql)
        yield HealthFinding(
            id=id,
            severity="warning" if id == "unused-index" else "info",
            relation=advice.relation or "",
            title=f"index {index.name}: {advice.rationale}",
            size_bytes=index.size_bytes,
            sql=advice.price.safe_sql or advice.sql,
            undo_sql=advice.undo_sql or "",
            caveats=("statements that nobody looked at here may use it", *advice.caveats[1:]),
        )
    for relation in catalog.relations:
        yield from _statistics(relation)
        yield from _dead_rows(relation)
    for key in catalog.foreign_keys:
        yield from _unindexed_key(key, catalog)


def _invalid(catalog: Catalog) -> Iterator[HealthFinding]:
    for relation, index in catalog.indexes():
        if not index.is_valid and relation.partition_of is None and relation.kind == "table":
            name = f"{quote_identifier(index.schema)}.{quote_identifier(index.name)}"
            yield HealthFinding(
                id="invalid-index",
                severity="warning",
                relation=relation.qualified_name,
                title=f"index {index.name} on {relation.name} is invalid: it is written to and never read",
                size_bytes=index.size_bytes,
                sql=f"REINDEX INDEX CONCURRENTLY {name};" if catalog.server_version_num >= 120000 else "",
                caveats=(
                    "a CREATE INDEX CONCURRENTLY may be at work on it just now: see pg_stat_progress_create_index",
                ),
            )


def _statistics(relation: Relation) -> Iterator[HealthFinding]:
    activity = relation.activity
    if (
        relation.kind not in ("table", "materialized view")
        or activity is None
        or activity.live_rows < FEW_ROWS
    ):
        return
    name = ".".join(map(quote_identifier, (relation.schema, relation.name)))
    never = relation.rows is None and all(column.statistics is None for column in relation.columns)
    changed = activity.modified_since_analyze
    if not never and changed < CHANGED_SHARE * activity.live_rows:
        return
    title = (
        f"{relation.name} was never analyzed, and has about {format_count(activity.live_rows)} rows"
        if never
        else f"{format_count(changed)} rows of {relation.name} changed since it was analyzed, of about {format_count(activity.live_rows)}"
    )
    yield HealthFinding(
        id="stale-statistics",
        severity="warning",
        relation=relation.qualified_name,
        title=title,
        sql=f"ANALYZE {name};",
    )


def _dead_rows(relation: Relation) -> Iterator[HealthFinding]:
    activity = relation.activity
    if relation.kind != "table" or activity is None or activity.dead_rows < FEW_ROWS:
        return
    share = activity.dead_rows / (activity.dead_rows + activity.live_rows)
    if share < DEAD_SHARE:
        return
    name = ".".join(map(quote_identifier, (relation.schema, relation.name)))
    yield HealthFinding(
        id="table-bloat",
        severity="warning",
        relation=relation.qualified_name,
        title=f"{format_percent(share)} of the rows of {relation.name} are dead, as the server counts them",
        size_bytes=relation.table_bytes,
        sql=f"VACUUM {name};",
        caveats=(
            "a transaction that has been open for long keeps dead rows from being removed: see pg_stat_activity",
        ),
    )


def _unindexed_key(key: ForeignKey, catalog: Catalog) -> Iterator[HealthFinding]:
    relation = catalog.relation(key.table, key.schema)
    if relation is None or (relation.rows or 0) < FEW_ROWS or relation.kind != "table":
        return
    served = any(
        index.is_valid and index.predicate is None and index.columns[0] in key.columns
        for index in relation.indexes
    )
    if served:
        return
    columns = " or ".join(key.columns)
    yield HealthFinding(
        id="missing-fk-index",
        severity="info",
        relation=relation.qualified_name,
        title=f"foreign key {key.name}: no index of {relation.name} begins with {columns}, so each DELETE from"
        f" {key.referenced_table} searches all of its {format_bytes(relation.table_bytes)}",
        size_bytes=relation.table_bytes,
        caveats=("only where rows of the referenced table are deleted, or their keys changed",),
    )


def _days(days: float) -> str:
    """
    >>> _days(0.4), _days(1.2), _days(12.9)
    ('less than a day', '1 day', '12 days')
    """
    whole = int(days)
    return "less than a day" if whole < 1 else "1 day" if whole == 1 else f"{whole} days"


def _tables(session: Session) -> tuple[list[str], int]:
    rows = session.rows(stored_query("user_tables"))
    names = [str(row["name"]) for row in rows]
    return names[:MOST_TABLES], max(len(names) - MOST_TABLES, 0)
