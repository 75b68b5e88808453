"""A second pair of hands: a session that keeps its transaction open between cells, and can be left waiting for a lock."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

from perfkit.book.rows import Rows
from perfkit.db.session import Session
from perfkit.db.target import Limits, Target
from perfkit.errors import CaptureError

LIMITS = Limits(statement_timeout=60.0, lock_timeout=30.0, idle_in_transaction_timeout=120.0)
"""Longer than a page needs to show that somebody waits, short enough that a broken page ends by itself."""

_PATIENCE_SECONDS = 10.0
"""What a statement gets to reach its lock or its end on a loaded machine."""

_POLL_SECONDS = 0.02


class Client:
    """One application's connection. What it begins stays open until it commits or rolls back."""

    def __init__(self, target: Target, name: str, blockers: Callable[[int], tuple[str, ...]]) -> None:
        self.name = name
        self._session = Session.open(replace(target, limits=LIMITS), purpose=f"book {name}")
        self._session.rows("set default_transaction_read_only = off")
        self._blockers = blockers
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"perfkit {name}")

    @property
    def pid(self) -> int:
        """Of its server process."""
        return self._session.backend_pid

    def run(self, sql: str, params: Sequence[object] = ()) -> Rows:
        """One statement and its rows; CaptureError and CaptureTimeout as the server said. ``params`` fill ``%s``."""
        return Rows(rows=tuple(self._session.rows(sql, params)))

    def start(self, sql: str, params: Sequence[object] = ()) -> Pending:
        """The same without waiting for its end: for a statement that will have to wait for somebody else."""
        return Pending(self._worker.submit(self.run, sql, params), lambda: self._blockers(self.pid))

    def close(self) -> None:
        if not self._session.is_closed:
            self._session.cancel()
        self._worker.shutdown(wait=True)
        self._session.close()


class Pending:
    """A statement under way."""

    def __init__(self, future: Future[Rows], blockers: Callable[[], tuple[str, ...]]) -> None:
        self._future = future
        self._blockers = blockers

    def blocked_by(self) -> tuple[str, ...]:
        """Names of the clients it waits for, as soon as it waits; none once it came to its end without."""
        give_up = time.monotonic() + _PATIENCE_SECONDS
        while not self._future.done() and time.monotonic() < give_up:
            if names := self._blockers():
                return names
            time.sleep(_POLL_SECONDS)
        return ()

    def result(self) -> Rows:
        """Its rows, once it has ended; raises what ``Client.run`` would have."""
        return self._future.result(timeout=LIMITS.statement_timeout)

    def sqlstate(self) -> str | None:
        """The code of the error it ended with, ``40P01`` for a deadlock; None where it went well."""
        error = self._future.exception(timeout=LIMITS.statement_timeout)
        if error is None:
            return None
        if isinstance(error, CaptureError):
            return error.sqlstate
        raise error
