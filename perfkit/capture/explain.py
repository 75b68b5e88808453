"""Ask PostgreSQL how it runs a statement. Each call is one EXPLAIN inside the transaction the caller opened, which is
also what undoes a statement that writes."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Literal

from perfkit.capture.temporary_names import without_session_number
from perfkit.db.session import Session
from perfkit.errors import CaptureError
from perfkit.plan import Plan, read_json
from perfkit.sql.safety import needs_writing
from perfkit.sql.statement import Statement

PlanCacheMode = Literal["auto", "force_custom_plan", "force_generic_plan"]

PLAN_OPTIONS = "verbose, format json"
RUN_OPTIONS = "analyze, timing off, buffers, summary, format json"
COUNT_OPTIONS = "analyze, timing off, buffers, verbose, settings, summary off, format json"


def plan_only(session: Session, statement: Statement, parameters: Sequence[str | None]) -> Plan:
    """The plan without running the statement: costs a parse and a planning, takes the locks the statement would."""
    return _explain(session, statement, parameters, PLAN_OPTIONS)


def analyze(session: Session, statement: Statement, parameters: Sequence[str | None]) -> Plan:
    """Run the statement with every node timed and every option on that tells something."""
    return _explain(session, statement, parameters, analyze_options(session, statement))


def analyze_options(session: Session, statement: Statement) -> str:
    options = ["analyze", "buffers", "verbose", "settings"]
    if session.server_version_num >= 130000 and statement.kind != "select":
        options.append("wal")
    if session.server_version_num >= 170000:
        options += ["memory", "serialize text"]
    return ", ".join([*options, "format json"])


def run_once(session: Session, statement: Statement, parameters: Sequence[str | None]) -> Plan:
    """Run the statement without a clock at each node: its execution time carries no timing overhead."""
    return _explain(session, statement, parameters, RUN_OPTIONS)


def count(session: Session, statement: Statement, parameters: Sequence[str | None]) -> Plan:
    """Run the statement with rows and blocks counted at every node and no clock: what hardly varies between runs."""
    return _explain(session, statement, parameters, COUNT_OPTIONS)


def execute_prepared(
    session: Session, execution: str, mode: PlanCacheMode | None = None, options: str = "format json"
) -> Plan:
    """The plan of an EXECUTE; ``mode`` sets plan_cache_mode for the caller's transaction, None leaves the session's own."""
    if mode is not None:
        session.execute(f"set local plan_cache_mode = {mode}")
    return _plan_of(session.run_users(f"explain ({options}) ", execution))


def transaction_for(session: Session, statement: Statement) -> AbstractContextManager[None]:
    """The narrowest transaction that lets the statement run: read only where that suffices, always rolled back."""
    return session.transaction(writes=needs_writing(statement))


def _explain(session: Session, statement: Statement, parameters: Sequence[str | None], options: str) -> Plan:
    return _plan_of(session.run_users(f"explain ({options}) ", statement.text, parameters))


def _plan_of(rows: list[tuple[object, ...]]) -> Plan:
    if len(rows) != 1 or not isinstance(rows[0][0], list):
        raise CaptureError("the server's answer to EXPLAIN (FORMAT JSON) is no plan; is a proxy in between?")
    return read_json(without_session_number(rows[0][0]))
