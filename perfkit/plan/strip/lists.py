"""A plan's lines without any frame: psql's unaligned and CSV output, and what graphical clients copy."""

from __future__ import annotations

import re
from typing import Final

from perfkit.plan.strip import quoting
from perfkit.plan.strip.forms import FOOTER
from perfkit.plan.strip.line import Line, is_blank
from perfkit.plan.strip.pieces import open_quote
from perfkit.plan.strip.replaced import replaced

HEADER: Final = re.compile(r'[ \t]*"?QUERY PLAN"?[,; \t]*$')
LABEL: Final = re.compile(r"QUERY PLAN(?:[^\w\s\"\[{<-]{1,4}|\t| )(?=[\"\w\[{<-])")
"""The column's name before each line, with psql's field separator behind it."""
AFTER: Final = re.compile(
    r"(?!->)[\w@:/.\[\]~-]*[=(*'\"!$^-][#>](?: |$)|[^\W\d]+: \d+[.,]\d+ ms(?: \(.*\))?\s*$"
)
"""psql's prompt and its ``\\timing``, which may follow a result at once."""
_AFTER_CELL: Final = ",; \t"
_DOUBLED: Final = re.compile('""')


def cells(lines: list[Line], begin: int) -> tuple[list[Line], int]:
    """The lines from ``begin`` on, which stand below the header, and where they end."""
    end = _end(lines, begin)
    return _unquoted(lines[begin:end]), end


def labelled(lines: list[Line], begin: int) -> tuple[list[Line], int]:
    """The lines of records whose label and text a separator parts, and where they end."""
    label = LABEL.match(lines[begin].text)
    assert label is not None
    found: list[Line] = []
    place = begin
    is_quoted = False
    while place < len(lines):
        line = lines[place]
        if not is_quoted and line.text.startswith(label[0]):
            line = line.cut(label.end())
            is_quoted = line.text.startswith('"') and not _is_closed(line.text[1:])
        elif is_quoted:
            is_quoted = not _is_closed(line.text)
        elif is_blank(line):
            if place + 1 == len(lines) or not lines[place + 1].text.startswith(label[0]):
                break
            place += 1
            continue
        elif AFTER.match(line.text) or FOOTER.match(line.text):
            break
        found.append(line)
        place += 1
    return _unquoted(found), place


def rows_of_csv(lines: list[Line]) -> list[Line] | None:
    """The lines in cells that are quoted where CSV wants it; None when they are not CSV or none is quoted."""
    if not any(line.text.startswith('"') for line in lines):
        return None
    found: list[Line] = []
    is_quoted = False
    for line in lines:
        text = line.text
        begin = 0
        if not is_quoted:
            if not text.startswith('"'):
                if '"' in text:
                    return None
                found.append(line)
                continue
            begin = 1
        end = _end_of_quoted(text, begin)
        is_quoted = end < 0
        if not is_quoted and text[end + 1 :].strip(_AFTER_CELL):
            return None
        found.append(replaced(line.cut(begin, end if end >= 0 else None), _DOUBLED, lambda _: '"'))
    return None if is_quoted else found


def _unquoted(lines: list[Line]) -> list[Line]:
    found = rows_of_csv(lines)
    return found if found is not None else quoting.without_quotes(lines, is_table=True)


def _end(lines: list[Line], begin: int) -> int:
    quote = ""
    is_csv = (
        begin < len(lines) and lines[begin].text.startswith('"') and not _is_closed(lines[begin].text[1:])
    )
    for place in range(begin, len(lines)):
        text = lines[place].text
        if is_csv:
            # a quoted document goes on until its quote ends
            is_csv = place == begin or not _is_closed(text)
            continue
        if not quote and (
            FOOTER.match(text) or AFTER.match(text) or HEADER.match(text) or is_blank(lines[place])
        ):
            return place
        quote = open_quote(text, quote)
    return len(lines)


def _is_closed(text: str) -> bool:
    return _end_of_quoted(text, 0) >= 0


def _end_of_quoted(text: str, begin: int) -> int:
    """Where the quote ends that is open at ``begin``; -1 when it does not."""
    place = text.find('"', begin)
    while place >= 0:
        if text[place + 1 : place + 2] != '"':
            return place
        place = text.find('"', place + 2)
    return -1
