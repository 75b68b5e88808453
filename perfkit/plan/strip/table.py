"""Tables as psql draws them: aligned with borders 0 to 2 in three line styles, wrapped, expanded, unaligned."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from perfkit.plan.strip.line import Line, is_blank, width_of

_RULE: Final = re.compile(r"[ \t]*(?:[+┌├╔╠╒╞╟][-─═]+[+┐┤╗╣╕╡╢]|[-─═]{3,})[ \t]*$")
_BOTTOM: Final = re.compile(r"[ \t]*[+└╚╘╙├╠][-─═]+(?:[+┴┼╩╧][-─═]+)?[+┘╝╛╜┤╣][ \t]*$")
_RECORD: Final = re.compile(r"[ \t]*(?:[-+─═┌├╔╠╒╞╟]{1,2}\[ RECORD \d+ \]|\* Record \d+)")
_LABEL: Final = re.compile(r"[ \t]*(?:[|│║] )?QUERY PLAN(?: ?[|│║] ?|,| )")
FOOTER: Final = re.compile(r"[ \t]*\(\d+ [^\d\W]+(?:\([^\d\W]+\))?\.?\)[ \t]*$")
"""``(12 rows)``, in any language."""
_SIDES: Final = "|│║"
_NEWLINE_MARKS: Final = "+↵"
_WRAP_MARKS: Final = ".…"
_LEFT_WRAP_MARKS: Final = ".…;"


@dataclass(frozen=True, slots=True)
class Part:
    """Lines that stood in one table, or between tables."""

    lines: list[Line]
    is_table: bool


def parts(lines: list[Line]) -> list[Part]:
    """The text split into what stands inside tables of plans and what does not."""
    found: list[Part] = []
    loose: list[Line] = []
    place, count = 0, len(lines)
    while place < count:
        end = 0
        inside: list[Line] = []
        text = lines[place].text
        if _RECORD.match(text) or _is_unaligned_record(lines, place):
            inside, end = _expanded(lines, place)
        elif place + 1 < count and _RULE.match(lines[place + 1].text) and _is_header(lines, place):
            inside, end = _aligned(lines, place + 1)
        elif text.strip(' \t"') == "QUERY PLAN":
            inside, end = _unaligned(lines, place + 1)
        if end:
            found.append(Part(loose, False))
            found.append(Part(inside, True))
            loose = []
            place = end
        else:
            loose.append(lines[place])
            place += 1
    found.append(Part(loose, False))
    return [part for part in found if not all(map(is_blank, part.lines))]


def _is_unaligned_record(lines: list[Line], place: int) -> bool:
    return lines[place].text.startswith(("QUERY PLAN|", "QUERY PLAN,"))


def _is_header(lines: list[Line], place: int) -> bool:
    words = lines[place].text.strip(" \t|│║").strip()
    if words == "QUERY PLAN":
        return True
    if not re.fullmatch(r"[\w?]+", words):
        return False
    # another column's name: only a whole table with its footer is surely one
    for following in range(place + 2, len(lines)):
        line = lines[following]
        if FOOTER.match(line.text):
            return True
        if _RULE.match(line.text) and not _BOTTOM.match(line.text):
            return False
    return False


def _aligned(lines: list[Line], rule: int) -> tuple[list[Line], int]:
    text = lines[rule].text.rstrip()
    indent = len(text) - len(text.lstrip())
    width = width_of(text) - indent
    end = _end(lines, rule + 1)
    rows = [_dedented(line, indent) for line in lines[rule + 1 : end]]
    if text[indent] not in "-─═":
        rows = [row for row in rows if not _BOTTOM.match(row.text)]
        return _joined([_bordered(row) for row in rows if row.text.strip()]), end
    if _is_borderless(rows, width):
        return _joined([_open(row, width, is_first=False, has_margin=False) for row in rows]), end
    return _joined(
        [_open(row, width, is_first=not place, has_margin=True) for place, row in enumerate(rows)]
    ), end


def _is_borderless(rows: list[Line], width: int) -> bool:
    """Whether the rows begin at the first column: border 0, whose rule is as wide as the text."""
    texts = [row.text.rstrip() for row in rows]
    if any(text and not text[0].isspace() and text[0] not in _WRAP_MARKS for text in texts[1:]):
        return True
    widest = max(map(width_of, texts), default=0)
    is_marked = len(texts) > 1 and all(text[-1:] in (*_NEWLINE_MARKS, *_WRAP_MARKS) for text in texts[:-1])
    return widest > width or (widest == width and not is_marked)


def _end(lines: list[Line], begin: int) -> int:
    """Where a table ends whose rows begin there; its footer is left to the text after it, which skips it."""
    blank = None
    for place in range(begin, len(lines)):
        text = lines[place].text
        if FOOTER.match(text):
            return place
        if blank is None and not text.strip():
            blank = place
        if _RULE.match(text) or _BOTTOM.match(text):
            following = lines[place + 1].text if place + 1 < len(lines) else ""
            if _BOTTOM.match(text) and (not following.strip() or FOOTER.match(following)):
                return place
            return blank if blank is not None else max(place - 1, begin)
    return blank if blank is not None else len(lines)


def _dedented(line: Line, indent: int) -> Line:
    begin = 0
    while begin < indent and begin < len(line.text) and line.text[begin] in " \t":
        begin += 1
    return line.cut(begin)


_Row = tuple[Line, str, str]
"""The text of a cell's line with the marks left and right of it."""


def _bordered(line: Line) -> _Row:
    text = line.text.rstrip()
    indent = len(text) - len(text.lstrip())
    if text[indent] not in _SIDES:
        return line, "", ""
    end = len(text) - (text[-1] in _SIDES)
    mark = text[end - 1 : end] if end - indent > 2 else ""
    if mark in _NEWLINE_MARKS or mark in _WRAP_MARKS:
        return line.cut(indent + 2, end - 1), text[indent + 1 : indent + 2], mark
    return line.cut(indent + 2, max(end - 1, indent + 2)), text[indent + 1 : indent + 2], ""


def _open(line: Line, width: int, *, is_first: bool, has_margin: bool) -> _Row:
    text = line.text
    left = text[:1] if has_margin and text[:1] in (" ", *_WRAP_MARKS) else ""
    end = text.rstrip()
    mark = end[-1:]
    taken = width_of(end)
    is_mark = mark != "" and mark in _NEWLINE_MARKS + _WRAP_MARKS
    if is_mark and (taken == width + 1 or (left and taken == width) or (is_first and taken == width - 1)):
        if not left or taken == width + 1:
            return line.cut(0, len(end) - 1), "", mark
        return line.cut(1, len(end) - 1), left, mark
    return line.cut(1 if left else 0), left, ""


def _joined(rows: list[_Row]) -> list[Line]:
    found: list[Line] = []
    goes_on = False
    for line, left, right in rows:
        if found and (goes_on or (left and left in _LEFT_WRAP_MARKS)):
            found[-1] = found[-1].joined(line)
        else:
            found.append(line)
        goes_on = bool(right) and right in _WRAP_MARKS
        if not goes_on:
            last = found[-1]
            found[-1] = last.cut(0, len(last.text.rstrip()))
    return found


def _unaligned(lines: list[Line], begin: int) -> tuple[list[Line], int]:
    place = begin
    while place < len(lines) and not FOOTER.match(lines[place].text):
        if lines[place].text.strip(' \t"') == "QUERY PLAN":
            break
        if not lines[place].text.strip() and lines[place - 1].text.strip() in ("]", ")", "</explain>"):
            break
        place += 1
    return lines[begin:place], place


def _expanded(lines: list[Line], begin: int) -> tuple[list[Line], int]:
    rows: list[_Row] = []
    value = 0
    is_raw = _is_unaligned_record(lines, begin)
    place = begin
    while place < len(lines):
        line = lines[place]
        text = line.text
        label = _LABEL.match(text)
        if _RECORD.match(text):
            value = 0
        elif label is not None:
            value = label.end()
            rows.append(_cell(line, value, ""))
        elif _BOTTOM.match(text) or (not value and text.strip()):
            place += bool(value)
            break
        elif value and text.strip():
            is_drawn = not is_raw and not text[:value].strip(" |│║:;.…")
            if is_drawn and rows and text[:1].isspace() | (text[:1] in _SIDES):
                seen, left, right = rows[-1]
                if not right and seen.text.rstrip()[-1:] in (*_NEWLINE_MARKS, *_WRAP_MARKS):
                    end = seen.text.rstrip()
                    rows[-1] = (seen.cut(0, len(end) - 1), left, end[-1])
                gutter = text[:value].strip(" |│║:")
                rows.append(_cell(line, value, gutter))
            elif is_raw:
                rows.append((line, "", ""))
            else:
                break
        place += 1
    return _joined([row if row[2] in _WRAP_MARKS and row[2] else (row[0], row[1], "") for row in rows]), place


def _cell(line: Line, begin: int, left: str) -> _Row:
    text = line.text.rstrip()
    end = len(text)
    if line.text.lstrip()[:1] in _SIDES and text[-1] in _SIDES:
        mark = text[-2:-1]
        if mark and mark in _NEWLINE_MARKS + _WRAP_MARKS:
            return line.cut(begin, end - 2), left, mark
        return line.cut(begin, max(end - 2, begin)), left, ""
    return line.cut(begin), left, ""
