"""Capture one statement: plan, samples, catalog and environment, as one value."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Sequence

from perfkit.capture.environment import read_environment
from perfkit.capture.explain import analyze, plan_only, run_once, transaction_for
from perfkit.capture.values import Capture, Counters, Measurement, Query, Samples
from perfkit.db.catalog import read_catalog
from perfkit.db.session import Session
from perfkit.errors import UsageError
from perfkit.identifier import quote_identifier
from perfkit.plan import Plan
from perfkit.progress import Progress, Silent
from perfkit.sql import refuse_unless_safe, table_names
from perfkit.sql.statement import Statement

DEFAULT_RUNS = 5
"""Enough to tell a steady statement from a restless one; proofs take more."""

SAMPLING_SECONDS = 30.0
"""No capture samples for longer: a statement of ten seconds is timed three times, not five."""


def capture(
    session: Session,
    statement: Statement,
    parameters: Sequence[object] = (),
    *,
    runs: int = DEFAULT_RUNS,
    allow_writes: bool = False,
    progress: Progress | None = None,
) -> Capture:
    """Run the statement 2 + ``runs`` times: a warm-up, one with every node timed, and the samples without that overhead.

    A statement that writes needs ``allow_writes`` and is rolled back each time. UnsafeStatement says what else is
    refused; CaptureError, CaptureTimeout and ServerError what the server said.
    """
    refuse_unless_safe(statement, allow_writes=allow_writes)
    values = bind_values(statement, parameters)
    with (progress or Silent()).stage("capture", total=runs + 3) as advance:
        with transaction_for(session, statement):
            expected = plan_only(session, statement, values)
        with session.transaction():
            catalog = read_catalog(
                session,
                (*table_names(statement), *relation_names(expected)),
                with_referencing=statement.kind != "select",
            )
            environment = read_environment(session, catalog)
        advance()
        with transaction_for(session, statement):
            run_once(session, statement, values)
        advance()
        with transaction_for(session, statement):
            plan = analyze(session, statement, values)
        advance()
        samples = []
        for _ in within(SAMPLING_SECONDS, runs):
            with transaction_for(session, statement):
                samples.append(execution_ms(run_once(session, statement, values)))
            advance()
    return Capture(
        query=Query(
            text=statement.text, fingerprint=statement.fingerprint, kind=statement.kind, parameters=values
        ),
        measurement=Measurement(
            plan=plan, counters=Counters.of(plan), samples=Samples(values=tuple(samples))
        ),
        environment=environment,
        catalog=catalog,
        notes=tuple(_notes(statement)),
    )


def bind_values(statement: Statement, parameters: Sequence[object]) -> tuple[str | None, ...]:
    """Parameters as the text PostgreSQL reads, so that it infers each type from its place.

    UsageError when their number is not the statement's.
    """
    if len(parameters) != statement.parameter_count:
        raise UsageError(
            f"the statement has {statement.parameter_count} parameters ($1 …), {len(parameters)} were given"
        )
    return tuple(_bind_text(value) for value in parameters)


def _bind_text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return json.dumps(value)
    if isinstance(value, list | tuple):
        return "{" + ",".join(_array_element(item) for item in value) + "}"
    return str(value)


def _array_element(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, list | tuple):
        return _bind_text(value) or "{}"
    text = _bind_text(value) or ""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def within(seconds: float, times: int) -> Iterator[int]:
    """Count up to ``times``, at least once, and stop early when the next round would likely pass the time."""
    started = time.monotonic()
    for done in range(times):
        spent = time.monotonic() - started
        if done and spent * (done + 1) / done > seconds:
            return
        yield done


def execution_ms(plan: Plan) -> float:
    """Planning is left out: it is the same for every run of a prepared statement."""
    if plan.execution_ms is None:
        raise UsageError("this plan has no execution time; it was made without ANALYZE or SUMMARY")
    return plan.execution_ms


def relation_names(plan: Plan) -> Iterable[str]:
    """Names, as regclass reads them, of the relations a verbose plan scans or changes."""
    for node in plan.walk():
        if node.relation and node.schema:
            yield f"{quote_identifier(node.schema)}.{quote_identifier(node.relation)}"


def _notes(statement: Statement) -> Iterator[str]:
    if statement.parse_error:
        yield f"the statement could not be read in full ({statement.parse_error}); what follows rests on plan and catalog"
