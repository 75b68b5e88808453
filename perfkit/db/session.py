"""Sessions with guard rails: read-only unless asked otherwise, rolled back, bounded in time, cancelled on Ctrl-C.

Ctrl-C during a statement cancels it on the server before KeyboardInterrupt reaches the caller (psycopg does that while it
waits). A client that dies without a word is noticed by the server itself: client_connection_check_interval, since 14.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Self

from perfkit.db.connection import connect, translated
from perfkit.db.target import Target
from perfkit.errors import UsageError

if TYPE_CHECKING:
    import psycopg

Row = dict[str, object]

_CLIENT_CHECK_MS = 2000
"""How soon a statement whose client died is ended by the server; a poll of the socket, so cheap."""


@cache
def stored_query(name: str) -> str:
    """The text of ``queries/<name>.sql``."""
    return files("perfkit.db").joinpath("queries", f"{name}.sql").read_text(encoding="utf-8")


class Session:
    """One connection to one database. Use it in a ``with`` block; leaving it rolls back and closes."""

    def __init__(
        self, connection: psycopg.Connection[tuple[object, ...]], target: Target, purpose: str
    ) -> None:
        self._connection = connection
        self.target = target
        self.purpose = purpose
        self.server_version_num: int = connection.info.server_version
        self.server_version: str = connection.info.parameter_status("server_version") or ""

    @classmethod
    def open(cls, target: Target, *, purpose: str = "session") -> Self:
        """Connect and put up the guard rails; a few milliseconds over a unix socket."""
        connection = connect(target.conninfo, application_name=f"perfkit {purpose}")
        session = cls(connection, target, purpose)
        session.put_up_guard_rails()
        return session

    def put_up_guard_rails(self) -> None:
        """Set what keeps the session within bounds; again after statements that may have changed it."""
        limits = self.target.limits
        wanted = {
            "default_transaction_read_only": "on",
            "statement_timeout": _milliseconds(limits.statement_timeout),
            "lock_timeout": _milliseconds(limits.lock_timeout),
            "idle_in_transaction_session_timeout": _milliseconds(limits.idle_in_transaction_timeout),
            "client_connection_check_interval": str(_CLIENT_CHECK_MS)
            if self.server_version_num >= 140000
            else None,
        }
        pairs = [(name, value) for name, value in wanted.items() if value is not None]
        calls = ", ".join("set_config(%s, %s, false)" for _ in pairs)
        with translated():
            self._connection.execute(f"select {calls}", [part for pair in pairs for part in pair])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    @property
    def is_closed(self) -> bool:
        return self._connection.closed

    @property
    def backend_pid(self) -> int:
        return self._connection.info.backend_pid

    def cancel(self) -> None:
        """End the running statement on the server; safe from another thread."""
        with translated():
            self._connection.cancel_safe(timeout=5)

    @contextmanager
    def transaction(self, *, writes: bool = False, keeps: bool = False) -> Iterator[None]:
        """A transaction that is rolled back. ``writes`` lets statements change what the rollback undoes.

        ``keeps`` commits it where nothing failed: read only, what may be kept is data of temporary tables; with ``writes``
        the caller answers for the statement.
        """
        with translated():
            self._connection.execute(f"begin {'read write' if writes else 'read only'}")
        ending = "rollback"
        try:
            yield
            ending = "commit" if keeps else "rollback"
        finally:
            if self._is_usable():
                with translated():
                    self._connection.execute(ending.encode())

    def _is_usable(self) -> bool:
        """False once the connection is closed. An interrupt that struck while the driver was sending or reading leaves
        it not knowing what comes next: then what runs is cancelled, and the session closed."""
        from psycopg.pq import TransactionStatus

        if (
            not self._connection.closed
            and self._connection.info.transaction_status is TransactionStatus.ACTIVE
        ):
            self.cancel()
            self.close()
        return not self._connection.closed

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo on leaving what was done inside a transaction since entering; after an error the transaction goes on."""
        with translated():
            self._connection.execute("savepoint perfkit")
        try:
            yield
        finally:
            if self._is_usable():
                with translated():
                    self._connection.execute("rollback to savepoint perfkit")
                    self._connection.execute("release savepoint perfkit")

    def execute(self, sql: str) -> None:
        """Send one statement whose result does not matter, inside the transaction the caller opened."""
        with translated(sql):
            self._connection.execute(sql.encode())

    def change(self, sql: str) -> None:
        """Send one statement outside any transaction and for good. Only where the target was declared scratch."""
        if not self.target.is_scratch:
            raise UsageError(
                f"{self.target} was not declared a scratch database, so perfkit changes nothing there; add --scratch if it may"
            )
        with translated(sql):
            self._connection.execute("set default_transaction_read_only = off")
            try:
                self._connection.execute(sql.encode())
            finally:
                if self._is_usable():
                    self._connection.execute("set default_transaction_read_only = on")

    def rows(self, sql: str, parameters: Sequence[object] | Mapping[str, object] = ()) -> list[Row]:
        """Rows of a query of our own, with ``%s`` placeholders; none of a statement that returns none. Reads only, unless a
        writing transaction is open."""
        from psycopg.rows import dict_row

        with translated(sql), self._connection.cursor(row_factory=dict_row) as cursor:
            cursor.execute(sql.encode(), parameters or None)
            return _fetched(cursor)

    def run_users(
        self, prefix: str, text: str, parameters: Sequence[str | None] = (), suffix: str = ""
    ) -> list[tuple[object, ...]]:
        """Rows of ``prefix`` + a user's statement + ``suffix``, with its ``$n`` bound on the server.

        Asking for binary results makes it the extended protocol, which takes exactly one statement. Parameters are sent as text without a
        type, so that PostgreSQL infers each from its place, as most drivers have it do. Errors point into ``text``. It is planned
        anew each time: a plan that was kept would not know of an index that was hidden or shown since.
        """
        import psycopg

        with translated(text, offset=len(prefix)), psycopg.RawCursor(self._connection) as cursor:
            cursor.execute((prefix + text + suffix).encode(), list(parameters), prepare=False, binary=True)
            return _fetched(cursor)

    def run_unbound(self, prefix: str, text: str) -> list[tuple[object, ...]]:
        """Rows of ``prefix`` + a user's statement whose ``$n`` stay without values, as for EXPLAIN (GENERIC_PLAN).

        The extended protocol wants a value for each and would plan with it, so this is the simple one, which would take several
        statements: the caller has seen that it is one.
        """
        import psycopg

        with translated(text, offset=len(prefix)), psycopg.RawCursor(self._connection) as cursor:
            cursor.execute((prefix + text).encode())
            return _fetched(cursor)


def _fetched(cursor: psycopg.Cursor[Any]) -> list[Any]:
    """None of a statement that returns no rows. Rows may be without columns, so that the cursor's description does not tell."""
    from psycopg.pq import ExecStatus

    result = cursor.pgresult
    return cursor.fetchall() if result is not None and result.status == ExecStatus.TUPLES_OK else []


def _milliseconds(seconds: float | None) -> str | None:
    return None if seconds is None else str(max(0, round(seconds * 1000)))
