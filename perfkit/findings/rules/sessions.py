"""Diagnoses of what sessions did, as a log or a script tells it: loops of look-ups, lock waits, idle transactions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from perfkit.capture.waits import masked
from perfkit.findings.at import known
from perfkit.findings.finding import Finding, Severity
from perfkit.units import format_count, format_ms
from perfkit.workload.n_plus_one import Repetition
from perfkit.workload.recording import Deadlock, IdleTransaction, LockWait, Recording
from perfkit.workload.row_by_row import RowByRow

SEVERE_WAIT_MS = 10_000.0
"""Ten seconds: somebody has called by then."""

LONG_IDLE_MS = 60_000.0
"""A minute in an open transaction without a statement holds back VACUUM even where nobody waits."""

MANY_CALLS = 10
"""A loop below this is told for information: its round trips cost about as much as one slow query."""

MANY_ALONE = 20
"""The same where the list query is not seen: a log may leave out what was quick."""

MOST_TOLD = 5
"""Findings of one kind; a storm of lock waits has one cause."""


def n_plus_one(repetitions: Sequence[Repetition]) -> Iterator[Finding]:
    """One list query was followed by many queries of one row each.

    One statement with ``= any($1)``, or a join in the list query, reads the same rows in one round trip. Fine for a handful
    of rows, or where each look-up decides whether there is another.
    """
    for one in repetitions[:MOST_TOLD]:
        calls = len(one.runs)
        times = f", {format_ms(one.total_ms)} in all" if one.total_ms is not None else ""
        before = "after one list query" if one.list_run else "in a row"
        if one.loops > 1:
            before += f", in the longest of {format_count(one.loops)} such loops"
        many = MANY_CALLS if one.list_run else MANY_ALONE
        severity: Severity = "warning" if calls >= many else "info"
        yield Finding(
            id="n-plus-one-queries",
            severity=severity,
            title=f"the same query ran {format_count(calls)} times {before}, each time with another {one.batch.key}{times}: one"
            f" query can read them all",
            evidence=known(
                fingerprint=one.fingerprint,
                query=masked(one.runs[0].text),
                calls=calls,
                loops=one.loops,
                distinct_keys=len(one.batch.keys),
                key=one.batch.key,
                total_ms=one.total_ms,
                list_query=masked(one.list_run.text) if one.list_run else None,
                list_fingerprint=one.list_run.fingerprint if one.list_run else None,
                line=one.runs[0].line,
                sql=one.batch.text,
            ),
            at_stake_ms=one.total_ms,
        )


def rows_one_by_one(loops: Sequence[RowByRow]) -> Iterator[Finding]:
    """Many rows of one table were inserted by a statement each.

    Each pays for a round trip, and outside a transaction for a commit. One INSERT of several rows, or COPY, pays once.
    Fine where rows come one by one.
    """
    for one in loops[:MOST_TOLD]:
        times = f", {format_ms(one.total_ms)} in all" if one.total_ms is not None else ""
        yield Finding(
            id="n-plus-one-queries",
            severity="warning",
            title=f"{format_count(len(one.runs))} rows of {one.table} were inserted by a statement each{times}: one INSERT"
            " can write them all",
            evidence=known(
                fingerprint=one.runs[0].fingerprint,
                query=masked(one.runs[0].text),
                calls=len(one.runs),
                total_ms=one.total_ms,
                line=one.runs[0].line,
                sql=one.sql,
            ),
            at_stake_ms=one.total_ms,
        )


def lock_waits(recording: Recording) -> Iterator[Finding]:
    """A log says that statements waited for locks, or that a deadlock was resolved.

    The longest wait speaks for those behind the same holder, which are told for information. Fine when the other session had
    to do its work first.
    """
    ordered = sorted(recording.lock_waits, key=lambda one: -one.waited_ms)
    told: set[int] = {pid for deadlock in recording.deadlocks for pid in deadlock.pids}
    for deadlock in recording.deadlocks[:MOST_TOLD]:
        yield _deadlock(deadlock)
    for wait in ordered[:MOST_TOLD]:
        found = _waited(wait, len(ordered))
        is_told = bool(told.intersection(wait.holders)) or (not wait.holders and bool(told))
        yield replace(found, severity="info") if is_told else found
        told.update(wait.holders)


def idle_transactions(recording: Recording) -> Iterator[Finding]:
    """A session sat in an open transaction: it made others wait, was terminated for it, or held back VACUUM for long."""
    holders = {pid for wait in recording.lock_waits for pid in wait.holders}
    ordered = sorted(recording.idle, key=lambda one: -(one.idle_ms or 0.0))
    told: set[str] = set()
    for idle in ordered:
        is_holder = idle.pid in holders
        if idle.session in told or not (
            is_holder or idle.was_terminated or (idle.idle_ms or 0.0) >= LONG_IDLE_MS
        ):
            continue
        told.add(idle.session)
        yield _idle(idle, is_holder)
        if len(told) >= MOST_TOLD:
            return


def _waited(wait: LockWait, waits: int) -> Finding:
    holders = ", ".join(map(str, wait.holders))
    by = f" held by process {holders}" if holders else ""
    end = "" if wait.is_acquired else " or longer"
    return Finding(
        id="lock-wait",
        severity="critical" if wait.waited_ms >= SEVERE_WAIT_MS else "warning",
        title=f"process {wait.pid} waited {format_ms(wait.waited_ms)}{end} for {wait.lock}{by}",
        evidence=known(
            waited_ms=wait.waited_ms,
            pid=wait.pid,
            blocking_pid=wait.holders[0] if wait.holders else None,
            lock=wait.lock,
            query=masked(wait.statement),
            blocking_query=masked(wait.holder_statement),
            context=wait.context,
            is_acquired=wait.is_acquired,
            lock_waits=waits,
            line=wait.line,
        ),
        at_stake_ms=wait.waited_ms,
    )


def _deadlock(deadlock: Deadlock) -> Finding:
    between = " and ".join(map(str, deadlock.pids)) or "two sessions"
    return Finding(
        id="lock-wait",
        severity="critical",
        title=f"deadlock between processes {between}: they lock the same rows in different orders",
        evidence=known(
            deadlock=True,
            pids=", ".join(map(str, deadlock.pids)),
            queries="; ".join(masked(text) or "" for text in deadlock.statements),
            line=deadlock.line,
        ),
    )


def _idle(idle: IdleTransaction, is_holder: bool) -> Finding:
    who = f"process {idle.pid}" if idle.pid is not None else "a session"
    how_long = f" for {format_ms(idle.idle_ms)}" if idle.idle_ms is not None else ""
    what = (
        "while others waited for its locks"
        if is_holder
        else "until idle_in_transaction_session_timeout ended it"
        if idle.was_terminated
        else "and held back VACUUM"
    )
    return Finding(
        id="idle-in-transaction",
        severity="warning",
        title=f"{who} was idle in a transaction{how_long} {what}",
        evidence=known(
            pid=idle.pid,
            idle_ms=idle.idle_ms,
            query=masked(idle.last_statement),
            was_terminated=idle.was_terminated,
            held_locks=is_holder,
            line=idle.line,
        ),
        at_stake_ms=None,
    )
