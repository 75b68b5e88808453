"""The planner is asked about statements whose parameters have no values, as pg_stat_statements tells them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from scratch import scratch_database

from perfkit.advise.selection.ask import asked
from perfkit.advise.selection.planned import Planner
from perfkit.db.session import Session
from perfkit.db.sessions import Sessions
from perfkit.db.target import Target
from perfkit.errors import UsageError
from perfkit.progress import Silent
from perfkit.workload.queries import Workload, query_of

pytestmark = pytest.mark.server

SETUP = """
create table planned_rows (id int primary key, kind int not null, note text not null);
insert into planned_rows select i, i % 100, repeat('x', 60) from generate_series(1, 10000) as i;
create table planned_parts (id int not null, day date not null) partition by range (day);
create table planned_parts_1 partition of planned_parts for values from ('2024-01-01') to ('2024-07-01');
create table planned_parts_2 partition of planned_parts for values from ('2024-07-01') to ('2025-01-01');
insert into planned_parts select i, date '2024-01-01' + i % 366 from generate_series(1, 10000) as i;
"""


@pytest.fixture(scope="module")
def place(target: Target) -> Iterator[Target]:
    with scratch_database(target, "planned_test", [SETUP, "vacuum analyze"]) as made:
        yield made


def workload(*texts: str) -> Workload:
    return Workload(
        source="folder", queries=tuple(query_of(f"q{place}", text) for place, text in enumerate(texts, 1))
    )


def test_parameters_without_values_are_planned_for_any(place: Target) -> None:
    texts = (
        "select note from planned_rows where id = $1",
        "select count(*) from planned_rows where kind = $1 and note <> $2",
        "update planned_rows set kind = $1 where id = $2",
        "select id from planned_rows where note like '%s' and id > $1",
        "select id from planned_rows where kind = 3",
    )
    with Session.open(place) as session:
        found = asked(Sessions(session), workload(*texts), (), Silent())
        assert found.notes == ()
        assert [one.is_generic for one in found.questions] == [True, True, True, True, False]
        with session.transaction():
            planner = Planner(Sessions(session), found.questions, ())
            plans = [planner.plan(number, 0) for number in range(len(texts))]
            again = [planner.plan(number, 0) for number in range(len(texts))]
            assert session.rows("select name from pg_prepared_statements where name like 'perfkit%'") == []
            assert session.rows("show plan_cache_mode") == [{"plan_cache_mode": "auto"}]
    assert plans == again
    assert planner.calls == 10
    assert plans[0].existing == {"planned_rows_pkey"}
    assert plans[0].cost < plans[1].cost, "no null stands for a value: the table is read"


def test_what_cannot_be_planned_is_told_and_the_rest_goes_on(place: Target) -> None:
    texts = (
        "select nothing from planned_rows where id = $1",
        "select id from planned_rows where id = $1 + 'x'",
        "select id from planned_rows where kind = $1",
    )
    with Session.open(place) as session:
        found = asked(Sessions(session), workload(*texts), (), Silent())
    assert [one.name for one in found.questions] == ["q3"]
    assert [note.partition(": ")[2].partition(":")[0] for note in found.notes] == ["q1", "q2"]
    assert 'column "nothing" does not exist at character 8' in found.notes[0]


def test_a_workload_of_nothing_that_can_be_planned(place: Target) -> None:
    with Session.open(place) as session, pytest.raises(UsageError, match="no statement of the workload"):
        asked(Sessions(session), workload("select 1 as a from no_such_table"), (), Silent())


def test_an_excluded_table_needs_nothing(place: Target) -> None:
    text = "select p.id from planned_rows p join planned_parts q on q.id = p.kind where q.day = '2024-02-02'"
    with Session.open(place) as session:
        free = asked(Sessions(session), workload(text), (), Silent())
        bare = asked(Sessions(session), workload(text), ("planned_rows",), Silent())
        named = asked(Sessions(session), workload(text), ("public.planned_rows", "planned_parts"), Silent())
    assert {need.relation.name for need in free.needs[0]} == {"planned_rows", "planned_parts"}
    assert {need.relation.name for need in bare.needs[0]} == {"planned_parts"}
    assert named.needs == ((),)
