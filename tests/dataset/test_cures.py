"""What the slow queries claim is true: at scale 0.1 each cure, applied, saves what it says it saves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from perfkit.dataset import LoadedDataset, SlowQuery, describe, drop, load, slow_queries
from perfkit.db.connection import connect
from perfkit.db.servers import Server

pytestmark = [pytest.mark.server, pytest.mark.slow]

CURED = [query for query in slow_queries(describe("tracker")) if query.remedy]

LEAST_SAVING = 1.3
"""Blocks before ÷ after that a cure must reach where it saves neither temporary blocks nor scans; most reach hundreds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one execution did; ``scans`` are the sequential ones, those of foreign key checks included."""

    shared_blocks: int
    temp_blocks: int
    scans: int
    rows: list[str]


@pytest.fixture(scope="module")
def tracker(server: Server) -> Iterator[LoadedDataset]:
    """tracker at scale 0.1."""
    yield load("tracker", server.conninfo, scale=0.1, database="tracker_cured")
    drop(server.conninfo, "tracker_cured")


@pytest.mark.parametrize("query", CURED, ids=lambda query: query.name)
def test_the_cure_helps(query: SlowQuery, tracker: LoadedDataset) -> None:
    """Before and after, each in a transaction that is rolled back; the rows stay the same."""
    before = measure(tracker, query, remedied=False)
    after = measure(tracker, query, remedied=True)
    saves_blocks = before.shared_blocks / after.shared_blocks > LEAST_SAVING
    saves_temp = before.temp_blocks > 0 and after.temp_blocks == 0
    saves_scans = is_delete(query.text) and before.scans > 0 and after.scans == 0
    assert saves_blocks or saves_temp or saves_scans, (before, after)
    assert after.shared_blocks <= before.shared_blocks
    assert after.temp_blocks <= before.temp_blocks
    assert after.rows == before.rows


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("issues_by_state", "create index vain on issues (state) where deleted_at is null"),
        ("successful_build_minutes", "create index vain on builds (status)"),
    ],
)
def test_where_nothing_cures_the_obvious_index_is_not_used(
    tracker: LoadedDataset, name: str, index: str
) -> None:
    (query,) = (one for one in slow_queries(describe("tracker")) if one.name == name)
    with closing(connect(tracker.conninfo, autocommit=False)) as connection:
        connection.execute(index.encode())
        plan = connection.execute(f"explain {query.text}".encode()).fetchall()
        connection.rollback()
    assert "Seq Scan" in str(plan)
    assert "vain" not in str(plan)


def is_delete(text: str) -> bool:
    return text.startswith("delete")


def measure(tracker: LoadedDataset, query: SlowQuery, *, remedied: bool) -> Run:
    with closing(connect(tracker.conninfo, autocommit=False)) as connection:
        text, rows = query.text, []
        if remedied and query.remedy:
            if query.kind == "rewrite":
                text = query.remedy
            else:
                connection.execute(query.remedy.encode())
        parameters = list(query.parameters)
        with psycopg.RawCursor(connection) as cursor:
            if not is_delete(text):
                rows = sorted(map(str, cursor.execute(text.encode(), parameters).fetchall()))
            scans = sequential_scans(connection)
            cursor.execute(f"explain (analyze, buffers, timing off, format json) {text}".encode(), parameters)
            plan = value(cursor)[0]["Plan"]
        run = Run(
            shared_blocks=plan["Shared Hit Blocks"] + plan["Shared Read Blocks"],
            temp_blocks=plan["Temp Read Blocks"] + plan["Temp Written Blocks"],
            scans=sequential_scans(connection) - scans,
            rows=rows,
        )
        connection.rollback()
        return run


def sequential_scans(connection: psycopg.Connection[tuple[object, ...]]) -> int:
    """Those of notes and builds so far in this transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select sum(seq_scan)::int from pg_stat_xact_user_tables where relname in ('notes', 'builds')"
        )
        return int(value(cursor))


def value(cursor: Any) -> Any:
    row = cursor.fetchone()
    assert row is not None
    return row[0]
