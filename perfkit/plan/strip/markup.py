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
    ends: re.Pattern[str]
    read: Callable[[list[Line]], list[Line]]


_KINDS: Final = (
    _Kind(hypertext.BEGINS, hypertext.ENDS, hypertext.cells),
    _Kind(re.compile(r"\[[^\]]*cols=.*\]\s*$|\|={3,}\s*$"), re.compile(r"^\|={3,}\s*$"), typeset.asciidoc),
    _Kind(
        re.compile(r"[ \t]*\\begin\{(?:tabular|longtable)\}"),
        re.compile(r"^[ \t]*\\end\{(?:tabular|longtable)\}"),
        typeset.latex,
    ),
    _Kind(re.compile(r"\.TS\s*$"), re.compile(r"^\.TE\s*$"), typeset.troff),
)


def cells(lines: list[Line], begin: int) -> tuple[list[Line], int]:
    """The lines in the cells of a table that begins there, and where it ends; 0 when none begins."""
    text = lines[begin].text
    if text.lstrip()[:1] not in ("<", "|", "[", "\\", "."):
        return [], 0
    kind = next((kind for kind in _KINDS if kind.begins.match(text)), None)
    if kind is None:
        return [], 0
    end = begin
    if kind.read is typeset.asciidoc:
        # the sign that opens a table also closes it
        end += 2 if text.startswith("[") else 1
    while end < len(lines) and not kind.ends.search(lines[end].text):
        end += 1
    end = min(end + 1, len(lines))
    return kind.read(lines[begin:end]), end
