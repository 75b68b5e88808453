"""What an index costs at each write: WAL, time, and updates that are no longer HOT, measured on rows of the table itself.

A batch of rows is taken out and inserted again, with the indexes as they would be and as they are. An update is HOT (no index
is written) when it changes no indexed column and its page has room: so the batch also gets other values in the first column
that the new indexes hold.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, cast

from perfkit.advise.values import WriteCost
from perfkit.catalog import Relation
from perfkit.db.session import Session
from perfkit.errors import CaptureError
from perfkit.identifier import quote_identifier

BATCH_ROWS = 1_000
"""Enough that the start of a statement does not show; few enough for a table of any size."""

BUILD_SECONDS = 900
"""An index on a table of tens of gigabytes is built within it."""

ROUNDS = 5
"""After one that is not counted: it writes the full page images of a checkpoint, and fills the cache."""

_TABLE_ROWS = """
select c.oid::bigint as oid, n.nspname::text as schema, c.relname::text as name, greatest(c.relpages, 1) as pages,
    c.reltuples::float8 as rows
from pg_partition_tree(%s::regclass) as t join pg_class as c on c.oid = t.relid join pg_namespace as n on n.oid = c.relnamespace
where t.isleaf and c.relkind = 'r' order by c.relpages desc, c.relname limit 1
"""
_PLAIN_TABLE = """
select c.oid::bigint as oid, n.nspname::text as schema, c.relname::text as name, greatest(c.relpages, 1) as pages,
    c.reltuples::float8 as rows
from pg_class as c join pg_namespace as n on n.oid = c.relnamespace where c.oid = %s::regclass and c.relkind = 'r'
"""
_COLUMNS = """
select attname::text as name from pg_attribute
where attrelid = %s::oid and attnum > 0 and not attisdropped and attgenerated = '' order by attnum
"""
_INDEXES = """
select indexrelid::bigint as oid, pg_get_indexdef(indexrelid) as definition from pg_index where indrelid = %s::oid
"""
_TOPS = """
select distinct coalesce(a.relid, new)::regclass::text as name from unnest(%(new)s::oid[]) as new
left join lateral (select relid from pg_partition_ancestors(new) as a(relid) order by relid limit 1) as a on true
"""
_HELD = """
select distinct a.attname::text as name, a.attnum from pg_depend as d join pg_attribute as a
    on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
where d.objid = any (%(new)s::oid[]) and d.refobjid = %(table)s::oid and d.refobjsubid > 0 and a.attgenerated = ''
    and not exists (
        select from pg_index as i
        where i.indrelid = a.attrelid and (i.indisunique or i.indisexclusion) and a.attnum = any (i.indkey)
    )
    and not exists (
        select from pg_partition_tree(a.attrelid) as t join pg_partitioned_table as p on p.partrelid = t.parentrelid
        where a.attnum = any (p.partattrs)
    )
order by a.attnum
"""
_UPDATES = """
select n_tup_upd::int as updated, n_tup_hot_upd::int as hot from pg_stat_xact_user_tables
where relid = 'pg_temp.perfkit_copy'::regclass
"""


def write_cost(session: Session, relation: Relation, ddl: Sequence[str]) -> WriteCost | None:
    """Measure inside the writing transaction the caller opened and will roll back; what ``ddl`` makes is undone on return.

    For a partitioned table its largest partition is written to. Triggers and foreign keys stay out of it where the role may
    set session_replication_role. None where there are no rows to write, or they cannot be written.
    """
    table = _table(session, relation)
    if table is None:
        return None
    with session.savepoint():
        known = _indexes(session, table)
        with session.savepoint():
            session.execute(f"set local statement_timeout = '{BUILD_SECONDS}s'")
            for sql in ddl:
                session.execute(sql)
            column = _held(session, table, known)
            after = _measured(session, table, column)
        before = _measured(session, table, column)
    is_logged = session.rows("select current_setting('wal_level') as level")[0]["level"] != "minimal"
    return _cost(
        before, after if is_logged else replace(after, wal_bytes=None, update_wal_bytes=None), column
    )


def write_cost_on_clone(
    session: Session, relation: Relation, ddl: Sequence[str], *, seconds: float = BUILD_SECONDS
) -> WriteCost | None:
    """The same outside any transaction: the indexes are made for good, measured, and taken back, so that their WAL counts
    whatever the wal_level. Only where nobody else works; an extension that ``ddl`` makes stays. CaptureTimeout where one of its
    statements takes longer than ``seconds``."""
    table = _table(session, relation)
    if table is None:
        return None
    known = _indexes(session, table)
    limit = session.target.limits.statement_timeout
    try:
        longest = min(seconds, BUILD_SECONDS)
        session.change(f"set statement_timeout = '{round(longest * 1000)}ms'")
        with session.transaction(writes=True):
            _warm(session, table)
        for sql in ddl:
            session.change(sql)
        column = _held(session, table, known)
        with session.transaction(writes=True):
            after = _measured(session, table, column)
    finally:
        _take_back(session, table, known)
        session.change(f"set statement_timeout = '{round((limit or 0) * 1000)}ms'")
    with session.transaction(writes=True):
        before = _measured(session, table, column)
    return _cost(before, after, column)


def _take_back(session: Session, table: _Table, known: dict[int, str]) -> None:
    now = _indexes(session, table)
    # A partition's index goes with its parent's.
    for row in session.rows(_TOPS, {"new": [oid for oid in now if oid not in known]}):
        session.change(f"drop index {row['name']}")
    for definition in (known[oid] for oid in known if oid not in now):
        session.change(definition)


def _cost(before: _Arm, after: _Arm, column: str | None) -> WriteCost | None:
    if before.ms is None and before.hot_share is None:
        return None
    return WriteCost(
        rows=before.rows,
        wal_bytes_before=before.wal_bytes,
        wal_bytes_after=after.wal_bytes,
        ms_before=before.ms,
        ms_after=after.ms,
        updated_column=column,
        update_wal_bytes_before=before.update_wal_bytes,
        update_wal_bytes_after=after.update_wal_bytes,
        hot_share_before=before.hot_share,
        hot_share_after=after.hot_share,
    )


def _indexes(session: Session, table: _Table) -> dict[int, str]:
    """Definitions by oid."""
    rows = cast(list[dict[str, Any]], session.rows(_INDEXES, [table.oid]))
    return {row["oid"]: row["definition"] for row in rows}


def _held(session: Session, table: _Table, known: dict[int, str]) -> str | None:
    """The first column of the new indexes that may be given another row's value."""
    new = [oid for oid in _indexes(session, table) if oid not in known]
    held = session.rows(_HELD, {"new": new, "table": table.oid})
    return str(held[0]["name"]) if held else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """The table that is written to."""

    oid: int
    sql: str
    pages: int
    rows: float
    columns: tuple[str, ...]
    """Those that can be given a value, quoted."""


def _table(session: Session, relation: Relation) -> _Table | None:
    name = f"{quote_identifier(relation.schema)}.{quote_identifier(relation.name)}"
    query = _TABLE_ROWS if relation.kind == "partitioned table" else _PLAIN_TABLE
    found = cast(list[dict[str, Any]], session.rows(query, [name]))
    if not found:
        return None
    row = found[0]
    return _Table(
        oid=row["oid"],
        sql=f"{quote_identifier(row['schema'])}.{quote_identifier(row['name'])}",
        pages=row["pages"],
        rows=row["rows"],
        columns=tuple(
            quote_identifier(str(column["name"])) for column in session.rows(_COLUMNS, [row["oid"]])
        ),
    )


def _take_batch(session: Session, table: _Table) -> int:
    """Rows of whole pages from all over the table, at most BATCH_ROWS; several times as many are read to choose from."""
    share = min(100.0, max(BATCH_ROWS * 400 / max(table.rows, 1.0), 200 / table.pages))
    columns = ", ".join(table.columns)
    session.execute(
        "create temp table perfkit_batch on commit drop as"
        f" select ctid as perfkit_ctid, row_number() over () as perfkit_row, {columns} from (select ctid, {columns}"
        f" from {table.sql} tablesample system ({share:.6f}) repeatable (1) order by md5(ctid::text) limit {BATCH_ROWS}) as s"
    )
    session.execute("analyze perfkit_batch")
    return int(str(session.rows("select count(*) as n from perfkit_batch")[0]["n"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """The batch written once."""

    ms: float
    wal_bytes: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Arm:
    """What writing a row costs in one state of the indexes; the least of the rounds, which is without page images, and with the
    least of others' work in its time."""

    rows: int
    wal_bytes: float | None = None
    ms: float | None = None
    update_wal_bytes: float | None = None
    hot_share: float | None = None


def _warm(session: Session, table: _Table) -> None:
    """What the first to write after a copy pays, page images of the table and hint bits, is of no index."""
    with session.savepoint():
        if _take_batch(session, table):
            _leave_triggers_out(session)
            _rounds(session, lambda: _insert(session, table))


def _measured(session: Session, table: _Table, column: str | None) -> _Arm:
    with session.savepoint():
        rows = _take_batch(session, table)
        if not rows:
            return _Arm(rows=0)
        _leave_triggers_out(session)
        inserts = _rounds(session, lambda: _insert(session, table))
        updates, hot_share = [], None
        if column is not None:
            updates = _rounds(session, lambda: _update(session, table, column))
            hot_share = _hot_share(session, table, column)
    return _Arm(
        rows=rows,
        wal_bytes=_each(_least(inserts), rows),
        ms=_each(min(run.ms for run in inserts), rows) if inserts else None,
        update_wal_bytes=_each(_least(updates), rows),
        hot_share=hot_share,
    )


def _rounds(session: Session, work: Callable[[], _Run]) -> list[_Run]:
    """Empty where a row refuses: a foreign key of a role that may not leave it out, a check, a trigger."""
    runs = []
    with suppress(CaptureError):
        for _ in range(ROUNDS + 1):
            with session.savepoint():
                runs.append(work())
    return runs[1:]


def _leave_triggers_out(session: Session) -> None:
    """Foreign keys and triggers, where the role may; until the transaction ends."""
    may = (
        "has_parameter_privilege('session_replication_role', 'set')"
        if session.server_version_num >= 150000
        else "current_setting('is_superuser') = 'on'"
    )
    if session.rows(f"select {may} as may")[0]["may"]:
        session.execute("set local session_replication_role = replica")


def _insert(session: Session, table: _Table) -> _Run:
    columns = ", ".join(table.columns)
    session.execute(f"delete from {table.sql} as t using perfkit_batch as b where t.ctid = b.perfkit_ctid")
    return _explained(
        session,
        f"insert into {table.sql} ({columns}) overriding system value select {columns} from perfkit_batch",
    )


def _update(session: Session, table: _Table, column: str) -> _Run:
    """Each row of the batch gets the value of another one."""
    name = quote_identifier(column)
    return _explained(
        session,
        f"update {table.sql} as t set {name} = b.perfkit_value from (select perfkit_ctid,"
        f" coalesce(lead({name}) over (order by perfkit_row), first_value({name}) over (order by perfkit_row))"
        f" as perfkit_value from perfkit_batch) as b where t.ctid = b.perfkit_ctid",
    )


def _hot_share(session: Session, table: _Table, column: str) -> float | None:
    """In a copy of the batch with the same indexes and half of each page free; None where the copy refuses."""
    columns = ", ".join(table.columns)
    with suppress(CaptureError), session.savepoint():
        session.execute(
            f"create temp table perfkit_copy (like {table.sql} including all) with (fillfactor = 50) on commit drop"
        )
        session.execute(
            f"insert into perfkit_copy ({columns}) overriding system value select {columns} from perfkit_batch"
        )
        name = quote_identifier(column)
        session.execute(
            f"update perfkit_copy as t set {name} = b.perfkit_value from (select ctid, coalesce(lead({name}) over"
            f" (order by ctid), first_value({name}) over (order by ctid)) as perfkit_value from perfkit_copy) as b"
            " where t.ctid = b.ctid"
        )
        row = cast(list[dict[str, Any]], session.rows(_UPDATES))[0]
        return float(row["hot"] / row["updated"]) if row["updated"] else None
    return None


def _explained(session: Session, sql: str) -> _Run:
    wal = ", wal" if session.server_version_num >= 130000 else ""
    row = session.rows(f"explain (analyze, timing off{wal}, format json) {sql}")[0]
    document = cast(list[dict[str, Any]], row["QUERY PLAN"])[0]
    return _Run(ms=float(document["Execution Time"]), wal_bytes=document["Plan"].get("WAL Bytes"))


def _least(runs: Sequence[_Run]) -> float | None:
    return min((run.wal_bytes for run in runs if run.wal_bytes is not None), default=None)


def _each(total: float | None, rows: int) -> float | None:
    return None if total is None else total / rows
