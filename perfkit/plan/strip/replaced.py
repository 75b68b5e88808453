"""Escapes of a line taken back, with the places of what stands behind them kept."""

from __future__ import annotations

import re
from collections.abc import Callable

from perfkit.plan.strip.line import Line


def replaced(line: Line, pattern: re.Pattern[str], plain: Callable[[str], str]) -> Line:
    """The line with each match of the pattern replaced by what ``plain`` makes of it.

    >>> replaced(Line("a &lt; b", 7), re.compile("&lt;"), lambda _: "<").place(4)
    (7, 8)
    """
    text = line.text
    found: Line | None = None
    begin = 0
    for mark in pattern.finditer(text):
        word = Line(plain(mark[0]), *line.place(mark.start()))
        before = line.cut(begin, mark.start())
        begun = before.joined(word) if before.text else word
        found = found.joined(begun) if found else begun
        begin = mark.end()
    if found is None:
        return line
    return found.joined(line.cut(begin)) if begin < len(text) else found
