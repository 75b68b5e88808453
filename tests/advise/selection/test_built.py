"""Options that are really built: the planner sees those that are shown and no other, and none is there afterwards."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from scratch import scratch_database

from perfkit.advise.indexes.shape import Key, Shape
from perfkit.advise.selection.built import Built
from perfkit.advise.selection.option import Option
from perfkit.advise.selection.planned import Planner, whole_plan
from perfkit.advise.selection.question import Question
from perfkit.catalog import Catalog
from perfkit.db.catalog import read_catalog
from perfkit.db.session import Session
from perfkit.db.sessions import Sessions
from perfkit.db.target import Target
from perfkit.errors import CapabilityMissing
from perfkit.sql import parse_statement

pytestmark = pytest.mark.server

SETUP = """
create table built_rows (id int primary key, kind int not null, code text not null, body text not null);
insert into built_rows
    select i, i % 500, md5(i::text), case when i = 77 then (select string_agg(md5(j::text), '') from generate_series(1, 300) as j)
        else 'b' || i end
    from generate_series(1, 20000) as i;
create table built_parts (id int not null, day date not null) partition by range (day);
create table built_parts_1 partition of built_parts for values from ('2024-01-01') to ('2024-07-01');
create table built_parts_2 partition of built_parts for values from ('2024-07-01') to ('2025-01-01');
insert into built_parts select i, date '2024-01-01' + i % 366 from generate_series(1, 20000) as i;
"""

TEXTS = (
    "select id from built_rows where kind = 7 and code = 'x'",
    "select id from built_rows where lower(code) = 'x'",
    "select day from built_parts where id = 7",
    "select id from built_rows where body = 'b7'",
)
KIND, CODE, LOWER, PARTS, BODY = range(5)


@pytest.fixture(scope="module")
def place(target: Target) -> Iterator[Target]:
    with scratch_database(target, "built_test", [SETUP, "vacuum analyze"]) as made:
        yield made


def options(catalog: Catalog) -> list[Option]:
    rows, parts = catalog.relation("built_rows"), catalog.relation("built_parts")
    assert rows is not None
    assert parts is not None
    keys = [
        (rows, Key(column="kind")),
        (rows, Key(column="code")),
        (rows, Key(expression="lower(code)")),
        (parts, Key(column="id")),
        (rows, Key(column="body")),
    ]
    return [
        Option(number=number, shape=Shape(relation=relation, equal=(), then=(key,)))
        for number, (relation, key) in enumerate(keys)
    ]


def questions() -> list[Question]:
    return [Question(name=text, fingerprint="", statement=parse_statement(text)) for text in TEXTS]


def names(session: Session) -> list[str]:
    return [str(row["name"]) for row in session.rows("select indexname as name from pg_indexes order by 1")]


def test_the_planner_sees_what_is_shown(place: Target) -> None:
    with Session.open(place) as session:
        with session.transaction():
            catalog = read_catalog(session, {"built_rows", "built_parts"})
            before = names(session)
        with session.transaction(writes=True):
            ticks: list[int] = []
            built = Built(session, lambda: ticks.append(1))
            planner = Planner(Sessions(session), questions(), [built])
            planner.make(options(catalog))
            assert len(ticks) == 5
            assert sorted(planner.sizes) == [KIND, CODE, LOWER, PARTS], "a body is too long for a b-tree"
            everything = sum(1 << number for number in planner.sizes)
            assert [planner.plan(place, 0).used for place in range(4)] == [0, 0, 0, 0]
            both = 1 << KIND | 1 << CODE
            assert planner.plan(0, both).used == 1 << CODE, "the more selective of two"
            assert planner.plan(0, 1 << KIND).used == 1 << KIND
            assert planner.plan(0, everything & ~both).used == 0
            assert planner.plan(1, 1 << LOWER).used == 1 << LOWER
            assert planner.plan(2, everything).used == 1 << PARTS, "by the names of its partitions' indexes"
            assert planner.plan(2, everything & ~(1 << PARTS)).used == 0
            alone, helped = planner.plan(0, 0).cost, planner.plan(0, everything).cost
            assert helped < alone / 5
            assert planner.plan(0, 0).cost == alone, "shown and hidden again"
            for number, size in planner.sizes.items():
                told = session.rows(
                    "select coalesce(sum(pg_relation_size(c.oid)), 0)::bigint as size from pg_class as c join pg_index as i on"
                    " i.indexrelid = c.oid where c.oid = any (%s::oid[])",
                    [built._oids[number]],
                )
                assert told == [{"size": size}]
        with session.transaction():
            assert names(session) == before
            assert session.rows("select 1 as bad from pg_index where not indisvalid") == []
            assert not {node.index for node in whole_plan(session, questions()[0]).walk()} - {None}


def test_an_expression_has_statistics(place: Target) -> None:
    """Without them the planner would expect a two-hundredth of the rows."""
    with Session.open(place) as session:
        with session.transaction():
            catalog = read_catalog(session, {"built_rows", "built_parts"})
        with session.transaction(writes=True):
            planner = Planner(Sessions(session), questions(), [Built(session)])
            planner.make([options(catalog)[LOWER]])
            planner.plan(1, 1 << LOWER)
            rows = whole_plan(session, questions()[1]).root.estimate
            assert rows is not None
            assert rows.rows == 1


def test_the_limits_of_the_session_are_as_before(place: Target) -> None:
    with Session.open(place) as session, session.transaction(writes=True):
        before = session.rows("show statement_timeout")
        catalog = read_catalog(session, {"built_rows", "built_parts"})
        Built(session).make(options(catalog)[:1])
        assert session.rows("show statement_timeout") == before


def test_only_a_superuser_hides_indexes(place: Target) -> None:
    with Session.open(place) as session, session.transaction(writes=True):
        session.execute("create role built_nobody")
        session.execute("set local role built_nobody")
        with pytest.raises(CapabilityMissing, match="sets of indexes cannot be compared") as caught:
            Built(session)
        assert "superuser" in str(caught.value)
