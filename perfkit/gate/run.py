"""The gate in a page: queries → observations → verdicts → GateReport."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from perfkit.capture.environment import read_mark
from perfkit.capture.values import Dataset
from perfkit.db.session import Session
from perfkit.db.target import Target
from perfkit.errors import CaptureError, UsageError
from perfkit.gate.baseline import Baseline
from perfkit.gate.judge import failed, gone, judge
from perfkit.gate.observe import DEFAULT_RUNS, Observation, gate_session, observe
from perfkit.gate.queries import GateQuery
from perfkit.gate.report import GateReport, Result, weight
from perfkit.gate.tolerances import Config
from perfkit.progress import Progress, Silent


def run_gate(
    target: Target,
    queries: Sequence[GateQuery],
    baselines: Mapping[str, Baseline],
    config: Config,
    *,
    runs: int = DEFAULT_RUNS,
    may_write: bool = False,
    is_strict: bool = False,
    progress: Progress | None = None,
) -> GateReport:
    """Run each query 1 + ``runs`` times, rolled back, and judge it by its baseline. A query that cannot be run fails; ServerError
    where the server went away."""
    results: list[Result] = []
    with gate_session(target) as session, (progress or Silent()).stage("gate", total=len(queries)) as advance:
        for query in queries:
            before = baselines.get(query.name)
            try:
                observation = observe(session, query, runs=runs, may_write=may_write)
            except (CaptureError, UsageError) as error:
                results.append(failed(query, error, before))
            else:
                results.append(judge(query, observation, before, config.of(query.name)))
            advance()
        database, dataset = _database(session)
    names = {query.name for query in queries}
    results += [
        gone(one) for name, one in baselines.items() if name not in names and one.source == "folder"
    ]
    return GateReport(
        results=tuple(sorted(results, key=weight)),
        server_version=session.server_version,
        database=database,
        dataset=dataset,
        is_strict=is_strict,
    )


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
        for query in queries:
            try:
                found[query.name] = observe(session, query, runs=runs, may_write=may_write).now
            except (CaptureError, UsageError):
                pass
            advance()
    return found


def _database(session: Session) -> tuple[str, Dataset | None]:
    with session.transaction():
        row = session.rows(
            "select datname::text as name, shobj_description(oid, 'pg_database') as comment"
            " from pg_database where datname = current_database()"
        )[0]
    return str(row["name"]), read_mark(row["comment"])


__all__ = ["Observation", "baselines_of", "run_gate"]
