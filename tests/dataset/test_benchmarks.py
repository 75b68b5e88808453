"""The TPC benchmarks: their rows as the specification counts them, their keys, and every query in PostgreSQL's dialect."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from importlib import metadata

import psycopg
import pytest

from perfkit.dataset import (
    LoadedDataset,
    checksum,
    describe,
    drop,
    find_query,
    load,
    query_names,
    slow_queries,
)
from perfkit.db.connection import connect
from perfkit.db.servers import Server
from perfkit.errors import CapabilityMissing, UsageError
from perfkit.query_file import read_query

Connection = psycopg.Connection[tuple[object, ...]]

SCALE = 0.01

TPCH_ROWS = {
    "customer": 1500,
    "lineitem": 60175,
    "nation": 25,
    "orders": 15000,
    "part": 2000,
    "partsupp": 8000,
    "region": 5,
    "supplier": 100,
}


@pytest.fixture(scope="module")
def tpch(server: Server) -> Iterator[LoadedDataset]:
    """tpch at its smallest scale."""
    yield load("tpch", server.conninfo, scale=SCALE, database="tpch_tested")
    drop(server.conninfo, "tpch_tested")


@pytest.fixture
def connection(tpch: LoadedDataset) -> Iterator[Connection]:
    with closing(connect(tpch.conninfo)) as connection:
        yield connection


@pytest.mark.server
def test_rows_are_those_the_specification_counts(tpch: LoadedDataset, connection: Connection) -> None:
    counted = {
        table: (connection.execute(f"select count(*) from {table}".encode()).fetchone() or [None])[0]
        for table in TPCH_ROWS
    }
    assert counted == TPCH_ROWS
    description = describe("tpch")
    assert checksum(description, tpch.conninfo) == description.expected_checksum(scale=SCALE, seed=1)


@pytest.mark.server
def test_every_table_has_a_primary_key_and_no_other_index(connection: Connection) -> None:
    rows = connection.execute(
        "select c.relname, array_agg(i.indisprimary), bool_and(c.relallvisible = c.relpages) from pg_class c"
        " left join pg_index i on i.indrelid = c.oid"
        " where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace group by c.relname"
    ).fetchall()
    assert {name: (keys, frozen) for name, keys, frozen in rows} == dict.fromkeys(TPCH_ROWS, ([True], True))


@pytest.mark.server
@pytest.mark.parametrize("name", query_names(describe("tpch")))
def test_a_query_of_tpch_runs(name: str, connection: Connection) -> None:
    """Planned and run, from its name as commands take it."""
    text, parameters = read_query(f"tpch/{name}")
    assert parameters == []
    assert connection.execute(f"explain {text}".encode()).fetchall()
    assert connection.execute(text.encode()).description


def test_queries_are_named_and_found() -> None:
    names = query_names(describe("tpch"))
    assert (len(names), names[0], names[-1]) == (22, "q01", "q22")
    assert tuple(query.name for query in slow_queries(describe("tpch"))) == names
    found = find_query("tpch/q05.sql")
    assert found is not None
    assert "n_name" in found.text
    assert find_query("tpch/q23") is None


def test_a_benchmark_takes_no_seed() -> None:
    with pytest.raises(UsageError, match=r"tpch has the same rows for every user.* leave the seed out"):
        load("tpch", lambda _: "", seed=2)


def test_a_missing_extra_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence says what to install; what needs no package still answers."""

    def nothing(name: str) -> None:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "files", nothing)
    with pytest.raises(CapabilityMissing, match=r"rows .* pip install 'perfkit\[benchmarks\]'"):
        load("tpch", lambda _: "")
    monkeypatch.setattr("perfkit.dataset.benchmark.find_spec", lambda _: None)
    with pytest.raises(CapabilityMissing, match=r"queries of tpch.* pip install 'perfkit\[benchmarks\]'"):
        slow_queries(describe("tpch"))
    assert query_names(describe("tpch"))
