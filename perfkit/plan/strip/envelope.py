"""What mail, chat, editors and Markdown put around a whole text: quote marks, fences, line numbers."""

from __future__ import annotations

import re
from typing import Final

from perfkit.plan.strip.line import Line, is_blank, without_edges

_QUOTE: Final = re.compile(r"[ \t]*>(?:[ \t]?>)* ?")
_NUMBER: Final = re.compile(r"[ \t]*(\d{1,9})(?:\t|[:.)] ?| ?[|│┃] ?| )")
_CONTAINER: Final = re.compile(r"[\w.-]+ +\| ")
_FENCE: Final = re.compile(r"[ \t]*(?:```+|~~~+)")
_XML: Final = re.compile(r"<explain\b")
_LANGUAGE: Final = re.compile(r"[\w+.-]*[ \t]*")


def unwrapped(lines: list[Line]) -> list[list[Line]]:
    """The texts inside the envelope: one, or one for each fenced block."""
    return fenced(unnumbered(_without_container(unquoted(lines))))


def unquoted(lines: list[Line]) -> list[Line]:
    """The lines without ``>`` before each; unquoted prose between quoted parts stays."""
    marks = [_QUOTE.match(line.text) for line in lines]
    count = sum(mark is not None for mark in marks)
    if count < 2 and count * 2 < sum(not is_blank(line) for line in lines):
        return lines
    if any(_XML.search(line.text) and mark is None for line, mark in zip(lines, marks, strict=True)):
        # the root is not quoted, so these are ends of tags where something broke the lines
        return lines
    return [line.cut(mark.end()) if mark else line for line, mark in zip(lines, marks, strict=True)]


def unnumbered(lines: list[Line]) -> list[Line]:
    """The lines without the numbers that editors and ``cat -n`` put before each."""
    found = []
    last = None
    for line in lines:
        if is_blank(line):
            found.append(line)
            continue
        mark = _NUMBER.match(line.text) or _bare_number(line.text)
        if mark is None or (last is not None and int(mark[1]) <= last):
            return lines
        last = int(mark[1])
        found.append(line.cut(mark.end()))
    return found


def _bare_number(text: str) -> re.Match[str] | None:
    return re.fullmatch(r"[ \t]*(\d{1,9})", text)


def _without_container(lines: list[Line]) -> list[Line]:
    """The lines without the name of a container before each (``db-1  | ``)."""
    first = next((line for line in lines if not is_blank(line)), None)
    mark = _CONTAINER.match(first.text) if first else None
    if mark is None or not all(is_blank(line) or line.text.startswith(mark[0].rstrip()) for line in lines):
        return lines
    return [line.cut(mark.end()) for line in lines]


def fenced(lines: list[Line]) -> list[list[Line]]:
    """The insides of Markdown's fences, or everything when there are none."""
    blocks: list[list[Line]] = []
    inside: list[Line] | None = None
    for line in lines:
        mark = _FENCE.match(line.text)
        if mark is None:
            if inside is not None:
                inside.append(line)
                if line.text.rstrip().endswith("```"):
                    inside[-1] = line.cut(0, line.text.rstrip().rfind("```"))
                    inside = None
        elif inside is not None:
            inside = None
        else:
            inside = []
            blocks.append(inside)
            language = _LANGUAGE.fullmatch(line.text, mark.end())
            if language is None:
                inside.append(line.cut(mark.end()))
    return [block for block in map(without_edges, blocks) if block] or [lines]
