"""A lab plans as its source does, keeps nothing of it, and the source is only read."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from psycopg.conninfo import make_conninfo
from scratch import needs_statistics_server, scratch_database

from perfkit.db.servers import Server, installations
from perfkit.db.servers import server as server_named
from perfkit.db.servers.account import account_for
from perfkit.db.servers.relation_files import set_pages
from perfkit.db.session import Session
from perfkit.db.statistics_lab import StatisticsLab, statistics_lab
from perfkit.db.statistics_lab.lab import LEAST_MAJOR, PREFIX
from perfkit.db.target import Limits, Target
from perfkit.errors import CaptureError, ServerError
from perfkit.plan import Plan, read_json

pytestmark = [pytest.mark.server, needs_statistics_server]

ALIKE = 0.05
DESCENTS = 1.0
"""Cost units: an empty tree has no levels to descend."""

SETUP = """
create extension pg_trgm;
create schema "Odd schema";
create domain "Odd schema".code as text check (length(value) > 1);
create table "Odd schema"."Odd Table" ("Key Col" int not null, code "Odd schema".code not null, state text not null);
insert into "Odd schema"."Odd Table" select i % 9000, md5(i::text), case when i % 50 = 0 then 'open' else 'done' end
    from generate_series(1, 40000) as i;
create index "Odd Index" on "Odd schema"."Odd Table" ("Key Col");
create index odd_open on "Odd schema"."Odd Table" ("Key Col") where state = 'open';
create index odd_lower on "Odd schema"."Odd Table" (lower(code));
create index odd_trigrams on "Odd schema"."Odd Table" using gin (code gin_trgm_ops);
create table visits (account_id int not null, day date not null, pages int not null) partition by range (day);
create table visits_1 partition of visits for values from ('2024-01-01') to ('2024-07-01');
create table visits_2 partition of visits for values from ('2024-07-01') to ('2025-01-01');
insert into visits select i * 17 % 10000, date '2024-01-01' + i % 366, i % 10 from generate_series(1, 30000) as i;
create index visits_account on visits (account_id);
create index visits_day on visits using brin (day);
create materialized view per_day as select day, sum(pages) as pages from visits group by day;
create index per_day_idx on per_day (day);
create table secret (owner text not null, word text not null);
insert into secret select 'somebody', md5(i::text) from generate_series(1, 1000) as i;
alter table secret enable row level security;
create policy own on secret using (owner = current_user);
create function stop() returns event_trigger language plpgsql as $$ begin raise exception 'no DDL here'; end $$;
"""

TABLES = ('"Odd schema"."Odd Table"', "visits", "per_day", "secret")

TEXTS = (
    """select * from "Odd schema"."Odd Table" where "Key Col" = 77""",
    """select * from "Odd schema"."Odd Table" where "Key Col" < 500 and state = 'open'""",
    """select * from "Odd schema"."Odd Table" where lower(code) = 'a87ff679a2f3e71d9181a67b7542122c'""",
    """select * from "Odd schema"."Odd Table" where code like '%a87ff6%'""",
    """select state, count(*) from "Odd schema"."Odd Table" group by state""",
    "select * from visits where account_id = 34",
    "select account_id, sum(pages) from visits where day between '2024-03-01' and '2024-03-09' group by account_id",
    "select v.* from visits as v join per_day as p using (day) where p.pages > 600 and v.account_id < 200",
    "select * from per_day where day = '2024-03-01'",
    "select word from secret order by word limit 10",
)


@pytest.fixture(scope="module")
def source(target: Target) -> Iterator[Target]:
    setup = [
        SETUP,
        "vacuum analyze",
        "create event trigger no_ddl on ddl_command_start when tag in ('CREATE INDEX', 'CREATE TABLE') execute function stop()",
    ]
    with scratch_database(target, "lab_source", setup) as made:
        with Session.open(made) as session:
            session.change("alter database lab_source set random_page_cost = 1.5")
            session.change("alter database lab_source set work_mem = '7MB'")
        yield replace(made, is_scratch=False)


@pytest.fixture(scope="module")
def lab(source: Target) -> Iterator[StatisticsLab]:
    with statistics_lab(source, TABLES) as made:
        yield made


def planned(session: Session, text: str, values: tuple[str | None, ...] = ()) -> Plan:
    (row,) = session.run_users("explain (verbose, format json) ", text, values)
    return read_json(row[0])


def cost(plan: Plan) -> float:
    assert plan.root.estimate is not None
    return plan.root.estimate.total_cost


def labs(place: Target) -> list[str]:
    with Session.open(place) as session:
        return [
            str(row["name"])
            for row in session.rows(
                "select datname::text as name from pg_database where starts_with(datname, %s)", [PREFIX]
            )
        ]


def ours() -> Target:
    """The server that labs are made on."""
    found = next(one for one in installations() if one.major >= LEAST_MAJOR)
    return Target(conninfo=server_named(major=found.major).start().conninfo(), is_scratch=True)


@pytest.mark.parametrize("text", TEXTS)
def test_a_statement_is_planned_as_in_the_source(source: Target, lab: StatisticsLab, text: str) -> None:
    with Session.open(source) as session:
        here = planned(session, text)
    there = planned(lab.session, text)
    if lab.is_other_major:
        return
    assert there.shape == here.shape
    assert cost(there) == pytest.approx(cost(here), rel=ALIKE, abs=DESCENTS)


def test_it_has_the_settings_of_the_source(lab: StatisticsLab) -> None:
    rows = lab.session.rows(
        "select current_setting('random_page_cost') as page, current_setting('work_mem') as memory,"
        " current_schemas(false)::text[] as path"
    )
    assert rows == [{"page": "1.5", "memory": "7MB", "path": ["public"]}]


def test_there_are_pages_but_no_rows(lab: StatisticsLab) -> None:
    (row,) = lab.session.rows(
        "select pg_relation_size('visits_1') as bytes, (select count(*) from visits) as rows"
    )
    assert (int(str(row["bytes"])) > 100_000, row["rows"]) == (True, 0)


def test_what_runs_there_has_no_rights(lab: StatisticsLab) -> None:
    (row,) = lab.session.rows(
        "select rolsuper or rolcreatedb or rolcreaterole or rolreplication as may from pg_roles where rolname = session_user"
    )
    assert row == {"may": False}


def test_nothing_of_it_stays(source: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = ours()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = labs(place)
    with statistics_lab(source, TABLES):
        assert len(labs(place)) == len(before) + 1
        assert list(tmp_path.iterdir()) == []
    assert labs(place) == before
    with pytest.raises(KeyboardInterrupt), statistics_lab(source, TABLES):
        raise KeyboardInterrupt
    assert (labs(place), list(tmp_path.iterdir())) == (before, [])


def test_labs_of_the_dead_are_swept(source: Target) -> None:
    place = ours()
    with Session.open(place) as session:
        session.change(f"create database {PREFIX}1_dead")
    with statistics_lab(source, TABLES):
        pass
    assert f"{PREFIX}1_dead" not in labs(place)


@pytest.fixture
def reader(target: Target, source: Target) -> Iterator[Target]:
    with Session.open(target) as session:
        session.change("drop role if exists lab_reader")
        session.change("create role lab_reader login password 'correct horse'")
    try:
        yield replace(
            source, conninfo=make_conninfo(source.conninfo, user="lab_reader", password="correct horse")
        )
    finally:
        with Session.open(replace(source, is_scratch=True)) as session:
            session.change("drop owned by lab_reader")
            session.change("drop role lab_reader")


def test_a_role_that_may_only_read(target: Target, reader: Target, source: Target) -> None:
    with Session.open(target) as session:
        session.change("grant pg_read_all_data to lab_reader")
    with Session.open(source) as session, statistics_lab(reader, TABLES) as lab:
        here = planned(session, TEXTS[0])
        assert cost(planned(lab.session, TEXTS[0])) == pytest.approx(cost(here), rel=ALIKE, abs=DESCENTS)


def test_a_role_that_may_read_one_table(reader: Target, source: Target) -> None:
    with Session.open(replace(source, is_scratch=True)) as session:
        session.change("grant select on visits, visits_1, visits_2 to lab_reader")
        here = planned(session, TEXTS[5])
    with statistics_lab(reader, ["visits", "secret"]) as lab:
        assert cost(planned(lab.session, TEXTS[5])) == pytest.approx(cost(here), rel=ALIKE, abs=DESCENTS)
        with pytest.raises(CaptureError, match='"secret" does not exist'):
            planned(lab.session, "select word from secret")


def test_a_source_that_is_locked_is_not_waited_for(source: Target) -> None:
    hurried = replace(source, limits=Limits(lock_timeout=0.2))
    with Session.open(replace(source, is_scratch=True)) as session, session.transaction(writes=True):
        session.execute("lock table visits_1 in access exclusive mode")
        with pytest.raises(CaptureError, match="timeout"), statistics_lab(hurried, TABLES):
            pass


def test_the_password_is_in_no_argument(
    reader: Target, source: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    import subprocess

    seen: list[list[str]] = []
    run = subprocess.run

    def noted(command: list[str], **how: object) -> object:
        seen.append([str(word) for word in command])
        return run(command, **how)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "run", noted)
    with Session.open(replace(source, is_scratch=True)) as session:
        session.change("grant pg_read_all_data to lab_reader")
    with statistics_lab(reader, TABLES):
        pass
    assert any("pg_dump" in command[0] for command in seen)
    assert not [word for command in seen for word in command if "horse" in word]


def test_a_relation_is_made_long_and_short(tmp_path: Path) -> None:
    folder = tmp_path / "base" / "1"
    folder.mkdir(parents=True)
    (folder / "7").write_bytes(b"x" * 8192)
    account_for(tmp_path).own(tmp_path)
    set_pages(tmp_path, "base/1/7", 2 * 131_072 + 3)
    assert {one.name: one.stat().st_size for one in folder.iterdir()} == {
        "7": 1 << 30,
        "7.1": 1 << 30,
        "7.2": 3 * 8192,
    }
    assert sum(one.stat().st_blocks for one in folder.iterdir()) * 512 < 1 << 20
    set_pages(tmp_path, "base/1/7", 0)
    assert {one.name: one.stat().st_size for one in folder.iterdir()} == {"7": 0, "7.1": 0, "7.2": 0}


def test_a_link_among_the_files_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    kept = tmp_path / "kept"
    kept.write_text("kept")
    (tmp_path / "base" / "7").symlink_to(kept)
    account_for(tmp_path).own(tmp_path)
    with pytest.raises(ServerError):
        set_pages(tmp_path, "base/7", 0)
    assert kept.read_text() == "kept"


@pytest.fixture(scope="module")
def older(perfkit_home: Path) -> Iterator[Target]:
    """A server of an older major, where one is installed."""
    found = [one for one in installations() if one.major < LEAST_MAJOR]
    if not found:
        pytest.skip("no older PostgreSQL is installed")
    place: Server = server_named("older", major=found[0].major).start()
    made = Target(conninfo=place.conninfo(), is_scratch=True)
    with scratch_database(made, "lab_source", [SETUP, "vacuum analyze"]) as database:
        yield replace(database, is_scratch=False)


def test_a_source_of_an_older_major(older: Target) -> None:
    with Session.open(older) as session, statistics_lab(older, TABLES) as lab:
        alike = 0
        for text in TEXTS:
            here, there = planned(session, text), planned(lab.session, text)
            alike += there.shape == here.shape and cost(there) == pytest.approx(
                cost(here), rel=ALIKE, abs=DESCENTS
            )
        assert lab.is_other_major
        assert alike >= len(TEXTS) - 1
