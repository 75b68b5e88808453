"""Statements run with the chosen indexes and without: their rows are compared, those that write are run too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest
from scratch import scratch_database

from perfkit.advise.selection.query_effect import QueryEffect
from perfkit.db.session import Session
from perfkit.db.target import Target
from perfkit.index_advice import IndexAdvice, advise
from perfkit.workload.queries import Workload, query_of

pytestmark = pytest.mark.server

SETUP = """
create table parcels (
    id int primary key, sender int not null, state int not null, weight float8 not null, touched int not null, note text not null
);
insert into parcels
    select i, i * 7 % 5000, i % 9, 1.0 / i, i % 997, repeat('p', 90) from generate_series(1, 40000) as i;
create table depots (id int primary key, slot int not null, code int not null, note text not null);
insert into depots select i, i % 4000, i % 3000, repeat('d', 90) from generate_series(1, 30000) as i;
create table boxes (id int primary key, touched int not null, moved int not null, note text not null);
insert into boxes select i, i % 997, i * 7 % 1009, repeat('b', 60) from generate_series(1, 30000) as i;
create function shelf(int) returns int language plpgsql immutable as 'begin return $1 % 10; end';
create index depots_shelf_idx on depots (shelf(code)) where slot < 3000;
create or replace function shelf(int) returns int language plpgsql immutable as 'begin return $1 % 7; end';
"""


def workload(statements: Mapping[str, tuple[str, float]]) -> Workload:
    return Workload(
        source="folder",
        queries=tuple(query_of(name, text, calls=calls) for name, (text, calls) in statements.items()),
    )


@pytest.fixture(scope="module")
def post(target: Target) -> Iterator[Target]:
    with scratch_database(target, "proven_results_test", [SETUP, "vacuum analyze"]) as made:
        yield made


def effects(found: IndexAdvice) -> dict[str, QueryEffect]:
    return {one.name: one for one in found.queries}


def created(found: IndexAdvice) -> list[str]:
    return [one.sql for one in found.advice if "CREATE INDEX" in one.sql]


def test_rows_are_compared_and_what_may_vary_is_told(post: Target) -> None:
    found = advise(
        post,
        workload(
            {
                "fixed": ("select id, note from parcels where sender = 77", 100),
                "sum": ("select sum(weight), count(*) from parcels where sender between 10 and 60", 100),
                "any": ("select id from parcels where touched < 3 order by touched limit 3", 100),
                "moment": ("select id, random() from parcels where sender = 78", 100),
            }
        ),
        seconds=30,
    )
    seen = effects(found)
    assert {name: one.verdict for name, one in seen.items()} == dict.fromkeys(seen, "improves")
    assert (seen["fixed"].same_result, seen["fixed"].not_compared) == (True, "")
    assert seen["sum"].same_result is True, "doubles added up in another order"
    assert seen["moment"].same_result is None
    assert "may rightly come out otherwise" in seen["moment"].not_compared
    assert seen["any"].same_result is not False, "any of the rows that tie will do"
    sender = next(one for one in found.advice if "sender" in one.sql)
    assert sender.proof.same_result is None
    assert sender.proof.not_compared.startswith("of 1 of the 3 statements: rows that tie")
    assert f"Rows were not compared: {sender.proof.not_compared}" in " ".join(str(found).split())


def test_an_index_with_which_other_rows_come_is_refused(post: Target) -> None:
    """The function of an index that is there was changed, so that without a new index it gives the rows of before."""
    text = "select id from depots where shelf(code) = 3 and slot < 3000 and slot = 33"
    with Session.open(post) as session:
        plan = "\n".join(str(row["QUERY PLAN"]) for row in session.rows("explain " + text))
    assert "depots_shelf_idx" in plan
    found = advise(post, workload({"shelves": (text, 100)}), seconds=30)
    assert not created(found)
    assert found.rejected
    assert {one.reason.partition(":")[0] for one in found.rejected} == {
        "with it shelves gives other rows than without"
    }
    assert "REINDEX" in found.rejected[0].reason


def test_a_write_that_searches_is_run(post: Target) -> None:
    found = advise(
        post,
        workload(
            {
                "touch": ("update parcels set touched = touched + 1 where sender = 123", 100),
                "forget": ("delete from depots where code = 17 and slot = 17", 100),
                "send": ("insert into parcels values (1000000, 5, 3, 0.5, 9, 'new')", 100),
                "again": ("insert into parcels values (1, 5, 3, 0.5, 9, 'there already')", 100),
            }
        ),
        seconds=30,
    )
    seen = effects(found)
    assert (seen["touch"].verdict, seen["touch"].same_result) == ("improves", True)
    assert (seen["forget"].verdict, seen["forget"].same_result) == ("improves", True)
    assert seen["send"].verdict != "harms", "a row more in each index cannot be felt"
    assert seen["send"].before_ms is not None
    assert seen["again"].before_ms is None
    assert seen["again"].reason.startswith("it could not be run: duplicate key")
    assert {one.proof.level for one in found.advice if "CREATE" in one.sql} == {"executed"}
    with Session.open(post) as session:
        assert session.rows("select count(*) as n from parcels") == [{"n": 40000}]


WRITE = "update boxes set touched = touched + 1, moved = moved + 1 where id + 0 between 1 and 6000"
"""The planner expects one row in two hundred, so that the search thinks little of it."""


def reads_and_write(reads: float, writes: float) -> Workload:
    return workload(
        {
            "touched": ("select id, note from boxes where touched = 500", reads),
            "moved": ("select id, note from boxes where moved = 500", reads),
            "write": (WRITE, writes),
        }
    )


def test_a_write_that_loses_more_than_reads_gain_has_its_index_refused(post: Target) -> None:
    found = advise(post, reads_and_write(50, 60), seconds=30)
    reasons = {one.sql.partition("boxes ")[2]: one.reason for one in found.rejected}
    assert any("more in all its calls than the other statements gain" in one for one in reasons.values())
    assert len([sql for sql in created(found) if "(touched)" in sql or "(moved)" in sql]) < 2


def test_a_write_that_is_slower_is_seen_where_reads_gain_more(post: Target) -> None:
    found = advise(post, reads_and_write(60_000, 1), seconds=30)
    assert len([sql for sql in created(found) if "(touched)" in sql or "(moved)" in sql]) == 2
    seen = effects(found)
    assert (seen["touched"].verdict, seen["moved"].verdict) == ("improves", "improves")
    assert seen["write"].blocks_ratio is not None
    assert seen["write"].blocks_ratio > 1.2
    assert seen["write"].same_result is True
    is_told = found.verdict.endswith("2 of 3 faster, 1 slower")
    assert is_told == (seen["write"].verdict == "harms"), "its time may drown in noise, its blocks do not"


def test_a_write_of_most_of_its_table_is_not_run(post: Target) -> None:
    text = "update boxes set touched = touched + 1"
    found = advise(
        post,
        workload({"read": ("select id from boxes where touched = 5", 60_000), "write": (text, 1)}),
        seconds=30,
    )
    assert effects(found)["write"].before_ms is None
    assert effects(found)["write"].reason == "it writes too much of its table: weighed by its plan"


def test_a_statement_that_ends_neither_with_nor_without_earns_no_index(target: Target) -> None:
    """What it would gain is not known, so nothing is built for it; one that ends with the index alone gets it."""
    setup = (
        "create table sacks (id int primary key, owner int not null, weight int not null, note text not null)",
        "insert into sacks select i, i % 4000, i, repeat('s', 90) from generate_series(1, 30000) as i",
        "create function slow(int) returns int language plpgsql cost 100 as 'begin perform pg_sleep(0.001); return $1; end'",
        "vacuum analyze sacks",
    )
    statements = {
        "never": ("select count(*) from sacks where weight between 5000 and 9000 and slow(weight) > 0", 10),
        "with_it": (
            "select count(*) from generate_series(1, 9000) as g, lateral"
            " (select id from sacks where owner = g and weight > g limit 1) as first",
            10,
        ),
    }
    with scratch_database(target, "endless_test", setup) as place:
        hasty = replace(place, limits=replace(place.limits, statement_timeout=1.5))
        found = advise(hasty, workload(statements), seconds=30)
    seen = effects(found)
    assert not any("(weight" in sql for sql in created(found)), created(found)
    assert seen["never"].verdict == "inconclusive"
    refused = [one for one in found.rejected if "(weight" in one.sql]
    assert refused
    assert any("(owner" in sql for sql in created(found)), created(found)
    assert (seen["with_it"].verdict, seen["with_it"].not_compared) == (
        "improves",
        "without the indexes it does not end",
    )
