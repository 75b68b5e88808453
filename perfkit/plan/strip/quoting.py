"""Cells in double quotes, as spreadsheets, CSV and graphical clients give them, and rows as Python prints them."""

from __future__ import annotations

import ast
import re
from typing import Final

from perfkit.plan.strip.documents import is_about_plans
from perfkit.plan.strip.line import Line, is_blank

_AFTER: Final = ",; \t"
_TUPLE: Final = re.compile(
    r"[ \t]*\[?\(('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")[ \t]*,?[ \t]*\)[ \t]*[,\]]?[ \t]*"
)


def without_quotes(lines: list[Line], *, is_table: bool) -> list[Line]:
    """The lines without the quotes around each cell, inner quotes undoubled.

    Outside a table every line must be quoted, or the first cell must open a document of several lines.
    """
    rows = _rows(lines)
    if rows is not None:
        return rows
    lines = _with_plain_quotes(lines)
    filled = [line.text.strip(_AFTER) for line in lines if not is_blank(line)]
    if not filled or not any(text.startswith('"') for text in filled):
        return lines
    if filled[0].startswith(("[", "{", "<", "- ")) or (
        len(filled) == 1 and "\\n" in filled[0] and is_about_plans(filled[0])
    ):
        return lines
    opens = filled[0].startswith(('"[', '"{', '"- ', '"<'))
    all_quoted = all(len(text) > 1 and text[0] == '"' == text[-1] for text in filled)
    if not (is_table or opens or all_quoted):
        return lines
    found: list[Line] = []
    inside = False
    for line in lines:
        text = line.text.rstrip()
        cell = text.rstrip(_AFTER)
        if cell.endswith('"') and (not inside or cell.count('"') % 2):
            text = cell
        begin = 0
        if not inside:
            begin = len(text) - len(text.lstrip())
            closed = len(text) > begin + 1 and text.endswith('"')
            if text[begin : begin + 1] != '"' or not (closed or text.count('"') % 2):
                found.append(line)
                continue
            begin += 1
            inside = text.count('"') % 2 == 1
        elif text.count('"') % 2:
            inside = False
        end = len(text) if inside else len(text) - 1
        found.append(Line(text[begin:end].replace('""', '"'), line.number, line.column + begin))
    return found


def _rows(lines: list[Line]) -> list[Line] | None:
    """The lines with the only values of rows that Python printed one in a line; None when there are no such rows."""
    rows = [_TUPLE.fullmatch(line.text) for line in lines]
    if sum(row is not None for row in rows) < 2:
        return None
    return [
        Line(ast.literal_eval(row[1]), line.number, line.column + row.start(1) + 1) if row else line
        for line, row in zip(lines, rows, strict=True)
    ]


def _with_plain_quotes(lines: list[Line]) -> list[Line]:
    """The lines with plain quotes instead of typographic ones around each."""
    if not any(line.text.lstrip().startswith("“") for line in lines):
        return lines
    return [
        Line(re.sub(r"^(\s*)[“”]|[“”](?=[,;\s]*$)", r'\1"', line.text), line.number, line.column)
        for line in lines
    ]
