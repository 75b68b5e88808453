"""Sessions keep their guard rails on a real server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from perfkit.db.session import Session
from perfkit.db.target import Limits, Target
from perfkit.errors import CaptureError, CaptureTimeout, ServerError, UsageError

pytestmark = pytest.mark.server


@pytest.fixture
def session(target: Target) -> Iterator[Session]:
    with Session.open(target) as opened:
        yield opened


def test_a_session_is_read_only(session: Session) -> None:
    """Nothing is written outside a transaction that asks for it."""
    with session.transaction(), pytest.raises(CaptureError, match="read-only transaction"):
        session.execute("create table t (i int)")


def test_rows_without_columns_are_rows(session: Session) -> None:
    text = "select from generate_series(1, 3)"
    assert session.rows(text) == [{}, {}, {}]
    assert session.run_users("", text) == session.run_unbound("", text) == [(), (), ()]
    with session.transaction(writes=True):
        assert session.rows("create table none (i int)") == []
        assert session.run_users("", "drop table none") == []


def test_a_prepared_statement_outlives_our_own(session: Session) -> None:
    session.execute("prepare mine as select 7")
    for _ in range(10):
        session.rows("select 1 as one")
    with session.transaction():
        session.rows("select 1 as one")
    session.rows("select 1 as one")
    assert session.run_users("", "execute mine") == [(7,)]


def test_a_writing_transaction_is_rolled_back(session: Session) -> None:
    with session.transaction(writes=True):
        session.execute("create table gone (i int)")
    assert session.rows("select to_regclass('gone') as found") == [{"found": None}]


def test_limits_are_in_force(session: Session) -> None:
    rows = session.rows(
        "select name, setting from pg_settings where name in"
        " ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'application_name')"
    )
    assert {str(row["name"]): str(row["setting"]) for row in rows} == {
        "statement_timeout": "60000",
        "lock_timeout": "2000",
        "idle_in_transaction_session_timeout": "300000",
        "application_name": "perfkit session",
    }


def test_statement_timeout_says_so(target: Target) -> None:
    short = replace(target, limits=Limits(statement_timeout=0.05))
    with Session.open(short) as session, pytest.raises(CaptureTimeout, match="raise statement_timeout"):
        session.rows("select pg_sleep(5)")


def test_changes_need_a_scratch_target(target: Target) -> None:
    with (
        Session.open(replace(target, is_scratch=False)) as session,
        pytest.raises(UsageError, match="--scratch"),
    ):
        session.change("create table t (i int)")


def test_one_statement_at_a_time(session: Session) -> None:
    """The protocol itself takes only one, whatever the text holds."""
    with session.transaction(), pytest.raises(CaptureError, match="multiple commands"):
        session.run_users("explain ", "select 1; select 2")


def test_positions_point_into_the_users_text(session: Session) -> None:
    with session.transaction(), pytest.raises(CaptureError) as caught:
        session.run_users("explain (format json) ", "select 1, nosuch")
    assert caught.value.position == 11
    assert caught.value.sqlstate == "42703"


def test_parameters_take_their_type_from_their_place(session: Session) -> None:
    with session.transaction():
        assert session.run_users("", "select $1 + 1, $2::text is null", ["41", None]) == [(42, True)]


def test_a_users_statement_is_planned_anew_each_time(session: Session) -> None:
    for _ in range(8):
        session.run_users("", "select 1 + $1", ["41"])
    assert session.rows("select name from pg_prepared_statements") == []


def test_cancel_from_another_thread(session: Session) -> None:
    timer = threading.Timer(0.2, session.cancel)
    timer.start()
    with pytest.raises(CaptureError):
        session.rows("select pg_sleep(30)")
    timer.join()


def backends(session: Session, name: str) -> int:
    rows = session.rows(
        "select count(*) as n from pg_stat_activity where application_name = %s and state = 'active'", [name]
    )
    return int(str(rows[0]["n"]))


def wait_until(condition: object, seconds: float = 15) -> bool:
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=["ctrl-c", "kill -9"])
def test_a_client_that_goes_takes_its_statement_along(
    target: Target, session: Session, how: signal.Signals
) -> None:
    """Ctrl-C cancels on the server; of a killed client the server hears by itself."""
    name = f"perfkit leaving-{how.name}"
    code = (
        "import os, signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\nfrom perfkit.db.session import Session\nfrom perfkit.db.target import Target\n"
        f"with Session.open(Target(conninfo=os.environ['TARGET']), purpose={name.removeprefix('perfkit ')!r}) as s:\n"
        " s.rows('select pg_sleep(60)')\n"
    )
    client = subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, "TARGET": target.conninfo},
        stderr=subprocess.PIPE,
    )
    assert wait_until(lambda: backends(session, name) == 1)
    client.send_signal(how)
    client.communicate(timeout=15)
    assert wait_until(lambda: backends(session, name) == 0)


def test_a_lost_server_is_told_apart(target: Target, session: Session) -> None:
    """A backend that is terminated gives ServerError, not the driver's."""
    with Session.open(target) as other:
        other.rows("select pg_terminate_backend(%s)", [session.backend_pid])
    with pytest.raises(ServerError, match="went away"):
        session.rows("select 1")


@pytest.mark.parametrize(
    ("conninfo", "sentence"),
    [
        ("host=/nonexistent", "cannot connect to the default database on /nonexistent"),
        ("postgresql://ann:hush@localhost:1/shop", "cannot connect to database shop on localhost:1 as ann"),
    ],
)
def test_an_unreachable_server_is_told_without_the_password(conninfo: str, sentence: str) -> None:
    with pytest.raises(ServerError, match=sentence) as caught:
        Session.open(Target(conninfo=conninfo))
    assert "hush" not in str(caught.value)


def test_a_wrong_connection_string_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="no libpq connection string"):
        Session.open(Target(conninfo="no such thing"))


def test_a_statement_without_values_is_asked_about_again_and_again(target: Target) -> None:
    """The driver would prepare it on the server the sixth time, and want its values."""
    with Session.open(target) as session:
        if session.server_version_num < 160000:
            pytest.skip("EXPLAIN (GENERIC_PLAN) came with 16")
        for _ in range(8):
            assert session.run_unbound("explain (generic_plan) ", "select $1::int")
