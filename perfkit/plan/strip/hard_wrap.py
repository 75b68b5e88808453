"""Lines that a terminal, a mail program or a graphical client broke in two, put together again."""

from __future__ import annotations

from itertools import pairwise

from perfkit.plan.strip.line import Line
from perfkit.plan.strip.text_span import LEAST_TERMINAL, Logical, Span, is_terminal


def ways(found: Span) -> list[list[Line]]:
    """The lines of the plan as they were before something broke them, the likeliest way first.

    What a break ate is a blank when lines were broken between words, nothing when they were cut at a width.
    """
    cuts = found.cuts
    if not cuts:
        return [_joined(found, "", 0)]
    words, cut = _joined(found, " ", 0), _joined(found, "", max(cuts))
    return [cut, words] if is_terminal(cuts) else [words, cut]


def doubtful(found: Span) -> Line | None:
    """A line that may have been broken within a word as well as between two; None when the others show which."""
    cuts = found.cuts
    if not cuts or max(cuts) < LEAST_TERMINAL or is_terminal(cuts):
        return None
    for logical in found.logicals:
        for (above, piece), is_broken in zip(pairwise(logical.pieces), logical.breaks, strict=True):
            if is_broken and above.text[-1:].isalnum() and piece.text[:1].isalnum():
                return piece
    return None


def _joined(found: Span, between: str, width: int) -> list[Line]:
    lines: list[Line] = []
    for logical in found.logicals:
        lines += _whole(logical, between, width)
    return lines


def _whole(logical: Logical, between: str, width: int) -> list[Line]:
    lines: list[Line] = []
    torn = [logical.pieces[0]]
    for piece, is_broken in zip(logical.pieces[1:], logical.breaks, strict=True):
        if not is_broken:
            lines.append(_put_together(torn, between, width))
            torn = []
        torn.append(piece)
    lines.append(_put_together(torn, between, width))
    return lines


def _put_together(pieces: list[Line], between: str, width: int) -> Line:
    if len(pieces) == 1:
        return pieces[0]
    parts = [pieces[0]]
    gaps = []
    for above, piece in pairwise(pieces):
        if between:
            gaps.append("" if above.text[-1:].isspace() else between)
            parts.append(piece.cut(len(piece.text) - len(piece.text.lstrip())))
        else:
            # a blank at the width is lost when the text is copied
            gaps.append(" " * max(0, width - above.end))
            parts.append(piece)
    return parts[0].joined_all(parts[1:], gaps)
