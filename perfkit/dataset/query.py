"""The queries that come with a data set: a file each, headed by what is wrong and what cures it, or those of a benchmark."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from perfkit.dataset.benchmark import benchmark_queries
from perfkit.dataset.description import DatasetDescription, datasets
from perfkit.errors import UsageError

KINDS = ("index", "rewrite", "statistics", "maintenance", "setting", "schema", "application", "none")
"""What a cure can be: the kinds of advice, and "none" where the query is as fast as it can be."""

_KEY = re.compile(r"--\s?(title|wrong|cure|finding|params|try):\s*(.*)")
_MORE = re.compile(r"--\s{2,}(.*)")
_REQUIRED = ("title", "wrong", "cure", "finding")


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowQuery:
    """A query an engineer would write, and its story; a benchmark's query has none."""

    name: str
    title: str
    wrong: str
    cure: str
    kind: str | None
    """One of KINDS; None where nobody has said."""
    findings: tuple[str, ...]
    parameters: tuple[str | None, ...]
    """Values of $1 … as text."""
    remedy: str | None
    """The cure as SQL: statements to run before the query, or for a rewrite the query to run instead. None: no cure."""
    text: str
    """The statement, without the comments above it and without a semicolon."""
    path: Path | None
    """None for a benchmark's query, which is in no file of ours."""


def query_names(description: DatasetDescription) -> tuple[str, ...]:
    """The names of the data set's queries, in order; needs no extra."""
    if description.benchmark:
        return tuple(f"q{number:02}" for number in range(1, description.benchmark_queries + 1))
    return tuple(sorted(path.stem for path in (description.path / "queries").glob("*.sql")))


def slow_queries(description: DatasetDescription) -> tuple[SlowQuery, ...]:
    """Every query of the data set, by name; CapabilityMissing where a benchmark's packages are not installed."""
    return _read(description, query_names(description))


def find_query(name: str) -> SlowQuery | None:
    """The query that ``data set/query`` names; None when that names none."""
    dataset, _, query = name.partition("/")
    query = query.removesuffix(".sql")
    for description in datasets():
        if description.name == dataset and query in query_names(description):
            return _read(description, [query])[0]
    return None


def _read(description: DatasetDescription, names: Sequence[str]) -> tuple[SlowQuery, ...]:
    if not description.benchmark:
        return tuple(read_query(description.path / "queries" / f"{name}.sql") for name in names)
    from perfkit.sql.translate import to_postgres

    texts = benchmark_queries(description.benchmark)
    numbers = {name: int(name.removeprefix("q")) for name in names}
    return tuple(
        SlowQuery(
            name=name,
            title=f"query {number} of {description.name}, with its default parameters",
            wrong="",
            cure="",
            kind=None,
            findings=(),
            parameters=(),
            remedy=None,
            text=to_postgres(texts[number], "duckdb"),
            path=None,
        )
        for name, number in numbers.items()
    )


def read_query(path: Path) -> SlowQuery:
    """A query file; UsageError says what its heading lacks."""
    heading, text = _split(path.read_text(encoding="utf-8"))
    missing = [key for key in _REQUIRED if key not in heading]
    kind, _, cure = heading.get("cure", "").partition(": ")
    if missing or kind not in KINDS or not cure:
        lacks = ", ".join(missing) or f"a cure that begins with one of {', '.join(KINDS)}"
        raise UsageError(f"{path} lacks {lacks} in its heading")
    return SlowQuery(
        name=path.stem,
        title=heading["title"],
        wrong=heading["wrong"],
        cure=cure,
        kind=kind,
        findings=tuple(re.split(r",\s*", heading["finding"])),
        parameters=tuple(
            None if value is None else str(value) for value in json.loads(heading.get("params", "[]"))
        ),
        remedy=heading.get("try"),
        text=text,
        path=path,
    )


def _split(content: str) -> tuple[dict[str, str], str]:
    """The heading by key, its continued lines joined, and the statement below it.

    >>> _split("-- title: one\\n--   line\\n-- try: create index on t (a)\\nselect 1;\\n")
    ({'title': 'one line', 'try': 'create index on t (a)'}, 'select 1')
    """
    heading: dict[str, str] = {}
    lines = content.splitlines()
    key = ""
    while lines and lines[0].startswith("--"):
        line = lines.pop(0)
        if match := _KEY.fullmatch(line):
            key = match[1]
            heading[key] = match[2].strip()
        elif key and (match := _MORE.fullmatch(line)):
            heading[key] += (" " if key != "try" else "\n") + match[1].strip()
    return heading, "\n".join(lines).strip().removesuffix(";").rstrip()
