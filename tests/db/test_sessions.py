"""Several sessions answer side by side, in the order of the questions, and nothing of them stays on the server."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from threading import Barrier, Thread

import psycopg
import pytest

from perfkit.db.session import Session
from perfkit.db.sessions import Sessions
from perfkit.db.target import Limits, Target
from perfkit.errors import CaptureError

pytestmark = pytest.mark.server

PURPOSE = "side by side"


@pytest.fixture
def first(target: Target) -> Iterator[Session]:
    with Session.open(target, purpose=PURPOSE) as session:
        yield session


def number(sessions: Sessions, wanted: int) -> object:
    return sessions.ask(lambda session: session.rows("select %s::int as n", [wanted])[0]["n"])


def backends(target: Target, condition: str = "true") -> int:
    """Connections of these tests, as another session sees them."""
    with psycopg.connect(target.conninfo) as connection:
        sql = f"select count(*) from pg_stat_activity where application_name = 'perfkit {PURPOSE}' and {condition}"
        row = connection.execute(sql.encode()).fetchone()
    assert row is not None
    return int(row[0])


def test_answers_come_in_the_order_of_the_questions(target: Target, first: Session) -> None:
    with Sessions(first, 3) as sessions:
        assert (len(sessions), backends(target)) == (3, 3)
        steps: list[int] = []
        found = sessions.each(lambda n: number(sessions, n), range(40), lambda: steps.append(1))
        assert (found, len(steps)) == (list(range(40)), 40)
        assert sessions.each(lambda n: number(sessions, n), ()) == []
    assert (len(sessions), backends(target)) == (1, 1)
    assert sessions.each(lambda n: number(sessions, n), range(3)) == [0, 1, 2]


def test_from_some_moment_on_the_first_is_alone(target: Target, first: Session) -> None:
    """The others let go of what their transactions hold."""
    with Sessions(first, 3) as sessions, sessions.transaction():
        assert sessions.each(lambda n: number(sessions, n), range(9)) == list(range(9))
        sessions.alone()
        assert (len(sessions), backends(target)) == (1, 1)
        pids = sessions.each(lambda _: sessions.ask(lambda session: session.backend_pid), range(5))
        assert set(pids) == {first.backend_pid}
        sessions.alone()
    assert number(sessions, 7) == 7


def test_as_many_run_at_once_as_there_are(first: Session) -> None:
    """Nobody passes the barrier before three stand at it."""
    barrier = Barrier(3, timeout=30)

    def wait(session: Session) -> int:
        barrier.wait()
        return session.backend_pid

    with Sessions(first, 3) as sessions:
        pids = sessions.each(lambda _: sessions.ask(wait), range(3))
    assert len(set(pids)) == 3


def test_the_others_are_like_the_first(target: Target) -> None:
    like = replace(
        target,
        conninfo=psycopg.conninfo.make_conninfo(
            target.conninfo, options="-c search_path=pg_catalog -c role=pg_monitor"
        ),
        limits=Limits(statement_timeout=7.0, lock_timeout=1.5, idle_in_transaction_timeout=77.0),
    )
    names = (
        "application_name",
        "search_path",
        "role",
        "statement_timeout",
        "lock_timeout",
        "idle_in_transaction_session_timeout",
        "default_transaction_read_only",
    )
    barrier = Barrier(3, timeout=30)

    def settings(session: Session) -> list[object]:
        barrier.wait()
        return [session.rows(f"select current_setting('{name}') as value")[0]["value"] for name in names]

    with Session.open(like, purpose=PURPOSE) as first, Sessions(first, 3) as sessions:
        found = sessions.each(lambda _: sessions.ask(settings), range(3))
    assert found == [[f"perfkit {PURPOSE}", "pg_catalog", "pg_monitor", "7s", "1500ms", "77s", "on"]] * 3


def test_transactions_are_of_all_and_are_rolled_back(target: Target, first: Session) -> None:
    with Sessions(first, 3) as sessions:
        with sessions.transaction(writes=True):
            assert backends(target, "state = 'idle in transaction'") == 3
            first.execute("create table side_by_side_rows (id int)")
        assert backends(target, "state = 'idle'") == 3
        assert first.rows("select to_regclass('side_by_side_rows') as name") == [{"name": None}]


def test_the_error_of_the_first_question_that_fails(target: Target, first: Session) -> None:
    def ask(n: int) -> object:
        wanted = f"x{n}" if n in (3, 7, 8) else str(n)
        return sessions.ask(lambda session: session.rows("select %s::int as n", [wanted]))

    with Sessions(first, 3) as sessions:
        with pytest.raises(CaptureError, match='"x3"'), sessions.transaction():
            sessions.each(ask, range(30))
        assert backends(target, "state = 'idle'") == 3
        assert number(sessions, 7) == 7
    assert backends(target) == 1


def test_ctrl_c_cancels_what_runs(target: Target, first: Session) -> None:
    def interrupt() -> None:
        while backends(target, "query like '%pg_sleep%' and state = 'active'") < 3:
            pass
        os.kill(os.getpid(), signal.SIGINT)

    watcher = Thread(target=interrupt)
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt), Sessions(first, 3) as sessions, sessions.transaction():
            watcher.start()
            sessions.each(
                lambda _: sessions.ask(lambda session: session.rows("select pg_sleep(50)")), range(9)
            )
    finally:
        signal.signal(signal.SIGINT, handler)
        watcher.join()
    assert backends(target) == 1
    assert first.rows("select 1 as one") == [{"one": 1}]


def test_fewer_than_wished_where_the_server_gives_no_more(target: Target, first: Session) -> None:
    first.change("create role side_by_side_guest login connection limit 1")
    try:
        conninfo = psycopg.conninfo.make_conninfo(target.conninfo, user="side_by_side_guest")
        with Session.open(replace(target, conninfo=conninfo)) as guest, Sessions(guest, 4) as sessions:
            assert len(sessions) == 1
            assert sessions.each(lambda n: number(sessions, n), range(5)) == [0, 1, 2, 3, 4]
    finally:
        first.change("drop role side_by_side_guest")


def test_one_that_the_server_ends_is_done_without(target: Target, first: Session) -> None:
    with Sessions(first, 3) as sessions, sessions.transaction():
        with psycopg.connect(target.conninfo) as connection:
            ended = connection.execute(
                "select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = %s and pid <> %s",
                [f"perfkit {PURPOSE}", first.backend_pid],
            ).fetchall()
        assert ended == [(True,), (True,)]
        assert sessions.each(lambda n: number(sessions, n), range(20)) == list(range(20))
    assert backends(target) == 1
