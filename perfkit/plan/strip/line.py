"""Lines of a pasted text that remember where they stood, so that an error points into what was pasted."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from perfkit.errors import PlanParseError

EXCERPT_CHARACTERS: Final = 60
"""Enough to recognise the place in one line of a terminal."""

_ENDS: Final = re.compile(r"\r*\n|\r")
_NOTHING: Final = re.compile(
    r"^[\ufeff\u200b\u200c\u200d\u2060 \t]*[\ufeff\u200b\u200c\u200d\u2060]", re.MULTILINE
)
"""Characters without width before the words of a line; elsewhere they may be a name's own."""
_COLOUR: Final = re.compile(r"\x1b\[[\d;]*[A-Za-z]")
_BLANKS: Final = "\u00a0\u2002\u2003\u2007\u2009\u202f\u3000"
_ODD_BLANKS: Final = re.compile(f"[{_BLANKS}]")
_ODD_BLANK: Final = re.compile(
    rf"^[ \t]*[{_BLANKS}]|[{_BLANKS}]\((?:cost=|actual )|->[ \t]*[{_BLANKS}]", re.MULTILINE
)
"""Such a blank where EXPLAIN has one; elsewhere it may be a constant's own."""
_ODD_ARROW: Final = re.compile(r"^([ \t>#/*|-]*)(?:→|[‐‒–—−]>)(?=[ \t])", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Line:
    """A line, or what is left of it, with its place in the original, both counted from 1."""

    text: str
    number: int
    column: int = 1
    joins: tuple[tuple[int, int, int], ...] = ()
    """Where lines that were joined to this one begin: offset in ``text``, number, column."""

    @property
    def end(self) -> int:
        """Where the line ended in the original, counted from 0, if nothing in it was changed."""
        return self.column - 1 + len(self.text)

    def cut(self, begin: int, end: int | None = None) -> Line:
        """The part of the line between two offsets."""
        if not begin and end is None:
            return self
        joins = tuple((offset - begin, number, column) for offset, number, column in self.joins)
        return Line(self.text[begin:end], self.number, self.column + begin, joins)

    def joined(self, other: Line, between: str = "") -> Line:
        """This line with the other at its end."""
        return self.joined_all([other], [between])

    def joined_all(self, others: Sequence[Line], between: Sequence[str]) -> Line:
        """This line with the others at its end, each after the text that goes between."""
        texts = [self.text]
        joins = list(self.joins)
        offset = len(self.text)
        for other, gap in zip(others, between, strict=True):
            texts += (gap, other.text)
            offset += len(gap)
            joins.append((offset, other.number, other.column))
            joins += ((offset + place, number, column) for place, number, column in other.joins)
            offset += len(other.text)
        return Line("".join(texts), self.number, self.column, tuple(joins))

    def place(self, offset: int) -> tuple[int, int]:
        """Number and column in the original of the character at the offset."""
        number, column = self.number, self.column + offset
        for begin, other, other_column in self.joins:
            if begin > offset:
                break
            number, column = other, other_column + offset - begin
        return number, column


def lines_of(text: str) -> list[Line]:
    """The lines of the text without colours, byte order marks and what word processors make of blanks and arrows."""
    if not text.isascii():
        text = _NOTHING.sub(_visible, text)
    if text.count("\x1b") > 1:
        # a colour begins and ends; a single escape is a constant's own
        text = _COLOUR.sub("", text)
    if _ODD_BLANK.search(text):
        text = _ODD_BLANKS.sub(" ", text)
    if _ODD_ARROW.search(text):
        text = _ODD_ARROW.sub(r"\1->", text)
    parts = _ENDS.split(text) if "\r" in text else text.split("\n")
    return [Line(part, number) for number, part in enumerate(parts, 1)]


def _visible(found: re.Match[str]) -> str:
    return "".join(mark for mark in found[0] if mark in " \t")


def is_blank(line: Line) -> bool:
    return not line.text or line.text.isspace()


def without_edges(lines: list[Line]) -> list[Line]:
    """The lines without the blank ones at both ends."""
    begin, end = 0, len(lines)
    while begin < end and is_blank(lines[begin]):
        begin += 1
    while end > begin and is_blank(lines[end - 1]):
        end -= 1
    return lines[begin:end]


def indent_of(text: str) -> int:
    """Columns of white space a text begins with, tabs as terminals show them."""
    words = text.lstrip(" \t")
    return len(text[: len(text) - len(words)].expandtabs(8))


def width_of(text: str) -> int:
    """Columns the text takes in a terminal."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(mark) else 2 if unicodedata.east_asian_width(mark) in "WF" else 1
        for mark in text
    )


def refused(message: str, lines: list[Line], line: int | None, column: int | None) -> PlanParseError:
    """The error for a place in these lines, both counted from 1, told as the place in the original."""
    if line is None or not 0 < line <= len(lines):
        if not lines:
            return PlanParseError(message)
        line, column = 1, 1
    found = lines[line - 1]
    offset = max((column or 1) - 1, 0)
    number, original_column = found.place(offset)
    begin = max(0, offset - EXCERPT_CHARACTERS // 2)
    excerpt = found.text[begin : begin + EXCERPT_CHARACTERS].strip()
    return PlanParseError(message, line=number, column=original_column, excerpt=excerpt or None)
