"""Tables that psql and web pages write as markup: HTML, AsciiDoc, LaTeX and troff."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from perfkit.plan.strip import hypertext, typeset
from perfkit.plan.strip.line import Line


@dataclass(frozen=True, slots=True)
class _Kind:
    begins: re.Pattern[str]
    end: Callable[[list[Line], int], int]
    read: Callable[[list[Line]], list[Line]]


def _to(closing: str) -> Callable[[list[Line], int], int]:
    ends = re.compile(closing)

    def end(lines: list[Line], begin: int) -> int:
        # the sign that opens a table of AsciiDoc also closes it, and its layout may stand above
        place = begin + (2 if lines[begin].text.startswith("[") else 1)
        while place < len(lines) and not ends.match(lines[place].text):
            place += 1
        return min(place + 1, len(lines))

    return end


_KINDS: Final = (
    _Kind(hypertext.BEGINS, hypertext.end, hypertext.cells),
    _Kind(re.compile(r"\[[^\]]*cols=.*\]\s*$|\|={3,}\s*$"), _to(r"\|={3,}\s*$"), typeset.asciidoc),
    _Kind(
        re.compile(r"[ \t]*\\begin\{(?:tabular|longtable)\}"),
        _to(r"[ \t]*\\end\{(?:tabular|longtable)\}"),
        typeset.latex,
    ),
    _Kind(re.compile(r"\.TS\s*$"), _to(r"\.TE\s*$"), typeset.troff),
)


def cells(lines: list[Line], begin: int) -> tuple[list[Line], int]:
    """The lines in the cells of a table that begins there, and where it ends; 0 when none begins."""
    text = lines[begin].text
    if text.lstrip()[:1] not in ("<", "|", "[", "\\", "."):
        return [], 0
    kind = next((kind for kind in _KINDS if kind.begins.match(text)), None)
    if kind is None:
        return [], 0
    end = kind.end(lines, begin)
    return kind.read(lines[begin:end]), end
