"""Tables that psql writes as HTML, AsciiDoc, LaTeX or troff: the lines in their cells."""

from __future__ import annotations

import html
import re
from typing import Final

from perfkit.plan.strip.line import Line

_TAG: Final = re.compile(r"<(/?)(td|pre)\b([^<>]*)>", re.IGNORECASE)
_BREAK: Final = re.compile(r"<br ?/?>", re.IGNORECASE)
_LATEX_ROW: Final = re.compile(r"^(?:QUERY PLAN & )?(?:\\raggedright\{)?")
_LATEX_END: Final = re.compile(r" (?:\\\\|\\tabularnewline)$")
_LATEX_MARK: Final = re.compile(
    r"\\(?:textbackslash|textbar|textless|textgreater)\{\}|\\[~^]\{\}|\\[#%$&_{}]"
)
_LATEX_MARKS: Final = {
    r"\textbackslash{}": "\\",
    r"\textbar{}": "|",
    r"\textless{}": "<",
    r"\textgreater{}": ">",
    r"\^{}": "^",
    r"\~{}": "~",
}
_ASCIIDOC_CELL: Final = re.compile(r"(?:<l\|QUERY PLAN <l)?\|")


def cells(lines: list[Line]) -> list[list[Line]] | None:
    """The texts of the tables, one each; None when there is no such markup."""
    for begins, ends, read in _KINDS:
        tables: list[list[Line]] = []
        table: list[Line] | None = None
        for line in lines:
            if table is None:
                if begins.match(line.text):
                    table = [line]
            else:
                table.append(line)
            if table is not None and ends.search(line.text, 0 if len(table) > 1 or read is _html else 1):
                tables.append(read(table))
                table = None
        if table:
            tables.append(read(table))
        if tables:
            return [found for found in tables if found]
    return None


def _html(lines: list[Line]) -> list[Line]:
    found: list[Line] = []
    inside = False
    for line in lines:
        text, place = line.text, 0
        for tag in _TAG.finditer(text):
            if inside:
                found += _broken(line.cut(place, tag.start()))
            inside = not tag[1] and "colspan" not in tag[3]
            place = tag.end()
        if inside:
            found += _broken(line.cut(place))
    return found


def _broken(line: Line) -> list[Line]:
    text = line.text
    place, parts = 0, []
    for mark in _BREAK.finditer(text):
        parts.append(line.cut(place, mark.start()))
        place = mark.end()
    if place < len(text) or not parts:
        parts.append(line.cut(place))
    return [Line(html.unescape(part.text).replace("\xa0", " "), part.number, part.column) for part in parts]


def _asciidoc(lines: list[Line]) -> list[Line]:
    found = []
    for line in lines:
        text = line.text
        if text.startswith(("|====", "^l|", "2+^|")):
            continue
        mark = _ASCIIDOC_CELL.match(text)
        begin = mark.end() if mark else 0
        found.append(Line(text[begin:].replace("\\|", "|"), line.number, line.column + begin))
    return found


def _latex(lines: list[Line]) -> list[Line]:
    found = []
    for line in lines:
        text = line.text
        end = _LATEX_END.search(text)
        if end is None or text.startswith((r"\multicolumn", r"\textit", r"\small")):
            continue
        mark = _LATEX_ROW.match(text)
        begin = mark.end() if mark else 0
        # a newline of the cell is written as two backslashes; a backslash of its own never is
        last = end.start() - (mark is not None and mark[0].endswith("{"))
        for part in text[begin:last].split(r"\\"):
            plain = _LATEX_MARK.sub(lambda found: _LATEX_MARKS.get(found[0], found[0][-1]), part)
            found.append(Line(plain, line.number, line.column + begin))
            begin += len(part) + 2
    return found


def _troff(lines: list[Line]) -> list[Line]:
    found = []
    head = True
    for line in lines:
        text = line.text
        if text in ("_", ".T&", ".TE") or text.startswith((".", "\\fI")):
            head = head and text != "_"
            continue
        if head or text in ("c s.", "c | l."):
            continue
        begin = len("QUERY PLAN\t") if text.startswith("QUERY PLAN\t") else 0
        found.append(Line(text[begin:].replace("\\(rs", "\\"), line.number, line.column + begin))
    return found


_KINDS: Final = (
    (
        re.compile(r"[ \t]*<(?:table|pre|html|!doctype|tr|td|div)\b", re.IGNORECASE),
        re.compile(r"</(?:table|pre)>", re.IGNORECASE),
        _html,
    ),
    (re.compile(r"\|====\s*$"), re.compile(r"^\|====\s*$"), _asciidoc),
    (
        re.compile(r"\\begin\{(?:tabular|longtable)\}"),
        re.compile(r"^\\end\{(?:tabular|longtable)\}"),
        _latex,
    ),
    (re.compile(r"\.TS\s*$"), re.compile(r"^\.TE\s*$"), _troff),
)
