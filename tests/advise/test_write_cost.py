"""What an index costs at each write, measured on a server, and that nothing of the measuring is left behind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from perfkit.advise.write_cost import BATCH_ROWS, WriteCost, write_cost, write_cost_on_clone
from perfkit.catalog import Relation
from perfkit.db.catalog import read_catalog
from perfkit.db.session import Session
from perfkit.db.target import Target

pytestmark = pytest.mark.server

SETUP = """
create table places (id int primary key);
insert into places select generate_series(1, 100);
create table orders (
    id bigint generated always as identity primary key,
    place_id int not null references places,
    code text not null unique,
    state text not null,
    total numeric not null check (total >= 0),
    doubled numeric generated always as (total * 2) stored
);
create index orders_place_id_idx on orders (place_id);
create index orders_state_idx on orders (state);
insert into orders (place_id, code, state, total)
    select i % 100 + 1, 'c' || i, case when i % 20 = 0 then 'new' else 'done' end, i from generate_series(1, 20000) as i;
create table lines (order_id bigint references orders, n int);
insert into lines select i, 1 from generate_series(1, 20000) as i;
create function refuse() returns trigger language plpgsql as 'begin raise exception ''no''; end';
create trigger refusing before delete on orders for each row execute function refuse();
create table events (at date not null, kind text, author int) partition by range (at);
create table events_1 partition of events for values from ('2024-01-01') to ('2025-01-01');
create table events_2 partition of events for values from ('2025-01-01') to ('2026-01-01');
insert into events select date '2025-01-01' + i % 300, 'k', i from generate_series(1, 5000) as i;
create table bare (n int);
create view seen as select * from orders;
"""


@pytest.fixture(scope="module")
def shop(target: Target) -> Iterator[Target]:
    with Session.open(target) as session:
        session.change("drop database if exists write_cost_test with (force)")
        session.change("create database write_cost_test")
    place = target.at("write_cost_test")
    with Session.open(place) as session:
        session.change(SETUP)
        session.change("vacuum analyze")
    yield place
    with Session.open(target) as session:
        session.change("drop database write_cost_test with (force)")


def cost(place: Target, table: str, *ddl: str) -> WriteCost | None:
    with Session.open(place) as session, session.transaction(writes=True):
        return write_cost(session, relation(session, table), ddl)


def cost_on_clone(place: Target, table: str, *ddl: str) -> WriteCost | None:
    with Session.open(place) as session:
        with session.transaction():
            known = relation(session, table)
        before = contents(session)
        measured = write_cost_on_clone(session, known, ddl)
        assert contents(session) == before
    return measured


def relation(session: Session, table: str) -> Relation:
    found = read_catalog(session, [table]).relation(table)
    assert found is not None
    return found


def contents(session: Session) -> list[dict[str, object]]:
    return session.rows(
        "select (select sum(hashtext(o::text)) from orders as o) as orders,"
        " (select array_agg(indexdef order by indexdef) from pg_indexes where schemaname = 'public') as indexes"
    )


def test_an_index_costs_wal_and_the_hot_updates_of_its_column(shop: Target) -> None:
    measured = cost_on_clone(shop, "orders", "create index on orders (total)")
    assert measured is not None
    assert measured.rows == BATCH_ROWS
    assert measured.updated_column == "total"
    assert measured.wal_bytes_before
    assert measured.wal_bytes_after
    assert measured.wal_bytes_after - measured.wal_bytes_before > 30
    assert measured.update_wal_bytes_before
    assert measured.update_wal_bytes_after
    assert measured.update_wal_bytes_after > measured.update_wal_bytes_before
    assert measured.ms_before
    assert measured.ms_after
    assert measured.hot_share_before is not None
    assert measured.hot_share_after is not None
    assert (measured.hot_share_before > 0.9, measured.hot_share_after < 0.1) == (True, True)


def test_within_a_transaction_under_wal_level_minimal_only_the_wal_before_is_known(shop: Target) -> None:
    """As on the embedded server: an index made in the transaction itself writes none."""
    measured = cost(shop, "orders", "create index on orders (total)")
    assert measured is not None
    assert measured.wal_bytes_before
    assert (measured.wal_bytes_after, measured.update_wal_bytes_after) == (None, None)
    assert measured.ms_after
    assert measured.hot_share_after is not None


def test_a_replacement_is_measured_with_what_it_drops_and_put_back(shop: Target) -> None:
    measured = cost_on_clone(
        shop, "orders", "create index on orders (place_id, id)", "drop index orders_place_id_idx"
    )
    assert measured is not None
    assert measured.updated_column == "place_id"
    assert (measured.hot_share_before, measured.hot_share_after) == (
        pytest.approx(0, abs=0.1),
        pytest.approx(0, abs=0.1),
    )


def test_a_column_that_must_be_unique_is_not_given_another_rows_value(shop: Target) -> None:
    measured = cost(shop, "orders", "create index on orders (code, id)")
    assert measured is not None
    assert (measured.updated_column, measured.hot_share_before) == (None, None)
    assert measured.ms_after


def test_the_largest_partition_stands_for_a_partitioned_table(shop: Target) -> None:
    measured = cost_on_clone(shop, "events", "create index on events (author)")
    assert measured is not None
    assert measured.updated_column == "author"
    assert measured.hot_share_after == pytest.approx(0, abs=0.1)


@pytest.mark.parametrize("table", ["bare", "seen"])
def test_nothing_to_write_is_nothing_to_measure(shop: Target, table: str) -> None:
    assert cost(shop, table) is None


def test_a_role_that_cannot_leave_triggers_out_learns_what_it_may(shop: Target) -> None:
    """The trigger refuses to let rows go, so nothing is inserted; updates are measured all the same."""
    with Session.open(shop) as session:
        session.change("drop role if exists clerk")
        session.change("create role clerk login")
        session.change("grant create on schema public to clerk")
        session.change("alter table orders owner to clerk")
    try:
        from dataclasses import replace

        from psycopg.conninfo import make_conninfo

        clerk = replace(shop, conninfo=make_conninfo(shop.conninfo, user="clerk"))
        measured = cost(clerk, "orders", "create index on orders (total)")
        assert measured is not None
        assert (measured.ms_before, measured.ms_after) == (None, None)
        assert measured.hot_share_before is not None
    finally:
        with Session.open(shop) as session:
            session.change("alter table orders owner to postgres")
            session.change("drop owned by clerk")
            session.change("drop role clerk")
