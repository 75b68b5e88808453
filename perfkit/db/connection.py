"""The one gate to the driver: open a connection, and turn the driver's errors into ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from perfkit.errors import CaptureError, CaptureTimeout, ServerError, UsageError

if TYPE_CHECKING:
    import psycopg

CONNECT_TIMEOUT_SECONDS = 10
"""Long enough for a server that wakes up across an ocean, short enough that a wrong host is told today."""

_LOST = ("57P01", "57P02", "57P03")  # admin_shutdown, crash_shutdown, cannot_connect_now
_TIMEOUT = {
    "57014": "statement_timeout",
    "55P03": "lock_timeout",
    "25P03": "idle_in_transaction_session_timeout",
}


def connect(
    conninfo: str, *, autocommit: bool = True, application_name: str = "perfkit", options: str = ""
) -> psycopg.Connection[tuple[object, ...]]:
    """Open a connection; ServerError says in one sentence why the server cannot be reached.

    ``options`` are libpq command-line options added to those the connection string or PGOPTIONS carry.
    """
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    try:
        given = conninfo_to_dict(conninfo)
    except psycopg.ProgrammingError as error:
        raise UsageError(f"this is no libpq connection string or URI: {_one_line(error)}") from None
    try:
        return psycopg.connect(
            conninfo,
            autocommit=autocommit,
            application_name=application_name,
            options=f"{given.get('options') or ''} {options}".strip(),
            connect_timeout=int(given.get("connect_timeout") or CONNECT_TIMEOUT_SECONDS),
            # The driver forgets what it prepared by DEALLOCATE ALL, after each ROLLBACK: statements of the user's would go too.
            prepare_threshold=None,
        )
    except psycopg.Error as error:
        raise ServerError(f"cannot connect to {describe(conninfo)}: {_one_line(error)}") from None


def describe(conninfo: str) -> str:
    """Where a connection string leads, without its password.

    >>> describe("host=db.example port=5433 dbname=shop user=ann password=secret")
    'database shop on db.example:5433 as ann'
    >>> describe("")
    'the database that the environment names'
    """
    from psycopg.conninfo import conninfo_to_dict

    parts = conninfo_to_dict(conninfo)
    if parts.get("service"):
        return f"service {parts['service']}"
    if not parts:
        return "the database that the environment names"
    database = f"database {parts['dbname']}" if parts.get("dbname") else "the default database"
    host = (
        f" on {parts['host']}" + (f":{parts['port']}" if parts.get("port") else "")
        if parts.get("host")
        else ""
    )
    user = f" as {parts['user']}" if parts.get("user") else ""
    return database + host + user


@contextmanager
def translated(query: str | None = None, *, offset: int = 0) -> Iterator[None]:
    """Raise the driver's errors as ours, with sqlstate and position.

    ``offset`` is how many characters perfkit put before the user's text, to be taken off the position.
    """
    import psycopg

    try:
        yield
    except psycopg.Error as error:
        raise _translate(error, query, offset) from error


def _translate(error: psycopg.Error, query: str | None, offset: int) -> Exception:
    import psycopg

    state, message = error.sqlstate, error.diag.message_primary or _one_line(error)
    if state in _LOST or (state is None and isinstance(error, psycopg.OperationalError)):
        return ServerError(f"the server went away: {message}; see its log, then run the same command again")
    if state in _TIMEOUT and "user request" not in message:
        name = _TIMEOUT[state]
        return CaptureTimeout(
            f"{message}; raise {name} if the statement may take longer", query=query, sqlstate=state
        )
    position = int(error.diag.statement_position or 0) - offset
    hint = f"; {error.diag.message_hint.rstrip('.').lower()}" if error.diag.message_hint else ""
    where = f" at {_place(query or '', position)}" if position > 0 else ""
    return CaptureError(
        f"{message}{where}{hint}", query=query, sqlstate=state, position=position if position > 0 else None
    )


def _place(query: str, position: int) -> str:
    """Where a person looks: the line too when there are several.

    >>> _place("select 1", 8), _place("select 1\\nfrom", 10)
    ('character 8', 'line 2, character 1')
    """
    before = query[: position - 1]
    if "\n" not in query:
        return f"character {position}"
    return f"line {before.count(chr(10)) + 1}, character {position - 1 - before.rfind(chr(10))}"


def _one_line(error: BaseException) -> str:
    text = " ".join(str(error).split()).partition(" This probably means ")[0]
    return (
        text.removeprefix("connection failed: ").removeprefix("consuming input failed: ").rstrip(".")
        or type(error).__name__
    )
