"""The TPC benchmarks: their rows as the specification counts them, their keys, and every query in PostgreSQL's dialect."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from importlib import metadata
from pathlib import Path

import pytest

from perfkit.cli.main import main
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
from perfkit.dataset.benchmark import generated
from perfkit.db.connection import connect
from perfkit.db.servers import Server
from perfkit.errors import CapabilityMissing, DatasetError, UsageError
from perfkit.query_file import read_query

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


@pytest.fixture(scope="module", params=["tpch", "tpcds"])
def loaded(request: pytest.FixtureRequest, server: Server) -> Iterator[LoadedDataset]:
    """Each benchmark at its smallest scale."""
    database = f"{request.param}_tested"
    yield load(request.param, server.conninfo, scale=SCALE, database=database)
    drop(server.conninfo, database)


@pytest.fixture(scope="module")
def tpch(server: Server) -> Iterator[LoadedDataset]:
    """tpch at its smallest scale."""
    yield load("tpch", server.conninfo, scale=SCALE, database="tpch_run")
    drop(server.conninfo, "tpch_run")


@pytest.mark.server
def test_rows_are_as_published(loaded: LoadedDataset) -> None:
    description = describe(loaded.dataset.name)
    assert checksum(description, loaded.conninfo) == description.expected_checksum(scale=SCALE, seed=1)


@pytest.mark.server
def test_every_table_has_a_primary_key_and_no_other_index(loaded: LoadedDataset) -> None:
    with closing(connect(loaded.conninfo)) as connection:
        rows = connection.execute(
            "select c.relname, array_agg(i.indisprimary), bool_and(c.relallvisible = c.relpages) from pg_class c"
            " left join pg_index i on i.indrelid = c.oid"
            " where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace group by c.relname"
        ).fetchall()
    (tables,) = (step.tables for step in describe(loaded.dataset.name).steps() if step.tables)
    assert {name: (keys, frozen) for name, keys, frozen in rows} == dict.fromkeys(tables, ([True], True))


@pytest.mark.server
def test_every_query_is_planned(loaded: LoadedDataset) -> None:
    with closing(connect(loaded.conninfo)) as connection:
        for query in slow_queries(describe(loaded.dataset.name)):
            assert connection.execute(f"explain {query.text}".encode()).fetchall(), query.name


@pytest.mark.server
def test_rows_of_tpch_are_those_the_specification_counts(tpch: LoadedDataset) -> None:
    with closing(connect(tpch.conninfo)) as connection:
        counted = {
            table: (connection.execute(f"select count(*) from {table}".encode()).fetchone() or [None])[0]
            for table in TPCH_ROWS
        }
    assert counted == TPCH_ROWS


@pytest.mark.server
@pytest.mark.parametrize("name", query_names(describe("tpch")))
def test_a_query_of_tpch_runs(name: str, tpch: LoadedDataset) -> None:
    """Run under its name as commands take it."""
    text, parameters = read_query(f"tpch/{name}")
    assert parameters == []
    with closing(connect(tpch.conninfo)) as connection:
        assert connection.execute(text.encode()).description


class InterruptedInCopying:
    """Progress under which the user presses Ctrl-C as soon as the first table is filled."""

    @contextmanager
    def stage(self, name: str, total: int | None = None) -> Iterator[Callable[[], None]]:
        def advance() -> None:
            if "copy rows" in name:
                raise KeyboardInterrupt

        yield advance


@pytest.mark.server
def test_an_interrupted_load_leaves_neither_database_nor_files(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(KeyboardInterrupt):
        load(
            "tpch",
            server.conninfo,
            scale=0.1,
            database="tpch_stopped",
            progress=InterruptedInCopying(),
        )
    assert not list(tmp_path.iterdir())
    with closing(connect(server.conninfo("postgres"))) as keeper:
        assert not keeper.execute("select from pg_database where datname like '%tpch_stopped'").fetchall()


def test_what_the_generator_says_is_passed_on() -> None:
    with pytest.raises(DatasetError, match=r"tpcgen-cli ended with status \d+: .*"), generated("tpch", -1.0):
        pass


def test_queries_are_named_and_found() -> None:
    for benchmark, last in (("tpch", "q22"), ("tpcds", "q99")):
        names = query_names(describe(benchmark))
        assert (names[0], names[-1]) == ("q01", last)
        assert tuple(query.name for query in slow_queries(describe(benchmark))) == names
    found = find_query("tpch/q05.sql")
    assert found is not None
    assert "n_name" in found.text
    assert find_query("tpch/q23") is None


def test_queries_are_listed_by_name_and_copied(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Listed under the name that commands take; a copy is a file that they take too."""
    with pytest.raises(SystemExit):
        main(["dataset", "queries", "tpch"])
    listed = capsys.readouterr().out.splitlines()
    assert listed[4].split("\t")[:2] == ["q05", "tpch/q05"]
    with pytest.raises(SystemExit):
        main(["dataset", "queries", "tpch", "--copy", str(tmp_path)])
    assert (tmp_path / "q05.sql").read_text(encoding="utf-8") == f"{read_query('tpch/q05')[0]};\n"


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
