"""What auto_explain writes into a server's log: stderr and syslog with any prefix before the lines, and csvlog."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from perfkit.plan.strip.line import Line, is_blank

_HEAD: Final = re.compile(r"duration: \d+(?:\.\d+)? ms +plan:[ \t]*")
_CSV_CELL: Final = re.compile(r'"((?:[^"]|"")*)"')
_ENTRY: Final = re.compile(
    r"(?:LOG|ERROR|STATEMENT|DETAIL|HINT|CONTEXT|WARNING|NOTICE|FATAL|PANIC|DEBUG[1-5]?|INFO|QUERY|LOCATION): {1,2}"
)
_TIME: Final = re.compile(r"\[?\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d")
_BODY: Final = re.compile(r"#011|\t|Query Text: |\{|<explain\b")
_MOST_BETWEEN: Final = 200
"""Lines of other processes that syslog may put between those of one entry."""
_MOST_BEFORE: Final = 20
"""Lines of other processes that may stand before the second one of an entry."""
_LONGEST_PREFIX: Final = 200
"""What stands further on in a line is the message."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Lines of one entry of auto_explain, or others."""

    lines: list[Line]
    is_entry: bool
    is_closed: bool = False
    """Whether the lines of the entry are marked, so that it surely has no other."""


def segments(lines: list[Line]) -> list[Segment]:
    """The entries of auto_explain without their prefixes, and what stands before, between and after them."""
    return list(_segments(lines))


def _segments(lines: list[Line]) -> Iterator[Segment]:
    taken: set[int] = set()
    loose: list[Line] = []
    place = 0
    while place < len(lines):
        line = lines[place]
        head = None if place in taken else _HEAD.search(line.text)
        if head is None or line.text.lstrip().startswith("{"):
            if place not in taken:
                loose.append(line)
            place += 1
            continue
        if loose:
            yield Segment(loose, False)
            loose = []
        if line.text[: head.start()].endswith('"'):
            inside, place = _cell(lines, place, head)
            yield Segment(inside, True, True)
        else:
            segment, after = _entry(lines, place, head, taken)
            yield segment
            place = after
    if loose:
        yield Segment(loose, False)


def _cell(lines: list[Line], begin: int, head: re.Match[str]) -> tuple[list[Line], int]:
    """The message of a csvlog entry, which ends where its quotes are closed."""
    found: list[Line] = []
    for place in range(begin, len(lines)):
        line = lines[place] if place > begin else lines[begin].cut(head.end())
        end = _end_of_cell(line.text)
        whole = line if end < 0 else line.cut(0, end)
        if place > begin or not is_blank(whole):
            found.append(Line(whole.text.replace('""', '"'), whole.number, whole.column))
        if end >= 0:
            return found, place + 1
    return found, len(lines)


def _end_of_cell(text: str) -> int:
    place = text.find('"')
    while place >= 0:
        if text[place + 1 : place + 2] != '"':
            return place
        place = text.find('"', place + 2)
    return -1


def _entry(lines: list[Line], begin: int, head: re.Match[str], taken: set[int]) -> tuple[Segment, int]:
    first = lines[begin].cut(head.end())
    found = [] if is_blank(first) else [first]
    following = lines[begin + 1].text if begin + 1 < len(lines) else ""
    body = _body(lines, begin)
    if body is not None:
        prefix, is_marked = body
        found += _prefixed(lines, begin + 1, prefix, is_marked, taken)
        return Segment(found, True, is_marked), begin + 1
    indent = following[: len(following) - len(following.lstrip())]
    margin = "\t" if indent.startswith("\t") else "#011" if following.startswith("#011") else indent
    place = begin + 1
    while place < len(lines):
        text = lines[place].text
        if margin:
            if not text.startswith(margin) and text.strip():
                break
        elif _TIME.match(text) or _HEAD.search(text) or _ENTRY.match(text):
            break
        found.append(_plain(lines[place].cut(min(len(margin), len(text)))))
        place += 1
    is_message = begin == head.start() == 0
    return Segment(found, True, bool(margin) or is_message), place


def _body(lines: list[Line], begin: int) -> tuple[re.Pattern[str], bool] | None:
    """What stands before each further line of the entry, and whether a tab follows it; None when nothing does."""
    if begin + 1 < len(lines) and lines[begin + 1].text.startswith(("\t", "#011", "Query Text:")):
        return None
    for line in lines[begin + 1 : begin + 1 + _MOST_BEFORE]:
        body = _BODY.search(line.text)
        if body is not None and line.text[: body.start()].strip():
            pattern = _pattern(line.text[: body.start()])
            if pattern.match(lines[begin].text):
                return pattern, body[0] in ("\t", "#011")
    return None


def _pattern(prefix: str) -> re.Pattern[str]:
    """What stands before every line of the entry: the same process at any time.

    >>> _pattern("Nov  4 10:32:17 db1 postgres[6649]: [7-2] ").match("Nov 14 10:32:18 db1 postgres[6649]: [7-13] x")[0]
    'Nov 14 10:32:18 db1 postgres[6649]: [7-13] '
    """
    words = prefix.rstrip(" ")
    parts = re.split(r"(\w\[\d+\]|\d+| +)", words)
    made = [
        r"\d+" if part.isdecimal() else " *" if part.isspace() else re.escape(part) for part in parts if part
    ]
    return re.compile("".join(made) + prefix[len(words) :])


def _prefixed(
    lines: list[Line], begin: int, pattern: re.Pattern[str], is_marked: bool, taken: set[int]
) -> Iterator[Line]:
    last = begin
    for place in range(begin, len(lines)):
        if place - last > _MOST_BETWEEN:
            return
        line = lines[place]
        mark = pattern.match(line.text)
        if mark is None or place in taken:
            continue
        rest = line.text[mark.end() :]
        is_body = rest.startswith(("\t", "#011")) or not rest.strip()
        if not is_body and (is_marked or _HEAD.search(rest) or _ENTRY.search(rest[:_LONGEST_PREFIX])):
            return
        last = place
        taken.add(place)
        begins = mark.end()
        if is_marked:
            begins += 4 if rest.startswith("#011") else rest.startswith("\t")
        yield _plain(line.cut(begins))


def _plain(line: Line) -> Line:
    if "#011" not in line.text:
        return line
    return Line(line.text.replace("#011", "\t"), line.number, line.column, line.joins)
