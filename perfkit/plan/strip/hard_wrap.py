"""Lines that a terminal, a mail program or a graphical client broke in two."""

from __future__ import annotations

import re
from typing import Final

from perfkit.plan.strip.line import Line, is_blank

_BEGINS: Final = re.compile(
    r"\s*(?:->|(?:InitPlan|SubPlan|CTE) |[A-Z][\w /()+-]*:|JIT:|Trigger |Planning|Execution|Total runtime)"
)
_FIGURES: Final = re.compile(r"\s*\((?:cost=|actual |never executed)")
_OUTSIDE_TEXT: Final = re.compile(r"'[^']*'|\"[^\"]*\"")


def unwrapped(lines: list[Line], between: str) -> list[Line]:
    """The lines with those joined that begin no node and no property while the one above is still open.

    ``between`` is what the break ate: a blank when words were wrapped, nothing when a terminal cut at its width.
    """
    found: list[Line] = []
    open_ = 0
    goes_on = is_quoted = False
    for line in lines:
        text = line.text
        was_quoted = is_quoted
        is_quoted ^= text.count("'") % 2 == 1
        if was_quoted:
            # a newline inside a constant is the constant's own
            found.append(line)
            continue
        begins = _BEGINS.match(text) is not None
        if found and not is_blank(line) and (open_ > 0 or goes_on or _FIGURES.match(text) or not begins):
            words = line.cut(len(text) - len(text.lstrip())) if between else line
            found[-1] = found[-1].joined(words, between)
            open_ += _depth(text)
        else:
            found.append(line)
            open_ = _depth(text)
        goes_on = text.rstrip().endswith((",", "->")) and (bool(between) or open_ > 0)
    return found


def betweens(lines: list[Line]) -> tuple[str, ...]:
    """What the breaks may have eaten, likeliest first; empty when no property is broken.

    PostgreSQL breaks no line itself: a newline in an open bracket and outside a constant came later.
    """
    cuts = []
    open_ = 0
    is_quoted = False
    for place, line in enumerate(lines):
        text = line.text
        if place and not is_quoted and not _BEGINS.match(text) and (open_ > 0 or _FIGURES.match(text)):
            cuts.append(len(lines[place - 1].text))
        else:
            open_ = 0
        is_quoted ^= text.count("'") % 2 == 1
        open_ += _depth(text)
    if not cuts:
        return ()
    is_cut_at_width = len(cuts) > 1 and set(cuts) == {max(len(line.text) for line in lines)}
    return ("", " ") if is_cut_at_width else (" ", "")


def _depth(text: str) -> int:
    if "'" in text or '"' in text:
        text = _OUTSIDE_TEXT.sub("", text)
    return text.count("(") - text.count(")")
