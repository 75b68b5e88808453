"""Cells in double quotes, as spreadsheets, CSV and graphical clients give them."""

from __future__ import annotations

from perfkit.plan.strip.line import Line, is_blank

_AFTER = ",; \t"


def without_quotes(lines: list[Line], *, is_table: bool) -> list[Line]:
    """The lines without the quotes around each cell, inner quotes undoubled.

    Outside a table every line must be quoted, or the first cell must open a document of several lines.
    """
    filled = [line.text.strip(_AFTER) for line in lines if not is_blank(line)]
    if not filled or not any(text.startswith('"') for text in filled):
        return lines
    if filled[0].startswith(("[", "{", "<", "- ")):
        return lines
    opens = filled[0].startswith(('"[', '"{', '"- ', '"<'))
    all_quoted = all(len(text) > 1 and text[0] == '"' == text[-1] for text in filled)
    if not (is_table or opens or all_quoted):
        return lines
    found: list[Line] = []
    inside = False
    for line in lines:
        text = line.text.rstrip()
        if not inside or text.count('"') % 2:
            text = text.rstrip(_AFTER)
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
