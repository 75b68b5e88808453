"""Where nothing may be changed and there is no HypoPG, a copy of schema and statistics is asked about a whole workload."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from scratch import needs_statistics_server, scratch_database

from perfkit.advise.indexes.shape import Key, Method, Shape
from perfkit.advise.selection.ask import asked
from perfkit.advise.selection.copied import planned_alike, told_expressions
from perfkit.advise.selection.expressions import known_expressions
from perfkit.advise.selection.option import Option
from perfkit.advise.selection.planned import Planner, whole_plan
from perfkit.advise.selection.question import Question
from perfkit.advise.selection.sketched import Sketched
from perfkit.catalog import Catalog
from perfkit.dataset import load
from perfkit.db.catalog import read_catalog
from perfkit.db.servers import Server
from perfkit.db.servers.relation_files import set_pages
from perfkit.db.session import Session
from perfkit.db.sessions import Sessions
from perfkit.db.statistics_lab import StatisticsLab, statistics_lab
from perfkit.db.target import Target
from perfkit.errors import CapabilityMissing
from perfkit.index_advice import IndexAdvice, advise
from perfkit.progress import Silent
from perfkit.query_file import read_queries
from perfkit.sql import parse_statement
from perfkit.workload.queries import Workload, query_of

pytestmark = [pytest.mark.server, needs_statistics_server]

SETUP = """
create table orders (
    id int primary key, customer_id int not null, state text not null, ordered_on date not null, price int not null,
    note text not null
);
insert into orders
    select i, i * 7 % 20000 + 1, case when i % 50 = 0 then 'open' else 'done' end, date '2020-01-01' + i * 11 % 1500, i % 997,
        repeat('x', 100)
    from generate_series(1, 50000) as i;
create table lines (order_id int not null, item int not null, quantity int not null, note text not null);
insert into lines select i * 13 % 50000 + 1, i % 700, i % 9, repeat('z', 60) from generate_series(1, 50000) as i;
create table people (id int primary key, email text not null, about text not null);
insert into people
    select i, 'User' || i || '@example.com', 'likes ' || (array['sun', 'moon', 'stars', 'rain'])[i % 4 + 1] || ' and w' || i % 300
    from generate_series(1, 20000) as i;
create table visits (account_id int not null, day date not null, pages int not null) partition by range (day);
create table visits_1 partition of visits for values from ('2024-01-01') to ('2024-03-01');
create table visits_2 partition of visits for values from ('2024-03-01') to ('2025-01-01');
insert into visits select i * 17 % 10000, date '2024-01-01' + i % 366, i % 10 from generate_series(1, 30000) as i;
"""

TEXTS = {
    "by customer": "select id, price from orders where customer_id = 77",
    "open": "select id from orders where state = 'open' order by ordered_on limit 20",
    "bought": "select l.item, l.quantity from orders o join lines l on l.order_id = o.id where o.customer_id = 5",
    "visits": "select day, pages from visits where account_id = 34",
    "email": "select id from people where lower(email) = 'user7@example.com'",
    "words": "select id from people where to_tsvector('simple', about) @@ to_tsquery('simple', 'w77')",
    "key": "select price from orders where id = 9",
    "any": "select count(*) from orders where customer_id = $1",
}
NAMES = ("orders", "lines", "people", "visits", "visits_1", "visits_2")
CLOSE = 0.1


@pytest.fixture(scope="module")
def shop(target: Target) -> Iterator[Target]:
    with scratch_database(target, "statistics_advice_test", [SETUP, "vacuum analyze"]) as made:
        with Session.open(made) as session:
            if session.rows("select from pg_extension where extname = 'hypopg'"):
                pytest.skip("this server has HypoPG in every database")
        yield made


@pytest.fixture(scope="module")
def catalog(shop: Target) -> Catalog:
    with Session.open(shop) as session, session.transaction():
        return read_catalog(session, NAMES)


@pytest.fixture(scope="module")
def lab(shop: Target) -> Iterator[StatisticsLab]:
    with statistics_lab(shop, NAMES) as made:
        yield made


def workload() -> Workload:
    return Workload(
        source="folder", queries=tuple(query_of(name, text, calls=100) for name, text in TEXTS.items())
    )


def option(
    catalog: Catalog, number: int, table: str, *columns: str, predicate: tuple[str, ...] = ()
) -> Option:
    relation = catalog.relation(table)
    assert relation is not None
    keys = tuple(Key(column=column) for column in columns)
    return Option(
        number=number,
        shape=Shape(relation=relation, equal=(), then=keys, predicate=predicate),
        kept=0.02 if predicate else None,
    )


def questions(*texts: str) -> list[Question]:
    return [Question(name=text, fingerprint="", statement=parse_statement(text)) for text in texts]


def test_the_planner_sees_what_is_shown(lab: StatisticsLab, catalog: Catalog) -> None:
    found = questions(TEXTS["by customer"], TEXTS["visits"], "select id from orders where state = 'open'")
    planner = Planner(Sessions(lab.session), found, [Sketched(lab, catalog)])
    alone = [planner.plan(place, 0) for place in range(3)]
    planner.make(
        [
            option(catalog, 0, "orders", "customer_id"),
            option(catalog, 1, "visits", "account_id"),
            option(catalog, 2, "orders", "ordered_on", predicate=("state = 'open'",)),
        ]
    )
    assert [planner.plan(place, 0) for place in range(3)] == alone, "new ones are hidden"
    for place in range(3):
        helped = planner.plan(place, 0b111)
        assert (helped.used, helped.cost < alone[place].cost * 0.7) == (1 << place, True)
        assert planner.plan(place, 0b111 & ~(1 << place)) == alone[place]
    planner.make([option(catalog, 3, "orders", "customer_id", "price", "id")])
    assert planner.plan(0, 0b1000).used == 0b1000, "one that is thought of later"
    assert [planner.plan(place, 0) for place in range(3)] == alone


def test_an_option_costs_what_it_costs_when_it_is_built(shop: Target, catalog: Catalog) -> None:
    ddl = (
        (
            "create index on orders (customer_id)",
            option(catalog, 0, "orders", "customer_id"),
            TEXTS["by customer"],
        ),
        (
            "create index on orders (ordered_on) where state = 'open'",
            option(catalog, 1, "orders", "ordered_on", predicate=("state = 'open'",)),
            TEXTS["open"],
        ),
        ("create index on visits (account_id)", option(catalog, 2, "visits", "account_id"), TEXTS["visits"]),
        (
            "create index on lines (order_id, item)",
            option(catalog, 3, "lines", "order_id", "item"),
            TEXTS["bought"],
        ),
    )
    with statistics_lab(shop, NAMES) as lab:
        planner = Planner(
            Sessions(lab.session), questions(*(text for _, _, text in ddl)), [Sketched(lab, catalog)]
        )
        planner.make([one for _, one, _ in ddl])
        for place, (sql, _, text) in enumerate(ddl):
            with Session.open(shop) as session, session.transaction(writes=True):
                session.execute(sql)
                built = Planner(Sessions(session), questions(text), ()).plan(0, 0)
            sketched = planner.plan(place, 1 << place)
            assert sketched.used == 1 << place
            assert sketched.cost == pytest.approx(built.cost, rel=CLOSE, abs=1.0)


@pytest.mark.parametrize(
    ("expression", "method", "text"),
    [
        ("lower(email)", "btree", TEXTS["email"]),
        ("id % 7", "btree", "select email from people where id % 7 = 3"),
        ("to_tsvector('simple', about)", "gin", TEXTS["words"]),
        (
            "to_tsvector('simple', about)",
            "gin",
            "select id from people where to_tsvector('simple', about) @@ to_tsquery('simple', 'moon')",
        ),
    ],
)
def test_an_expression_is_known_from_a_sample(
    shop: Target, catalog: Catalog, expression: str, method: Method, text: str
) -> None:
    relation = catalog.relation("people")
    assert relation is not None
    one = Option(
        number=0,
        shape=Shape(
            relation=relation, equal=(), then=(Key(expression=expression),), method=method, given_name="told"
        ),
    )
    with Session.open(shop) as session:
        with session.transaction():
            known = known_expressions(session, [one], catalog)
        with session.transaction(writes=True):
            session.execute(one.shape.sql)
            session.execute("analyze people")
            built = whole_plan(session, questions(text)[0])
    with statistics_lab(shop, NAMES) as lab:
        planner = Planner(Sessions(lab.session), questions(text), [Sketched(lab, catalog, known)])
        planner.make([one])
        planner.plan(0, 1)
        sketched = whole_plan(lab.session, questions(text)[0])
    assert built.root.estimate is not None
    assert sketched.root.estimate is not None
    assert sketched.root.estimate.rows == pytest.approx(built.root.estimate.rows, rel=0.2, abs=5)
    assert sketched.root.estimate.total_cost == pytest.approx(built.root.estimate.total_cost, rel=0.25, abs=5)


def test_an_expression_of_which_nothing_is_known_is_left_out(lab: StatisticsLab, catalog: Catalog) -> None:
    relation = catalog.relation("people")
    assert relation is not None
    one = Option(number=0, shape=Shape(relation=relation, equal=(), then=(Key(expression="lower(email)"),)))
    assert not Sketched(lab, catalog).holds(one)
    assert told_expressions([one], {})


def test_a_table_of_several_files(target: Target, server: Server) -> None:
    """Options are made on it as fast as on any, and it is as long as before afterwards."""
    setup = [
        "create table vast (id bigint not null, kind int not null)",
        "insert into vast select i, i % 100 from generate_series(1, 1000) as i",
        "vacuum analyze",
    ]
    with scratch_database(target, "vast_test", setup) as made:
        with Session.open(made) as session:
            (row,) = session.rows("select pg_relation_filepath('vast') as path")
        set_pages(server.data_directory, str(row["path"]), 300_000)
        with Session.open(made) as session, session.transaction():
            catalog = read_catalog(session, ["vast"])
        with statistics_lab(made, ["vast"]) as lab:
            planner = Planner(
                Sessions(lab.session),
                questions("select id from vast where kind = 7"),
                [Sketched(lab, catalog)],
            )
            alone = planner.plan(0, 0)
            for number, columns in enumerate((["kind"], ["kind", "id"])):
                planner.make([option(catalog, number, "vast", *columns)])
                assert planner.plan(0, 0) == alone
                assert planner.plan(0, 1 << number).used == 1 << number


def test_the_statements_of_a_data_set_are_planned_as_in_the_source(target: Target, server: Server) -> None:
    place = Target(
        conninfo=server.conninfo(
            load("tracker", server.conninfo, scale=0.01, database="tracker_lab").database
        )
    )
    with Session.open(place) as session:
        found = asked(Sessions(session), read_queries("tracker"), (), Silent())
    tables = [one.qualified_name for one in found.catalog.relations]
    with statistics_lab(place, tables) as lab:
        kept = planned_alike(lab, found)
        if lab.is_other_major:
            return
        assert kept.questions == found.questions
        assert [note for note in kept.notes if "over a tenth" in note] == []
        same = sum(
            whole_plan(lab.session, question).shape == plan.shape
            for question, plan in zip(found.questions, found.plans, strict=True)
        )
        assert same >= 0.95 * len(found.questions)


@pytest.fixture(scope="module")
def planned(shop: Target) -> IndexAdvice:
    return advise(replace(shop, is_scratch=False), workload(), seconds=30)


def held(found: IndexAdvice) -> set[frozenset[str]]:
    """Table, columns and conditions of each index; whether a last column is a key or only held is a matter of a page or two."""
    return {
        frozenset(re.findall(r"[\w']+", one.sql.partition(" ON ")[2])) - {"INCLUDE"} for one in found.advice
    }


def test_the_advice_is_what_building_advises(shop: Target, planned: IndexAdvice) -> None:
    built = advise(shop, workload(), seconds=30)
    assert built.backend == "built"
    assert held(planned) == held(built)


def test_it_says_where_it_was_planned(planned: IndexAdvice) -> None:
    assert (planned.level, planned.backend) == ("planned", "statistics")
    assert planned.planned_on is not None
    assert planned.verdict.endswith("planned only, not executed")
    assert f"without data, on PostgreSQL {planned.planned_on}" in " ".join(str(planned).split())
    assert {(one.proof.level, one.proof.verdict) for one in planned.advice} == {("planned", "improves")}


def test_nothing_is_changed(shop: Target) -> None:
    def state() -> list[object]:
        with Session.open(shop) as session:
            return [
                session.rows("select indexname::text as name from pg_indexes where schemaname = 'public'"),
                session.rows("select datname::text as name from pg_database order by 1"),
            ]

    before = state()
    assert advise(replace(shop, is_scratch=False), workload(), seconds=30).advice
    assert state() == before
    assert before[0] == [{"name": "orders_pkey"}, {"name": "people_pkey"}]


def test_where_it_cannot_be_copied(shop: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence says why, and names the other ways."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PERFKIT_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(
        CapabilityMissing, match=r"cannot be copied \(.*file.*\).*HypoPG.*--scratch"
    ) as caught:
        advise(replace(shop, is_scratch=False), workload(), seconds=30)
    assert "\n" not in str(caught.value)
