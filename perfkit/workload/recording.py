"""What a log or a script tells of sessions: the statements they ran, and where they waited or sat idle."""

from __future__ import annotations

from dataclasses import dataclass, field

from perfkit.plan.model import Plan
from perfkit.sql.session_setup import NO_SETUP, SessionSetup


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One message of a server's log with the lines that belong to it. None where the log does not say."""

    line: int
    at: float | None
    """Seconds since 1970, in the log's own time zone: good for differences only."""
    session: str
    """Tells sessions apart: the session id, else the process id; "" where the log has neither."""
    pid: int | None
    severity: str
    message: str
    detail: str | None = None
    context: str | None = None
    statement: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One execution of a statement. None where the source does not say."""

    text: str
    fingerprint: str
    kind: str
    session: str
    line: int
    parameters: tuple[str | None, ...] = ()
    ms: float | None = None
    at: float | None = None
    """When it was logged, which with a duration is its end."""
    plan: Plan | None = field(default=None, compare=False, repr=False)
    """What auto_explain logged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockWait:
    """One wait that log_lock_waits reported."""

    line: int
    pid: int
    lock: str
    """In the log's words: ``ShareLock on transaction 731``."""
    waited_ms: float
    """The longest that was logged; it may have gone on."""
    is_acquired: bool
    holders: tuple[int, ...] = ()
    statement: str | None = None
    """What waited."""
    holder_statement: str | None = None
    """The last statement that the log has of the holder before."""
    context: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlock:
    """A deadlock that the server resolved by ending one statement."""

    line: int
    pids: tuple[int, ...]
    statements: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IdleTransaction:
    """A session that did nothing for long inside a transaction."""

    line: int
    pid: int | None
    session: str
    idle_ms: float | None
    last_statement: str | None
    was_terminated: bool
    """By idle_in_transaction_session_timeout."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What was read, in the order it was written."""

    source: str
    """``log`` or ``script``."""
    runs: tuple[Run, ...] = ()
    lock_waits: tuple[LockWait, ...] = ()
    deadlocks: tuple[Deadlock, ...] = ()
    idle: tuple[IdleTransaction, ...] = ()
    setup: SessionSetup = NO_SETUP
    """Of a script: what is no statement to look at."""
    entries: int = 0
    """Messages of a log."""
    other_entries: int = 0
    """Messages that say nothing of statements or waits."""
    skipped_lines: int = 0
    """Lines that are no message and belong to none."""
