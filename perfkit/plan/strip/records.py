"""psql's expanded display, aligned or wrapped: a record for each line of the plan."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from perfkit.plan.strip.boxes import SIDES
from perfkit.plan.strip.columns import columns_of
from perfkit.plan.strip.line import Line, is_blank, refused
from perfkit.plan.strip.pieces import NEWLINE_MARKS, WRAP_MARKS, Piece, padded
from perfkit.plan.strip.unmarked import resolved

RECORD: Final = re.compile(
    r"[ \t]*(?:[-+─═┌├╔╠╒╞╟╓]{1,2}\[ [^\[\]]{1,40} (\d+) \]|\* [^\W\d]\w{0,30} (\d+) *$)"
)
"""``-[ RECORD 1 ]-``, in any language."""
LABEL: Final = re.compile(r"[ \t]*(?:[|│║] QUERY PLAN [|│║] |QUERY PLAN (?:[|│║] |(?= *[^\s|│║])))")
_RULE: Final = re.compile(r"[ \t]*[+├╠╟╞┌╔╓╒└╚╘╙]?[-─═]+[+┼╬╪╫┬╦╤╥┴╩╧╨][-─═]+[+┤╣╢╡┐╗╖╕┘╝╛╜]?[ \t]*$")
_REST: Final = re.compile(r"[ \t]*(?:[|│║] +([|│║:;])| +([|│║:;])|( ))([ .…])$")
_BROKEN: Final = "this line of the table has lost psql's mark at its end; paste the table as psql printed it"
_UNSURE: Final = (
    "cannot tell how wide psql printed the line above before it broke it, as the blanks at the ends of lines are gone; "
    "print the plan again with \\pset linestyle ascii or \\pset format unaligned"
)


@dataclass(frozen=True, slots=True)
class _Printed:
    """A printed line of a record."""

    line: Line
    sign: str = ""
    """Between label and text, where a line goes on: psql's sign that it was broken, a blank, or ``:`` for a newline."""


def cells(lines: list[Line], begin: int) -> tuple[list[Line], int]:
    """The lines of the records that begin there, and where they end."""
    records: list[list[_Printed]] = []
    rule = 0
    is_raw = has_headings = False
    label: re.Match[str] | None = None
    place = begin
    while place < len(lines):
        line = lines[place]
        text = line.text
        labelled = LABEL.match(text)
        heading = RECORD.match(text)
        if labelled is not None:
            label = labelled
            records.append([_Printed(line.cut(label.end()))])
        elif label is not None and text.rstrip() == label[0].rstrip():
            records.append([_Printed(line.cut(len(text)))])
        elif heading is not None:
            if records and int(heading[1] or heading[2]) == 1:
                break
            is_raw |= text.endswith(" ")
            has_headings = True
            rule = columns_of(text.rstrip()) if heading[1] else 0
        elif _RULE.match(text):
            rule = columns_of(text.rstrip())
        elif is_blank(line):
            # between records without headers at border 0
            following = lines[place + 1].text if place + 1 < len(lines) else ""
            if label is None or not following.startswith(label[0].rstrip()):
                break
            is_raw |= text != ""
        else:
            rest = _rest(text, label.end()) if label else None
            if rest is None or not records:
                break
            assert label is not None
            records[-1].append(_Printed(line.cut(label.end()), rest))
        place += 1
    if label is None:
        return [], place
    has_sides = label[0].lstrip()[0] in SIDES
    is_bare = not label[0].rstrip().endswith(tuple(SIDES))
    if has_sides:
        records = [[_without_side(printed) for printed in record] for record in records]
    is_single = len(records) == 1
    how = "newlines" if not is_bare or _has_newline_marks(records) else "either" if is_single else "breaks"
    if how == "breaks" and not is_raw:
        for record in records:
            for printed in record[1:]:
                if printed.sign == " ":
                    raise refused(_UNSURE, [printed.line], 1, 1)
    pieces = [piece for record in records for piece in _pieces(record, how, has_sides)]
    widest = max(columns_of(piece.line.text) for piece in pieces)
    columns = max(widest, rule - label.end() - 2 * has_sides if rule and not is_bare else 0)
    found = resolved([_whole(piece, columns) for piece in pieces], columns)
    if how == "either" and has_headings and not is_raw and len(found) < len(pieces):
        raise refused(_UNSURE, [records[0][1].line], 1, 1)
    return found, place


def _rest(text: str, begins: int) -> str | None:
    """The sign before the text of a line that belongs to the record above; None when it does not."""
    found = _REST.match(text[:begins].ljust(begins))
    if found is None:
        return None
    return (found[1] or found[2] or "").strip("|│║") or found[4]


def _without_side(printed: _Printed) -> _Printed:
    text = printed.line.text.rstrip()
    if not text or text[-1] not in SIDES:
        raise refused(_BROKEN, [printed.line], 1, 1)
    return _Printed(printed.line.cut(0, len(text) - 1), printed.sign)


def _has_newline_marks(records: list[list[_Printed]]) -> bool:
    """Whether all lines with another one of the same cell below have a mark that says so."""
    if len(records) > 1:
        return False
    return all(
        following.sign in WRAP_MARKS or printed.line.text.rstrip().endswith(tuple(NEWLINE_MARKS))
        for printed, following in pairwise(records[0])
    )


def _pieces(record: list[_Printed], how: str, has_sides: bool) -> list[Piece]:
    """``how``: what it means that a line has a blank before it: newlines, breaks, or either."""
    found = []
    signs = [*(printed.sign for printed in record[1:]), ""]
    for printed, sign in zip(record, signs, strict=True):
        text = printed.line.text.rstrip() if not has_sides else printed.line.text
        if sign and (sign in WRAP_MARKS or (sign == " " and how == "newlines")):
            if text[-1:] not in tuple(WRAP_MARKS if sign in WRAP_MARKS else NEWLINE_MARKS):
                raise refused(_BROKEN, [printed.line], 1, len(text) + 1)
            found.append(Piece(printed.line.cut(0, len(text) - 1), sign != " "))
            continue
        line = printed.line.cut(0, len(text) - 1) if has_sides else printed.line
        found.append(
            Piece(line, None if sign == " " and how == "either" else sign in (";", " ") and sign != "")
        )
    return found


def _whole(piece: Piece, columns: int) -> Piece:
    return Piece(padded(piece.line, columns), True) if piece.goes_on else piece
