"""Where nothing may be changed HypoPG is asked for a whole workload. PERFKIT_POSTGRES names a server that has it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from scratch import hypopg_database

from perfkit.advise.indexes.shape import Key, Method, Shape
from perfkit.advise.selection.hypothetical import Hypothetical
from perfkit.advise.selection.option import Option
from perfkit.advise.selection.planned import Planner
from perfkit.advise.selection.question import Question
from perfkit.db.catalog import read_catalog
from perfkit.db.session import Session
from perfkit.db.sessions import Sessions
from perfkit.db.target import Target
from perfkit.index_advice import Wishes, advise
from perfkit.sql import parse_statement
from perfkit.workload.queries import Workload, query_of

pytestmark = pytest.mark.server

SETUP = """
create table orders (id bigint primary key, customer_id int not null, state text not null, price int not null, note text not null,
    spot point);
insert into orders
    select i, i % 2000, case when i % 50 = 0 then 'open' else 'done' end, i % 997, repeat('x', 60)
    from generate_series(1, 50000) as i;
create table numbers (number int not null);
insert into numbers values (7), (77);
"""

TEXTS = (
    "select sum(price) from orders where customer_id = 77",
    "select id from orders where state = 'open' and price = 5",
    "select id from orders where customer_id = $1",
    "select id from orders where lower(note) = 'x'",
)


@pytest.fixture(scope="module")
def production(target: Target) -> Iterator[Target]:
    with hypopg_database(target, "whatif_advice_test", [SETUP, "vacuum analyze"]) as made:
        yield made


def option(place: Target, number: int, key: Key, method: Method = "btree") -> Option:
    with Session.open(place) as session, session.transaction():
        relation = read_catalog(session, {"orders"}).relation("orders")
    assert relation is not None
    return Option(number=number, shape=Shape(relation=relation, equal=(), then=(key,), method=method))


def test_the_planner_sees_what_is_pretended(production: Target) -> None:
    options = [
        option(production, 0, Key(column="customer_id")),
        option(production, 1, Key(column="price")),
        option(production, 2, Key(expression="lower(note)")),
        option(production, 3, Key(column="note"), "gin"),
    ]
    questions = [Question(name=text, fingerprint="", statement=parse_statement(text)) for text in TEXTS[:2]]
    with Session.open(production) as session, session.transaction():
        catalog = read_catalog(session, {"orders"})
        stage = Hypothetical(session, catalog, lambda _: 4711)
        planner = Planner(Sessions(session), questions, [stage])
        planner.make(options)
        assert planner.sizes == {0: 4711, 1: 4711}, "neither expressions nor GIN"
        alone = planner.plan(0, 0)
        assert alone.used == 0
        helped = planner.plan(0, 0b11)
        assert (helped.used, helped.cost < alone.cost / 2) == (0b01, True)
        assert planner.plan(1, 0b11).used == 0b10
        assert planner.plan(0, 0b10).used == 0
        assert planner.plan(0, 0) == alone, "hidden again"
        told = Hypothetical(session, catalog, None).make(options[:1])
        assert told[0] > 100_000, "HypoPG's own estimate"
        assert session.rows("select count(*) as n from hypopg_list_indexes") == [{"n": 0}]


def test_what_hypopg_refuses_is_left_out(production: Target) -> None:
    """There is no order of points; what is shown when that is found out is shown afterwards too."""
    keys = [Key(column="customer_id"), Key(column="spot"), Key(column="price")]
    options = [option(production, number, key) for number, key in enumerate(keys)]
    questions = [Question(name=text, fingerprint="", statement=parse_statement(text)) for text in TEXTS[:2]]
    with Session.open(production) as session, session.transaction():
        catalog = read_catalog(session, {"orders"})
        planner = Planner(Sessions(session), questions, [Hypothetical(session, catalog, None)])
        planner.make(options[:1])
        helped = planner.plan(0, 0b1)
        assert helped.used == 0b1
        planner.make(options[1:])
        assert sorted(planner.sizes) == [0, 2]
        assert planner.plan(0, 0b1) == helped
        assert planner.plan(1, 0b111).used == 0b100
        assert session.rows("select count(*) as n from hypopg_list_indexes") == [{"n": 2}]


def test_a_partial_index_of_a_table_that_does_not_stand_first(production: Target) -> None:
    text = "select n.number from numbers as n join orders as o on o.customer_id = n.number where o.state = 'open'"
    with Session.open(production) as session, session.transaction():
        catalog = read_catalog(session, {"orders", "numbers"})
        relation = catalog.relation("orders")
        assert relation is not None
        key = Key(column="customer_id")
        partial = Shape(relation=relation, equal=(), then=(key,), predicate=("state = 'open'",))
        question = Question(name="q", fingerprint="", statement=parse_statement(text))
        planner = Planner(Sessions(session), [question], [Hypothetical(session, catalog, None)])
        planner.make([Option(number=0, shape=partial)])
        alone = planner.plan(0, 0)
        assert (alone.used, planner.calls) == (0, 1), "no other spelling without a partial index"
        helped = planner.plan(0, 1)
        assert (helped.used, helped.cost < alone.cost / 2) == (1, True)
        assert planner.calls == 5, "both spellings without it, to see that they are the same, and with it"
        planner.plan(0, 1)
        assert planner.calls == 7


@pytest.mark.parametrize(("calls", "is_minded"), [(4_000.0, False), (600_000.0, True)])
def test_what_writes_cost_is_told_as_an_estimate(production: Target, calls: float, is_minded: bool) -> None:
    """Nothing can be measured; where the writes come close to what is saved, it is to be minded."""
    queries = (
        query_of("read", TEXTS[0], calls=1000),
        query_of("sold", "insert into orders values (70000, 1, 'open', 3, 'x')", calls=calls),
    )
    found = advise(production, Workload(source="folder", queries=queries), Wishes(), seconds=10)
    (one,) = found.advice
    told = [
        said for said in (one.rationale, *one.caveats) if "by estimate the workload's own writes pay" in said
    ]
    assert [said in one.caveats for said in told] == [is_minded]
    assert "whatever" not in str(found)


def test_a_workload_is_planned_and_nothing_changed(production: Target) -> None:
    queries = tuple(query_of(f"q{n}", text, calls=100) for n, text in enumerate(TEXTS, 1))
    found = advise(production, Workload(source="folder", queries=queries), Wishes(), seconds=20)
    assert (found.level, found.backend, found.notes) == ("planned", "hypopg", ())
    assert found.advice
    assert {(one.proof.level, one.proof.verdict) for one in found.advice} == {("planned", "improves")}
    assert all(one.price.size_bytes for one in found.advice)
    assert found.verdict.endswith("planned only, not executed")
    effects = {one.name: one for one in found.queries}
    assert {one.before_ms for one in found.queries} == {None}
    assert all(effects[name].cost_after < effects[name].cost_before / 2 for name in ("q1", "q2", "q3"))
    assert effects["q4"].cost_after == effects["q4"].cost_before, "an expression cannot be pretended"
    assert "planned only" in str(found)
    with Session.open(production) as session:
        assert session.rows("select indexname as name from pg_indexes where tablename = 'orders'") == [
            {"name": "orders_pkey"}
        ]
        assert session.rows("select datname from pg_database where datname like 'perfkit_clone_%'") == []
