"""Where the tables of plans stand in a text: psql's in all its formats, and those of other clients."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from perfkit.errors import PlanParseError
from perfkit.plan.strip import aligned, boxes, lists, markup, records
from perfkit.plan.strip.forms import FOOTER
from perfkit.plan.strip.line import Line, is_blank, refused
from perfkit.plan.strip.pieces import NEWLINE_MARKS, WRAP_MARKS, open_quote
from perfkit.plan.strip.unmarked import EITHER
from perfkit.plan.text import stands_alone

_ODD_ENDS: Final = (" ", *WRAP_MARKS, *NEWLINE_MARKS)
_PLAN: Final = re.compile(
    r"\s*(?:[\[{]|- Plan:|<explain\b|<\?xml|Query Text:|.*\((?:cost=|actual (?:time|rows)=|never executed\))"
    r"|(?:[A-Z]\w+ )*(?:Scan|Join|Nested Loop|Aggregate|Append|Result|Gather|Merge|Sort|Limit|Unique|LockRows|SetOp"
    r"|Materialize|Memoize|ProjectSet|WindowAgg|Group|Union|HashSetOp|GroupAggregate|HashAggregate|MixedAggregate"
    r"|BitmapAnd|BitmapOr|Insert on|Update on|Delete on|Merge on)\b)"
)
"""How a plan begins, in any format."""
_PROPERTY: Final = re.compile(r"\s*(?:->|[A-Z][\w /-]*:)")
_NAMES: Final = re.compile(r"(?i)query[ _]plan|plan|explain(?:_plan)?")


@dataclass(frozen=True, slots=True)
class Part:
    """Lines that stood in one table, or between tables."""

    lines: list[Line]
    is_table: bool
    refusal: PlanParseError | None = None
    """Why the lines of a table cannot be known."""


def parts(lines: list[Line]) -> list[Part]:
    """The text split into what stands inside tables of plans and what does not."""
    whole = _indented(lines, 0)
    lines = whole if len(whole) == len(lines) else lines
    found: list[Part] = []
    loose: list[Line] = []
    quote = ""
    place = 0
    while place < len(lines):
        part, end = (None, 0) if quote else _part(lines, place)
        if end:
            found.append(Part(loose, False))
            if part is not None:
                found.append(part)
            loose = []
            place = end
            continue
        line = lines[place]
        loose.append(line)
        if quote or _PROPERTY.match(line.text):
            quote = "" if is_blank(line) else open_quote(line.text, quote)
        place += 1
    found.append(Part(loose, False))
    return [part for part in found if part.refusal or not all(map(is_blank, part.lines))]


def _part(lines: list[Line], place: int) -> tuple[Part | None, int]:
    """The table that begins at the place and where it ends; 0 when none does."""
    if lines[place].text[:1] in (" ", "\t") and (not place or is_blank(lines[place - 1])):
        block = _indented(lines, place)
        if block:
            part, end = _part(block, 0)
            if end:
                return part, place + end
    try:
        inside, end = _table(lines, place)
    except PlanParseError as error:
        return Part([], True, error), _end_of_run(lines, place)
    return (Part(inside, True) if inside else None), end


def _indented(lines: list[Line], place: int) -> list[Line]:
    """The lines from there on without the indentation they share, as people indent code; empty when they share none."""
    end = place
    while end < len(lines) and (lines[end].text[:1] in (" ", "\t") or is_blank(lines[end])):
        end += 1
    if end == place or (end < len(lines) and not is_blank(lines[end - 1])):
        return []
    filled = [line.text for line in lines[place:end] if not is_blank(line)]
    shared = 0
    while filled and all(text[shared].isspace() and text[shared] == filled[0][shared] for text in filled):
        shared += 1
    return [line.cut(min(shared, len(line.text))) for line in lines[place:end]] if shared else []


def _table(lines: list[Line], place: int) -> tuple[list[Line], int]:
    text = lines[place].text
    following = lines[place + 1].text if place + 1 < len(lines) else ""
    if records.RECORD.match(text):
        return records.cells(lines, place) if records.LABEL.match(following) else ([], 0)
    if records.LABEL.match(text):
        return _expanded(lines, place)
    if lists.LABEL.match(text):
        return lists.labelled(lines, place)
    if text.lstrip()[:1] in boxes.OPENING and text.strip():
        return _boxed(lines, place)
    if aligned.RULE.match(following) and text.strip():
        return _aligned(lines, place)
    if boxes.RIGHT_RULE.match(following) and text.rstrip().endswith("|"):
        inside, end = boxes.one_sided(lines, place + 2)
        return (inside, end) if _is_plan(text.strip("| \t"), inside) else ([], 0)
    if lists.HEADER.match(text):
        return lists.cells(lines, place + 1)
    inside, end = markup.cells(lines, place)
    if end:
        is_plan = _is_plan("", inside) or any("QUERY PLAN" in line.text for line in lines[place:end])
        return (inside, end) if is_plan else ([], 0)
    above = lines[place - 1].text if place else ""
    if not above.strip() or above.rstrip().endswith(";") or lists.AFTER.match(above):
        return _headless(lines, place)
    return [], 0


def _expanded(lines: list[Line], place: int) -> tuple[list[Line], int]:
    inside, end = records.cells(lines, place)
    if lists.LABEL.match(lines[place].text):
        # a blank as separator looks like border 0, until a cell has another line
        if not _is_plan("", inside):
            return [], 0
        if end < len(lines) and not is_blank(lines[end]) and not lists.AFTER.match(lines[end].text):
            return lists.labelled(lines, place)
    return inside, end


def _boxed(lines: list[Line], place: int) -> tuple[list[Line], int]:
    following = lines[place + 1].text if place + 1 < len(lines) else ""
    if boxes.RULE.match(lines[place].text) and records.LABEL.match(following):
        return records.cells(lines, place)
    box = boxes.box(lines, place)
    if box is None:
        return [], 0
    inside = box.lines()
    return (inside, box.end) if _is_plan(box.header, inside) else ([], 0)


def _aligned(lines: list[Line], header: int) -> tuple[list[Line], int]:
    name = lines[header].text
    rule = lines[header + 1]
    end = aligned.end(lines, header + 2, rule)
    if end == header + 2:
        return [], 0
    is_plan = _is_plan(name.strip(), lines[header + 2 : end])
    if not is_plan:
        return [], 0
    return aligned.cells(lines[header + 2 : end], rule, is_raw=name.endswith(" ")), end


def _headless(lines: list[Line], place: int) -> tuple[list[Line], int]:
    end = _end_of_run(lines, place)
    rows = lines[place:end]
    inside: list[Line] | None = None
    if rows and any(row.text[-1:] in _ODD_ENDS for row in rows):
        inside = aligned.headless(rows)
        if inside is not None and _may_be_whole(rows):
            raise refused(EITHER, rows, 1, 1)
    if inside is None:
        inside = lists.rows_of_csv(rows)
    return (inside, end) if inside and _is_plan("", inside) else ([], 0)


def _may_be_whole(rows: list[Line]) -> bool:
    """Whether a constant may have newlines behind its dots: without a margin nothing but those tells where psql broke it."""
    is_doubtful = not rows[0].text[:1].isspace() and not any(
        "…" in row.text or "↵" in row.text for row in rows
    )
    return is_doubtful and stands_alone("\n".join(row.text for row in rows))


def _end_of_run(lines: list[Line], begin: int) -> int:
    """Where the paragraph ends; a constant of the plan may hold a blank line."""
    quote = ""
    for place in range(begin, len(lines)):
        text = lines[place].text
        if not quote and (is_blank(lines[place]) or FOOTER.match(text) or lists.AFTER.match(text)):
            return place if place > begin else place + 1
        quote = open_quote(text, quote)
    return len(lines)


def _is_plan(header: str | None, inside: list[Line]) -> bool:
    """Whether the column's name or its first lines tell that it holds a plan."""
    if header and _NAMES.fullmatch(header):
        return True
    first = next((line.text for line in inside if not is_blank(line)), "")
    return _PLAN.match(first) is not None or any("->  " in line.text for line in inside[:4])
