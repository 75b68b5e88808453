"""What a gate is asked, read from its files before any server is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from perfkit.errors import UsageError
from perfkit.gate.baseline import Baseline
from perfkit.gate.queries import GateQuery, read_log_queries, read_queries
from perfkit.gate.store import read_baselines
from perfkit.gate.tolerances import FILE_NAME, Config, read_config
from perfkit.sql import parse_statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Queries with their baselines and tolerances."""

    queries: tuple[GateQuery, ...]
    baselines: dict[str, Baseline]
    config: Config
    folder: Path
    """Of the baselines."""
    notes: tuple[str, ...] = ()


def read_asked(
    queries: Path | None, baseline: Path | None, config: Path | None = None, log: Path | None = None
) -> Asked:
    """The folder's queries, and those of the log whose shape neither the folder nor the baselines know. ``baseline`` is
    ``QUERIES/baseline`` where it is not given, ``config`` ``QUERIES/gate.toml`` where there is one."""
    if queries is None and log is None:
        raise UsageError("there is nothing to look at; give a folder of .sql files, or a log with --from-log")
    if queries is None and baseline is None:
        raise UsageError("a log alone does not say which queries are known; give --baseline DIR")
    folder = baseline or (queries or Path()) / "baseline"
    found = read_queries(queries) if queries is not None else []
    baselines = read_baselines(folder)
    path = config or (queries / FILE_NAME if queries is not None else None)
    allowed = Config()
    if path is not None and (config is not None or path.is_file()):
        allowed = read_config(path, [one.name for one in found])
    notes: tuple[str, ...] = ()
    if log is not None:
        known = {one.fingerprint for one in baselines.values()}
        known |= {parse_statement(one.text).fingerprint for one in found}
        logged = read_log_queries(log, known)
        found += logged.unseen
        notes = (logged.sentence,)
    return Asked(queries=tuple(found), baselines=baselines, config=allowed, folder=folder, notes=notes)
