"""The queries a gate runs: a folder of .sql files with their values, or statements seen in a log."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from perfkit.errors import UsageError
from perfkit.gate.baseline import Source
from perfkit.plan import Plan
from perfkit.query_file import read_file
from perfkit.sql import parse_statement, table_names
from perfkit.sql.tokens import scan
from perfkit.workload import Run, looks_like_log, read_log
from perfkit.workload.folder import read_folder
from perfkit.workload.queries import WorkloadQuery, workload_of

_CATALOG = re.compile(r'"?(?:pg_|information_schema)')


@dataclass(frozen=True, slots=True, kw_only=True)
class GateQuery:
    """One statement with one set of values."""

    name: str
    """Of its baseline and its tolerances: the file's name, with the number of the set where it has several."""
    source: Source
    text: str
    parameters: tuple[str | None, ...] = ()
    path: str = ""
    """As people and CI reach it from where the gate runs; "" where the statement stands in no file."""
    line: int = 1
    """Where the statement begins in that file."""
    plan: Plan | None = None
    """Of a log: what auto_explain wrote."""
    has_values: bool = True
    """False where the log has no values for ``$1`` …"""


def read_queries(folder: Path) -> list[GateQuery]:
    """Each ``NAME.sql`` with each set of values beside it; see ``read_folder``. UsageError says what cannot be read."""
    if not folder.exists():
        raise UsageError(f"there is no folder {folder}; give one that holds .sql files")
    if not folder.is_dir():
        raise UsageError(f"{folder} is a file; give the folder that holds the .sql files")
    return list(_queries(folder))


def _queries(folder: Path) -> Iterator[GateQuery]:
    for found in read_folder(folder).queries:
        file = folder / f"{found.name}.sql"
        for number, sample in enumerate(found.samples, 1):
            yield GateQuery(
                name=found.name if len(found.samples) == 1 else f"{found.name}.{number}",
                source="folder",
                text=sample.text,
                parameters=sample.parameters,
                path=_from_here(file),
                line=_first_line(file),
                has_values=found.has_values,
            )


def _from_here(file: Path) -> str:
    """The path as CI wants it: from the working directory, which is the repository's top."""
    whole, here = file.resolve(), Path.cwd().resolve()
    return (whole.relative_to(here) if whole.is_relative_to(here) else whole).as_posix()


def _first_line(file: Path) -> int:
    """Where the statement begins, after the comments above it."""
    text = file.read_text(encoding="utf-8-sig")
    tokens = scan(text)
    return text.count("\n", 0, tokens[0].start) + 1 if tokens else 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LogQueries:
    """What a log holds."""

    unseen: tuple[GateQuery, ...]
    """Statements of a shape that is not known, the most time in all first."""
    shapes: int
    """Different statements of the log, those of the catalog left out."""
    others: int
    """Different statements that read no table of the user's."""

    @property
    def sentence(self) -> str:
        return (
            f"the log holds {self.shapes} query shapes, {len(self.unseen)} of them never seen before;"
            f" {self.others} that read no table but the catalog's are left out"
        )


def read_log_queries(log: Path, known: Collection[str]) -> LogQueries:
    """Statements of a server's log whose fingerprint is none of ``known``. UsageError says what cannot be read."""
    text = read_file(str(log))
    if not looks_like_log(text):
        raise UsageError(
            f"{log} is no log of a PostgreSQL server; give one in stderr, csvlog or jsonlog format"
        )
    runs = read_log(text).runs
    found: list[GateQuery] = []
    shapes = others = 0
    for query in workload_of(runs, "log").queries:
        if not _reads_tables(query.samples[0].text):
            others += 1
            continue
        shapes += 1
        if query.fingerprint not in known:
            found.append(_of_log(query, runs, log))
    return LogQueries(unseen=tuple(found), shapes=shapes, others=others)


def _of_log(query: WorkloadQuery, runs: Sequence[Run], log: Path) -> GateQuery:
    members = [run for run in runs if run.fingerprint == query.fingerprint]
    sample = query.samples[0]
    return GateQuery(
        name=f"log-{query.fingerprint}",
        source="log",
        text=sample.text,
        parameters=sample.parameters,
        path=_from_here(log),
        line=members[0].line,
        plan=next((run.plan for run in members if run.plan is not None), None),
        has_values=query.has_values,
    )


def _reads_tables(text: str) -> bool:
    """Whether the statement reads a table outside the catalog; one that cannot be read in full is taken to."""
    try:
        statement = parse_statement(text)
    except UsageError:
        return True
    if statement.tree is None:
        return True
    return any(not _CATALOG.match(name) for name in table_names(statement))
