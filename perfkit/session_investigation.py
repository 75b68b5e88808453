"""A session as a whole: patterns between its statements, its waits, and an investigation of the statement that costs most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from perfkit.advise.application import told
from perfkit.advise.batch import batch_advice, try_batch
from perfkit.advise.rank import ranked
from perfkit.advise.values import BUDGET_SECONDS, Advice
from perfkit.capture.capture import DEFAULT_RUNS, UNPLANNED, capture_planned, execution_ms, within
from perfkit.capture.explain import run_once, transaction_for
from perfkit.capture.session_setup import apply
from perfkit.capture.values import Capture
from perfkit.db.session import Session
from perfkit.db.target import Target
from perfkit.errors import CaptureError, PerfkitError, UsageError
from perfkit.findings.examine_capture import examine_capture, joined
from perfkit.findings.finding import Finding
from perfkit.findings.rules.sessions import idle_transactions, lock_waits, n_plus_one, rows_one_by_one
from perfkit.investigation import Investigation, SessionSummary, StatementTotal, investigate
from perfkit.progress import Progress, Silent
from perfkit.sql import dangers, parse_statement
from perfkit.workload import Group, Recording, Repetition, Run, grouped, repetitions, row_by_row

MOST_TRIED = 5
"""Statements that are offered to the server before the log is taken to be of another database."""

TIMING_SECONDS = 30.0
"""For running each statement of a script once to see which takes longest."""

MOST_SHOWN = 20


def investigate_session(
    target: Target,
    recording: Recording,
    *,
    runs: int = DEFAULT_RUNS,
    allow_writes: bool = False,
    budget_seconds: float = BUDGET_SECONDS,
    progress: Progress | None = None,
) -> Investigation:
    """Examine a session, measure what would replace its loops, and investigate the statement with the most time in all.

    A statement that cannot be run here (it writes, its values are not known, its tables are not there) gives way to the
    next; where none is left, the session's findings stand alone.
    """
    shown = progress or Silent()
    notes: list[str] = []
    if recording.skipped_lines:
        notes.append(f"{recording.skipped_lines} lines of the log are no message that perfkit knows")
    timed = recording
    if recording.source == "script":
        timed = replace(recording, runs=_timed(target, recording, notes, shown))
    groups = grouped(timed.runs)
    loops = repetitions(timed.runs)
    found = _worst(target, timed, groups, notes, runs, allow_writes, budget_seconds, shown)
    advice = _batches(target, recording, loops, shown)
    cures = [one.id for one in advice if one.proof.verdict != "harms"]
    around = [
        *(replace(one, advice=tuple(cures[: len(loops)])) for one in n_plus_one(loops)),
        *rows_one_by_one(row_by_row(timed.runs)),
        *lock_waits(recording),
        *idle_transactions(recording),
    ]
    findings = joined(around, found.findings)
    return replace(
        found,
        findings=findings,
        advice=ranked(
            [*(one for one in advice if one.proof.verdict != "harms"), *found.advice, *told(around)]
        ),
        verdict=_verdict(around, advice, found),
        notes=(*notes, *found.notes),
        session=_summary(recording, groups),
    )


def _timed(target: Target, recording: Recording, notes: list[str], progress: Progress) -> tuple[Run, ...]:
    """The runs of a script with the time each statement took here; one of each kind is run."""
    times: dict[str, float | None] = {}
    examples = {run.fingerprint: run for run in reversed(recording.runs)}
    with (
        Session.open(target, purpose="timing") as session,
        progress.stage("time each statement", total=len(examples)) as advance,
    ):
        apply(session, recording.setup)
        waiting = list(examples.values())
        for place in within(TIMING_SECONDS, len(waiting)):
            run = waiting[place]
            times[run.fingerprint] = _time(session, run, notes)
            advance()
    return tuple(replace(run, ms=times.get(run.fingerprint)) for run in recording.runs)


def _time(session: Session, run: Run, notes: list[str]) -> float | None:
    statement = parse_statement(run.text)
    if dangers(statement):
        notes.append(f"the {statement.kind} at line {run.line} was not run: it would change data")
        return None
    try:
        with transaction_for(session, statement):
            return execution_ms(run_once(session, statement, run.parameters))
    except CaptureError as error:
        notes.append(f"the statement at line {run.line} could not be run: {error}")
        return None


def _worst(
    target: Target,
    recording: Recording,
    groups: Sequence[Group],
    notes: list[str],
    runs: int,
    allow_writes: bool,
    budget_seconds: float,
    progress: Progress,
) -> Investigation:
    for group in groups[:MOST_TRIED]:
        run = group.worst
        try:
            statement = parse_statement(run.text)
            if statement.parameter_count > len(run.parameters):
                raise UsageError("the values of its parameters are not in the log")
            if not allow_writes and dangers(statement):
                raise UsageError("it writes, and --allow-writes was not given")
            found = investigate(
                target,
                statement,
                run.parameters,
                runs=runs,
                allow_writes=allow_writes,
                budget_seconds=budget_seconds,
                setup=recording.setup,
                progress=progress,
            )
        except (CaptureError, UsageError) as error:
            notes.append(f"not investigated by running it: {_head(run.text)} ({error})")
        else:
            return found
    return _planned(target, recording, groups)


def _planned(target: Target, recording: Recording, groups: Sequence[Group]) -> Investigation:
    """The worst statement as the log's auto_explain or the planner shows it, without running it."""
    waited = [one.statement for one in recording.lock_waits if one.statement]
    texts = [*(group.worst.text for group in groups), *waited]
    if not texts:
        texts = [one for idle in recording.idle if (one := idle.last_statement)] or [
            text for deadlock in recording.deadlocks for text in deadlock.statements
        ]
    if not texts:
        raise UsageError(
            "the log names no statement behind its waits: set log_min_error_statement, or log statements too"
        )
    logged = groups[0].worst.plan if groups else None
    parameters = groups[0].worst.parameters if groups else ()
    with Session.open(target, purpose="capture") as session:
        apply(session, recording.setup)
        captured = capture_planned(session, parse_statement(texts[0]), parameters, logged)
    findings = examine_capture(captured, parse_statement(texts[0]))
    return Investigation(
        query=captured.query,
        environment=captured.environment,
        before=captured.measurement,
        catalog=captured.catalog,
        findings=findings,
        advice=(),
        rejected=(),
        verdict=_planned_verdict(captured, findings),
        notes=captured.notes,
        setup=recording.setup,
    )


def _planned_verdict(captured: Capture, findings: Sequence[Finding]) -> str:
    cause = next((one.title for one in findings if one.severity != "info"), None)
    if cause is not None:
        return cause[0].upper() + cause[1:]
    if captured.plan == UNPLANNED:
        return "No statement of the session could be looked at here"
    return "No statement of the session was run here, and the plan alone shows no fault"


def _batches(
    target: Target, recording: Recording, loops: Sequence[Repetition], progress: Progress
) -> tuple[Advice, ...]:
    found = []
    for number, loop in enumerate(loops, 1):
        advice = batch_advice(loop, number)
        with progress.stage(f"try one query for {len(loop.runs)}"):
            try:
                with Session.open(target, purpose="batch") as session:
                    apply(session, recording.setup)
                    advice = replace(advice, proof=try_batch(session, loop))
            except PerfkitError as error:
                advice = replace(advice, proof=replace(advice.proof, reason=f"could not be tried: {error}"))
        found.append(advice)
    return tuple(found)


def _verdict(around: Sequence[Finding], advice: Sequence[Advice], found: Investigation) -> str:
    """What the session suffers from, before what its worst statement does."""
    grave = [one for one in around if one.severity != "info"]
    if not grave:
        return found.verdict
    first = joined(grave, ())[0]
    title = first.title[0].upper() + first.title[1:]
    if first.id == "n-plus-one-queries" and advice and advice[0].proof.verdict == "improves":
        return f"{title}; {advice[0].proof.reason}, proven by execution: {advice[0].sql}"
    return title


def _summary(recording: Recording, groups: Sequence[Group]) -> SessionSummary:
    return SessionSummary(
        source=recording.source,
        statements=tuple(
            StatementTotal(
                fingerprint=group.fingerprint,
                text=group.normal_text,
                calls=group.calls,
                total_ms=group.total_ms,
                worst_ms=group.worst.ms,
                line=group.worst.line,
            )
            for group in groups[:MOST_SHOWN]
        ),
        runs=len(recording.runs),
        sessions=len({run.session for run in recording.runs}),
        lock_waits=len(recording.lock_waits),
        deadlocks=len(recording.deadlocks),
        entries=recording.entries,
        other_entries=recording.other_entries,
        skipped_lines=recording.skipped_lines,
    )


def _head(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else line[:59] + "…"
