"""What a trigger's statements search without an index is named, and an index for it is proven by the clock."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from perfkit.advise.evidence import Evidence
from perfkit.advise.indexes.trigger_searches import trigger_search_candidates
from perfkit.advise.propose import propose
from perfkit.advise.prove import prove
from perfkit.capture.capture import capture
from perfkit.capture.values import Capture
from perfkit.db.session import Session
from perfkit.db.target import Target
from perfkit.findings.examine import examine
from perfkit.findings.finding import Finding
from perfkit.progress import Silent
from perfkit.sql import parse_statement

pytestmark = pytest.mark.server

SETUP = (
    "create table products (id int primary key, sold bigint not null default 0)",
    "create table lines (id int primary key, product_id int not null, order_id int not null, pieces int not null)",
    "create table found (id int primary key, product_id int not null, seen boolean)",
    "create table small (id int primary key, product_id int not null)",
    "insert into products select i, 0 from generate_series(1, 500) i",
    "insert into lines select i, 1 + i % 500, i / 4, i % 9 from generate_series(1, 60000) i",
    "insert into found select i, i % 500, false from generate_series(1, 400) i",
    "insert into small select i, i from generate_series(1, 50) i",
    "create index on lines (order_id)",
    """create function keep_sold() returns trigger language plpgsql as $$ begin
    update products set sold = (select sum(pieces) from lines where product_id = new.product_id) where id = new.product_id;
    return null; end $$""",
    """create function sum_of_order() returns trigger language plpgsql as $$ begin
    perform sum(l.pieces), count(*) from lines l, generate_series(1, 400) where order_id = new.product_id; return null; end $$""",
    "create trigger keep_sold after insert or update of pieces on lines for each row execute function keep_sold()",
    "create trigger keep_sold after update on found for each row execute function keep_sold()",
    "create trigger sum_of_order after update on small for each row execute function sum_of_order()",
    "vacuum analyze products, lines, found, small",
)

INSERT = "insert into lines select 100000 + i, i, 0, 1 from generate_series(1, 60) i"
UPDATE_OF_ITS_TABLE = "update lines set pieces = pieces + 1 where order_id between 10 and 24"
UPDATE_OF_ANOTHER = "update found set seen = true where id <= 60"


@pytest.fixture(scope="module")
def stock(target: Target) -> Iterator[Target]:
    with Session.open(target) as session:
        session.change("drop database if exists stock with (force)")
        session.change("create database stock")
    place = target.at("stock")
    with Session.open(place) as session:
        for sql in SETUP:
            session.change(sql)
    yield place
    with Session.open(target) as session:
        session.change("drop database stock with (force)")


def seen(place: Target, sql: str) -> tuple[Capture, tuple[Finding, ...]]:
    statement = parse_statement(sql)
    with Session.open(place) as session:
        captured = capture(session, statement, (), runs=2, allow_writes=True)
    return captured, tuple(examine(captured.measurement.plan, statement, captured.catalog))


@pytest.mark.parametrize("sql", [INSERT, UPDATE_OF_ITS_TABLE, UPDATE_OF_ANOTHER])
def test_the_index_a_trigger_lacks_is_named_and_proven(stock: Target, sql: str) -> None:
    captured, findings = seen(stock, sql)
    finding = next(one for one in findings if one.id == "trigger-dominated-write")
    assert "it searches lines by product_id, which no index leads with" in finding.title
    candidates = tuple(trigger_search_candidates(captured.catalog, findings))
    assert [one.sql for one in candidates] == [
        "CREATE INDEX lines_product_id_idx ON public.lines (product_id)"
    ]
    advice = prove(candidates, parse_statement(sql), captured, stock, progress=Silent()).advice
    assert [(one.kind, one.proof.verdict, one.cures) for one in advice] == [
        ("index", "improves", ("trigger-dominated-write",))
    ]
    assert (advice[0].proof.time_ratio or 1.0) < 0.5


def test_a_trigger_that_finds_its_index_needs_none(stock: Target) -> None:
    sql = "update small set product_id = product_id + 1"
    captured, findings = seen(stock, sql)
    finding = next(one for one in findings if one.id == "trigger-dominated-write")
    assert "searched_relation" not in finding.evidence
    evidence = Evidence(
        statement=parse_statement(sql),
        catalog=captured.catalog,
        plan=captured.measurement.plan,
        findings=findings,
    )
    assert [one for one in propose(evidence)[0] if one.kind == "index"] == []
