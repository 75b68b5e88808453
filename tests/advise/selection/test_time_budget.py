"""Advice within a budget of time: what there is no time for is told, and what is said is as true as ever."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import inf

import pytest
from scratch import scratch_database

from perfkit import document
from perfkit.advise.indexes.shape import Key, Shape
from perfkit.advise.selection.answer import UNPROVEN
from perfkit.advise.selection.built import Built
from perfkit.advise.selection.deadline import Deadline
from perfkit.advise.selection.option import Option
from perfkit.advise.selection.stages import Clocked
from perfkit.db.catalog import read_catalog
from perfkit.db.session import Session
from perfkit.db.target import Target
from perfkit.index_advice import SCHEMA, IndexAdvice, advise
from perfkit.progress import Silent
from perfkit.workload.queries import Workload, query_of

pytestmark = pytest.mark.server

SETUP = """
create table meters (id int primary key, house int not null, street int not null, state int not null, note text not null);
insert into meters select i, i % 5000, i % 700, i % 7, repeat('m', 90) from generate_series(1, 40000) as i;
"""

TEXTS = [
    *(f"select id from meters where house = {number}" for number in range(1, 16)),
    *(f"select note from meters where street = {number} and state = 3" for number in range(1, 16)),
    "update meters set state = 4 where street = 19",
]


@pytest.fixture(scope="module")
def town(target: Target) -> Iterator[Target]:
    with scratch_database(target, "time_budget_test", [SETUP, "vacuum analyze"]) as made:
        yield made


def found_within(town: Target, seconds: float) -> IndexAdvice:
    queries = tuple(query_of(f"q{number}", text) for number, text in enumerate(TEXTS, 1))
    return advise(town, Workload(source="folder", queries=queries), seconds=seconds)


def test_no_time_at_all(town: Target) -> None:
    found = found_within(town, 0.0)
    assert found.verdict == "No index was considered: the time, or the room, did not suffice to make one"
    assert (found.level, found.unit, found.advice, found.migration) == ("planned", "cost", (), "")
    assert "left out: the last 11 of 31 statements: the time was up" in found.notes
    assert any(note.startswith("20 of 20 statements were not timed as they are") for note in found.notes)
    assert any("options were not considered" in note for note in found.notes)
    assert found.cost_after == found.cost_before
    assert document.from_document(IndexAdvice, document.to_document(found, SCHEMA), SCHEMA) == found


@pytest.mark.parametrize("seconds", [0.3, 1.0, 2.0])
def test_little_time(town: Target, seconds: float) -> None:
    """However far it comes: what was not run is not said to be proven, and where something was left out a note says so."""
    found = found_within(town, seconds)
    run = {one.name for one in found.queries if one.before_ms is not None}
    late = [one for one in found.queries if one.reason.startswith("no time was left to run it")]
    assert all(one.proof.same_result is None for one in found.advice if one.proof.level != "executed")
    assert bool(run) == (found.level == "executed")
    assert all(one.same_result is None for one in found.queries if one.name not in run)
    assert bool(late) == any("statements that the indexes change were run" in note for note in found.notes)
    assert found.cost_after <= found.cost_before
    assert document.from_document(IndexAdvice, document.to_document(found, SCHEMA), SCHEMA) == found
    to_run = [line for line in found.migration.splitlines() if line.startswith("CREATE INDEX")]
    unproven = [one for one in found.advice if UNPROVEN in one.caveats]
    assert len(to_run) == len(found.advice) - len(unproven), (
        "what was not run stands in the script as a remark"
    )
    assert all(one.proof.level == "planned" for one in unproven)
    assert bool(unproven) == ("planned only: no time" in found.verdict)


def test_a_session_may_wait_while_the_solver_thinks(town: Target) -> None:
    hasty = replace(town, limits=replace(town.limits, idle_in_transaction_timeout=0.001))
    found = found_within(hasty, 20.0)
    assert (found.level, found.notes) == ("executed", ())


def test_where_the_time_went(town: Target) -> None:
    found = found_within(town, 30.0)
    names = [one.name for one in found.stages]
    assert names[:3] == ["clone database time_budget_test", "plan the workload", "think of options"]
    assert {"prepare options", "search for the best set", "run the workload with and without"} <= set(names)
    assert len(names) == len(set(names))
    assert all(one.seconds >= 0 for one in found.stages)
    assert found.notes == ()
    assert "search for the best set" in str(found)


def test_nothing_is_built_once_the_time_is_up(town: Target) -> None:
    with Session.open(town) as session, session.transaction(writes=True):
        relation = read_catalog(session, {"meters"}).relation("meters")
        assert relation is not None
        options = [
            Option(number=number, shape=Shape(relation=relation, equal=(), then=(Key(column=name),)))
            for number, name in enumerate(("house", "street"))
        ]
        over = Built(session, deadline=Deadline(0.0))
        assert over.make(options) == {}
        assert (over.late, over.has(0), over.on({"public.meters"})) == (0b11, False, 0)
        built = Built(session, deadline=Deadline())
        assert list(built.make(options)) == [0, 1]
        assert (built.late, built.on({"public.meters"}), built.on({"public.others"})) == (0, 0b11, 0)
        assert built.drops(0b10) == ("drop index public.perfkit_option_1",)


def test_shares_of_the_time() -> None:
    endless = Deadline()
    with endless.until(0.0):
        assert (endless.left, endless.is_over) == (inf, False)
    hour = Deadline(3600.0)
    with hour.until(0.5):
        assert 0 < hour.left <= 1800
        with hour.until(0.0):
            assert hour.is_over
    assert 1800 < hour.left <= 3600
    assert Deadline(0.0).is_over
    assert (hour.at_most(0.25), endless.at_most(0.25)) == (900.0, inf)
    with hour.until(0.1):
        assert 0 < hour.at_most(0.25) <= 360
    hour.begin(2.0)
    assert hour.left > 3600, "no less than the share of what was given at first"


def test_stages_within_stages_are_counted_apart() -> None:
    clocked = Clocked(Silent())
    with clocked.stage("outer", 2) as advance:
        advance()
        with clocked.stage("inner"):
            pass
        advance()
    with clocked.stage("outer"):
        pass
    assert [one.name for one in clocked.times()] == ["outer", "inner"]
