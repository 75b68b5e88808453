"""A folder of .sql files as a workload: one statement a file, values beside it, its weight in its first comment."""

from __future__ import annotations

import json
import re
from pathlib import Path

from perfkit.errors import UsageError
from perfkit.sql.parse import parameter_count
from perfkit.sql.tokens import scan
from perfkit.workload.queries import Workload, WorkloadQuery, check_values, query_of

_CALLS = re.compile(r"^--\s*calls:\s*([0-9.]+)\s*$", re.MULTILINE | re.IGNORECASE)
_PARAMS = re.compile(r"^--\s*params:\s*(\S.*)$", re.MULTILINE | re.IGNORECASE)


def read_folder(path: Path) -> Workload:
    """Each ``NAME.sql`` holds one statement; ``-- calls: 120`` on a line of its own says how often it runs (once, where
    nothing is said), and ``NAME.jsonl`` holds sets of values for ``$1`` …, one JSON list a line. One set may also stand on
    a line of the statement's own file: ``-- params: [42]``."""
    files = sorted(path.glob("*.sql"))
    if not files:
        raise UsageError(f"folder {path} holds no .sql file")
    return Workload(source="folder", queries=tuple(_read(file) for file in files))


def _read(file: Path) -> WorkloadQuery:
    text = _content(file)
    values = file.with_suffix(".jsonl")
    sets = _sets(values) if values.is_file() else []
    if not sets and (line := _PARAMS.search(text)):
        where = f"{file}, its params"
        sets = [(where, _values(line.group(1), where))]
    query = query_of(file.stem, text, calls=_calls(text, file))
    needed = parameter_count(scan(query.samples[0].text))
    for where, given in sets:
        check_values(file.stem, needed, len(given), where)
    return query_of(file.stem, text, [given for _, given in sets], query.calls)


def _calls(text: str, file: Path) -> float:
    told = _CALLS.search(text)
    if told is None:
        return 1.0
    try:
        return float(told.group(1))
    except ValueError:
        raise UsageError(f"{told.group(1)!r} is no number of calls in {file}") from None


def _content(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise UsageError(
            f"cannot read {file}: its byte {error.start + 1} is not UTF-8; save the file as UTF-8"
        ) from None


def _sets(file: Path) -> list[tuple[str, list[str | None]]]:
    """Each with where it stands."""
    return [
        (f"{file}, line {number}", _values(line, f"{file}, line {number}"))
        for number, line in enumerate(_content(file).splitlines(), 1)
        if line.strip()
    ]


def _values(text: str, where: str) -> list[str | None]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, list):
        raise UsageError(f'{where}: no JSON list such as [42, "open"]')
    return [None if value is None else _text(value) for value in found]


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "{" + ",".join("NULL" if one is None else json.dumps(_text(one)) for one in value) + "}"
    return json.dumps(value) if isinstance(value, dict) else str(value)
