"""Lines that a terminal, a mail program or a graphical client broke in two, put together again."""

from __future__ import annotations

from dataclasses import replace
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
    found = _without_margin(found)
    words, cut = _joined(found, " ", 0), _joined(found, "", max(cuts))
    return [cut, words] if is_terminal(cuts) or _is_within_words(found) else [words, cut]


def _without_margin(found: Span) -> Span:
    """The lines without the blanks that all have, the pieces of broken ones, too: they came later."""
    pieces = [piece.text for logical in found.logicals for piece in logical.pieces]
    margin = min(len(text) - len(text.lstrip()) for text in pieces[1:])
    if not margin:
        return found
    logicals = [
        Logical([_dedented(piece, margin) for piece in logical.pieces], logical.breaks)
        for logical in found.logicals
    ]
    return replace(found, logicals=logicals)


def _dedented(line: Line, most: int) -> Line:
    return line.cut(min(most, len(line.text) - len(line.text.lstrip())))


def _is_within_words(found: Span) -> bool:
    """Whether a line was broken where SQL has no blank."""
    return any(
        piece.text.startswith((")", ".", ",", ":", "]"))
        for logical in found.logicals
        for piece, is_broken in zip(logical.pieces[1:], logical.breaks, strict=True)
        if is_broken
    )


def doubtful(found: Span) -> Line | None:
    """A line that may have been broken within a word as well as between two; None when the others show which."""
    cuts = found.cuts
    if not cuts or max(cuts) < LEAST_TERMINAL or is_terminal(cuts):
        return None
    for logical in found.logicals:
        for (above, piece), is_broken in zip(pairwise(logical.pieces), logical.breaks, strict=True):
            if is_broken and not _is_between_words(above.text.rstrip(), piece.text.lstrip()):
                return piece
    return None


def _is_between_words(above: str, piece: str) -> bool:
    """Whether EXPLAIN has a blank between such ends of lines."""
    return above.endswith((",", " AND", " OR")) or piece.startswith(("AND ", "OR ", "(cost=", "(actual "))


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
            parts[-1] = parts[-1].cut(0, len(parts[-1].text.rstrip()))
            gaps.append(between)
            parts.append(piece.cut(len(piece.text) - len(piece.text.lstrip())))
        else:
            # a blank at the width is lost when the text is copied
            gaps.append(" " * max(0, width - above.end))
            parts.append(piece)
    return parts[0].joined_all(parts[1:], gaps)
