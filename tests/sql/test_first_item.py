"""Another item first in a FROM: the same rows of the same statement, as PostgreSQL gives them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from scratch import scratch_database

from perfkit.db.catalog import read_catalog
from perfkit.db.session import Session
from perfkit.db.target import Target
from perfkit.sql import parse_statement
from perfkit.sql.rewrites.first_item import with_another_first

pytestmark = pytest.mark.server

SETUP = """
create table a (id int, x int);
create table b (id int, a_id int, y int);
create table c (id int, b_id int, z int);
insert into a select i, i % 5 from generate_series(1, 40) as i;
insert into b select i, i % 44, i % 7 from generate_series(1, 60) as i;
insert into c select i, i % 70, i % 3 from generate_series(1, 80) as i;
"""

CASES = {
    "select a.id, b.id as b from a, b where a.id = b.a_id and y = 3": ["public.b"],
    "select a.id, b.id as b from a join b on a.id = b.a_id and y > 1": ["public.b"],
    "select a.id, c.id as c from a join b on a.id = b.a_id join c on c.b_id = b.id where z = 1 or x = 2": [
        "public.b",
        "public.c",
    ],
    "select a.id, c.id as c from a join b on a.id = b.a_id left join c on c.b_id = b.id and z = 1 where y = 2": [
        "public.b"
    ],
    "select a.id, y from a left join b on a.id = b.a_id": [],
    "select a.id, y, z from a join b on a.id = b.a_id right join c on c.b_id = b.id": [],
    "select count(*) as n from a, b where a.id = b.a_id and exists (select from b as s, c where s.id = c.b_id and s.a_id = a.id)": [
        "public.b",
        "public.c",
    ],
    "select a.id, s.n from a, lateral (select count(*) as n from b where b.a_id = a.id) as s": [],
    "select a.id, b.id as b from a join b using (id)": [],
    "with few as (select b.id, z from b, c where b.id = c.b_id) select a.id, z from a, few where a.id = few.id": [
        "public.c"
    ],
    "select a.id from a": [],
}


@pytest.fixture(scope="module")
def place(target: Target) -> Iterator[Target]:
    with scratch_database(target, "first_item_test", [SETUP, "vacuum analyze"]) as made:
        yield made


@pytest.mark.parametrize("text", CASES)
def test_another_item_first(place: Target, text: str) -> None:
    with Session.open(place) as session, session.transaction():
        catalog = read_catalog(session, {"a", "b", "c"})
        spellings = list(with_another_first(parse_statement(text), catalog))
        assert [one.table for one in spellings] == CASES[text]
        own = sorted(session.run_users("", text), key=repr)
        for spelling in spellings:
            assert spelling.sql != text
            assert sorted(session.run_users("", spelling.sql), key=repr) == own
