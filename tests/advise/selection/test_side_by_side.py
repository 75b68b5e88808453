"""HypoPG is asked through several connections: the advice is that of one, and no more is asked. PERFKIT_POSTGRES names a server that has it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest
from scratch import hypopg_database

from perfkit.advise.indexes.shape import Key, Shape
from perfkit.advise.selection.ask import asked
from perfkit.advise.selection.costs import Costs
from perfkit.advise.selection.hypothetical import Hypothetical
from perfkit.advise.selection.option import Option
from perfkit.advise.selection.planned import Planner
from perfkit.advise.selection.question import Question
from perfkit.db.catalog import read_catalog
from perfkit.db.session import Session
from perfkit.db.sessions import Sessions
from perfkit.db.target import Target
from perfkit.errors import CaptureError
from perfkit.index_advice import IndexAdvice, Wishes, advise
from perfkit.progress import Silent
from perfkit.sql import parse_statement
from perfkit.workload.queries import Workload, query_of

pytestmark = pytest.mark.server

SETUP = """
create table shops (id int primary key, town int not null, name text not null);
create table sales (
    id int primary key, shop_id int not null, day date not null, state text not null, price int not null, weight int not null
);
insert into shops select i, i % 50, 'shop ' || i from generate_series(1, 3000) as i;
insert into sales
    select i, i % 3000, date '2024-01-01' + i % 700, case when i % 40 = 0 then 'open' else 'paid' end, i % 997, i % 997
    from generate_series(1, 60000) as i;
"""

TEXTS = (
    "select sum(price) from sales where shop_id = 77",
    "select id from sales where state = 'open' and price = 5",
    "select id from sales where weight = 5 and price = 5",
    "select shop_id, count(*) from sales where day = '2024-05-05' group by shop_id",
    "select s.name, sum(v.price) from shops as s join sales as v on v.shop_id = s.id where s.town = 7 group by s.name",
    "select id from sales where shop_id = $1 order by day desc limit 5",
    "select name from shops where town = 7 order by name",
    "select count(*) from sales where price between 10 and 12 and day > '2025-11-20'",
    "update sales set state = 'paid' where shop_id = 5 and state = 'open'",
    "select v.id from shops as s join sales as v on v.shop_id = s.id where v.state = 'open' and s.name = 'shop 9'",
    "select max(weight) from sales where day = '2024-06-06' and shop_id < 100",
    "select id from sales where price = 11 or weight = 12",
)


@pytest.fixture(scope="module")
def market(target: Target) -> Iterator[Target]:
    with hypopg_database(target, "side_by_side_test", [SETUP, "vacuum analyze"]) as made:
        yield made


def workload(*texts: str) -> Workload:
    queries = tuple(query_of(f"q{place}", text, calls=place) for place, text in enumerate(texts, 1))
    return Workload(source="folder", queries=queries)


def advised(market: Target, connections: int, **wishes: int) -> IndexAdvice:
    """Less what was measured by the clock."""
    found = advise(market, workload(*TEXTS), Wishes(connections=connections, **wishes), seconds=60)
    return replace(found, stages=(), environment=replace(found.environment, captured_at=""))


@pytest.mark.parametrize("wishes", [{}, {"most_bytes": 1_500_000}, {"most_per_table": 1}], ids=str)
def test_the_advice_is_the_same_with_any_number(market: Target, wishes: dict[str, int]) -> None:
    one = advised(market, 1, **wishes)
    assert one.advice
    assert advised(market, 3, **wishes) == one
    assert advised(market, 4, **wishes) == one


def test_a_plan_does_not_tell_what_was_shown_before(market: Target) -> None:
    """Of two options that are as good the planner takes the same one, however it came to see both."""
    with Session.open(market) as session, session.transaction():
        catalog = read_catalog(session, {"sales"})
        relation = catalog.relation("sales")
        assert relation is not None
        shape = Shape(relation=relation, equal=(), then=(Key(column="shop_id"),))
        options = [Option(number=number, shape=shape) for number in range(3)]
        question = Question(name="q", fingerprint="", statement=parse_statement(TEXTS[0]))
        planner = Planner(Sessions(session), [question], [Hypothetical(session, catalog, None)])
        planner.make(options)
        used = planner.plan(0, 0b111).used
        assert used in (0b001, 0b010, 0b100)
        for before in range(0b111):
            planner.plan(0, before)
            assert planner.plan(0, 0b111).used == used, f"after {before:b}"


def test_what_is_not_known_is_asked_once_each(market: Target) -> None:
    with Session.open(market) as first, Sessions(first, 3) as sessions:
        found = asked(sessions, workload(*TEXTS), (), Silent())
        alone = asked(Sessions(first), workload(*TEXTS), (), Silent())
        assert [question.name for question in found.questions] == [one.name for one in alone.questions]
        assert (found.plans, found.costs) == (alone.plans, alone.costs)
        with sessions.transaction():
            planner = Planner(sessions, found.questions, [Hypothetical(first, found.catalog, None)])
            costs = Costs(planner, [0] * len(found.questions))
            pairs = [(place, 0) for place in range(len(found.questions))]
            plans = costs.ask(pairs)
            assert planner.calls == len(pairs)
            assert costs.ask(pairs[::-1]) == plans[::-1]
            assert planner.calls == len(pairs)
            assert [planner.plan(*pair) for pair in pairs] == plans


def test_nothing_is_left_after_an_error(market: Target) -> None:
    name = "perfkit side by side"
    with Session.open(market, purpose="side by side") as first, Sessions(first, 3) as sessions:
        questions = [
            Question(name=text, fingerprint="", statement=parse_statement(text))
            for text in (*TEXTS[:3], "select nothing from sales", *TEXTS[6:8])
        ]
        with pytest.raises(CaptureError, match="nothing"), sessions.transaction():
            catalog = read_catalog(first, {"sales"})
            planner = Planner(sessions, questions, [Hypothetical(first, catalog, None)])
            planner.each(lambda place: planner.plan(place, 0), range(len(questions)))
    with psycopg.connect(market.conninfo) as connection:
        left = connection.execute("select count(*) from pg_stat_activity where application_name = %s", [name])
        assert left.fetchone() == (0,)
