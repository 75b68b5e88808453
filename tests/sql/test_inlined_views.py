"""Rewrites reach through views: their queries take their place, and the reader is told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from scratch import scratch_database

from perfkit.catalog import Catalog
from perfkit.db.catalog import read_catalog
from perfkit.db.session import Session
from perfkit.db.target import Target
from perfkit.sql import parse_statement, table_names
from perfkit.sql.rewrites.catalogue import rewrites_of
from perfkit.sql.rewrites.inlined_views import with_views_inlined

pytestmark = pytest.mark.server

SETUP = (
    "create table account (id int primary key, iban text not null)",
    "create table posting (id int primary key, account_id int not null, booked date not null, amount int not null)",
    "insert into account select i, 'iban ' || i from generate_series(1, 20) i",
    "insert into posting select i, 1 + i % 20, date '2024-01-01' + i, i from generate_series(1, 200) i",
    'create view "Balance" as select p.account_id, p.booked,'
    " sum(p.amount) over (partition by p.account_id order by p.booked, p.id) as total from posting p",
)
SQL = "select a.iban, b.booked, b.total from \"Balance\" b join account a on a.id = b.account_id where a.iban = 'iban 7'"


@pytest.fixture(scope="module")
def bank(target: Target) -> Iterator[Session]:
    with scratch_database(target, "inlined_views", SETUP) as place, Session.open(place) as session:
        yield session


def catalog(session: Session, sql: str) -> Catalog:
    with session.transaction():
        return read_catalog(session, table_names(parse_statement(sql)))


def test_a_rewrite_of_what_a_view_asks_gives_the_same_rows(bank: Session) -> None:
    (found,) = rewrites_of(parse_statement(SQL), catalog(bank, SQL))
    assert found.name == "windowed-join-to-lateral"
    assert found.caveats[-1].startswith("asks the tables of public.Balance itself")
    with bank.transaction():
        rows = [sorted(map(str, bank.run_users("", sql))) for sql in (SQL, found.sql)]
    assert rows[0] == rows[1]
    assert len(rows[0]) == 10


@pytest.mark.parametrize(
    "sql", ["select * from account", 'select total from "Balance" as b (account, day, total)']
)
def test_what_is_no_plain_view_is_left(bank: Session, sql: str) -> None:
    assert with_views_inlined(parse_statement(sql), catalog(bank, sql)) is None
