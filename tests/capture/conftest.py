"""A small database for what sessions do before, beside and while a statement runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from perfkit.db.session import Session
from perfkit.db.target import Target
from perfkit.lab import Lab

TABLES = (
    "create table jobs (id bigint generated always as identity primary key, state text not null, body text)",
    "insert into jobs (state, body) select case when i % 1000 = 0 then 'rare' else 'done' end, repeat('x', 60)"
    " from generate_series(1, 100000) as i order by random()",
    "create index jobs_state on jobs (state)",
    "create table prices (id integer primary key, amount numeric)",
    "insert into prices select i, i from generate_series(1, 1000) as i",
    "create function writes() returns integer language sql volatile"
    " as 'insert into prices values (-1, 0) returning 1'",
    "vacuum analyze",
)


@pytest.fixture(scope="package")
def scratch(target: Target) -> Iterator[Lab]:
    """A scratch database with a skewed table."""
    with Session.open(target) as session:
        session.change("drop database if exists sessions_test with (force)")
        session.change("create database sessions_test")
    place = target.at("sessions_test")
    with Session.open(place) as session:
        for sql in TABLES:
            session.change(sql)
    yield Lab(place)


@pytest.fixture(scope="package")
def production(scratch: Lab) -> Lab:
    """The same database, not declared scratch."""
    return Lab(replace(scratch.target, is_scratch=False))
