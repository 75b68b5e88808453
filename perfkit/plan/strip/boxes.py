"""Tables with lines at both sides: psql's border 2, pgcli, Markdown and graphical clients."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from perfkit.plan.strip.line import Line, is_blank, refused
from perfkit.plan.strip.pieces import NEWLINE_MARKS, WRAP_MARKS, Piece, joined, without_end
from perfkit.plan.strip.replaced import replaced
from perfkit.plan.strip.unmarked import resolved

SIDES: Final = "|│║┃"
OPENING: Final = SIDES + "+┌├╔╠╒╞╓╟"
RULE: Final = re.compile(r"[ \t]*[+┌├╔╠╒╞╓╟└╚╘╙][-─═=]+((?:[+┬┼┴╦╬╩╤╪╧╥╫╨][-─═=]+)*)[+┐┤╗╣╕╡╖╢┘╝╛╜][ \t]*$")
INNER_RULE: Final = re.compile(r"[ \t]*\|[ :]?-{3,}[ :]?\|[ \t]*$")
RIGHT_RULE: Final = re.compile(r"[ \t]*-{3,}\+[ \t]*$")
_BROKEN: Final = "the frame of the table is broken here; paste the table as the client printed it"
_MARKDOWN: Final = re.compile(r"\\\|")
_BREAK: Final = re.compile(r"<br ?/?>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Box:
    """A framed table of one column."""

    header: str | None
    rows: list[Line]
    columns: int
    """Between the sides; 0 when no rule shows it."""
    is_markdown: bool
    end: int

    def lines(self) -> list[Line]:
        """The lines in its cells; PlanParseError where the frame is broken."""
        margin = 1 if self.rows[0].text.lstrip()[1:2].isspace() else 0
        if self.is_markdown:
            return [part for row in self.rows for part in _of_markdown(row, margin)]
        pieces: list[Piece] = []
        for row in self.rows:
            piece = self._piece(row, margin)
            is_rest = margin and row.text.lstrip()[1] in WRAP_MARKS
            if bool(is_rest) and not (pieces and pieces[-1].goes_on):
                raise refused(_BROKEN, [row], 1, 1)
            pieces.append(piece)
        if not margin or not self.columns or any(piece.goes_on for piece in pieces):
            return joined(Piece(piece.line, bool(piece.goes_on)) for piece in pieces)
        return resolved(pieces, self.columns - 2)

    def _piece(self, row: Line, margin: int) -> Piece:
        text = row.text.rstrip()
        begin = len(text) - len(text.lstrip())
        if text[-1] not in SIDES or len(text) < begin + 2 + margin:
            raise refused(_BROKEN, [row], 1, begin + 1)
        if not margin:
            return Piece(row.cut(begin + 1, len(text) - 1))
        mark = text[-2]
        inside = row.cut(begin + 2, len(text) - 2)
        if mark in WRAP_MARKS:
            return Piece(inside, True)
        if mark in NEWLINE_MARKS:
            return Piece(inside, False)
        # unicode frames always have marks; old-ascii has none
        return Piece(inside, None if text[-1] == "|" and self.columns else False)


def box(lines: list[Line], begin: int) -> Box | None:
    """The framed table that begins there; None when there is none of one column.

    PlanParseError when its frame ends in the middle of rows.
    """
    sections: list[list[Line]] = [[]]
    rules: list[re.Match[str]] = []
    inner = False
    place = begin
    while place < len(lines):
        text = lines[place].text
        rule = RULE.match(text)
        is_inner = INNER_RULE.match(text) is not None
        if rule or is_inner:
            if place > begin and not sections[-1]:
                break
            inner |= is_inner
            if rule:
                rules.append(rule)
            sections.append([])
        elif text.lstrip()[:1] in SIDES and len(text.strip()) > 1:
            sections[-1].append(lines[place])
        else:
            break
        place += 1
    filled = [section for section in sections if section]
    if not filled or any(rule[1] for rule in rules):
        return None
    has_header = len(filled) > 1 and len(filled[0]) == 1
    header = filled[0][0].text.strip(SIDES + " \t") if has_header else None
    rows = [row for section in filled[has_header:] for row in section]
    if rules and sections[-1] and place < len(lines) and not is_blank(lines[place]):
        raise refused(_BROKEN, [lines[place]], 1, 1)
    # only psql breaks lines; a rule between sides is another client's
    columns = len(rules[0][0].strip()) - 2 if rules and not inner else 0
    return Box(header, rows, columns, not rules and inner, place)


def _of_markdown(row: Line, margin: int) -> list[Line]:
    text = row.text.rstrip()
    begin = len(text) - len(text.lstrip())
    end = len(text) - 1 if text.endswith("|") and not text.endswith("\\|") else len(text)
    inside = row.cut(begin + 1 + margin, end)
    parts = []
    place = 0
    for mark in _BREAK.finditer(inside.text):
        parts.append(inside.cut(place, mark.start()))
        place = mark.end()
    parts.append(inside.cut(place))
    return [without_end(replaced(part, _MARKDOWN, lambda _: "|")) for part in parts]


def one_sided(lines: list[Line], begin: int) -> tuple[list[Line], int]:
    """The lines of a table that has a side only at the right, and where they end."""
    found = []
    place = begin
    while place < len(lines) and lines[place].text.rstrip().endswith("|"):
        text = lines[place].text.rstrip()
        found.append(without_end(lines[place].cut(0, len(text) - 1)))
        place += 1
    return found, place
