"""What keeping an index costs in the planner's units: entering a row, and taking its entry away when VACUUM comes.

The figures behind ``ENTRY_COST`` and ``VACUUM_SHARE`` of perfkit/advise/selection/writes.py. One table, made anew for each measurement,
by turns without and with each index: rows are inserted, then a part of all is deleted and vacuumed.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any, cast

from perfkit.db.servers import server
from perfkit.db.session import Session
from perfkit.db.target import Target
from tests.bench.process import say

ROWS = 200_000
INSERTED = 20_000
DELETED_SHARE = 0.2
"""Autovacuum comes by default when a fifth of a table is dead."""

ROUNDS = 5

DATABASE = "perfkit_upkeep"

INDEXES = {
    "none": "",
    "btree, int": "create index on kept (a)",
    "btree, text of 40": "create index on kept (note)",
    "btree, ascending": "create index on kept (id)",
    "hash": "create index on kept using hash (a)",
    "gist": "create index on kept using gist (place)",
    "gin, 8 keys a row": "create index on kept using gin (words) with (fastupdate = off)",
    "brin": "create index on kept using brin (id)",
}
_ROWS = """
select i as id, (hashint4(i) & 2147483647) % 1000000 as a, md5(i::text) || 'and more' as note,
    point((hashint4(i) & 2147483647) % 10000, (hashint4(i + 7) & 2147483647) % 10000) as place,
    array(select (hashint4(i * 8 + k) & 2147483647) % 5000 from generate_series(1, 8) as k) as words, repeat('k', 60) as rest
from generate_series({first}, {last}) as i
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Upkeep:
    """Milliseconds of one row."""

    insert: float
    vacuum: float


def run_upkeep() -> None:
    with _database() as target, Session.open(target) as session:
        session.change(f"create table source as {_ROWS.format(first=1, last=ROWS)}")
        session.change(f"create table more as {_ROWS.format(first=ROWS + 1, last=ROWS + INSERTED)}")
        session.change("vacuum analyze source")
        unit = _unit_ms(session)
        say(f"one of the planner's units, reading a table in sequence: {unit * 1000:.2f} us")
        runs: dict[str, list[_Upkeep]] = {name: [] for name in INDEXES}
        for _ in range(ROUNDS):
            for name, ddl in INDEXES.items():
                runs[name].append(_measured(session, ddl))
        plain = runs.pop("none")
        say("index | units to enter a row: median (least to most) | units to take it away | of entering")
        for name, mine in runs.items():
            enter = [(one.insert - without.insert) / unit for one, without in zip(mine, plain, strict=True)]
            take = [(one.vacuum - without.vacuum) / unit for one, without in zip(mine, plain, strict=True)]
            say(f"{name} | {_told(enter)} | {_told(take)} | {median(take) / median(enter):.2f}")


@contextmanager
def _database() -> Iterator[Target]:
    home = server()
    home.start()
    with Session.open(Target(conninfo=home.conninfo("postgres"), is_scratch=True)) as admin:
        admin.change(f"drop database if exists {DATABASE} with (force)")
        admin.change(f"create database {DATABASE}")
        try:
            yield Target(conninfo=home.conninfo(DATABASE), is_scratch=True)
        finally:
            admin.change(f"drop database {DATABASE} with (force)")


def _unit_ms(session: Session) -> float:
    session.change("set max_parallel_workers_per_gather = 0")
    runs = []
    for _ in range(ROUNDS):
        document = _explained(session, "select count(a) from source")
        runs.append(document["Execution Time"] / document["Plan"]["Total Cost"])
    return min(runs)


def _measured(session: Session, ddl: str) -> _Upkeep:
    session.change("drop table if exists kept")
    session.change("create table kept as select * from source order by id")
    if ddl:
        session.change(ddl)
    session.change("vacuum analyze kept")
    session.change("checkpoint")
    with session.transaction(writes=True, keeps=True):
        insert = _explained(session, "insert into kept select * from more")["Execution Time"]
    session.change(f"delete from kept where (hashint4(id) & 2147483647) % 100 < {DELETED_SHARE * 100:.0f}")
    dead = ROWS + INSERTED - int(str(session.rows("select count(*) as n from kept")[0]["n"]))
    began = time.perf_counter()
    session.change("vacuum (index_cleanup on, truncate off, parallel 0) kept")
    vacuum = (time.perf_counter() - began) * 1000
    return _Upkeep(insert=insert / INSERTED, vacuum=vacuum / dead)


def _explained(session: Session, sql: str) -> dict[str, Any]:
    row = session.rows(f"explain (analyze, timing off, format json) {sql}")[0]
    return cast(list[dict[str, Any]], row["QUERY PLAN"])[0]


def _told(values: list[float]) -> str:
    return f"{median(values):.2f} ({min(values):.2f} to {max(values):.2f})"
