"""What mail, chat, editors and Markdown put around a whole text: quote marks, fences, line numbers, comment marks."""

from __future__ import annotations

import html
import re
from itertools import pairwise
from typing import Final

from perfkit.plan.strip import forms, messages
from perfkit.plan.strip.documents import is_about_plans
from perfkit.plan.strip.line import Line, is_blank, without_edges

_QUOTE: Final = re.compile(r"[ \t]*>(?:[ \t]?>)* ?")
_NUMBER: Final = re.compile(r"[ \t]*(\d{1,9})(?:\t|[:.)] ?| ?[|│┃] ?| )")
_CONTAINER: Final = re.compile(
    r"[\w.-]+ +\| |\d{4}-\d\d-\d\dT[\d:.,]+(?:Z|[+-]\d\d:?\d\d) (?:stdout|stderr) [FP] |\[pod/[\w./-]+\] "
)
_FENCE: Final = re.compile(r"[ \t]*(?:```+|~~~+)")
_XML: Final = re.compile(r"<explain\b")
_LANGUAGE: Final = re.compile(r"[\w+.-]*[ \t]*")
_COMMENTS: Final = tuple(
    re.compile(rf"[ \t]*{mark}(?: |(?=\t)|$)") for mark in (r"--", r"//", r"\#", r"\*", r";;?", r"%")
)
_TAG: Final = r"</?(?:code|span|b|tt|p|div|strong|em|font|samp|kbd)\b[^<>]*>"
_TAGS: Final = re.compile(rf"^(?:{_TAG})+|(?:{_TAG})+[ \t]*$", re.IGNORECASE)
"""Tags around a line; within it they are a constant's own."""
_PRE: Final = re.compile(r"</?pre\b[^<>]*>", re.IGNORECASE)
_TABLE: Final = re.compile(r"<(?:table|tr|td)\b", re.IGNORECASE)
_ENTITY: Final = re.compile(r"&(?:amp|lt|gt|quot|#\w+|apos);")
_ENTITIES: Final = ((re.compile(r"&(?:lt|gt);"), "<>"), (re.compile(r"&(?:#0?39|#x27|apos);"), "'"))


def unwrapped(lines: list[Line]) -> list[list[Line]]:
    """The texts inside the envelope and around it, in their order."""
    plain = _single_spaced(_without_padding(lines))
    whole = unnumbered(_without_container(unquoted(messages.without_marks(plain))))
    return [
        unnumbered(_without_sides(_without_tags(inner)))
        for part in fenced(whole)
        for inner in _preformatted(part)
    ]


def _without_padding(lines: list[Line]) -> list[Line]:
    """The lines without the blanks at their ends, when all have some."""
    if not all(is_blank(line) or line.text[-1:].isspace() for line in lines):
        return lines
    return [line.cut(0, len(line.text.rstrip())) for line in lines]


def _single_spaced(lines: list[Line]) -> list[Line]:
    """The lines without the blank ones when there is one after each."""
    filled = [place for place, line in enumerate(lines) if not is_blank(line)]
    if len(filled) < 2 or any(after - before < 2 for before, after in pairwise(filled)):
        return lines
    return [lines[place] for place in filled]


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
    """The lines without the name of a container (``db-1  | ``) or the time of its output before each."""
    marks = [_CONTAINER.match(line.text) for line in lines]
    if any(mark is None and not is_blank(line) for mark, line in zip(marks, lines, strict=True)):
        return lines
    return [line.cut(mark.end()) if mark else line for line, mark in zip(lines, marks, strict=True)]


def _without_sides(lines: list[Line]) -> list[Line]:
    """The lines without the bars or backquotes that stand at both ends of each."""
    filled = [line.text.strip() for line in lines if not is_blank(line)]
    mark = filled[0][0] if filled else ""
    if mark not in ("|", "`") or not all(len(text) > 1 and text[0] == text[-1] == mark for text in filled):
        return lines
    found = []
    for line in lines:
        begin = line.text.find(mark) + 1
        inside = line.cut(begin, max(begin, line.text.rfind(mark)))
        if mark == "|":
            text = inside.text
            inside = inside.cut(text.startswith(" "), len(text) - text.endswith(" "))
        found.append(inside)
    return found


def uncommented(lines: list[Line]) -> list[Line]:
    """The lines without the marks of comments, when a plan stands in comments and none beside them."""
    for comment in _COMMENTS:
        marks = [comment.match(line.text) for line in lines]
        if not any(marks):
            continue
        places = {
            mark is not None
            for line, mark in zip(lines, marks, strict=True)
            if _is_of_plan(line.text[mark.end() if mark else 0 :].strip())
        }
        if places == {True}:
            return [line.cut(mark.end()) if mark else line for line, mark in zip(lines, marks, strict=True)]
    return lines


def _is_of_plan(words: str) -> bool:
    if forms.is_node(words):
        return forms.has_all_figures(words) or forms.is_known_node(words[2:].lstrip())
    return is_about_plans(words) or forms.is_bare_node(words)


def fenced(lines: list[Line]) -> list[list[Line]]:
    """The insides of Markdown's fences and the texts around them, or everything when there are none."""
    parts: list[list[Line]] = [[]]
    is_inside = False
    for line in lines:
        mark = _FENCE.match(line.text)
        if mark is None:
            text = line.text.rstrip()
            if text.endswith("```"):
                parts[-1].append(line.cut(0, text.rfind("```")))
                is_inside = False
                parts.append([])
            else:
                parts[-1].append(line)
            continue
        parts.append([])
        if not is_inside:
            rest = line.text[mark.end() :]
            if rest.rstrip().endswith("```"):
                parts[-1].append(line.cut(mark.end(), mark.end() + rest.rfind("```")))
                parts.append([])
                continue
            if forms.is_bare_node(rest.strip()) or _LANGUAGE.fullmatch(rest) is None:
                parts[-1].append(line.cut(mark.end()))
        is_inside = not is_inside
    return [part for part in map(without_edges, parts) if part]


def _preformatted(lines: list[Line]) -> list[list[Line]]:
    """The texts between the tags of preformatted text, unless they stand in a table."""
    if not any("<" in line.text and _PRE.search(line.text) for line in lines) or any(
        _TABLE.search(line.text) for line in lines
    ):
        return [lines]
    parts: list[list[Line]] = [[]]
    for line in lines:
        place = 0
        for tag in _PRE.finditer(line.text):
            parts[-1].append(line.cut(place, tag.start()))
            parts.append([])
            place = tag.end()
        parts[-1].append(line.cut(place))
    return [_with_ampersands(part) for part in map(without_edges, parts) if part]


def _with_ampersands(lines: list[Line]) -> list[Line]:
    """The lines of preformatted text with its entities resolved, if every ampersand in them is one's."""
    text = "".join(line.text for line in lines)
    if "&" not in text or "&" in _ENTITY.sub("", text):
        return lines
    return [_changed(line, html.unescape(line.text)) for line in lines]


def _without_tags(lines: list[Line]) -> list[Line]:
    """The lines without tags about their looks, and without entities when arrows are written as such."""
    texts = [line.text for line in lines]
    tags = "".join("".join(_TAGS.findall(text)) for text in texts if "<" in text)
    # a tag that nothing closes at the end of a line is a constant's own
    if tags.count("</") * 2 == tags.count("<") > 0 and not any(map(_TABLE.search, texts)):
        lines = [_changed(line, _TAGS.sub("", line.text)) for line in lines]
    if any("&" in line.text for line in lines) and any(_is_escaped(lines, *marks) for marks in _ENTITIES):
        lines = [_changed(line, html.unescape(line.text).replace("\xa0", " ")) for line in lines]
    return lines


def _is_escaped(lines: list[Line], entity: re.Pattern[str], marks: str) -> bool:
    """Whether the entity stands for every one of the marks, so that it is no text of a constant."""
    return any(entity.search(line.text) for line in lines) and not any(
        mark in line.text for line in lines for mark in marks
    )


def _changed(line: Line, text: str) -> Line:
    return line if text == line.text else Line(text, line.number, line.column)
