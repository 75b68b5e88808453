"""The lines of a text and where they stand in it."""

from __future__ import annotations

from typing import Final, NoReturn

from perfkit.errors import PlanParseError

_EXCERPT_CHARACTERS: Final = 60
"""Enough to recognise the place in one line of a terminal."""


def lines_of(text: str) -> list[str]:
    """The lines as they stand."""
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    return text.removeprefix("\ufeff").split("\n")


def indented(lines: list[str]) -> list[str]:
    """The lines with tabs before the first word turned into blanks (eight to a stop, as terminals do)."""
    return [_without_tabs(line) if "\t" in line else line for line in lines]


def _without_tabs(line: str) -> str:
    words = line.lstrip()
    return line[: len(line) - len(words)].expandtabs(8) + words


def refuse(message: str, lines: list[str], place: int, column: int | None = None) -> NoReturn:
    """Raise a PlanParseError that points at the line of that index, from 0, at its first word or at the column."""
    line = lines[place] if place < len(lines) else ""
    if column is None:
        column = len(line) - len(line.lstrip())
    begin = max(0, column - _EXCERPT_CHARACTERS // 2)
    excerpt = line[begin : begin + _EXCERPT_CHARACTERS].strip()
    raise PlanParseError(message, line=place + 1, column=column + 1, excerpt=excerpt or None)
