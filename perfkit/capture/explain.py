"""Ask PostgreSQL how it runs a statement. Each call is one EXPLAIN inside the transaction the caller opened, which is
also what undoes a statement that writes."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager

from perfkit.db.session import Session
from perfkit.errors import CaptureError
from perfkit.plan import Plan, read_json
from perfkit.sql.statement import Statement


def plan_only(session: Session, statement: Statement, parameters: Sequence[str | None]) -> Plan:
    """The plan without running the statement: costs a parse and a planning, takes the locks the statement would."""
    return _explain(session, statement, parameters, "verbose, format json")


def analyze(session: Session, statement: Statement, parameters: Sequence[str | None]) -> Plan:
    """Run the statement with every node timed and every option on that tells something."""
    options = ["analyze", "buffers", "verbose", "settings"]
    if session.server_version_num >= 130000 and statement.kind != "select":
        options.append("wal")
    if session.server_version_num >= 170000:
        options += ["memory", "serialize text"]
    return _explain(session, statement, parameters, ", ".join([*options, "format json"]))


def run_once(session: Session, statement: Statement, parameters: Sequence[str | None]) -> Plan:
    """Run the statement without a clock at each node: its execution time carries no timing overhead."""
    return _explain(session, statement, parameters, "analyze, timing off, buffers, summary, format json")


def transaction_for(session: Session, statement: Statement) -> AbstractContextManager[None]:
    """The narrowest transaction that lets the statement run: read only for a SELECT, always rolled back."""
    return session.transaction(writes=statement.kind != "select")


def _explain(session: Session, statement: Statement, parameters: Sequence[str | None], options: str) -> Plan:
    rows = session.run_users(f"explain ({options}) ", statement.text, parameters)
    if len(rows) != 1 or not isinstance(rows[0][0], list):
        raise CaptureError("the server's answer to EXPLAIN (FORMAT JSON) is no plan; is a proxy in between?")
    return read_json(rows[0][0])
