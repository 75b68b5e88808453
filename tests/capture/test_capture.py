"""Captures of a real server: whole, repeatable, and nothing left behind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from perfkit import document
from perfkit.capture import SCHEMA, Capture
from perfkit.db.session import Session
from perfkit.db.target import Target
from perfkit.errors import CaptureError, UnsafeStatement, UsageError
from perfkit.lab import Lab

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def lab(target: Target) -> Iterator[Lab]:
    """A lab on a database of one small table."""
    with Session.open(target) as session:
        session.change("drop database if exists capture_test with (force)")
        session.change("create database capture_test")
    place = target.at("capture_test")
    with Session.open(place) as session:
        session.change("create table items (id bigint primary key, kind text not null, price numeric)")
        session.change("insert into items select i, 'kind ' || i % 10, i from generate_series(1, 20000) as i")
        session.change("create index items_price on items (price) where price > 100")
        session.change("vacuum analyze items")
    yield Lab(place)


def test_a_capture_holds_plan_samples_and_surroundings(lab: Lab) -> None:
    found = lab.explain("select count(*) from items where kind = 'kind 3'", runs=3)
    assert found.plan.is_analyzed
    assert len(found.samples.values) == 3
    assert found.measurement.counters.shared_blocks
    assert found.plan.serialization is not None
    relation = found.catalog.relation("items")
    assert relation is not None
    assert relation.rows == 20000
    assert relation.all_visible_pages == relation.pages
    assert [index.name for index in relation.indexes] == ["items_pkey", "items_price"]
    assert relation.activity is not None
    assert relation.activity.last_analyze is not None
    assert found.environment.server_version_num >= 180000
    assert "shared_preload_libraries" in found.environment.settings


def test_a_capture_saves_and_loads_back_equal(lab: Lab, tmp_path: Path) -> None:
    found = lab.explain("select * from items where id = $1", [17], runs=1)
    document.write(tmp_path / "capture.json", found, SCHEMA)
    again = document.read(Capture, tmp_path / "capture.json", SCHEMA)
    assert again == found
    assert again.plan.shape == found.plan.shape
    assert [node.measures for node in again.plan.walk()] == [node.measures for node in found.plan.walk()]


def test_parameters_are_bound_on_the_server(lab: Lab) -> None:
    """An untyped parameter takes the column's type, so that the index serves it."""
    found = lab.explain("select price from items where id = $1", [17], runs=1)
    assert [node.index for node in found.plan.walk()] == ["items_pkey"]
    assert found.query.parameters == ("17",)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None),
        (True, "true"),
        (1.5, "1.5"),
        ([1, None, 'a"b'], '{"1",NULL,"a\\"b"}'),
        ({"a": 1}, '{"a": 1}'),
    ],
)
def test_bind_values_as_text(lab: Lab, value: object, text: str | None) -> None:
    found = lab.explain("select $1::text", [value], runs=1)
    assert found.query.parameters == (text,)


def test_a_write_is_measured_and_rolled_back(lab: Lab) -> None:
    found = lab.explain("delete from items where id <= 100", runs=2, allow_writes=True)
    assert found.plan.root.operation == "Delete"
    assert found.plan.root.wal is not None
    with lab.session() as session:
        assert session.rows("select count(*) as n from items") == [{"n": 20000}]


@pytest.mark.parametrize(
    "sql",
    [
        "delete from items",
        "with gone as (delete from items returning *) select * from gone",
        "create table t as select 1",
        "select 1; select 2",
        "copy items to program 'cat'",
        "select pg_terminate_backend(1)",
        "select nextval('s')",
    ],
)
def test_what_would_write_is_refused(lab: Lab, sql: str) -> None:
    with pytest.raises((UnsafeStatement, UsageError)) as caught:
        lab.explain(sql)
    assert "\n" not in str(caught.value)


def test_errors_name_their_place(lab: Lab) -> None:
    with pytest.raises(CaptureError, match="nosuch") as caught:
        lab.explain("select nosuch from items")
    assert caught.value.position == 8
    assert caught.value.sqlstate == "42703"


def test_a_wrong_number_of_parameters_is_told(lab: Lab) -> None:
    with pytest.raises(UsageError, match="has 1 parameters"):
        lab.explain("select $1::int", [])


def test_a_partition_brings_its_parent(target: Target, lab: Lab) -> None:
    with Session.open(lab.target) as session:
        session.change("create table days (at date, n int) partition by range (at)")
        session.change(
            "create table days_2026 partition of days for values from ('2026-01-01') to ('2027-01-01')"
        )
    found = lab.explain("select * from days where n = 1", runs=1)
    assert {relation.name: relation.partition_of for relation in found.catalog.relations} == {
        "days": None,
        "days_2026": "public.days",
    }


def test_a_role_without_rights_is_told(target: Target, lab: Lab) -> None:
    """Permission denied is one sentence with its sqlstate."""
    with Session.open(lab.target) as session:
        session.change("drop role if exists stranger")
        session.change("create role stranger login")
    from psycopg.conninfo import make_conninfo

    stranger = Lab(replace(lab.target, conninfo=make_conninfo(lab.target.conninfo, user="stranger")))
    with pytest.raises(CaptureError, match="permission denied for table items") as caught:
        stranger.explain("select * from items")
    assert caught.value.sqlstate == "42501"
