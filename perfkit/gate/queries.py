"""The queries a gate runs: a folder of .sql files with their values, or statements seen in a log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from perfkit.errors import UsageError
from perfkit.gate.baseline import Source
from perfkit.plan import Plan
from perfkit.sql.tokens import scan
from perfkit.workload.folder import read_folder


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
    return [query for query in _queries(folder)]


def _queries(folder: Path) -> Iterator[GateQuery]:
    for found in read_folder(folder).queries:
        file = folder / f"{found.name}.sql"
        for number, sample in enumerate(found.samples, 1):
            yield GateQuery(
                name=found.name if len(found.samples) == 1 else f"{found.name}.{number}",
                source="folder",
                text=sample.text,
                parameters=sample.parameters,
                path=file.as_posix(),
                line=_first_line(file),
                has_values=found.has_values,
            )


def _first_line(file: Path) -> int:
    """Where the statement begins, after the comments above it."""
    text = file.read_text(encoding="utf-8-sig")
    tokens = scan(text)
    return text.count("\n", 0, tokens[0].start) + 1 if tokens else 1


def names(queries: Sequence[GateQuery]) -> list[str]:
    return [query.name for query in queries]
