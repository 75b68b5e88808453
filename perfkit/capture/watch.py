"""Watch a running statement from a second session, late enough to cost a quick one nothing."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from perfkit.capture.waits import Lock, OtherSession, Waits, masked
from perfkit.db.session import Row, Session, stored_query
from perfkit.errors import CaptureTimeout, PerfkitError

START_SECONDS = 0.05
"""A statement that ends before is never watched, and no second connection is opened for it."""

STEP_SECONDS = 0.02

ASK_EVERY = 10
"""Who blocks is asked at the first sample of a lock wait and then every 0.2 s: pg_blocking_pids stops the lock manager
for a moment."""

IDLE_SECONDS = 60.0
"""Applications pause for seconds inside a transaction; a minute is somebody who forgot to commit."""

_READS_ACTIVITY = (
    "select pg_has_role(current_user, 'pg_read_all_stats', 'usage') or rolsuper as may_see"
    " from pg_roles where rolname = current_user"
)


class Watch:
    """Samples of one session's backend, added up over the statements that ran under ``over``."""

    def __init__(self, session: Session) -> None:
        self._target = session.target
        self._pid = session.backend_pid
        self._events: Counter[str] = Counter()
        self._samples = 0
        self._lock_samples = 0
        self._wall_seconds = 0.0
        self._blockers: dict[int, OtherSession] = {}
        self._lock: Lock | None = None
        self._ended_by: str | None = None

    @property
    def blockers(self) -> tuple[OtherSession, ...]:
        return tuple(self._blockers.values())

    @contextmanager
    def over(self) -> Iterator[None]:
        """Watch what runs inside. A CaptureTimeout names who was in the way, where that was seen."""
        over = threading.Event()
        thread = threading.Thread(target=self._watch, args=(over,), name="perfkit watch", daemon=True)
        started = time.monotonic()
        thread.start()
        try:
            yield
        except CaptureTimeout as error:
            self._ended_by = str(error)
            over.set()
            thread.join()
            if self._blockers:
                raise CaptureTimeout(self.sentence, query=error.query, sqlstate=error.sqlstate) from error
            raise
        finally:
            over.set()
            thread.join()
            self._wall_seconds += time.monotonic() - started

    @property
    def sentence(self) -> str:
        """How a timeout came about, in one sentence."""
        who = " and ".join(one.in_words for one in self.blockers[:3])
        what = f" for {self._lock.in_words}" if self._lock else " for a lock"
        head = (self._ended_by or "").partition(";")[0]
        return f"{head}: it waited{what}, held by {who}"

    def result(self, idle: tuple[OtherSession, ...] = ()) -> Waits:
        return Waits(
            wall_ms=round(self._wall_seconds * 1000, 3),
            samples=self._samples,
            events=dict(self._events.most_common()),
            blockers=self.blockers,
            lock=self._lock,
            ended_by=self._ended_by,
            idle=idle,
        )

    def _watch(self, over: threading.Event) -> None:
        if over.wait(START_SECONDS):
            return
        try:
            with Session.open(self._target, purpose="watch") as session:
                while not over.wait(STEP_SECONDS):
                    self._sample(session)
        except PerfkitError:
            # no second connection to be had, or no leave to ask: then nothing is known of waits
            return

    def _sample(self, session: Session) -> None:
        rows = session.rows(stored_query("backend_wait"), {"pid": self._pid})
        if not rows:
            return
        self._samples += 1
        kind, event = rows[0]["wait_event_type"], rows[0]["wait_event"]
        if kind is None:
            return
        self._events[f"{kind}: {event}"] += 1
        if kind == "Lock":
            if self._lock_samples % ASK_EVERY == 0:
                self._ask(session)
            self._lock_samples += 1

    def _ask(self, session: Session) -> None:
        for row in session.rows(stored_query("blockers"), {"pid": self._pid}):
            other = other_session(row)
            self._blockers[other.pid] = other
        if self._lock is None:
            for row in session.rows(stored_query("awaited_lock"), {"pid": self._pid}):
                self._lock = Lock(
                    locktype=str(row["locktype"]), mode=str(row["mode"]), relation=_text(row["relation"])
                )


def read_idle(session: Session, seconds: float = IDLE_SECONDS) -> tuple[OtherSession, ...]:
    """Other sessions of this database that have been idle in transaction for so long; none for a role that may not see
    the sessions of others."""
    if not session.rows(_READS_ACTIVITY)[0]["may_see"]:
        return ()
    return tuple(
        other_session(row) for row in session.rows(stored_query("idle_transactions"), {"seconds": seconds})
    )


def other_session(row: Row) -> OtherSession:
    return OtherSession(
        pid=int(str(row["pid"])),
        state=_text(row["state"]),
        query=masked(_text(row["query"])),
        application_name=_text(row["application_name"]) or None,
        role=_text(row["role"]),
        transaction_ms=_ms(row["transaction_ms"]),
        idle_ms=_ms(row["idle_ms"]),
        is_waiting=bool(row.get("is_waiting")),
        holds_horizon=bool(row.get("holds_horizon")),
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _ms(value: object) -> float | None:
    return None if value is None else round(float(str(value)), 1)
