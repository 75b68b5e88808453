"""What auto_explain writes into a server's log: stderr, syslog, csvlog and jsonlog."""

from __future__ import annotations

import json
import re
from typing import Final

from perfkit.plan.strip.line import Line, is_blank, lines_of

_HEAD: Final = re.compile(r"duration: \d+(?:\.\d+)? ms +plan:[ \t]*")
_CSV_CELL: Final = re.compile(r'"((?:[^"]|"")*)"')
_ENTRY: Final = re.compile(
    r"(?:LOG|ERROR|STATEMENT|DETAIL|HINT|CONTEXT|WARNING|NOTICE|FATAL|PANIC|DEBUG[1-5]?|INFO|QUERY):  "
)
_TIME: Final = re.compile(r"\[?\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d")
_SYSLOG: Final = re.compile(r".{0,200}?\w\[\d+\]: \[\d+-\d+\] ?")


def entries(lines: list[Line]) -> list[list[Line]]:
    """What follows each ``duration: … ms  plan:``, without prefixes; empty when the text is no log."""
    found: list[list[Line]] = []
    place = 0
    while place < len(lines):
        text = lines[place].text
        head = _HEAD.search(text)
        if head is None:
            place += 1
        elif text.lstrip().startswith('{"'):
            found.append(_of_json(lines[place]))
            place += 1
        elif text[: head.start()].endswith(',"'):
            inside, place = _of_csv(lines, place, head.start() - 1)
            found.append(inside)
        else:
            inside, place = _of_text(lines, place, head)
            found.append(inside)
    return [entry for entry in found if entry]


def _of_json(line: Line) -> list[Line]:
    try:
        document = json.loads(line.text)
    except (ValueError, RecursionError):
        return []
    message = document.get("message") if isinstance(document, dict) else None
    if not isinstance(message, str):
        return []
    head = _HEAD.search(message)
    if head is None:
        return []
    return [Line(part.text, line.number, line.column) for part in lines_of(message[head.end() :])]


def _of_csv(lines: list[Line], begin: int, column: int) -> tuple[list[Line], int]:
    found: list[Line] = []
    place = begin
    while place < len(lines):
        line = lines[place].cut(column + 1) if place == begin else lines[place]
        if place == begin:
            cell = _CSV_CELL.match('"' + line.text)
            end = cell.end() - 2 if cell else -1
        else:
            end = _end_of_cell(line.text)
        whole = line if end < 0 else line.cut(0, end)
        head = _HEAD.match(whole.text) if place == begin else None
        if head is not None:
            whole = whole.cut(head.end())
        found.append(Line(whole.text.replace('""', '"'), whole.number, whole.column))
        place += 1
        if end >= 0:
            break
    return found, place


def _end_of_cell(text: str) -> int:
    place = text.find('"')
    while place >= 0:
        if text[place + 1 : place + 2] != '"':
            return place
        place = text.find('"', place + 2)
    return -1


def _of_text(lines: list[Line], begin: int, head: re.Match[str]) -> tuple[list[Line], int]:
    first = lines[begin].cut(head.end())
    found = [] if is_blank(first) else [first]
    is_syslog = _SYSLOG.match(lines[begin].text) is not None
    is_indented = begin + 1 < len(lines) and lines[begin + 1].text[:1] in ("\t", " ")
    place = begin + 1
    while place < len(lines):
        line = lines[place]
        text = line.text
        if is_syslog:
            mark = _SYSLOG.match(text)
            if mark is None or _HEAD.search(text) or _ENTRY.search(text):
                break
            rest = line.cut(mark.end())
            body = rest.text
            begins = body.startswith("#011") * 4
            found.append(Line(body[begins:].replace("#011", "\t"), rest.number, rest.column + begins))
        elif (
            _TIME.match(text)
            or _HEAD.search(text)
            or (not text[:1].isspace() and _ENTRY.search(text))
            or (is_indented and text[:1] and not text[:1].isspace())
        ):
            break
        else:
            found.append(line.cut(1) if text.startswith("\t") else line)
        place += 1
    return found, place
