"""A page whose OFFSET is a parameter: which row comes before it is looked up for the call at hand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from scratch import scratch_database

from perfkit.db.target import Target
from perfkit.lab import Lab

pytestmark = pytest.mark.server

PAGE = "select id, title from posts where kind = $3 order by posted desc, id desc offset $1 rows fetch next $2 rows only"


SETUP = (
    "create table posts (id int primary key, kind text not null, posted date not null, title text not null)",
    "insert into posts select i, 'k', date '2020-01-01' + i / 50, 'post ' || i from generate_series(1, 60000) i",
    "create index on posts (posted desc, id desc)",
    "vacuum analyze posts",
)


@pytest.fixture(scope="module")
def forum(target: Target) -> Iterator[Target]:
    with scratch_database(target, "pages_test", SETUP) as place:
        yield place


def test_the_page_is_found_by_its_last_row_before(forum: Target) -> None:
    found = Lab(forum).investigate(PAGE, (50000, 25, "k"), runs=2)
    best = found.advice[0]
    assert best.kind == "rewrite"
    assert (best.proof.verdict, best.proof.same_result) == ("improves", True)
    assert "(posted, id) < ('2020-07-19', '10001')" in best.sql
    assert "kind = 'k'" in best.sql
    assert "offset" not in best.sql
    assert "callers must ask in another way" in best.caveats
