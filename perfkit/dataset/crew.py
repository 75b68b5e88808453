"""Several connections that share independent statements, and stop together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from threading import Event
from typing import TYPE_CHECKING, Self, TypeVar

from perfkit.db.connection import connect, translated

if TYPE_CHECKING:
    import psycopg

    Connection = psycopg.Connection[tuple[object, ...]]

T = TypeVar("T")

_CLIENT_CHECK_MS = 2000
"""How soon the server ends a statement whose client was killed; a poll of the socket, so cheap."""

_REPORTS_AT_ONCE_SINCE = 150000

_PIECE_BYTES = 256 * 1024
"""Large enough that neither Python nor the server notices the pieces."""

_SETTINGS = {
    "timezone": "UTC",
    "datestyle": "ISO, YMD",
    "intervalstyle": "postgres",
    "extra_float_digits": "1",
    "search_path": "public",
    "default_transaction_read_only": "off",
    "statement_timeout": "0",
    "lock_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "jit": "off",
    # With off, VACUUM right after a load cannot mark pages all-visible: it does not know yet whether the rows are safe.
    "synchronous_commit": "on",
    # Enough that no sort of scale 1 goes to disk several times over; a few sessions have it, for seconds.
    "work_mem": "128MB",
    "maintenance_work_mem": "128MB",
}
"""What every session of a crew has, whatever the server's or the role's defaults: text of values and speed depend on it."""


class Crew:
    """A few connections to one database."""

    def __init__(self, connections: Sequence[Connection]) -> None:
        self._connections = connections
        self._idle: SimpleQueue[Connection] = SimpleQueue()
        for connection in connections:
            self._idle.put(connection)

    @classmethod
    @contextmanager
    def gathered(cls, conninfo: str, size: int, settings: Mapping[str, str] | None = None) -> Iterator[Self]:
        """Connect ``size`` times; leaving the block closes them all."""
        connections: list[Connection] = []
        try:
            for _ in range(size):
                connections.append(connect(conninfo, application_name="perfkit dataset"))
                _prepare(connections[-1], settings or {})
            yield cls(connections)
        finally:
            for connection in connections:
                connection.close()

    def run(
        self, scripts: Sequence[str], *, spread: bool, advance: Callable[[], None] = lambda: None
    ) -> list[list[tuple[object, ...]]]:
        """Run every script, the rows of each in the order given. A script of several statements is one transaction.

        The first error, or Ctrl-C, cancels what the others are doing on the server before it reaches the caller.
        """
        return self._share([partial(_run_script, script) for script in scripts], spread, advance)

    def fill(self, files: Mapping[str, Path], *, advance: Callable[[], None] = lambda: None) -> None:
        """Fill every table from its CSV file, which has a heading; each in one transaction, replacing its rows.

        The first error, or Ctrl-C, ends all of them as in ``run``.
        """
        self._share([partial(_fill_table, table, path) for table, path in files.items()], True, advance)

    def report_counters(self) -> None:
        """Have every connection report what it changed now: what is reported after an ANALYZE counts as changed since it. The
        server can be asked for that since 15; before, it follows within a second or two."""
        for connection in self._connections:
            if connection.info.server_version >= _REPORTS_AT_ONCE_SINCE:
                connection.execute("select pg_stat_force_next_flush()")

    def _share(
        self, work: Sequence[Callable[[Connection, Event], T]], spread: bool, advance: Callable[[], None]
    ) -> list[T]:
        stopping = Event()
        with ThreadPoolExecutor(len(self._connections) if spread else 1) as pool:
            futures = [pool.submit(self._do, one, stopping) for one in work]
            try:
                for future in as_completed(futures):
                    future.result()
                    advance()
            except BaseException:
                self._stop(futures, stopping)
                raise
        return [future.result() for future in futures]

    def _do(self, work: Callable[[Connection, Event], T], stopping: Event) -> T:
        connection = self._idle.get()
        try:
            if stopping.is_set():
                raise CancelledError
            return work(connection, stopping)
        finally:
            self._idle.put(connection)

    def _stop(self, futures: Sequence[Future[T]], stopping: Event) -> None:
        stopping.set()
        for future in futures:
            future.cancel()
        for connection in self._connections:
            if not connection.closed:
                connection.cancel_safe(timeout=5)


def _run_script(script: str, connection: Connection, stopping: Event) -> list[tuple[object, ...]]:
    with translated(script):
        cursor = connection.execute(script.encode())
        return cursor.fetchall() if cursor.description else []


def _fill_table(table: str, path: Path, connection: Connection, stopping: Event) -> None:
    with translated(), path.open("rb") as file, connection.transaction(), connection.cursor() as cursor:
        cursor.execute(f"truncate {table}".encode())
        with cursor.copy(f"copy {table} from stdin (format csv, header, freeze)".encode()) as copy:
            while piece := file.read(_PIECE_BYTES):
                if stopping.is_set():
                    raise CancelledError
                copy.write(piece)


def _prepare(connection: Connection, settings: Mapping[str, str]) -> None:
    wanted = {**_SETTINGS, **settings}
    if connection.info.server_version >= 140000:
        wanted["client_connection_check_interval"] = str(_CLIENT_CHECK_MS)
    with translated():
        for name, value in wanted.items():
            connection.execute("select set_config(%s, %s, false)", [name, value])
