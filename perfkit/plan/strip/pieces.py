"""Printed lines of cells, and how they make up the lines that were in the cells.

White space inside a constant or a name is read as the table shows it: psql prints a tab as blanks up to the next multiple of
eight columns and \\r as two characters, and blanks before a newline of a constant are those that fill the cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from perfkit.plan.strip.columns import columns_of, is_wide
from perfkit.plan.strip.line import Line, refused

WRAP_MARKS: Final = ".…"
"""psql broke a line too long for the table: right of the first part, and where there is a margin left of the next."""
NEWLINE_MARKS: Final = "+↵"
"""Right of a line of the cell that has another one below it."""
_BEFORE_WIDE: Final = (
    "cannot tell whether a blank stands where psql broke this line before a wide character; "
    "print the plan again with \\pset format aligned"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One printed line of a cell, without the frame and the marks around it."""

    line: Line
    goes_on: bool | None = False
    """Whether the next piece is the rest of the same line; None when the table does not say."""


def joined(pieces: Iterable[Piece]) -> list[Line]:
    """The lines of the cells; PlanParseError where a break hides what stood there."""
    found: list[Line] = []
    goes_on = False
    for piece in pieces:
        if goes_on:
            begun = found[-1]
            if begun.text[-1:] == " " and piece.line.text and is_wide(piece.line.text[0]):
                raise refused(_BEFORE_WIDE, [piece.line], 1, 1)
            found[-1] = begun.joined(piece.line)
        else:
            found.append(piece.line)
        goes_on = bool(piece.goes_on)
        if not goes_on:
            found[-1] = without_end(found[-1])
    return found


def without_end(line: Line) -> Line:
    """The line without blanks at its end."""
    text = line.text.rstrip(" \t")
    return line.cut(0, len(text)) if len(text) < len(line.text) else line


def padded(line: Line, columns: int) -> Line:
    """The line with the blanks that psql put after it, where a copy may have lost them."""
    missing = columns - columns_of(line.text)
    if missing <= 0:
        return line
    return Line(line.text + " " * missing, line.number, line.column, line.joins)


_QUOTES: Final = re.compile("['\"]")


def open_quote(text: str, quote: str = "") -> str:
    """The quote that is open after the text, when ``quote`` was open before it; empty when none is.

    >>> open_quote("Filter: (a = 'it''s"), open_quote('Output: "it\\'s", b')
    ("'", '')
    """
    if "'" not in text and '"' not in text:
        return quote
    for mark in _QUOTES.findall(text):
        if not quote:
            quote = mark
        elif mark == quote:
            quote = ""
    return quote
