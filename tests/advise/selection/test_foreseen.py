"""Where not all options can be built, a search on a copy of schema and statistics says which to build first."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

import pytest
from scratch import needs_statistics_server, scratch_database

from perfkit.advise.selection.ask import Asked, asked
from perfkit.advise.selection.deadline import Deadline
from perfkit.advise.selection.foreseen import CHOSEN, LEAST_SECONDS, UNUSED, USED, foreseen
from perfkit.advise.selection.option import Option
from perfkit.advise.selection.pool import pooled
from perfkit.advise.selection.preparing import FORESEEN_FIRST, in_building_order, is_too_much
from perfkit.advise.selection.problem import Limits
from perfkit.advise.selection.workplace import by_urgency
from perfkit.advise.whatif import is_available
from perfkit.db.session import Session
from perfkit.db.sessions import Sessions
from perfkit.db.target import Target
from perfkit.index_advice import Wishes, advise
from perfkit.progress import Silent
from perfkit.workload.queries import Workload, query_of

pytestmark = [pytest.mark.server, needs_statistics_server]

SETUP = """
create table parcels (id int primary key, sender int not null, town int not null, kind int not null, weight int not null, note text not null);
insert into parcels
    select i, i * 7 % 20000, i % 300, i % 2, i * 11 % 900, repeat('p', 120) from generate_series(1, 60000) as i;
"""

TEXTS = {
    "of a sender": "select id, weight from parcels where sender = 77",
    "of any kind": "select count(note) from parcels where kind >= 0",
    "heavy": "select id from parcels where weight = 899 and town = 20",
}


@pytest.fixture(scope="module")
def post(target: Target) -> Iterator[Target]:
    with scratch_database(target, "foreseen_test", [SETUP, "vacuum analyze"]) as made:
        yield made


def workload() -> Workload:
    queries = tuple(query_of(name, text, calls=10) for name, text in TEXTS.items())
    return Workload(source="folder", queries=queries)


def thought_of(session: Session) -> tuple[Asked, tuple[Option, ...]]:
    found = asked(Sessions(session), workload(), (), Silent())
    return found, pooled(found.needs, found.costs)


def added(before: tuple[Option, ...], after: tuple[Option, ...]) -> dict[str, int]:
    return {
        old.shape.body: new.rank - old.rank
        for old, new in zip(before, after, strict=True)
        if old.shape.body == new.shape.body
    }


def test_what_is_chosen_comes_first_and_what_nobody_uses_last(post: Target) -> None:
    with Session.open(post) as session:
        found, options = thought_of(session)
        ranked = foreseen(session, found, options, Limits(), Silent(), Deadline(60))
        first = by_urgency(ranked, found.catalog)[0]
    how = added(options, ranked)
    assert len(how) == len(options)
    assert set(how.values()) == {CHOSEN, USED, UNUSED}
    assert how["(kind)"] == UNUSED, "all rows are read as well without an index"
    assert min(value for body, value in how.items() if body.startswith("(sender")) == CHOSEN
    assert first.rank < USED


def test_without_time_or_a_copy_the_options_stay_as_they_are(post: Target) -> None:
    with Session.open(post) as session:
        found, options = thought_of(session)
        for left in (0.0, LEAST_SECONDS / 2):
            assert foreseen(session, found, options, Limits(), Silent(), Deadline(left)) == options


def test_a_copy_that_cannot_be_had_is_no_fault(post: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("perfkit.db.statistics_lab.lab.LEAST_MAJOR", 99)
    with Session.open(post) as session:
        found, options = thought_of(session)
        assert foreseen(session, found, options, Limits(), Silent(), Deadline(60)) == options


def test_foresight_is_asked_for_only_where_not_all_can_be_built(post: Target) -> None:
    with Session.open(post) as session:
        found, options = thought_of(session)
    assert not is_too_much(options, found.catalog, inf, 10**12)
    assert is_too_much(options, found.catalog, 0.01, 10**12) == (not is_available(found.catalog))


def test_how_the_first_to_build_were_found_is_told(post: Target) -> None:
    """HypoPG shows all options without building them: then there is nothing to find out."""
    with Session.open(post) as session:
        found, options = thought_of(session)

        def ordered(budget_bytes: int) -> tuple[tuple[Option, ...], tuple[str, ...]]:
            return in_building_order(session, found, options, Limits(), budget_bytes, Silent(), Deadline(60))

        assert ordered(10**12) == (options, ())
        first, notes = ordered(2 * 1024**2)
    assert notes == (() if is_available(found.catalog) else (FORESEEN_FIRST,))
    assert added(options, first).keys() == {one.shape.body for one in options}


def test_advice_with_little_room_builds_what_is_worth_it(post: Target) -> None:
    """Room for a few of the options only."""
    found = advise(post, workload(), Wishes(), seconds=60, budget_bytes=100 * 1024**2)
    assert found.level == "executed"
    assert {one.name for one in found.queries if one.verdict == "improves"} >= {"of a sender", "heavy"}
