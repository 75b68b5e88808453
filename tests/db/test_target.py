"""Which database is meant, and that its password is never shown."""

from __future__ import annotations

import pytest

from perfkit.db.target import Target, conninfo_from_environment

VARIABLES = ("PERFKIT_DSN", "PGSERVICE", "PGHOST", "PGHOSTADDR", "PGDATABASE", "PGPORT", "PGUSER")


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


def test_a_target_never_shows_its_password() -> None:
    target = Target(conninfo="postgresql://ann:hush@db.example/shop")
    assert "hush" not in f"{target!r} {target}"
    assert str(target) == "database shop on db.example as ann"


def test_another_database_of_the_same_server() -> None:
    moved = Target(conninfo="postgresql://ann@db.example/shop", is_scratch=True).at("shop_copy")
    assert str(moved) == "database shop_copy on db.example as ann"
    assert moved.is_scratch


def test_perfkits_own_variable_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    assert conninfo_from_environment() is None
    monkeypatch.setenv("PGSERVICE", "staging")
    assert conninfo_from_environment() == ""
    monkeypatch.setenv("PERFKIT_DSN", "dbname=shop")
    assert conninfo_from_environment() == "dbname=shop"
