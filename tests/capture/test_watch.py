"""A statement that waits is told apart from one that works: two real sessions, real locks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from perfkit import document
from perfkit.capture import SCHEMA, Capture
from perfkit.capture.watch import read_idle
from perfkit.db.connection import connect
from perfkit.db.target import Limits
from perfkit.errors import CaptureTimeout
from perfkit.findings.examine_capture import examine_capture
from perfkit.findings.finding import Finding
from perfkit.investigation import SCHEMA as INVESTIGATION
from perfkit.investigation import Investigation
from perfkit.lab import Lab
from perfkit.sql import parse_statement

pytestmark = pytest.mark.server


@contextmanager
def holding(lab: Lab, sql: str, *, seconds: float | None = None, name: str = "billing job") -> Iterator[int]:
    """Another session that ran ``sql`` in a transaction and sits in it, for ``seconds`` or until the end; its pid."""
    with connect(lab.target.conninfo, application_name=name) as other:
        other.execute("begin")
        other.execute(sql.encode())
        timer = threading.Timer(seconds, other.rollback) if seconds else None
        if timer:
            timer.start()
        try:
            yield other.info.backend_pid
        finally:
            if timer:
                timer.join()
            other.rollback()


def found_in(captured: Capture) -> dict[str, Finding]:
    found = examine_capture(captured, parse_statement(captured.query.text), None)
    return {one.id: one for one in found}


def impatient(lab: Lab, **limits: float) -> Lab:
    return Lab(replace(lab.target, limits=replace(Limits(), **limits)))


def test_a_row_lock_that_is_given_up_is_measured(scratch: Lab) -> None:
    with holding(scratch, "update prices set amount = 'NaN' where id = 7", seconds=1.0) as pid:
        captured = scratch.explain(
            "update prices set amount = amount where id = 7", allow_writes=True, runs=1
        )
    assert captured.plan.is_analyzed
    assert captured.waits is not None
    assert captured.waits.share("Lock") > 0.5
    assert captured.waits.lock is not None
    assert captured.waits.lock.locktype == "transactionid"
    assert [one.pid for one in captured.waits.blockers] == [pid]
    blocker = captured.waits.blockers[0]
    assert (blocker.state, blocker.application_name) == ("idle in transaction", "billing job")
    assert blocker.query == "update prices set amount = ? where id = ?"
    found = found_in(captured)
    assert found["lock-wait"].severity != "info"
    assert found["lock-wait"].evidence["blocking_pid"] == pid
    assert found["idle-in-transaction"].severity == "warning"
    again = document.from_document(Capture, document.to_document(captured, SCHEMA), SCHEMA)
    assert again == captured
    assert str(pid) in str(captured)


def test_a_row_lock_that_outlasts_the_timeout_is_a_finding(scratch: Lab) -> None:
    lab = impatient(scratch, lock_timeout=0.6)
    with holding(scratch, "update prices set amount = 1 where id = 7") as pid:
        found = lab.investigate("update prices set amount = 2 where id = 7", allow_writes=True, runs=1)
    assert found.findings[0].id == "lock-wait"
    assert found.findings[0].severity == "critical"
    assert found.findings[0].evidence["blocking_pid"] == pid
    assert found.findings[0].evidence["ended_by_timeout"] is True
    assert any("was not executed to its end" in note for note in found.notes)
    assert not found.before.plan.is_analyzed
    for shown in found._repr_mimebundle_().values():
        assert "cannot show" not in shown
        assert str(pid) in shown


def test_a_table_lock_is_an_error_that_says_who(scratch: Lab) -> None:
    lab = impatient(scratch, lock_timeout=0.6)
    with (
        holding(scratch, "lock table prices in access exclusive mode") as pid,
        pytest.raises(CaptureTimeout, match=f"AccessShareLock on prices, held by process {pid}") as caught,
    ):
        lab.explain("select * from prices", runs=1)
    assert caught.value.sqlstate == "55P03"
    assert "\n" not in str(caught.value)
    assert "idle in transaction" in str(caught.value)


def test_a_table_lock_is_investigated_all_the_same(scratch: Lab) -> None:
    with holding(scratch, "lock table prices in access exclusive mode") as pid:
        found = impatient(scratch, lock_timeout=0.6).investigate("select * from prices", runs=1)
    assert [one.id for one in found.findings] == ["lock-wait", "idle-in-transaction"]
    assert found.findings[0].evidence["blocking_pid"] == pid
    assert str(found.before.plan.root.node_type) == "Not planned"
    assert {one.kind for one in found.advice} <= {"application"}
    assert found.rejected == ()
    loaded = document.from_document(Investigation, document.to_document(found, INVESTIGATION), INVESTIGATION)
    assert loaded == found
    for shown in found._repr_mimebundle_().values():
        assert "cannot show" not in shown


def test_a_statement_timeout_while_waiting_says_who(scratch: Lab) -> None:
    lab = impatient(scratch, lock_timeout=30.0, statement_timeout=0.6)
    with holding(scratch, "update prices set amount = 1 where id = 9") as pid:
        captured = lab.explain("update prices set amount = 2 where id = 9", allow_writes=True, runs=1)
    found = found_in(captured)
    assert found["lock-wait"].evidence["blocking_pid"] == pid


def test_a_timeout_of_work_stays_an_error(production: Lab) -> None:
    lab = impatient(production, statement_timeout=0.3)
    with pytest.raises(CaptureTimeout, match="raise statement_timeout"):
        lab.explain("select count(*) from generate_series(1, 100000000)", runs=1)


def test_work_is_no_wait(production: Lab) -> None:
    captured = production.explain(
        "select sum(length(repeat('x', 1000) || i)) from generate_series(1, 200000) i", runs=1
    )
    assert captured.waits is not None
    assert captured.waits.share("Lock") == 0
    assert not {"lock-wait", "idle-in-transaction"} & set(found_in(captured))


def test_a_sleep_is_seen_as_one(production: Lab) -> None:
    captured = production.explain("select pg_sleep(0.3)", runs=1)
    assert captured.waits is not None
    assert captured.waits.events["Timeout: PgSleep"] > 3
    assert "lock-wait" not in found_in(captured)


def test_a_quick_statement_is_not_watched(production: Lab) -> None:
    captured = production.explain("select 1 as a", runs=1)
    assert captured.waits is not None
    assert captured.waits.samples == 0


def test_who_sits_in_a_transaction_is_told(scratch: Lab) -> None:
    with holding(scratch, "select txid_current() /* 'secret' */") as pid, scratch.session() as session:
        assert [one.pid for one in read_idle(session, seconds=0.0)] == [pid]
        (idle,) = read_idle(session, seconds=0.0)
        assert idle.holds_horizon
        assert "secret" not in (idle.query or "")
        assert read_idle(session, seconds=3600.0) == ()


def test_a_role_that_sees_no_others_gets_none(scratch: Lab) -> None:
    from psycopg.conninfo import make_conninfo

    with scratch.session() as session:
        session.change("create role onlooker login")
        session.change("grant select on prices to onlooker")
    onlooker = Lab(replace(scratch.target, conninfo=make_conninfo(scratch.target.conninfo, user="onlooker")))
    with holding(scratch, "select 1 as a") as _, onlooker.session() as session:
        assert read_idle(session, seconds=0.0) == ()
    with (
        holding(scratch, "lock table prices in access exclusive mode") as pid,
        pytest.raises(
            CaptureTimeout, match=f"held by process {pid} \\(billing job, state not visible to this role\\)"
        ),
    ):
        impatient(onlooker, lock_timeout=0.6).explain("select * from prices", runs=1)
