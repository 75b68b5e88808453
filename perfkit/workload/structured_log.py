"""A log as csvlog or jsonlog, whose columns PostgreSQL's manual names."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import datetime

from perfkit.workload.recording import Entry

_CSV_HEAD = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ [^,]*,")
_CSV_COLUMNS = 23
"""Up to 12; 13 added backend_type, 14 leader_pid and query_id, at the end."""

_TIME, _PID, _SESSION, _SEVERITY, _MESSAGE, _DETAIL, _CONTEXT, _QUERY = 0, 3, 5, 11, 13, 14, 18, 19
_LONGEST_FIELD = 16 * 1024 * 1024


def is_csv(line: str) -> bool:
    """Whether a line begins an entry of a csvlog."""
    return bool(_CSV_HEAD.match(line)) and line.count(",") >= 10


def is_json(line: str) -> bool:
    """Whether a line is an entry of a jsonlog."""
    return line.startswith("{") and '"timestamp"' in line and '"error_severity"' in line


def read_csv(text: str) -> tuple[list[Entry], int]:
    """The entries of a csvlog, and how many rows are none."""
    csv.field_size_limit(_LONGEST_FIELD)
    entries: list[Entry] = []
    skipped, line = 0, 1
    reader = csv.reader(io.StringIO(text, newline=""), strict=False)
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return entries, skipped
        except csv.Error:
            skipped += 1
            continue
        if len(row) < _CSV_COLUMNS or not row[_PID].isdecimal():
            skipped += bool(row)
            continue
        entries.append(
            Entry(
                line=line,
                at=_when(row[_TIME]),
                session=row[_SESSION] or row[_PID],
                pid=int(row[_PID]),
                severity=row[_SEVERITY],
                message=row[_MESSAGE],
                detail=row[_DETAIL] or None,
                context=row[_CONTEXT] or None,
                statement=row[_QUERY] or None,
            )
        )


def read_json(text: str) -> tuple[list[Entry], int]:
    """The entries of a jsonlog, and how many lines are none."""
    entries: list[Entry] = []
    skipped = 0
    for number, line in enumerate(text.split("\n"), 1):
        try:
            row = json.loads(line) if line.strip() else None
        except ValueError:
            row = []
        if row is None:
            continue
        if not isinstance(row, dict) or "message" not in row:
            skipped += 1
            continue
        pid = row.get("pid")
        entries.append(
            Entry(
                line=number,
                at=_when(str(row.get("timestamp", ""))),
                session=str(row.get("session_id") or pid or ""),
                pid=pid if isinstance(pid, int) else None,
                severity=str(row.get("error_severity", "")),
                message=str(row["message"]),
                detail=_text(row.get("detail")),
                context=_text(row.get("context")),
                statement=_text(row.get("statement")),
            )
        )
    return entries, skipped


def _when(stamp: str) -> float | None:
    """
    >>> _when("2026-11-28 06:59:10.500 UTC") is not None, _when("")
    (True, None)
    """
    try:
        return datetime.fromisoformat(f"{stamp[:23].strip()}+00:00").timestamp()
    except ValueError:
        return None


def _text(value: object) -> str | None:
    return str(value) if value else None
