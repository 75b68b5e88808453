"""One statement with and without, run by turns: a first look shows plain harm, more runs make sure, and no run is wasted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from perfkit.advise.arm import Arm
from perfkit.advise.selection.effect import TOLERANCE
from perfkit.advise.selection.trial import LONG_MS, PAIRS, Plain, Trial
from perfkit.db.session import Session
from perfkit.db.target import Target
from perfkit.sql import parse_statement

pytestmark = pytest.mark.server

SLEEP = parse_statement("select pg_sleep(current_setting('trial.seconds')::float8)")
LONGEST_MS = 20_000.0


@pytest.fixture
def session(target: Target) -> Iterator[Session]:
    with Session.open(target) as session, session.transaction(writes=True):
        yield session


def arm(session: Session, seconds: float) -> Arm:
    """The same statement, which sleeps for so long."""
    return Arm(session, SLEEP, (), first=[f"set local trial.seconds = {seconds}"])


def plain(session: Session, seconds: float, endless_ms: float | None = None) -> Plain:
    side = arm(session, seconds)
    return Plain(arm=side, plan=side.planned(), endless_ms=endless_ms)


def trial(session: Session, without: Plain, seconds: float, longest_ms: float = LONGEST_MS) -> Trial:
    return trial_of(arm(session, seconds), without, longest_ms)


def trial_of(side: Arm, without: Plain, longest_ms: float = LONGEST_MS) -> Trial:
    return Trial(place=0, used=1, alone=0, plain=without, arm=side, new=side.planned(), longest_ms=longest_ms)


def test_a_first_look_is_one_time_on_each_side_and_then_it_is_made_sure(session: Session) -> None:
    found = trial(session, plain(session, 0.004), 0.004)
    found.begin()
    assert found.effect.runs == 1
    assert not found.is_done
    while not found.is_done:
        found.pair()
    assert found.effect.runs == PAIRS
    assert found.effect.proof is not None
    assert not found.effect.is_harmed(TOLERANCE)


def test_one_run_each_speaks_of_plain_harm_alone(session: Session) -> None:
    without = plain(session, 0.05)
    for seconds, is_harmed in ((0.065, False), (0.15, True)):
        found = trial(session, without, seconds)
        found.begin()
        assert found.effect.runs == 1
        assert found.effect.is_harmed(TOLERANCE) == is_harmed


def test_what_is_plain_is_not_run_again_and_again(session: Session) -> None:
    found = trial(session, plain(session, 0.1), 0.01)
    found.begin()
    while not found.is_done:
        found.pair()
    assert found.effect.runs == 2
    assert found.effect.proof is not None
    assert found.effect.proof.verdict == "improves"


def test_what_takes_many_times_as_long_is_ended(session: Session) -> None:
    found = trial(session, plain(session, 0.001), 30)
    found.begin()
    assert found.is_done
    assert (found.effect.ended_ms, found.effect.proof) == (1000.0, None)
    assert found.effect.is_harmed(TOLERANCE)


def test_a_long_run_without_serves_the_next_trial_too(session: Session) -> None:
    without = plain(session, LONG_MS / 1000 + 0.05)
    for turn in range(2):
        found = trial(session, without, 0.01 + turn / 100)
        found.begin()
        assert found.effect.runs == 1
    assert len(without.arm.samples) == 3, "one to begin with, and one with each trial's first short run"


def test_one_that_does_not_end_is_tried_once_without_and_for_as_long_with(session: Session) -> None:
    without = plain(session, 30)
    helped, hopeless = (trial(session, without, seconds, 300.0) for seconds in (0.01, 30))
    helped.begin()
    hopeless.begin()
    assert (without.first_ms, without.endless_ms) == (None, 300.0)
    assert helped.effect.proof is not None
    assert helped.effect.proof.verdict == "improves"
    assert hopeless.effect.proof is not None
    assert hopeless.effect.proof.verdict == "inconclusive"
    assert "neither with nor without" in hopeless.effect.proof.reason


def test_one_that_cannot_be_run_says_why(session: Session) -> None:
    side = Arm(
        session,
        parse_statement("select 1 / (current_setting('trial.seconds')::int)"),
        (),
        first=["set local trial.seconds = 0"],
    )
    found = trial_of(side, plain(session, 0.01))
    found.begin()
    assert found.is_done
    assert found.effect.proof is None
    assert found.effect.reason.startswith("it could not be run: ")
    assert "division by zero" in found.effect.reason


def test_a_fault_midway_loses_nothing_measured(session: Session) -> None:
    session.execute("create temporary sequence runs")
    side = Arm(session, parse_statement("select 1 / (3 - nextval('runs'))"), ())
    found = trial_of(side, plain(session, 0.01))
    found.begin()
    assert not found.is_done
    found.pair()
    assert found.failure
    assert found.is_done
    assert found.effect.proof is not None
    assert found.effect.runs == 1


def test_what_did_not_end_is_given_more_time_while_there_is_some(session: Session) -> None:
    without = plain(session, 0.25, endless_ms=100.0)
    found = trial(session, without, 0.2, 5000.0)
    other = trial(session, without, 0.2, 5000.0)
    found.begin()
    other.begin()
    assert not found.is_done
    assert found.effect.never_ended
    while not found.is_done:
        found.pair()
    assert (without.endless_ms, found.effect.never_ended) == (None, False)
    assert found.effect.runs == PAIRS
    assert other.effect.proof is None, "it was not run for so long"
    other.pair()
    assert other.effect.runs == 1


def test_what_ends_with_the_options_alone_is_given_more_time_without(session: Session) -> None:
    found = trial(session, plain(session, 0.25, endless_ms=100.0), 0.001, 5000.0)
    found.begin()
    assert found.is_done
    assert found.is_cut_short
    assert (found.effect.is_least_before, found.effect.before_ms) == (True, 100.0)
    found.lengthen()
    assert not found.is_cut_short
    assert not found.effect.is_least_before
    assert found.effect.before_ms is not None
    assert found.effect.before_ms >= 250
    assert found.effect.runs == 1
    while not found.is_done:
        found.pair()
    assert found.effect.runs == 2
