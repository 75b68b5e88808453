"""A workload: the statements of an application with how often they run, and a few of the values they run with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median_low

from perfkit.chain import Framed
from perfkit.errors import UsageError
from perfkit.show import Shown
from perfkit.sql.outline import parts
from perfkit.sql.parse import parameter_count
from perfkit.sql.tokens import scan
from perfkit.units import format_percent
from perfkit.workload.events import run_of
from perfkit.workload.name import named
from perfkit.workload.recording import Run

SCHEMA = "perfkit.workload/1"

MOST_SAMPLES = 3
"""The longest run, the usual one and the shortest tell a rare value from a common one; more would cost a plan each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One execution of a statement: its text with its literals, and the values of ``$1`` …"""

    text: str
    parameters: tuple[str | None, ...] = ()
    ms: float | None = None
    """None where the source does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadQuery:
    """A statement with all its executions. ``samples`` holds at least one."""

    name: str
    """No two of a workload have the same: that of its file, or made of the text as by ``perfkit.workload.name``."""
    fingerprint: str
    kind: str
    calls: float
    """In the time the workload covers, or the weight somebody gave it."""
    samples: tuple[Sample, ...]
    total_ms: float | None = None
    has_values: bool = True
    """False for a text of pg_stat_statements, whose ``$1`` … stand for values nobody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload(Framed, Shown):
    """Statements, the most time in all first, where times are known; saved as ``perfkit.workload/1``."""

    source: str
    """``folder``, ``script``, ``log``, ``pg_stat_statements`` or ``file``."""
    queries: tuple[WorkloadQuery, ...]
    skipped: tuple[str, ...] = ()
    """What was left out, and why."""


def workload_of(runs: Iterable[Run], source: str) -> Workload:
    """The runs of a log or script by fingerprint; what is no SELECT, INSERT, UPDATE, DELETE or MERGE is left out."""
    found: dict[str, list[Run]] = {}
    for run in runs:
        if run.kind != "other":
            found.setdefault(run.fingerprint, []).append(run)
    names = named([(members[0].text, members[0].fingerprint) for members in found.values()])
    queries = [_query(name, members) for name, members in zip(names, found.values(), strict=True)]
    queries.sort(key=lambda one: (-(one.total_ms or 0.0), -one.calls, one.fingerprint))
    if not queries:
        raise UsageError("the workload holds no SELECT, INSERT, UPDATE, DELETE or MERGE")
    return Workload(source=source, queries=tuple(queries))


def query_of(
    name: str, text: str, parameter_sets: Sequence[Sequence[str | None]] = (), calls: float = 1.0
) -> WorkloadQuery:
    """One statement somebody wrote down; UsageError where it is none, or where a set has other than its number of values."""
    try:
        tokens = scan(text)
        needed = parameter_count(tokens)
    except UsageError as error:
        raise UsageError(f"{name}: {error}") from None
    if (several := len(parts(tokens))) > 1:
        raise UsageError(f"{name} holds {several} statements: give each a name, or a file, of its own")
    run = run_of(text, session="", line=1)
    if run is None or run.kind == "other":
        raise UsageError(f"{name} holds no SELECT, INSERT, UPDATE, DELETE or MERGE")
    for values in parameter_sets:
        check_values(name, needed, len(values))
    sets = [tuple(values) for values in parameter_sets][:MOST_SAMPLES]
    return WorkloadQuery(
        name=name,
        fingerprint=run.fingerprint,
        kind=run.kind,
        calls=calls,
        samples=tuple(Sample(text=run.text, parameters=values) for values in sets or [()]),
        has_values=bool(sets) or not needed,
    )


def check_values(name: str, needed: int, given: int, where: str = "") -> None:
    """UsageError where so many values are none for the ``$1`` … of the statement; ``where`` they stand is said first."""
    if needed == given:
        return
    takes = f"{needed} {'value' if needed == 1 else 'values'}" if needed else "no values"
    named = f" ($1 to ${needed})" if needed > 1 else ""
    is_given = "1 value is given" if given == 1 else f"{given} values are given"
    raise UsageError(f"{f'{where}: ' if where else ''}{is_given}, but statement {name} takes {takes}{named}")


def ranked(workload: Workload, most: int | None = None) -> Workload:
    """The statements with the most time in all first, or the most calls where no times are known; ``most`` of them, if given,
    and what the others came to is told."""
    order = sorted(workload.queries, key=lambda one: (-(one.total_ms or 0.0), -one.calls))
    kept, others = order[:most], order[len(order[:most]) :]
    told = workload.skipped
    if others:
        share = 1 - sum(shares(workload, kept))
        word = "statement" if len(others) == 1 else "statements"
        told = (
            *told,
            f"{len(others)} {word} after the first {len(kept)}, {format_percent(share)} of the whole",
        )
    return replace(workload, queries=tuple(kept), skipped=told)


def shares(workload: Workload, queries: Sequence[WorkloadQuery]) -> list[float]:
    """What part of the workload's time each of the queries takes; of its calls, where no times are known."""
    has_times = any(one.total_ms for one in workload.queries)
    weights = [(one.total_ms or 0.0) if has_times else one.calls for one in workload.queries]
    total = sum(weights) or 1.0
    return [((one.total_ms or 0.0) if has_times else one.calls) / total for one in queries]


def _query(name: str, runs: Sequence[Run]) -> WorkloadQuery:
    times = [run.ms for run in runs if run.ms is not None]
    chosen = list(_telling(runs))
    return WorkloadQuery(
        name=name,
        fingerprint=chosen[0].fingerprint,
        kind=chosen[0].kind,
        calls=float(len(runs)),
        samples=tuple(Sample(text=run.text, parameters=run.parameters, ms=run.ms) for run in chosen),
        total_ms=round(sum(times), 3) if times else None,
        has_values=any(run.parameters for run in chosen)
        or not any(token.kind == "parameter" for token in scan(chosen[0].text)),
    )


def _telling(runs: Sequence[Run]) -> Iterator[Run]:
    """The longest, the median and the shortest run of those that differ; the first ones where no times are known."""
    first: dict[tuple[str, tuple[str | None, ...]], Run] = {}
    for run in runs:
        first.setdefault((run.text, run.parameters), run)
    different = list(first.values())
    if len(different) <= MOST_SAMPLES:
        yield from different
        return
    timed = [run for run in different if run.ms is not None]
    if not timed:
        yield from different[:MOST_SAMPLES]
        return
    by_time = sorted(timed, key=lambda run: (run.ms or 0.0, run.line))
    places = (len(by_time) - 1, median_low(range(len(by_time))), 0)
    yield from (by_time[place] for place in dict.fromkeys(places))
