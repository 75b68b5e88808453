"""Capture one statement: plan, samples, catalog and environment, as one value."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Sequence

from perfkit.capture.environment import read_environment
from perfkit.capture.explain import analyze, plan_only, run_once, transaction_for
from perfkit.capture.functions import called_functions, named_functions
from perfkit.capture.prepared_plans import measure_both, plan_both, unexecuted
from perfkit.capture.session_setup import apply
from perfkit.capture.temporary_names import neutral
from perfkit.capture.values import Capture, Counters, Measurement, PreparedPlans, Query, Samples
from perfkit.capture.watch import Watch, read_idle
from perfkit.db.catalog import read_catalog
from perfkit.db.session import Session
from perfkit.errors import CaptureError, CaptureTimeout, UsageError
from perfkit.identifier import quote_identifier
from perfkit.plan import Plan
from perfkit.plan.model import Node
from perfkit.progress import Advance, Progress, Silent
from perfkit.sql import refuse_unless_safe, table_names
from perfkit.sql.prepared import read_execution
from perfkit.sql.session_setup import NO_SETUP, SessionSetup
from perfkit.sql.statement import Statement

DEFAULT_RUNS = 5
"""Enough to tell a steady statement from a restless one; proofs take more."""

SAMPLING_SECONDS = 30.0
"""No capture samples for longer: a statement of ten seconds is timed three times, not five."""

UNPLANNED = Plan(root=Node(number=1, node_type="Not planned"))
"""Stands where a statement could not be planned, so that what else is known of it can be told."""


def capture(
    session: Session,
    statement: Statement,
    parameters: Sequence[object] = (),
    *,
    runs: int = DEFAULT_RUNS,
    allow_writes: bool = False,
    setup: SessionSetup = NO_SETUP,
    prepared_name: str | None = None,
    may_be_unfinished: bool = False,
    progress: Progress | None = None,
) -> Capture:
    """Run the statement 2 + ``runs`` times: a warm-up, one with every node timed, and the samples without that overhead.

    A statement that writes needs ``allow_writes`` and is rolled back each time. ``setup`` is run in the session before.
    ``prepared_name`` is what the setup calls the statement; where the session executes it with a generic plan, that plan
    is the one captured. UnsafeStatement says what else is refused; CaptureError, CaptureTimeout and ServerError what the
    server said. A statement that waits for another session's lock until it is ended is captured as planned; one that
    cannot even be planned for it raises, as does one that does not end in time by itself. With ``may_be_unfinished`` they
    are captured too, with ``UNPLANNED`` or as planned.
    """
    refuse_unless_safe(statement, allow_writes=allow_writes)
    values = bind_values(statement, parameters)
    apply(session, setup)
    watch = Watch(session)
    notes = [*_notes(statement)]
    with (progress or Silent()).stage("capture", total=runs + 3) as advance:
        expected = UNPLANNED
        try:
            with watch.over(), transaction_for(session, statement):
                expected = plan_only(session, statement, values)
        except CaptureTimeout as error:
            if not (may_be_unfinished and watch.blockers):
                raise
            notes.append(f"the statement could not be planned: {error}")
        names = (*table_names(statement), *relation_names(expected)) if expected is not UNPLANNED else ()
        with session.transaction():
            catalog = neutral(
                read_catalog(
                    session,
                    names,
                    with_referencing=statement.kind != "select",
                    functions=called_functions(expected) | named_functions(statement.text),
                )
            )
            environment = read_environment(session, catalog)
            idle = read_idle(session)
        notes += [
            f"{one.qualified_name} has row security: a role with other policies reads other rows, by another plan"
            for one in catalog.relations
            if one.has_row_security
        ]
        advance()
        measurement, prepared = unexecuted(expected), None
        started = time.monotonic()
        try:
            with watch.over(), transaction_for(session, statement):
                if expected is not UNPLANNED:
                    run_once(session, statement, values)
        except CaptureTimeout as error:
            if not (watch.blockers or may_be_unfinished):
                raise
            if not watch.blockers:
                measurement = unexecuted(expected, (time.monotonic() - started) * 1000)
            notes.append(f"the statement was not executed to its end ({error}); its plan has no figures")
        else:
            advance()
            if expected is not UNPLANNED:
                measurement = _measure(session, statement, values, runs, advance)
                prepared = _both_plans(session, statement, values, measurement, setup, prepared_name, runs)
    if prepared is not None and prepared.chosen == "generic" and prepared.is_in_use:
        notes.append(
            f"the session uses the generic plan, made for any value of the parameters: {prepared.reason}"
        )
        if prepared.is_generic_finished:
            measurement = prepared.generic
    return Capture(
        query=Query(
            text=statement.text, fingerprint=statement.fingerprint, kind=statement.kind, parameters=values
        ),
        measurement=measurement,
        environment=environment,
        catalog=catalog,
        notes=tuple(notes),
        setup=setup,
        waits=watch.result(idle),
        prepared=prepared,
    )


def capture_planned(
    session: Session, statement: Statement, parameters: Sequence[object] = (), plan: Plan | None = None
) -> Capture:
    """The statement with its surroundings, without running it: with the given plan of an earlier run, else as the planner
    would do it, else ``UNPLANNED`` with a note why."""
    notes = [*_notes(statement)]
    values: tuple[str | None, ...] = ()
    if plan is None:
        plan = UNPLANNED
        try:
            values = bind_values(statement, parameters)
            with transaction_for(session, statement):
                plan = plan_only(session, statement, values)
        except (CaptureError, UsageError) as error:
            notes.append(f"the statement could not be planned: {error}")
    with session.transaction():
        catalog = neutral(
            read_catalog(
                session,
                (*table_names(statement), *relation_names(plan)),
                functions=called_functions(plan) | named_functions(statement.text),
            )
        )
        environment = read_environment(session, catalog)
    times = (plan.execution_ms,) if plan.execution_ms is not None else ()
    return Capture(
        query=Query(
            text=statement.text, fingerprint=statement.fingerprint, kind=statement.kind, parameters=values
        ),
        measurement=Measurement(plan=plan, counters=Counters.of(plan), samples=Samples(values=times)),
        environment=environment,
        catalog=catalog,
        notes=tuple(notes),
    )


def _measure(
    session: Session, statement: Statement, values: Sequence[str | None], runs: int, advance: Advance
) -> Measurement:
    with transaction_for(session, statement):
        plan = analyze(session, statement, values)
    advance()
    samples = []
    for _ in within(SAMPLING_SECONDS, runs):
        with transaction_for(session, statement):
            samples.append(execution_ms(run_once(session, statement, values)))
        advance()
    return Measurement(plan=plan, counters=Counters.of(plan), samples=Samples(values=tuple(samples)))


def _both_plans(
    session: Session,
    statement: Statement,
    values: Sequence[str | None],
    custom: Measurement,
    setup: SessionSetup,
    name: str | None,
    runs: int,
) -> PreparedPlans | None:
    """The generic plan beside the custom one; None where the server would not use it for a statement nobody prepared."""
    try:
        planned = plan_both(session, statement, values, name=name, executions=executions(setup, name))
    except CaptureError:
        if name is not None:
            raise
        # a pooler between us and the server loses what was prepared; the statement itself has been captured
        return None
    if planned is None or (name is None and planned.chosen == "custom"):
        return None
    return measure_both(session, statement, values, planned, custom, runs=runs)


def executions(setup: SessionSetup, name: str | None) -> int:
    """How often the setup executes a prepared statement."""
    return sum(
        (one := read_execution(each.text)) is not None and one.name == name
        for each in setup.statements
        if each.kind == "execute"
    )


def bind_values(statement: Statement, parameters: Sequence[object]) -> tuple[str | None, ...]:
    """Parameters as the text PostgreSQL reads, so that it infers each type from its place.

    UsageError when their number is not the statement's.
    """
    if len(parameters) != statement.parameter_count:
        raise UsageError(
            f"the statement has {statement.parameter_count} parameters ($1 …), {len(parameters)} were given"
        )
    return tuple(bind_text(value) for value in parameters)


def bind_text(value: object) -> str | None:
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
        return bind_text(value) or "{}"
    text = bind_text(value) or ""
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
