"""Run one query as the gate does: warmed up once, then the run of several that touched the fewest blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from perfkit.capture.capture import bind_values, capture_planned, within
from perfkit.capture.explain import count, plan_only, transaction_for
from perfkit.capture.values import Capture
from perfkit.catalog import Relation
from perfkit.db.session import Session
from perfkit.db.target import Target
from perfkit.errors import UsageError
from perfkit.findings import Finding, examine
from perfkit.gate.baseline import Baseline, NamedFinding, RelationThen, Surroundings
from perfkit.gate.queries import GateQuery
from perfkit.gate.steady import steady, untimed
from perfkit.plan import Plan
from perfkit.sql import parse_statement, refuse_unless_safe
from perfkit.sql.fingerprint import as_written, normal_form
from perfkit.sql.safety import needs_writing
from perfkit.sql.statement import Statement
from perfkit.sql.tokens import scan
from perfkit.stats.how_often import COUNTED_RUNS

COUNTING_SECONDS: Final = 60.0
"""A slow statement is counted fewer times."""

_OF_TRAFFIC: Final = frozenset({"unused-index", "hot-update-lost"})
"""Findings that rest on what other statements did since the statistics were reset."""

_DIGITS: Final = 2
"""Of a table's rows: another sample of ANALYZE moves the third."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """How a query runs now."""

    now: Baseline
    """What a baseline taken now would hold."""
    findings: tuple[Finding, ...]
    """Worst first; judged without times, so that a busy machine finds the same."""
    notes: tuple[str, ...] = ()


STEADYING: Final = {"max_parallel_workers_per_gather": "0", "synchronize_seqscans": "off"}
"""How many workers are free is other sessions' doing, and changes blocks and temp blocks; so does beginning to scan a large table
where another session stands in it."""


def gate_session(target: Target) -> Session:
    """A session in which a statement reads the same whoever else is busy on the server: no parallel workers, and scans begin at
    the beginning."""
    session = Session.open(target, purpose="gate")
    try:
        with session.transaction(keeps=True):
            for name, value in STEADYING.items():
                session.execute(f"set {name} = {value}")
    except BaseException:
        session.close()
        raise
    return session


def observe(
    session: Session, query: GateQuery, *, runs: int = COUNTED_RUNS, may_write: bool = False
) -> Observation:
    """Run the query 1 + ``runs`` times, each time rolled back. One that writes is only planned unless it ``may_write``.

    CaptureError and UsageError say why it cannot be run.
    """
    statement = parse_statement(query.text)
    refuse_unless_safe(statement, allow_writes=True)
    if query.plan is not None and not query.has_values:
        return _observed(
            session, query, statement, query.plan, ("its values are not in the log; the plan is",)
        )
    if needs_writing(statement) and not may_write:
        plan = _planned(session, statement, query.parameters)
        note = "it writes and was only planned; with --allow-writes it runs and is rolled back"
        return _observed(session, query, statement, plan, (note,))
    return _observed(session, query, statement, _fewest(session, statement, query.parameters, runs), ())


def writes(query: GateQuery) -> bool:
    """Whether the query changes rows or locks them; False for a text that is no statement."""
    try:
        return needs_writing(parse_statement(query.text))
    except UsageError:
        return False


def _planned(session: Session, statement: Statement, parameters: Sequence[str | None]) -> Plan:
    with transaction_for(session, statement):
        return plan_only(session, statement, bind_values(statement, parameters))


def _fewest(session: Session, statement: Statement, parameters: Sequence[str | None], runs: int) -> Plan:
    values = bind_values(statement, parameters)
    plans = []
    with transaction_for(session, statement):
        count(session, statement, values)
    for _ in within(COUNTING_SECONDS, runs):
        with transaction_for(session, statement):
            plans.append(count(session, statement, values))
    return min(plans, key=_blocks)


def _blocks(plan: Plan) -> tuple[int, int]:
    buffers = plan.root.buffers
    return (buffers.shared, buffers.temp) if buffers else (0, 0)


def _observed(
    session: Session, query: GateQuery, statement: Statement, plan: Plan, notes: tuple[str, ...]
) -> Observation:
    captured = capture_planned(session, statement, query.parameters, plan)
    found = examine(untimed(plan), statement, captured.catalog)
    findings = tuple(one for one in found if one.id not in _OF_TRAFFIC)
    return Observation(
        now=Baseline(
            query=query.name,
            source=query.source,
            fingerprint=statement.fingerprint,
            statement=as_written(normal_form(scan(statement.text))),
            values=_digest(statement.text, query.parameters),
            plan=steady(plan),
            findings=tuple(sorted({NamedFinding(id=one.id, severity=one.severity) for one in findings}, key=lambda one: (one.id, one.severity))),
            surroundings=_surroundings(captured),
        ),
        findings=findings,
        notes=notes,
    )  # fmt: skip


def _surroundings(captured: Capture) -> Surroundings:
    return Surroundings(
        server_major=captured.environment.server_version_num // 10_000,
        dataset=captured.environment.dataset,
        relations={one.qualified_name: _relation(one) for one in captured.catalog.relations},
    )


def _relation(relation: Relation) -> RelationThen:
    return RelationThen(
        rows=rounded(relation.rows),
        indexes={index.name: index.definition for index in relation.indexes if index.is_valid},
    )


def rounded(rows: float | None) -> float | None:
    """
    >>> rounded(123_456.0), rounded(7.0), rounded(None)
    (120000.0, 7.0, None)
    """
    return None if rows is None else float(f"{rows:.{_DIGITS}g}")


def _digest(text: str, parameters: Sequence[str | None]) -> str:
    said = "\0".join([" ".join(text.split()), *("\1" if one is None else one for one in parameters)])
    return blake2b(said.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
