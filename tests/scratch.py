"""A database for the tests of one module."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from perfkit.db.session import Session
from perfkit.db.target import Target


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
