"""Loading: the same rows for the same scale and seed, never half a data set, never over somebody else's data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import psycopg
import pytest

from perfkit.capture.values import Dataset
from perfkit.dataset import LoadedDataset, checksum, describe, drop, find, find_all, load
from perfkit.db.connection import connect
from perfkit.db.servers import Server
from perfkit.errors import DatasetError, UsageError

pytestmark = pytest.mark.server

Connection = psycopg.Connection[tuple[object, ...]]

TEST_SCALE = 0.01


class InterruptedIn:
    """Progress under which the user presses Ctrl-C as soon as one script of the stage has run."""

    def __init__(self, stage: str) -> None:
        self._stage = stage

    @contextmanager
    def stage(self, name: str, total: int | None = None) -> Iterator[Callable[[], None]]:
        def advance() -> None:
            if self._stage in name:
                raise KeyboardInterrupt

        yield advance


def databases(keeper: Connection) -> set[str]:
    return {str(name) for (name,) in keeper.execute("select datname from pg_database").fetchall()}


def test_two_loads_have_equal_rows_as_published_and_another_seed_others(
    server: Server, small_tracker: LoadedDataset
) -> None:
    """Loaded twice the checksum is the published one; with another seed it is not."""
    description = describe("tracker")
    first = checksum(description, small_tracker.conninfo)
    assert first == description.expected_checksum(scale=TEST_SCALE, seed=1)
    try:
        again = load("tracker", server.conninfo, scale=TEST_SCALE, database="tracker_again")
        assert checksum(description, again.conninfo) == first
        with closing(connect(again.conninfo)) as connection:
            if connection.info.server_version >= 150000:
                counted = "select relname from pg_stat_user_tables where n_mod_since_analyze > 0"
                assert connection.execute(counted).fetchall() == [], "nothing was changed since the analyze"
        other = load(
            "tracker", server.conninfo, scale=TEST_SCALE, seed=2, database="tracker_again", replace=True
        )
        assert checksum(description, other.conninfo) != first
    finally:
        drop(server.conninfo, "tracker_again")


def test_checksum_notices_one_changed_value(small_tracker: LoadedDataset) -> None:
    """One word in one row changes the digest; taking it back restores the digest."""
    description = describe("tracker")
    before = checksum(description, small_tracker.conninfo)
    with closing(connect(small_tracker.conninfo)) as connection:
        row = connection.execute("select body from notes where id = 7").fetchone()
        assert row is not None
        try:
            connection.execute("update notes set body = 'changed' where id = 7")
            changed = checksum(description, small_tracker.conninfo)
        finally:
            connection.execute("update notes set body = %s where id = 7", row)
        connection.execute("vacuum (analyze) notes")
    assert changed != before
    assert checksum(description, small_tracker.conninfo) == before


def test_an_equal_load_is_recognised(server: Server, small_tracker: LoadedDataset) -> None:
    """Nothing is done for what is there, and its mark names it."""
    again = load("tracker", server.conninfo, scale=TEST_SCALE, database=small_tracker.database)
    assert again.was_there
    assert again.load_ms is None
    with closing(connect(again.conninfo)) as connection:
        assert find(connection) == again.dataset
        assert (again.database, again.dataset) in find_all(connection)


def test_another_scale_in_the_same_database_is_refused(server: Server, small_tracker: LoadedDataset) -> None:
    with pytest.raises(DatasetError, match=r"scale 0\.01 with seed 1, not .* scale 0\.02 .*--replace"):
        load("tracker", server.conninfo, scale=0.02, database=small_tracker.database)


def test_somebody_elses_database_is_left_alone(server: Server, keeper: Connection) -> None:
    """A database without our mark is neither taken for a data set, nor replaced, nor dropped."""
    keeper.execute("create database tracker_foreign")
    try:
        for replace in (False, True):
            with pytest.raises(DatasetError, match="something that perfkit did not load"):
                load(
                    "tracker",
                    server.conninfo,
                    scale=TEST_SCALE,
                    database="tracker_foreign",
                    replace=replace,
                )
        with pytest.raises(DatasetError, match="nothing was dropped"):
            drop(server.conninfo, "tracker_foreign")
        assert "tracker_foreign" in databases(keeper)
        with closing(connect(server.conninfo("tracker_foreign"))) as connection:
            assert find(connection) is None
    finally:
        keeper.execute("drop database tracker_foreign")


@pytest.mark.parametrize("stage", ["create tables", "generate rows", "build indexes", "vacuum"])
def test_an_interrupted_load_leaves_nothing(server: Server, keeper: Connection, stage: str) -> None:
    before = databases(keeper)
    with pytest.raises(KeyboardInterrupt):
        load(
            "tracker",
            server.conninfo,
            scale=TEST_SCALE,
            database="tracker_stopped",
            progress=InterruptedIn(stage),
        )
    assert databases(keeper) == before


def test_an_interrupted_replacement_keeps_the_old_data(server: Server, small_tracker: LoadedDataset) -> None:
    with pytest.raises(KeyboardInterrupt):
        load(
            "tracker",
            server.conninfo,
            scale=0.02,
            database=small_tracker.database,
            replace=True,
            progress=InterruptedIn("generate rows"),
        )
    assert load("tracker", server.conninfo, scale=TEST_SCALE, database=small_tracker.database).was_there


def test_what_a_killed_loader_left_is_swept_away(server: Server, keeper: Connection) -> None:
    keeper.execute("create database perfkit_loading_tracker_swept")
    try:
        assert not load("tracker", server.conninfo, scale=0.001, database="tracker_swept").was_there
        assert "perfkit_loading_tracker_swept" not in databases(keeper)
    finally:
        drop(server.conninfo, "tracker_swept")


def test_loaders_of_the_same_wait_for_each_other(server: Server) -> None:
    """Of several at once one loads, the others find it there."""
    try:
        with ThreadPoolExecutor(3) as pool:
            loads = [
                pool.submit(load, "tracker", server.conninfo, scale=0.001, database="tracker_contended")
                for _ in range(3)
            ]
            assert sorted(one.result().was_there for one in loads) == [False, True, True]
    finally:
        drop(server.conninfo, "tracker_contended")


def test_drop_says_what_it_dropped(server: Server, keeper: Connection) -> None:
    load("tracker", server.conninfo, scale=0.001, seed=5, database="tracker_dropped")
    dropped = drop(server.conninfo, "tracker_dropped")
    assert dropped == Dataset(name="tracker", scale=0.001, seed=5, version=describe("tracker").version)
    assert "tracker_dropped" not in databases(keeper)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"scale": 0.0}, r"scale 0 is out of range; tracker takes 0\.001 to 100"),
        ({"scale": float("nan")}, "scale nan is out of range"),
        ({"seed": -1}, "seed -1 is out of range"),
        ({"database": "x" * 60}, "take at most 47 bytes"),
    ],
)
def test_bad_arguments_are_refused_in_one_sentence(
    server: Server, arguments: dict[str, float], sentence: str
) -> None:
    with pytest.raises(UsageError, match=sentence):
        load("tracker", server.conninfo, **arguments)  # type: ignore[arg-type]


def test_an_unknown_data_set_names_the_known(server: Server) -> None:
    with pytest.raises(UsageError, match=r"no data set 'traker'; choose one of: .*tracker"):
        load("traker", server.conninfo)


def test_a_loaded_database_is_ready_to_be_measured(small_tracker: LoadedDataset) -> None:
    """Keys hold, statistics and visibility map are fresh, time goes with the id, and the generator is gone."""
    with closing(connect(small_tracker.conninfo)) as connection:

        def value(query: str) -> object:
            row = connection.execute(query.encode()).fetchone()
            assert row is not None
            return row[0]

        assert value("select count(*) from pg_constraint where contype = 'f' and conparentid = 0") == 24
        assert value("select bool_and(convalidated) from pg_constraint where contype = 'f'") is True
        assert value(
            "select bool_and(relallvisible = relpages) from pg_class c join pg_stats s on s.tablename = relname"
            " where relkind = 'r' and s.schemaname = 'public' and relname <> 'notes'"
        )
        assert value(
            "select min(correlation) > 0.99 from pg_stats"
            " where attname = 'created_at' and tablename in ('builds', 'issues', 'notes')"
        )
        assert value("select count(*) from pg_namespace where nspname = 'generator'") == 0
        assert value("select max(created_at) < '2025-07-01 00:00:00+00' from events") is True
