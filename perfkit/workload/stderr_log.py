"""A log as the server writes it to stderr: ``log_line_prefix``, a severity, the message, and further lines after a tab.

The prefix is the administrator's, so it is not parsed but searched: for a time, a session id (%c), a process id in one of the
ways people write it. A log without any of them is still read, as of one session.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from perfkit.workload.recording import Entry

_SEVERITIES = "LOG|ERROR|WARNING|NOTICE|INFO|FATAL|PANIC|DEBUG[1-5]?"
_PARTS = "DETAIL|HINT|CONTEXT|STATEMENT|QUERY|LOCATION|BACKTRACE"
_HEAD = re.compile(rf"(?P<prefix>.{{0,250}}?)\b(?P<word>{_SEVERITIES}|{_PARTS}):(?:  | |$)(?P<message>.*)")
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:[.,](\d{1,6}))?")
_EPOCH = re.compile(r"(?<![\d.])(1\d{9})\.(\d{3})(?!\d)")
_SESSION = re.compile(r"(?<![0-9a-zA-Z.])([0-9a-f]{8,}\.[0-9a-f]{1,8})(?![0-9a-zA-Z.])")
_PID = re.compile(
    r"(?:pid|process|p)[=: ]\s*(\d+)|\[(\d+)(?:-\d+)?\]|\((\d+)\)|(?<![\w.:+-])(\d+)(?![\w.:]|-\d\d)",
    re.IGNORECASE,
)
_SYSLOG = re.compile(
    r"(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT[\d:.+Z-]+) \S+ [\w./-]+\[(\d+)\]: \[\d+-(\d+)\] (.*)"
)


def is_message(line: str) -> bool:
    """Whether a line begins a message of the server.

    >>> is_message("2026-11-28 06:59:10.123 UTC [77] LOG:  duration: 3.1 ms"), is_message("select 'LOG:  x'")
    (True, False)
    """
    head = None if line.startswith("--") else _HEAD.match(line)
    if head is None:
        return False
    prefix = head["prefix"].strip()
    return not prefix or bool(
        _TIME.search(prefix)
        or _SESSION.search(prefix)
        or _EPOCH.search(prefix)
        or re.search(r"\[\d+", prefix)
    )


def read_entries(text: str) -> tuple[list[Entry], int]:
    """The messages of the log, and how many lines are none and belong to none."""
    entries: list[Entry] = []
    latest: dict[str, int] = {}
    skipped = 0
    for number, prefix, word, message in _pieces(text):
        if word is None:
            skipped += 1
            continue
        session, pid = _who(prefix)
        if word in _PARTS.split("|"):
            place = latest.get(session)
            if place is None:
                skipped += 1
            else:
                entries[place] = _with_part(entries[place], word, message)
            continue
        latest[session] = len(entries)
        entries.append(
            Entry(line=number, at=_when(prefix), session=session, pid=pid, severity=word, message=message)
        )
    return entries, skipped


def _with_part(entry: Entry, word: str, message: str) -> Entry:
    match word:
        case "DETAIL":
            return replace(entry, detail=message)
        case "CONTEXT":
            return replace(entry, context=message)
        case "STATEMENT":
            return replace(entry, statement=message)
    return entry


def _pieces(text: str) -> Iterator[tuple[int, str, str | None, str]]:
    """Line number, prefix, severity or part, and message with its further lines; None for a line of no message."""
    current: tuple[int, str, str, list[str]] | None = None
    for number, written in enumerate(text.split("\n"), 1):
        line = _without_syslog(written.rstrip("\r"))
        head = _HEAD.match(line) if not line.startswith("\t") and is_message(line) else None
        if head is not None:
            if current is not None:
                yield (*current[:3], "\n".join(current[3]))
            current = (number, head["prefix"], head["word"], [head["message"]])
        elif current is None:
            if line.strip():
                yield number, "", None, line
        else:
            current[3].append(line.removeprefix("\t"))
    if current is not None:
        yield (*current[:3], "\n".join(current[3]))


def _without_syslog(line: str) -> str:
    """A line that syslog delivered as the server wrote it: the first of a message headed by its process, a further one by a tab.

    >>> _without_syslog("Nov  4 10:32:17 db1 postgres[77]: [7-1] LOG:  x"), _without_syslog("Nov  4 10:32:17 db1 postgres[77]: [7-2] #011y")
    ('[77] LOG:  x', '\\ty')
    """
    found = _SYSLOG.match(line)
    if found is None:
        return line
    return f"[{found[1]}] {found[3]}" if _HEAD.match(found[3]) else "\t" + found[3].replace("#011", "", 1)


def _when(prefix: str) -> float | None:
    """
    >>> _when("2026-11-28 06:59:10.500 UTC [7] ") - _when("2026-11-28 06:59:10 UTC [7] ")
    0.5
    """
    if found := _TIME.search(prefix):
        at = datetime.fromisoformat(f"{found[1]} {found[2]}+00:00").timestamp()
        return at + float(f"0.{found[3]}") if found[3] else at
    if epoch := _EPOCH.search(prefix):
        return float(epoch[0])
    return None


def _who(prefix: str) -> tuple[str, int | None]:
    """Session and process of a message.

    >>> _who("2026-11-28 06:59:10 UTC [4711] app@shop "), _who("2026-11-28 06:59:10.1 UTC:10.0.0.1(5123):app@shop:[77]:")
    (('4711', 4711), ('77', 77))
    >>> _who("6745c1f2.1267 "), _who("< 2026-11-28 >")
    (('6745c1f2.1267', 4711), ('', None))
    """
    rest = _EPOCH.sub(" ", _TIME.sub(" ", prefix))
    if session := _SESSION.search(rest):
        return session[1], int(session[1].partition(".")[2], 16)
    found = list(_PID.finditer(rest))
    # a port in brackets stands after a host; a process id in square brackets or with its name is surer
    best = min(found, key=lambda one: 0 if one[1] or one[2] else 1, default=None)
    if best is None:
        return "", None
    number = next(group for group in best.groups() if group)
    return number, int(number)
