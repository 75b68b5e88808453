"""What statements do with a set, as runs show: known where it was seen before, and seen anew where the plan used what is gone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from scratch import scratch_database

from perfkit.advise.indexes.shape import Key, Shape
from perfkit.advise.selection.built import Built
from perfkit.advise.selection.costs import Costs
from perfkit.advise.selection.deadline import Deadline
from perfkit.advise.selection.effect import LATE, SAME_PLAN
from perfkit.advise.selection.option import Option
from perfkit.advise.selection.planned import Planner
from perfkit.advise.selection.question import Question
from perfkit.advise.selection.timing import Timed
from perfkit.advise.selection.verify import Verifier
from perfkit.db.catalog import read_catalog
from perfkit.db.session import Session
from perfkit.db.sessions import Sessions
from perfkit.db.target import Target
from perfkit.progress import Silent
from perfkit.sql import parse_statement

pytestmark = pytest.mark.server

SETUP = """
create table doors (id int primary key, house int not null, street int not null, note text not null);
insert into doors select i, i % 5000, i % 700, repeat('d', 90) from generate_series(1, 40000) as i;
"""
HOUSE, STREET = 0b01, 0b10


@pytest.fixture(scope="module")
def town(target: Target) -> Iterator[Target]:
    with scratch_database(target, "verify_test", [SETUP, "vacuum analyze"]) as made:
        yield made


@contextmanager
def verifying(town: Target, text: str, deadline: Deadline) -> Iterator[Verifier]:
    """Both indexes are built; nobody thinks that the statement would use them."""
    with Session.open(town) as session:
        with session.transaction():
            relation = read_catalog(session, {"doors"}).relation("doors")
        assert relation is not None
        questions = [Question(name="q", fingerprint="", statement=parse_statement(text))]
        options = [
            Option(number=number, shape=Shape(relation=relation, equal=(), then=(Key(column=name),)))
            for number, name in enumerate(("house", "street"))
        ]
        with session.transaction(writes=True):
            built = Built(session)
            planner = Planner(Sessions(session), questions, (built,))
            planner.make(options)
            yield Verifier(
                session,
                built,
                questions,
                Costs(planner, [0]),
                Silent(),
                writes={},
                timed=Timed(ms=(None,)),
                deadline=deadline,
                hide=planner.hide,
            )


def test_a_plan_that_used_what_nobody_thought_it_would_is_not_taken_for_that_of_another_set(
    town: Target,
) -> None:
    with verifying(town, "select id from doors where house = 7", Deadline(60)) as verifier:
        assert [verifier.effects(chosen)[0].used for chosen in (HOUSE, HOUSE | STREET)] == [HOUSE, HOUSE]
        without = verifier.effects(STREET)[0]
        assert (without.used, without.reason) == (0, SAME_PLAN)


@pytest.mark.parametrize(("column", "alone"), [("house", HOUSE), ("note", 0)])
def test_one_statement_is_looked_at_with_any_set(town: Target, column: str, alone: int) -> None:
    """And it is seen whether the plan touches the table beside the index."""
    with verifying(town, f"select {column} from doors where house = 7", Deadline(60)) as verifier:
        effect = verifier.look(0, HOUSE | STREET)
        assert (effect.used, effect.alone, effect.reason) == (HOUSE, alone, "")
        assert effect.runs
        assert verifier.look(0, STREET).used == 0


def test_once_the_time_is_up_what_ran_with_the_same_plan_before_is_known(town: Target) -> None:
    deadline = Deadline(60)
    with verifying(town, "select id from doors where house = 7", deadline) as verifier:
        before = verifier.look(0, HOUSE)
        with deadline.until(0.0):
            assert verifier.look(0, HOUSE | STREET) == before
            assert verifier.look(0, STREET).reason == SAME_PLAN
    with verifying(town, "select id from doors where house = 7", Deadline(0)) as verifier:
        found = verifier.look(0, HOUSE | STREET)
        assert (found.used, found.reason, found.proof) == (HOUSE, LATE, None)
