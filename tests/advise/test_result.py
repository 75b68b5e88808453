"""Whether two statements give the same rows, and in an order that both of them allow."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from scratch import scratch_database

from perfkit.advise.arm import Arm
from perfkit.advise.result import same_result
from perfkit.db.session import Session
from perfkit.db.target import Target
from perfkit.sql import parse_statement

pytestmark = pytest.mark.server

SETUP = (
    "create table talks (id int primary key, room int not null, day int not null)",
    "insert into talks select i, i % 7, i % 3 from generate_series(60, 1, -1) as i",
)

PLAIN = "select t.id, t.day from talks t where t.room = 1 or t.room = 2"
UNITED = (
    "select t.id, t.day from talks t where t.room = 2 union select t.id, t.day from talks t where t.room = 1"
)


@pytest.fixture(scope="module")
def session(target: Target) -> Iterator[Session]:
    with scratch_database(target, "result_test", SETUP) as place, Session.open(place) as session:
        yield session


@pytest.mark.parametrize(
    ("before", "after", "is_same"),
    [
        (f"{PLAIN} order by t.day desc", f"{UNITED} order by day desc", True),
        (f"{PLAIN} order by t.day desc", f"{UNITED} order by 2 desc", True),
        (f"{PLAIN} order by t.day desc", f"{UNITED} order by day", False),
        (f"{PLAIN} order by t.day", f"{UNITED} order by id", False),
        (PLAIN, UNITED, True),
        (f"{PLAIN} order by t.day", "select t.id, t.day from talks t where t.room = 1 order by t.day", False),
    ],
)
def test_rows_that_an_order_leaves_tied_may_change_places(
    session: Session, before: str, after: str, is_same: bool
) -> None:
    with session.transaction():
        arms = [Arm(session, parse_statement(sql), ()) for sql in (before, after)]
        assert same_result(*arms) is is_same
