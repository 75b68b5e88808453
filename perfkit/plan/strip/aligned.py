"""psql's aligned and wrapped tables without sides: borders 0 and 1, with a header or (tuples only) without."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from perfkit.plan.strip.columns import columns_of, doubtful_columns
from perfkit.plan.strip.forms import FOOTER
from perfkit.plan.strip.line import Line, is_blank, refused
from perfkit.plan.strip.lists import AFTER
from perfkit.plan.strip.pieces import NEWLINE_MARKS, WRAP_MARKS, Piece, joined, open_quote
from perfkit.plan.strip.unmarked import EITHER, continues, resolved

RULE: Final = re.compile(r"[ \t]*(?:-{3,}|─{3,}|═{3,})[ \t]*$")
_BROKEN: Final = "psql broke this line, but its beginning is not above it; paste the whole table"
_DOCUMENT: Final = ("[", "{", "<", "- ")

_LEAST_BROKEN: Final = 2
"""A single line that ends with a blank at the greatest width may have been broken by a mail program as well as by psql."""


def cells(rows: list[Line], rule: Line, *, is_raw: bool) -> list[Line]:
    """The lines in the rows under the rule.

    ``is_raw``: no blanks were lost at the ends of lines, so that those of old-ascii tell which it broke.
    """
    text = rule.text.rstrip()
    indent = len(text) - len(text.lstrip())
    rows = [_dedented(row, indent) for row in rows]
    # a plan begins at the first column of its cell
    margin = 1 if rows and rows[0].text[:1].isspace() else 0
    columns = len(text) - indent - 2 * margin
    if any(columns_of(row.text.rstrip()) > len(text) - indent + 1 for row in rows):
        # psql draws the rule over the widest row, so a hand wrote this one, or a terminal cut it with the rows
        is_cut = not all(row.text[:1].isspace() for row in rows)
        return joined(Piece(row.cut(0 if is_cut else margin)) for row in rows)
    if all(_is_at(row.text, columns + 2 * margin) and row.text.endswith(" ") for row in (rows[0], rows[-1])):
        # another client's: psql puts no blanks behind the last row
        return joined(Piece(row.cut(margin)) for row in rows)
    return _lines(rows, columns, margin, is_raw=is_raw, is_ascii=text[-1] == "-")


def headless(rows: list[Line]) -> list[Line] | None:
    """The lines in rows that stand without a header; None when they were not broken by psql."""
    rows = _with_first_margin(rows)
    first = rows[0].text
    margin = 1 if first[:1] == " " else 0
    if first[margin : margin + 1].isspace() or len(rows) < 2:
        return None
    width = max(columns_of(row.text) for row in rows)
    full = [row.text for row in rows if columns_of(row.text) == width]
    columns = width - margin - 1
    if all(text[-1] in WRAP_MARKS + NEWLINE_MARKS for text in full):
        if margin and not all(row.text[:1] in (" ", *WRAP_MARKS) for row in rows):
            return None
        if any(text[-1] in WRAP_MARKS for text in full) and not _is_broken(rows, width, margin):
            return None
        return _lines(rows, columns, margin, is_raw=True, is_ascii=False)
    if (
        rows[-1].text[-1:] != " "
        and all(text[-1] == " " for text in full)
        and all(columns_of(row.text) == width or row.text[-1:] != " " for row in rows)
    ):
        if not margin and len(full) < _LEAST_BROKEN:
            broken = next(place for place, row in enumerate(rows) if columns_of(row.text) == width)
            raise refused(EITHER, [rows[broken + 1]], 1, 1)
        pieces = _pieces(rows, columns, margin, is_raw=True, is_ascii=True)
        if first[margin:].startswith(_DOCUMENT) or not _has_whole_line(pieces):
            return resolved(pieces, columns)
    return None


def _with_first_margin(rows: list[Line]) -> list[Line]:
    """The rows, with the margin of the first where only its blank was lost, as at the begin of a copy."""
    first = rows[0]
    others = [row.text for row in rows[1:]]
    if first.text[:1].isspace() or not all(text[:1] in (" ", *WRAP_MARKS) for text in others):
        return rows
    whole = [text for above, text in pairwise(row.text for row in rows) if above[-1] not in WRAP_MARKS + " "]
    # a plan's lines are indented by even numbers of blanks
    if whole and all(_indent(text) % 2 for text in whole):
        return [Line(" " + first.text, first.number, first.column - 1, first.joins), *rows[1:]]
    return rows


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip(" "))


def _is_broken(rows: list[Line], width: int, margin: int) -> bool:
    """Whether the marks at the ends of the rows are psql's, not the ends of sentences."""
    quote = ""
    for row, following in pairwise(rows):
        text = row.text
        if columns_of(text) == width and text[-1] in WRAP_MARKS:
            quote = open_quote(text[margin:-1], quote)
            if margin and following.text[:1] not in WRAP_MARKS:
                return False
            if not margin and not quote and continues(text[:-1].rstrip(), following.text) is False:
                return False
        else:
            quote = open_quote(text, quote)
    return True


def _has_whole_line(pieces: list[Piece]) -> bool:
    return any(
        piece.goes_on and continues(piece.line.text.rstrip(), following.line.text) is False
        for piece, following in pairwise(pieces)
    )


def _lines(rows: list[Line], columns: int, margin: int, *, is_raw: bool, is_ascii: bool) -> list[Line]:
    pieces = _pieces(rows, columns, margin, is_raw=is_raw, is_ascii=is_ascii)
    if any(piece.goes_on is None for piece in pieces):
        return resolved(pieces, columns)
    return joined(pieces)


def _pieces(rows: list[Line], columns: int, margin: int, *, is_raw: bool, is_ascii: bool) -> list[Piece]:
    found: list[Piece] = []
    marked = is_document = False
    for row in rows:
        text = row.text
        is_rest = margin == 1 and text[:1] in WRAP_MARKS and text != ""
        if is_rest and not (found and found[-1].goes_on):
            raise refused(_BROKEN, [row], 1, 1)
        begin = margin if text[:1] == " " or is_rest else 0
        goes_on: bool | None = None if is_ascii and not is_raw else False
        end = text.rstrip()
        if end[-1:] in NEWLINE_MARKS + WRAP_MARKS and end and _is_at(end, margin + columns + 1):
            marked = True
            found.append(Piece(row.cut(begin, len(end) - 1), end[-1] in WRAP_MARKS))
            continue
        if is_ascii and is_raw and text[-1:] == " " and _is_at(text, margin + columns + 1):
            is_document = is_document or (rows[0].text[margin:].startswith(_DOCUMENT))
            found.append(Piece(row.cut(begin, len(text) - 1), None if is_document else True))
            continue
        found.append(Piece(row.cut(begin), goes_on))
    if marked:
        return [Piece(piece.line, bool(piece.goes_on)) for piece in found]
    return found


def _is_at(text: str, width: int) -> bool:
    return abs(columns_of(text) - width) <= doubtful_columns(text)


def _dedented(line: Line, indent: int) -> Line:
    begin = 0
    while begin < indent and begin < len(line.text) and line.text[begin] in " \t":
        begin += 1
    return line.cut(begin)


def end(lines: list[Line], begin: int, rule: Line) -> int:
    """Where the rows end that begin there."""
    indent = len(rule.text) - len(rule.text.lstrip())
    has_margin = begin < len(lines) and lines[begin].text[indent : indent + 1].isspace()
    blank = None
    quote = ""
    for place in range(begin, len(lines)):
        text = lines[place].text
        is_flush = text[indent : indent + 1].strip() != ""
        if FOOTER.match(text) and (not quote or (has_margin and is_flush)):
            return place
        if is_flush and RULE.match(text):
            # another table: the line above is its header
            return blank if blank is not None else max(place - 1, begin)
        if is_blank(lines[place]):
            if blank is None and not quote:
                blank = place
        elif blank is not None and ((has_margin and is_flush) or AFTER.match(text)):
            return blank
        quote = open_quote(text, quote)
    return blank if blank is not None else len(lines)
