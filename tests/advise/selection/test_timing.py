"""How long each statement takes as it is: none of them takes the time of the others."""

from __future__ import annotations

import pytest

from perfkit.advise.selection.deadline import Deadline
from perfkit.advise.selection.question import Question
from perfkit.advise.selection.timing import times
from perfkit.db.session import Session
from perfkit.db.target import Target
from perfkit.progress import Silent
from perfkit.sql import parse_statement

pytestmark = pytest.mark.server

QUICK = "select count(*) from generate_series(1, 100)"
LONG = "select pg_sleep(0.3)"
ENDLESS = "select pg_sleep(60)"


def questions(*texts: str) -> list[Question]:
    return [Question(name=text, fingerprint="", statement=parse_statement(text)) for text in texts]


def test_one_that_does_not_end_leaves_time_for_the_others(target: Target) -> None:
    with Session.open(target) as session:
        found = times(
            session,
            questions(ENDLESS, QUICK, LONG, QUICK),
            Silent(),
            deadline=Deadline(8.0),
            costs=[9, 1, 1, 1],
        )
    assert found.late == 0
    endless, *others = found.ms
    assert endless is not None
    assert all(ms is not None and ms < endless for ms in others)
    assert found.ms[2] is not None
    assert found.ms[2] >= 300, "it ended in a later pass, or in the first"


def test_what_did_not_end_in_the_time_it_had_is_endless(target: Target) -> None:
    with Session.open(target) as session:
        found = times(session, questions(ENDLESS), Silent(), deadline=Deadline(1.0))
    assert found.endless == {0}
    assert found.ms[0] is not None
    assert found.ms[0] > 900


def test_without_time_nothing_is_run(target: Target) -> None:
    with Session.open(target) as session:
        found = times(session, questions(QUICK, ENDLESS), Silent(), deadline=Deadline(0.0))
    assert (found.ms, found.endless, found.late) == ((None, None), frozenset(), 2)
