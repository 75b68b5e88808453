"""Databases for the tests of one module, and what servers must have for some of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from perfkit.db.servers import installations
from perfkit.db.session import Session
from perfkit.db.statistics_lab.lab import LEAST_MAJOR
from perfkit.db.target import Target

needs_statistics_server = pytest.mark.skipif(
    not any((one.bin_directory / "pg_dump").exists() for one in installations() if one.major >= LEAST_MAJOR),
    reason="no server here takes statistics",
)


@contextmanager
def scratch_database(target: Target, name: str, setup: Iterable[str]) -> Iterator[Target]:
    """An empty database in which the statements of ``setup`` have run; dropped at the end."""
    with Session.open(target) as session:
        session.change(f"drop database if exists {name} with (force)")
        session.change(f"create database {name}")
    place = target.at(name)
    with Session.open(place) as session:
        for sql in setup:
            session.change(sql)
    yield place
    with Session.open(target) as session:
        session.change(f"drop database {name} with (force)")


@contextmanager
def hypopg_database(target: Target, name: str, setup: Iterable[str]) -> Iterator[Target]:
    """The same with HypoPG, and nobody declared it scratch. Skips where the server does not bring it."""
    with Session.open(target) as session:
        if not session.rows("select from pg_available_extensions where name = 'hypopg'"):
            pytest.skip("this server has no HypoPG")
    with scratch_database(target, name, ["create extension hypopg", *setup]) as made:
        yield replace(made, is_scratch=False)
