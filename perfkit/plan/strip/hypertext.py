"""Plans in HTML: the cells of a table, or preformatted text."""

from __future__ import annotations

import html
import re
from typing import Final

from perfkit.plan.strip.line import Line
from perfkit.plan.strip.replaced import replaced

BEGINS: Final = re.compile(
    r"[ \t]*<(?:tr|td)\b|[ \t]*<.*?<(?:table|pre)\b|[ \t]*<(?:table|pre)\b", re.IGNORECASE
)
_OUTER: Final = re.compile(r"<(table|pre)\b", re.IGNORECASE)
_TAG: Final = re.compile(r"<(/?)(td|pre)\b([^<>]*)>", re.IGNORECASE)
_BREAK: Final = re.compile(r"<br ?/?>", re.IGNORECASE)
_ESCAPE: Final = re.compile(
    r"&(?:\w+|#\d+|#[xX][\da-fA-F]+);|</?(?:span|code|samp|font|b|i|em|strong)\b[^<>]*>"
)
_EMPTY: Final = "&nbsp; "
"""What psql writes for a cell without text."""
_BLANK: Final = ("&nbsp;", "&#160;", "&#xa0;", "&#xA0;")


def end(lines: list[Line], begin: int) -> int:
    """Where the first table or preformatted text ends that begins there or below."""
    closing = ""
    for place in range(begin, len(lines)):
        text = lines[place].text.lower()
        if not closing:
            outer = _OUTER.search(text)
            closing = f"</{outer[1]}>" if outer else ""
        if closing and closing in text:
            return place + 1
    return len(lines)


def cells(lines: list[Line]) -> list[Line]:
    """The lines in the cells; those that span columns are headings."""
    found: list[Line] = []
    inside = False
    for line in lines:
        text, place = line.text, 0
        for tag in _TAG.finditer(text):
            # nothing stands between the tags of a cell whose text is preformatted
            if inside and (tag[1] or text[place : tag.start()].strip()):
                found += _broken(line.cut(place, tag.start()))
            inside = not tag[1] and "colspan" not in tag[3]
            place = tag.end()
        if inside:
            found += _broken(line.cut(place))
    if found and found[0].text.strip() == "QUERY PLAN":
        del found[0]
    return found


def _broken(line: Line) -> list[Line]:
    text = line.text
    place, parts = 0, []
    for mark in _BREAK.finditer(text):
        parts.append(line.cut(place, mark.start()))
        place = mark.end()
    if place < len(text) or not parts:
        parts.append(line.cut(place))
    return [replaced(part.cut(0, 0) if part.text == _EMPTY else part, _ESCAPE, _plain) for part in parts]


def _plain(escape: str) -> str:
    return "" if escape[0] == "<" else " " if escape in _BLANK else html.unescape(escape)
