"""The slow queries that come with a data set: a file each, headed by what is wrong and what cures it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from perfkit.dataset.description import DatasetDescription
from perfkit.errors import UsageError

KINDS = ("index", "rewrite", "statistics", "maintenance", "setting", "schema", "application", "none")
"""What a cure can be: the kinds of advice, and "none" where the query is as fast as it can be."""

_KEY = re.compile(r"--\s?(title|wrong|cure|finding|params|try):\s*(.*)")
_MORE = re.compile(r"--\s{2,}(.*)")
_REQUIRED = ("title", "wrong", "cure", "finding")


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowQuery:
    """A query an engineer would write, and its story."""

    name: str
    title: str
    wrong: str
    cure: str
    kind: str
    """One of KINDS."""
    findings: tuple[str, ...]
    parameters: tuple[str | None, ...]
    """Values of $1 … as text."""
    remedy: str | None
    """The cure as SQL: statements to run before the query, or for a rewrite the query to run instead. None: no cure."""
    text: str
    """The statement, without the comments above it and without a semicolon."""
    path: Path


def slow_queries(description: DatasetDescription) -> tuple[SlowQuery, ...]:
    """Every slow query of the data set, by name."""
    return tuple(read_query(path) for path in sorted((description.path / "queries").glob("*.sql")))


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
