"""The gate in a page: queries → observations → verdicts → GateReport."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace

from perfkit.capture.environment import read_mark
from perfkit.capture.values import Dataset
from perfkit.db.session import Session
from perfkit.db.target import Target
from perfkit.errors import CaptureError, PerfkitError, UsageError
from perfkit.gate.asked import Asked
from perfkit.gate.baseline import Baseline
from perfkit.gate.judge import failed, gone, judge
from perfkit.gate.observe import DEFAULT_RUNS, Observation, gate_session, observe, tidy, writes
from perfkit.gate.queries import GateQuery
from perfkit.gate.report import GateReport, Result, Times, weight
from perfkit.gate.timing import DEFAULT_TURNS, time_in_turns
from perfkit.progress import Progress, Silent


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """Times to be taken in turns with another database."""

    against: Target
    turns: int = DEFAULT_TURNS


def run_gate(
    target: Target,
    asked: Asked,
    *,
    runs: int = DEFAULT_RUNS,
    may_write: bool = False,
    timing: Turns | None = None,
    is_strict: bool = False,
    progress: Progress | None = None,
) -> GateReport:
    """Run each query 1 + ``runs`` times, rolled back, and judge it by its baseline; with ``timing`` also in turns with the same
    query on another database. A query that cannot be run fails; ServerError where a server went away."""
    results: list[Result] = []
    queries = asked.queries
    with ExitStack() as open_ones:
        session = open_ones.enter_context(gate_session(target))
        reference = open_ones.enter_context(gate_session(timing.against)) if timing is not None else None
        advance = open_ones.enter_context((progress or Silent()).stage("gate", total=len(queries)))
        for query, observed in _observed(session, queries, runs, may_write):
            before = asked.baselines.get(query.name)
            if isinstance(observed, Observation):
                allowed = asked.config.of(query.name)
                times, note = None, ""
                if timing is not None and reference is not None:
                    times, note = _timed(reference, session, query, timing.turns, allowed.time, may_write)
                result = judge(query, observed, before, allowed, times)
                results.append(replace(result, notes=(*result.notes, note)) if note else result)
            else:
                results.append(failed(query, observed, before))
            advance()
        database, dataset = _database(session)
    names = {query.name for query in queries}
    is_whole = any(query.source == "folder" for query in queries)
    results += [
        gone(one)
        for name, one in asked.baselines.items()
        if is_whole and name not in names and one.source == "folder"
    ]
    return GateReport(
        results=tuple(sorted(results, key=weight)),
        server_version=session.server_version,
        database=database,
        dataset=dataset,
        is_strict=is_strict,
        notes=asked.notes,
    )


def _timed(
    reference: Session, session: Session, query: GateQuery, turns: int, tolerance: float, may_write: bool
) -> tuple[Times | None, str]:
    """The times, or why there are none."""
    if query.source == "log":
        return None, ""
    if writes(query) and not may_write:
        return None, "it writes and was not timed"
    try:
        return time_in_turns(reference, session, query, turns=turns, tolerance=tolerance), ""
    except (CaptureError, UsageError) as error:
        return None, f"it was not timed: {error}"


def baselines_of(
    target: Target,
    queries: Sequence[GateQuery],
    *,
    runs: int = DEFAULT_RUNS,
    may_write: bool = False,
    progress: Progress | None = None,
) -> dict[str, Baseline]:
    """Baselines taken on another database; a query that cannot be run there has none."""
    found: dict[str, Baseline] = {}
    with gate_session(target) as session, (progress or Silent()).stage(
        "run on the other database", total=len(queries)
    ) as advance:  # fmt: skip
        for query, observed in _observed(session, queries, runs, may_write):
            if isinstance(observed, Observation):
                found[query.name] = observed.now
            advance()
    return found


def _observed(
    session: Session, queries: Sequence[GateQuery], runs: int, may_write: bool
) -> Iterator[tuple[GateQuery, Observation | PerfkitError]]:
    """Each query with how it runs, or why it cannot be run. Those that write come last: what they leave until a VACUUM would
    be in the way of the others."""
    written: set[str] = set()
    try:
        for query in sorted(queries, key=writes):
            try:
                observation = observe(session, query, runs=runs, may_write=may_write)
            except (CaptureError, UsageError) as error:
                yield query, error
            else:
                written.update(observation.written)
                yield query, observation
    finally:
        if session.target.is_scratch and not session.is_closed:
            tidy(session, written)


def _database(session: Session) -> tuple[str, Dataset | None]:
    with session.transaction():
        row = session.rows(
            "select datname::text as name, shobj_description(oid, 'pg_database') as comment"
            " from pg_database where datname = current_database()"
        )[0]
    return str(row["name"]), read_mark(row["comment"])
