"""Clones come and go on a real server."""

from __future__ import annotations

import pytest

from perfkit.db.clone import PREFIX, clone
from perfkit.db.session import Session
from perfkit.db.target import Target
from perfkit.errors import CapabilityMissing

pytestmark = pytest.mark.server


@pytest.fixture
def source(target: Target) -> Target:
    """A database of two tables that only this test uses."""
    with Session.open(target) as session:
        session.change("drop database if exists clone_source")
        session.change("create database clone_source")
    filled = target.at("clone_source")
    with Session.open(filled) as session:
        session.change("create table kept as select generate_series(1, 1000) as i")
    return filled


def names(target: Target) -> list[str]:
    with Session.open(target) as session:
        return [str(row["datname"]) for row in session.rows("select datname::text from pg_database")]


def test_a_clone_has_the_rows_and_is_dropped(target: Target, source: Target) -> None:
    with clone(source, "clone_source") as copy, Session.open(copy) as session:
        session.change("delete from kept where i > 10")
        assert session.rows("select count(*) as n from kept") == [{"n": 10}]
    with Session.open(source) as session:
        assert session.rows("select count(*) as n from kept") == [{"n": 1000}]
    assert not [name for name in names(target) if name.startswith(PREFIX)]


def test_a_clone_is_dropped_after_an_error(target: Target, source: Target) -> None:
    with pytest.raises(ZeroDivisionError), clone(source, "clone_source"):
        raise ZeroDivisionError
    assert not [name for name in names(target) if name.startswith(PREFIX)]


def test_a_busy_source_cannot_be_cloned(source: Target) -> None:
    with (
        Session.open(source),
        pytest.raises(CapabilityMissing, match="nobody else connected"),
        clone(source, "clone_source"),
    ):
        pass


def test_clones_of_the_dead_are_swept(target: Target, source: Target) -> None:
    """A clone left long ago by a process that died is dropped when the next one is made."""
    with Session.open(target) as session:
        session.change(f"create database {PREFIX}1_dead")
    with clone(source, "clone_source"):
        pass
    assert f"{PREFIX}1_dead" not in names(target)


def test_a_clone_has_the_settings_of_its_source(target: Target, source: Target) -> None:
    """CREATE DATABASE … TEMPLATE does not copy what ALTER DATABASE set."""
    with Session.open(source) as session:
        session.change("alter database clone_source set random_page_cost = 1.25")
        session.change("""alter database clone_source set search_path = "Odd schema", 'it''s', public""")
        session.change("alter role current_user in database clone_source set work_mem = '7MB'")
        session.change("""alter database clone_source set "perfkit.note" = 'it''s ours'""")

    def settings(place: Target) -> list[object]:
        names = ("random_page_cost", "search_path", "work_mem", "perfkit.note")
        with Session.open(place) as session:
            return [session.rows("select current_setting(%s) as value", [name])[0]["value"] for name in names]

    expected = settings(source)
    assert expected[0] == "1.25"
    with clone(source, "clone_source") as copy:
        assert settings(copy) == expected
