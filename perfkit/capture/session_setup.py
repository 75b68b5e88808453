"""Bring a session into the state that its setup describes, and put the guard rails up again afterwards.

A table is filled, and a temporary table changed, only in a read-only transaction: there PostgreSQL itself refuses to change
anything but temporary tables, whatever a function called on the way may try. So CREATE TEMP TABLE … AS is done in two
steps, WITH NO DATA and then INSERT.
"""

from __future__ import annotations

from perfkit.db.session import Session
from perfkit.errors import CaptureError, UnsafeStatement
from perfkit.sql.session_setup import SessionSetup, SetupStatement, without_local
from perfkit.sql.temporary import created_table, subject_table

_READ_ONLY = "25006"
"""read_only_sql_transaction"""


def apply(session: Session, setup: SessionSetup, *, lasting: bool = True) -> None:
    """Run the setup in the session, which must have no transaction open.

    What would last after the session needs a scratch target; with ``lasting=False`` (on a clone, made after it had run) it
    is passed over. UnsafeStatement and CaptureError say what is refused, by perfkit or by the server.
    """
    for statement in setup.statements:
        try:
            if not _run(session, statement) and lasting:
                _last(session, statement.text)
        finally:
            if not session.is_closed:
                session.put_up_guard_rails()


def replay(session: Session, setup: SessionSetup) -> None:
    """Bring another session, on a clone made after the setup first ran, into the same state; see ``apply``."""
    apply(session, setup.shaping, lasting=False)


def _run(session: Session, statement: SetupStatement) -> bool:
    """False when the statement would change more than the session; it was not run then."""
    text = statement.text
    match statement.kind:
        case "lasting":
            return False
        case "set":
            session.run_users("", without_local(text))
        case "prepare" | "deallocate":
            session.run_users("", text)
        case "select" | "execute":
            with session.transaction():
                session.run_users("", text)
        case "temp object":
            _create(session, text)
        case "temp data":
            return _change_temporary(session, text)
        case "temp upkeep":
            if not _is_temporary(session, subject_table(text)):
                return False
            with session.transaction(writes=True, keeps=True):
                session.run_users("", text)
        case "cursor" | "transaction":
            pass
    return True


def _create(session: Session, text: str) -> None:
    made = created_table(text)
    with session.transaction(writes=True, keeps=True):
        session.run_users("", text if made is None else made.without_data)
    if made is not None and made.query is not None:
        with session.transaction(keeps=True):
            session.run_users(f"insert into pg_temp.{made.name} ", made.query)


def _change_temporary(session: Session, text: str) -> bool:
    try:
        with session.transaction(keeps=True):
            session.run_users("", text)
    except CaptureError as error:
        if error.sqlstate == _READ_ONLY:
            return False
        raise
    return True


def _is_temporary(session: Session, table: str | None) -> bool:
    """CaptureError when there is no such table."""
    if table is None:
        return False
    with session.transaction():
        rows = session.rows(
            "select relpersistence = 't' as is_temporary from pg_class where oid = %s::regclass", [table]
        )
    return bool(rows and rows[0]["is_temporary"])


def _last(session: Session, text: str) -> None:
    if not session.target.is_scratch:
        raise _lasts(text)
    session.change(text)


def _lasts(text: str) -> UnsafeStatement:
    head = " ".join(text.split())[:60]
    return UnsafeStatement(
        f"the setup is refused: {head} would leave something behind in the database; a setup may SET, PREPARE, EXECUTE,"
        " SELECT and make temporary tables, and more only on a database declared --scratch",
        query=text,
    )
