"""One probe on a real server: its time without its hand-written indexes and with them, and whether a plan uses them.

All within transactions that are rolled back. The times are the server's own, without planning and the network.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any

import psycopg

from tests.probes_case import Probe

RUNS = 5

Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltIndex:
    sql: str
    size_bytes: int
    """With those on the partitions."""
    is_used: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeRun:
    probe: Probe
    ms_without: float
    ms_with: float | None
    """None where there is nothing to build."""
    rows: int
    """What the statement returns, or changes."""
    indexes: tuple[BuiltIndex, ...]

    @property
    def is_used(self) -> bool:
        return all(one.is_used for one in self.indexes)

    @property
    def size_bytes(self) -> int:
        return sum(one.size_bytes for one in self.indexes)


def lacking(probe: Probe, connection: Connection) -> tuple[str, ...]:
    """The extensions that the probe needs and the server does not bring."""
    known = {str(name) for (name,) in connection.execute("select name from pg_available_extensions")}
    return tuple(name for name in probe.extensions if name not in known)


def run(probe: Probe, connection: Connection) -> ProbeRun:
    """Measure a probe; ``connection`` is in autocommit, and the database is as before afterwards."""
    with connection.transaction(force_rollback=True):
        before, plan = _measured(probe, connection)
    after: float | None = None
    built: tuple[BuiltIndex, ...] = ()
    if probe.indexes:
        with connection.transaction(force_rollback=True):
            after, built = _built(probe, connection)
    if probe.is_writing:
        # What was rolled back left dead rows and pages no longer all-visible to those that come after.
        connection.execute("vacuum")
    return ProbeRun(
        probe=probe,
        ms_without=before,
        ms_with=after,
        rows=_rows(plan),
        indexes=built,
    )


def _built(probe: Probe, connection: Connection) -> tuple[float, tuple[BuiltIndex, ...]]:
    for name in probe.extensions:
        connection.execute(f"create extension if not exists {name}".encode())
    made = []
    for sql in probe.indexes:
        known = set(_index_names(connection))
        connection.execute(sql.encode())
        made.append({oid: name for oid, name in _index_names(connection).items() if oid not in known})
    for table in {_table(oid, connection) for names in made for oid in names}:
        connection.execute(f"analyze {table}".encode())
    ms, plan = _measured(probe, connection)
    used = set(_index_names_in(plan["Plan"])) | set(_scanned_by_triggers(plan, connection))
    return ms, tuple(
        BuiltIndex(
            sql=sql, size_bytes=_size_bytes(list(names), connection), is_used=bool(used & set(names.values()))
        )
        for sql, names in zip(probe.indexes, made, strict=True)
    )


def _measured(probe: Probe, connection: Connection) -> tuple[float, dict[str, Any]]:
    """The median of the warm runs, and the plan of the last."""
    plans = [_explained(probe.sql, connection) for _ in range(1 + RUNS)]
    return median(plan["Execution Time"] for plan in plans[1:]), plans[-1]


def _explained(sql: str, connection: Connection) -> dict[str, Any]:
    with connection.transaction(force_rollback=True):
        row = connection.execute(f"explain (analyze, timing off, format json) {sql}".encode()).fetchone()
    assert row
    return dict(row[0][0])


def _rows(plan: dict[str, Any]) -> int:
    root = plan["Plan"]
    source = root["Plans"][0] if root["Node Type"] == "ModifyTable" else root
    return round(float(source["Actual Rows"]) * int(source["Actual Loops"]))


def _index_names(connection: Connection) -> dict[int, str]:
    rows = connection.execute("select oid, relname from pg_class where relkind in ('i', 'I')")
    return {int(oid): str(name) for oid, name in rows}


def _index_names_in(node: dict[str, Any]) -> Iterator[str]:
    """Of the nodes that ran."""
    if "Index Name" in node and node["Actual Loops"]:
        yield node["Index Name"]
    for child in node.get("Plans", ()):
        yield from _index_names_in(child)


def _scanned_by_triggers(plan: dict[str, Any], connection: Connection) -> Iterator[str]:
    """Foreign keys look for rows behind EXPLAIN's back: where triggers fired, any index that this transaction scanned."""
    if plan.get("Triggers"):
        rows = connection.execute(
            "select relname from pg_class where relkind = 'i' and pg_stat_get_xact_numscans(oid) > 0"
        )
        yield from (str(name) for (name,) in rows)


def _table(index_oid: int, connection: Connection) -> str:
    """The table of an index; of one on a partition, the partitioned table."""
    row = connection.execute(
        "select coalesce(pg_partition_root(indrelid), indrelid)::regclass::text from pg_index where indexrelid = %s",
        [index_oid],
    ).fetchone()
    assert row
    return str(row[0])


def _size_bytes(oids: list[int], connection: Connection) -> int:
    row = connection.execute(
        "select sum(pg_relation_size(oid)) from unnest(%s::oid[]) as oid", [oids]
    ).fetchone()
    assert row
    return int(row[0])
