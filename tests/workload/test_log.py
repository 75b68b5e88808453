"""Logs that a real server wrote, in every format and several prefixes, are read as the same sessions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from perfkit.errors import UsageError
from perfkit.findings.rules.sessions import idle_transactions, lock_waits, n_plus_one
from perfkit.workload import Recording, grouped, looks_like_log, read_log, repetitions

RECORDED = Path(__file__).parent / "recorded"
LOGS = sorted(path.name for path in RECORDED.iterdir())
LOOK_UP = "select name, balance from perfkit_accounts where id = $1"

each_log = pytest.mark.parametrize("name", LOGS)


def text_of(name: str) -> str:
    return (RECORDED / name).read_text(encoding="utf-8")


def recording(name: str) -> Recording:
    return read_log(text_of(name))


@each_log
def test_statements_come_with_values_and_times(name: str) -> None:
    assert looks_like_log(text_of(name))
    found = recording(name)
    assert found.skipped_lines == 0
    look_ups = [run for run in found.runs if run.text == LOOK_UP]
    assert len(look_ups) == 12
    assert all(run.parameters and run.parameters[0] and run.ms for run in look_ups)
    assert len({run.parameters for run in look_ups}) == 12
    first = found.runs[0]
    assert first.text.endswith("note like 'it''s 1%' limit 12")
    update = next(run for run in found.runs if run.kind == "update")
    assert update.text == "update perfkit_accounts\n   set balance = balance + 1\n where id = 7"
    if name != "bare.log":
        assert len({run.session for run in found.runs}) == 2


@each_log
def test_plans_of_auto_explain_are_kept(name: str) -> None:
    (explained,) = [run for run in recording(name).runs if run.plan is not None]
    assert explained.text == "select count(*) from perfkit_orders where account_id = 8"
    assert explained.plan is not None
    assert [node.node_type for node in explained.plan.walk()] == ["Aggregate", "Seq Scan"]


@each_log
def test_a_loop_of_look_ups_is_found(name: str) -> None:
    (loop,) = repetitions(recording(name).runs)
    assert (len(loop.runs), loop.batch.key, len(loop.batch.keys)) == (12, "id", 12)
    assert loop.list_run is not None
    assert loop.list_run.text.startswith("select id, account_id from perfkit_orders")
    assert loop.batch.text == "select id, name, balance from perfkit_accounts where id = any($1)"
    (finding,) = n_plus_one([loop])
    assert (finding.id, finding.severity) == ("n-plus-one-queries", "warning")
    assert finding.evidence["calls"] == 12


@each_log
def test_lock_waits_and_deadlocks_are_told(name: str) -> None:
    found = recording(name)
    longest = max(found.lock_waits, key=lambda one: one.waited_ms)
    assert longest.is_acquired
    assert 700 < longest.waited_ms < 5000
    assert longest.lock.startswith("ShareLock on transaction ")
    assert len(longest.holders) == 1
    assert longest.statement == "update perfkit_accounts set balance = balance - 1 where id = 7"
    if name != "bare.log":
        assert longest.holder_statement is not None
        assert longest.holder_statement.endswith("where id = 7")
    (deadlock,) = found.deadlocks
    assert len(deadlock.pids) == 2
    assert all(text.startswith("update perfkit_accounts set balance = 1") for text in deadlock.statements)
    findings = list(lock_waits(found))
    assert {one.id for one in findings} == {"lock-wait"}
    assert findings[0].evidence["deadlock"] is True
    assert [one.severity for one in findings] == ["critical", *["info"] * len(found.lock_waits)]
    told = findings[1]
    assert told.evidence["blocking_pid"] == longest.holders[0]
    assert told.evidence["query"] == "update perfkit_accounts set balance = balance - ? where id = ?"
    alone = list(lock_waits(replace(found, deadlocks=())))
    assert [one.severity for one in alone].count("warning") == len({one.holders for one in found.lock_waits})


@each_log
def test_an_idle_transaction_that_was_ended_is_told(name: str) -> None:
    (finding,) = idle_transactions(recording(name))
    assert finding.id == "idle-in-transaction"
    assert finding.evidence["was_terminated"] is True
    if name != "bare.log":
        assert finding.evidence["query"] == "delete from perfkit_orders where id = ?"


def test_a_pause_in_a_transaction_that_others_waited_for() -> None:
    """The holder updated, did nothing for four seconds, and committed; made from real entries."""
    lines = [
        "2026-11-28 07:24:19.000 UTC [7] LOG:  duration: 0.027 ms  statement: begin",
        "2026-11-28 07:24:19.100 UTC [7] LOG:  duration: 1.097 ms  statement: update t set a = 1 where id = 7",
        "2026-11-28 07:24:20.500 UTC [8] LOG:  process 8 still waiting for ShareLock on transaction 934 after 1000.8 ms",
        "2026-11-28 07:24:20.500 UTC [8] DETAIL:  Process holding the lock: 7. Wait queue: 8.",
        "2026-11-28 07:24:20.500 UTC [8] STATEMENT:  update t set a = 2 where id = 7",
        "2026-11-28 07:24:23.200 UTC [7] LOG:  duration: 0.2 ms  statement: commit",
    ]
    found = read_log("\n".join(lines))
    (idle,) = idle_transactions(found)
    assert idle.evidence["held_locks"] is True
    assert idle.evidence["idle_ms"] == pytest.approx(4099.8)
    assert idle.evidence["query"] == "update t set a = ? where id = ?"
    without = read_log("\n".join(lines[:2] + lines[5:]))
    assert not list(idle_transactions(without))


def test_statements_are_added_up() -> None:
    groups = grouped(recording("default.log").runs)
    by_text = {group.normal_text: group for group in groups}
    look_up = by_text["select name , balance from perfkit_accounts where id = ?"]
    assert look_up.calls == 12
    assert look_up.total_ms is not None
    totals = [group.total_ms or 0.0 for group in groups]
    assert totals == sorted(totals, reverse=True)


def test_a_page_that_is_shown_again_is_another_loop() -> None:
    (loop,) = repetitions(read_log(text_of("default.log") * 30).runs)
    assert (len(loop.runs), len(loop.batch.keys), loop.loops) == (12, 12, 30)


def test_two_look_ups_in_one_loop_are_both_found() -> None:
    once = recording("default.log").runs
    other = [replace(run, text=LOOK_UP.replace("name", "balance"), fingerprint="other") for run in once[1:13]]
    mixed = [once[0], *(run for pair in zip(once[1:13], other, strict=True) for run in pair)]
    found = repetitions(mixed)
    assert [len(loop.runs) for loop in found] == [12, 12]
    assert {loop.list_run for loop in found} == {once[0]}


def test_syslog_lines_are_read() -> None:
    """What syslog puts before each line, made from real entries."""
    lines = []
    for number, line in enumerate(text_of("default.log").splitlines()):
        head = f"Nov 28 07:24:19 db1 postgres[{line.split('[')[1].split(']')[0] if '[' in line else 1}]: [{number}-1] "
        lines.append(
            head + line.replace("\t", "#011") if not line.startswith("\t") else head + "#011" + line[1:]
        )
    found = read_log("\n".join(lines))
    assert len([run for run in found.runs if run.text == LOOK_UP]) == 12


def test_a_slice_that_begins_in_a_message_is_read() -> None:
    lines = text_of("default.log").splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith("\t"))
    found = read_log("\n".join(lines[start:]))
    assert found.skipped_lines > 0
    assert found.lock_waits


def test_what_is_unknown_is_counted() -> None:
    text = text_of("default.log") + "2026-11-28 07:24:17 UTC [9] LOG:  checkpoint starting: time\n"
    assert read_log(text).other_entries == recording("default.log").other_entries + 1


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-28 07:24:17 UTC [9] LOG:  checkpoint starting: time\n",
        '{"timestamp":"2026-11-28 07:24:16.401 UTC","error_severity":"LOG","message":"x"}\n',
    ],
)
def test_a_log_that_tells_nothing_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(UsageError, match="tells of no statement and no wait in 1 message:"):
        read_log(text)


@pytest.mark.parametrize(
    "text", ["select 'LOG:  x'", "select 1; select 2", "-- LOG: nothing\nselect 1", "{}"]
)
def test_sql_is_no_log(text: str) -> None:
    assert not looks_like_log(text)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda runs: tuple(replace(run, parameters=("7",)) if run.text == LOOK_UP else run for run in runs),
        lambda runs: tuple(replace(run, at=place * 60.0) for place, run in enumerate(runs)),
        lambda runs: tuple(replace(run, session=str(place)) for place, run in enumerate(runs)),
        lambda runs: tuple(run for run in runs if run.text != LOOK_UP),
    ],
    ids=["the same key: polling", "a minute apart: people", "sessions of their own", "none"],
)
def test_what_is_no_loop_is_left_in_peace(spoil) -> None:  # type: ignore[no-untyped-def]
    assert not repetitions(spoil(recording("default.log").runs))
