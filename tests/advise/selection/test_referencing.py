"""Deleting a row that others may refer to makes PostgreSQL look for them: a workload of deletes is advised indexes no plan shows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from scratch import scratch_database

from perfkit.advise.selection.ask import asked
from perfkit.db.session import Session
from perfkit.db.sessions import Sessions
from perfkit.db.target import Target
from perfkit.index_advice import advise
from perfkit.progress import Silent
from perfkit.workload.queries import Workload, query_of

pytestmark = pytest.mark.server

SETUP = """
create table parent (id int primary key, code text not null unique, note text);
create table "Child" (id int primary key, parent_id int references parent on delete cascade, parent_code text references parent (code));
create table served (id int primary key, parent_id int references parent);
create index on served (parent_id);
insert into parent select i, 'c' || i, 'n' from generate_series(1, 4000) as i;
insert into "Child" select i, 1 + i % 3000, case when i % 2 = 0 then 'c' || 1 + i % 3000 end from generate_series(1, 60000) as i;
insert into served select i, 1 + i % 3000 from generate_series(1, 60000) as i;
"""

DELETE = "delete from parent where id = 3500"


@pytest.fixture(scope="module")
def place(target: Target) -> Iterator[Target]:
    with scratch_database(target, "referencing_test", [SETUP, "vacuum analyze"]) as made:
        yield made


def workload(*texts: str) -> Workload:
    queries = tuple(query_of(f"q{place}", text, calls=200) for place, text in enumerate(texts))
    return Workload(source="folder", queries=queries)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            DELETE,
            [
                'select 1 from only public."Child" where parent_code = $1',
                'select 1 from only public."Child" where parent_id = $1',
            ],
        ),
        (
            "update parent set code = 'x' where id = 3500",
            ['select 1 from only public."Child" where parent_code = $1'],
        ),
        ("update parent set note = 'x' where id = 3500", []),
        ("insert into parent values (0, 'c0', 'n')", []),
        ("select note from parent where id = 7", []),
    ],
)
def test_what_foreign_keys_have_looked_up(place: Target, text: str, expected: list[str]) -> None:
    with Session.open(place) as session:
        found = asked(Sessions(session), workload(text), (), Silent())
    behind = [question for question in found.questions if question.name != "q0"]
    assert sorted(question.statement.text for question in behind) == expected
    assert all(len(question.parameters) == 1 and question.weight == 200 for question in behind)
    assert len(found.plans) == len(found.needs) == len(found.costs) == len(found.questions)


def test_a_key_that_needs_quotes_is_read_as_it_is(place: Target) -> None:
    with Session.open(place) as session:
        first, *behind = asked(Sessions(session), workload(DELETE), (), Silent()).questions
    assert first.statement.text == DELETE
    assert [question.name for question in behind] == [
        "q0, foreign key Child_parent_code_fkey",
        "q0, foreign key Child_parent_id_fkey",
    ]


def test_deletes_are_advised_the_index_their_plans_do_not_show(place: Target) -> None:
    found = advise(place, workload(DELETE), seconds=20)
    created = {step.sql for one in found.advice for step in one.steps} | {one.sql for one in found.advice}
    assert any('ON public."Child" (parent_id)' in sql for sql in created)
    assert not any("served" in sql for sql in created)
    effects = {one.name: one for one in found.queries}
    helped = effects["q0, foreign key Child_parent_id_fkey"]
    assert (helped.verdict, helped.same_result) == ("improves", True)
    with Session.open(place) as session:
        assert session.rows("select count(*) as n from parent") == [{"n": 4000}]
