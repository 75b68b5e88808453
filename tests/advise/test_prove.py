"""Remedies tried for real on a server: what helps is advice, what does not is rejected, and nothing is left behind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from scratch import scratch_database

from perfkit.db.clone import PREFIX
from perfkit.db.session import Session
from perfkit.db.target import Target
from perfkit.lab import Lab

pytestmark = pytest.mark.server

SLOW = "select count(*), max(price) from orders where customer_id = 77"


SETUP = (
    "create table orders (id bigint primary key, customer_id int not null, price numeric)",
    "insert into orders select i, i % 2000, i from generate_series(1, 100000) as i",
    "create table lines (id bigint primary key, order_id bigint references orders)",
    "insert into lines select i, i from generate_series(1, 50000) as i",
    "vacuum analyze",
)


@pytest.fixture(scope="module")
def shop(target: Target) -> Iterator[Target]:
    """Orders without an index on the customer, and lines that reference them without one."""
    with scratch_database(target, "prove_test", SETUP) as place:
        yield place


def indexes(place: Target) -> list[str]:
    with Session.open(place) as session:
        rows = session.rows("select indexname::text from pg_indexes where schemaname = 'public' order by 1")
    return [str(row["indexname"]) for row in rows]


def clones(place: Target) -> int:
    with Session.open(place) as session:
        return len(session.rows("select from pg_database where starts_with(datname, %s)", [PREFIX]))


def test_an_index_that_helps_is_proven_on_a_clone(shop: Target) -> None:
    found = Lab(shop).investigate(SLOW, runs=2)
    best = found.advice[0]
    assert best.sql == "CREATE INDEX orders_customer_id_idx ON public.orders (customer_id)"
    assert (best.proof.level, best.proof.verdict, best.proof.same_result) == ("executed", "improves", True)
    assert best.proof.blocks_ratio is not None
    assert best.proof.blocks_ratio < 0.2
    assert best.price.size_bytes
    assert best.price.build_ms
    assert best.proof.after is not None
    assert any(node.index for node in best.proof.after.plan.walk())
    assert "missing-index-filter" in [finding.id for finding in found.findings if best.id in finding.advice]
    assert found.verdict.endswith(best.sql)
    assert (indexes(shop), clones(shop)) == (["lines_pkey", "orders_pkey"], 0)


def test_where_no_clone_can_be_made_the_trial_is_rolled_back(shop: Target) -> None:
    """Somebody else is connected: the index is built in place and undone."""
    with Session.open(shop):
        found = Lab(shop).investigate(SLOW, runs=2)
    assert found.advice[0].proof.verdict == "improves"
    assert any("not on a clone" in note for note in found.notes)
    assert indexes(shop) == ["lines_pkey", "orders_pkey"]


def test_what_the_planner_leaves_alone_is_rejected(shop: Target) -> None:
    found = Lab(shop).investigate("select count(*) from orders where customer_id > 10", runs=2)
    assert found.advice == ()
    assert found.verdict.startswith("Nothing to fix here")


def test_a_foreign_key_is_served_out_of_the_plans_sight(shop: Target) -> None:
    """The trigger's search shows in no node, so the clock decides."""
    found = Lab(shop).investigate(
        "delete from orders where id between 90001 and 90040", runs=2, allow_writes=True
    )
    assert "CREATE INDEX lines_order_id_idx ON public.lines (order_id)" in [one.sql for one in found.advice]
    with Session.open(shop) as session:
        assert session.rows("select count(*) as n from orders") == [{"n": 100000}]


def test_without_leave_to_change_nothing_is_tried(shop: Target) -> None:
    found = Lab(replace(shop, is_scratch=False)).investigate(SLOW, runs=2)
    assert found.advice[0].id == "index-1"
    assert (found.advice[0].proof.level, found.advice[0].proof.verdict) == ("none", "inconclusive")
    assert "--scratch" in found.advice[0].proof.reason


def test_a_role_that_owns_nothing_gets_unproven_advice(shop: Target) -> None:
    """What could not be tried is not said to be useless."""
    from psycopg.conninfo import make_conninfo

    with Session.open(shop) as session:
        session.change("drop role if exists reader")
        session.change("create role reader login")
        session.change("grant select on orders to reader")
    try:
        reader = replace(shop, conninfo=make_conninfo(shop.conninfo, user="reader"))
        found = Lab(reader).investigate(SLOW, runs=2)
        assert "must be owner of table orders" in found.advice[0].proof.reason
        assert found.rejected == ()
    finally:
        with Session.open(shop) as session:
            session.change("drop owned by reader")
            session.change("drop role reader")


def test_the_budget_ends_the_trials(shop: Target) -> None:
    found = Lab(shop).investigate(SLOW, runs=2, budget_seconds=-1)
    assert found.advice[0].proof.reason == "not tried: the time ran out"
    assert any("budget" in note for note in found.notes)


def test_a_spare_index_is_no_matter_of_a_statement_that_reads(shop: Target) -> None:
    """Time may fall by chance; only fewer blocks show that an index less was written."""
    with Session.open(shop) as session:
        session.change("create index spare on lines (id)")
    try:
        found = Lab(shop).investigate(
            "select count(*), max(order_id) from lines where order_id % 3 = 0", runs=2
        )
    finally:
        with Session.open(shop) as session:
            session.change("drop index spare")
    assert not [one.sql for one in found.advice if one.sql.startswith("DROP")]
