"""The gate in a page: queries → observations → verdicts → GateReport."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from perfkit.db.target import Target
from perfkit.errors import CaptureError, UsageError
from perfkit.gate.asked import Asked
from perfkit.gate.baseline import Baseline
from perfkit.gate.judge import failed, gone, judge
from perfkit.gate.observe import Observation, gate_session, writes
from perfkit.gate.queries import GateQuery
from perfkit.gate.report import GateReport, Result, Times, weight
from perfkit.gate.rounds import observe_all
from perfkit.gate.timing import time_in_turns
from perfkit.progress import Progress, Silent
from perfkit.stats.how_often import COUNTED_RUNS, TIMED_TURNS


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """Times to be taken in turns with another database."""

    against: Target
    turns: int = TIMED_TURNS


def run_gate(
    target: Target,
    asked: Asked,
    *,
    runs: int = COUNTED_RUNS,
    allow_writes: bool = False,
    timing: Turns | None = None,
    is_strict: bool = False,
    progress: Progress | None = None,
) -> GateReport:
    """Run each query 1 + ``runs`` times, rolled back, and judge it by its baseline; with ``timing`` also in turns with the same
    query on another database. A query that cannot be run fails; ServerError where a server went away."""
    shown = progress or Silent()
    with shown.stage("run the queries", total=len(asked.queries)) as advance:
        place, observed = observe_all(target, asked.queries, runs, allow_writes, advance)
    timed = _timed(target, timing, asked, allow_writes, shown) if timing is not None else {}
    results: list[Result] = []
    for query in asked.queries:
        before, found = asked.baselines.get(query.name), observed[query.name]
        if isinstance(found, Observation):
            times = timed.get(query.name)
            if isinstance(times, str):
                found, times = replace(found, notes=(*found.notes, times)), None
            results.append(judge(query, found, before, asked.config.of(query.name), times))
        else:
            results.append(failed(query, found, before))
    if any(query.source == "folder" for query in asked.queries):
        results += [
            gone(one)
            for name, one in asked.baselines.items()
            if name not in observed and one.source == "folder"
        ]
    return GateReport(
        results=tuple(sorted(results, key=weight)),
        server_version=place.server_version,
        database=place.database,
        dataset=place.dataset,
        is_strict=is_strict,
        notes=asked.notes,
    )


def baselines_of(
    target: Target,
    queries: Sequence[GateQuery],
    *,
    runs: int = COUNTED_RUNS,
    allow_writes: bool = False,
    progress: Progress | None = None,
) -> dict[str, Baseline]:
    """Baselines taken on another database; a query that cannot be run there has none."""
    with (progress or Silent()).stage("run them on the other database", total=len(queries)) as advance:
        _, observed = observe_all(target, queries, runs, allow_writes, advance)
    return {name: one.now for name, one in observed.items() if isinstance(one, Observation)}


def _timed(
    target: Target, timing: Turns, asked: Asked, allow_writes: bool, progress: Progress
) -> dict[str, Times | str]:
    """The times of each query of the folder, or why there are none."""
    queries = [query for query in asked.queries if query.source == "folder"]
    found: dict[str, Times | str] = {}
    with (
        gate_session(timing.against) as reference,
        gate_session(target) as session,
        progress.stage("run both in turns", total=len(queries)) as advance,
    ):
        for query in queries:
            tolerance = asked.config.of(query.name).time
            if writes(query) and not allow_writes:
                found[query.name] = "it writes and was not timed; with --allow-writes it is"
            else:
                try:
                    found[query.name] = time_in_turns(
                        reference, session, query, turns=timing.turns, tolerance=tolerance
                    )
                except (CaptureError, UsageError) as error:
                    found[query.name] = f"it was not timed: {error}"
            advance()
    return found
