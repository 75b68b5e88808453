"""Where the plans stand in what somebody pasted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from perfkit.errors import PlanParseError
from perfkit.plan.strip import envelope, log, quoting, table
from perfkit.plan.strip.line import Line, indent_of, is_blank, lines_of, without_edges

Kind = Literal["text", "json", "yaml", "xml"]

_BRACKETS: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]')
_PLUS: Final = re.compile(r"[ \t]*[+↵][ \t]*$")
_YAML: Final = re.compile(r"\s*(?:- )?(?:Plan|Query Text): ?")
_XML: Final = re.compile(r"\s*<(?:explain\b|\?xml|!DOCTYPE)")
_FIGURES: Final = re.compile(r"\((?:cost=|actual (?:time|rows)=|never executed\))")
_WORDS: Final = (
    r"(?:Parallel |Async |Partial |Finalize |Foreign )*(?:Seq|Sample|Tid|Tid Range|Index|Index Only|Bitmap Heap|"
    r"Bitmap Index|Subquery|Function|Table Function|Values|CTE|Named Tuplestore|WorkTable|Foreign|Custom) Scan\b"
    r"|(?:Parallel |Partial |Finalize )*(?:Nested Loop|(?:Hash|Merge)(?: (?:Left|Right|Full|Semi|Anti))* Join"
    r"|(?:Group|Hash|Mixed)?Aggregate|Append|Merge Append|Gather|Gather Merge|Result|ProjectSet|Recursive Union"
    r"|BitmapAnd|BitmapOr|Materialize|Memoize|Sort|Incremental Sort|Group|WindowAgg|Unique|LockRows|Limit|Hash"
    r"|(?:Hash)?SetOp(?: \w+)+|Modify Table)\s*$"
    r"|(?:Foreign )?(?:Insert|Update|Delete|Merge) on \S+(?: \S+)?\s*$"
    r"|Nested Loop (?:Left|Right|Full|Semi|Anti)[\w ]*Join\s*$"
)
_HEAD: Final = re.compile(_WORDS)
_LOOSE_END: Final = re.compile(
    r"\s*(?:Time: \d|\(\d+ [^\d\W]+\)|\w[\w@:/.-]*[=\-(*!]+[#>] ?|```)"
    r"|(?:explain|select|with|set|insert|update|delete)\b.*;\s*$",
    re.IGNORECASE,
)
_BESIDE: Final = re.compile(
    r"(?:Planning|Execution|Total runtime|JIT|Trigger|Settings|Query Identifier|Serialization|Buffers|Timing"
    r"|Functions|Options|I/O Timings|Memory|Peak Memory|Slice|Optimizer)\b"
)


@dataclass(frozen=True, slots=True)
class Block:
    """The lines of one document, free of what was around it."""

    kind: Kind
    lines: list[Line]
    query_text: str | None = None
    parameters: str | None = None
    refusal: PlanParseError | None = None
    """Why the lines cannot be known."""

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)


def blocks(text: str) -> list[Block]:
    """The plans of a text in their order, clean; empty when nothing in it looks like one."""
    found: list[Block] = []
    for lines in envelope.unwrapped(lines_of(text)):
        entries = log.entries(lines)
        if entries:
            for entry in entries:
                found += _logged(entry)
            continue
        for part in table.parts(lines):
            inside = part.lines if part.is_table else quoting.without_quotes(part.lines, is_table=False)
            for nested in [part] if inside is part.lines else table.parts(inside):
                if nested.refusal is not None:
                    found.append(Block("text", [], refusal=nested.refusal))
                else:
                    found += _in_lines(nested.lines, is_table=nested.is_table)
    return found


def _logged(entry: list[Line]) -> list[Block]:
    """The plan of an auto_explain entry with the query that stands before it in TEXT."""
    lines = without_edges(entry)
    if not lines or not lines[0].text.lstrip().startswith("Query Text:"):
        return _in_lines(lines, is_table=False)
    begin = next((place for place, line in enumerate(lines) if " (cost=" in line.text), len(lines))
    if begin == len(lines):
        return _in_lines(lines, is_table=False)
    words = "\n".join(line.text for line in lines[:begin]).lstrip().removeprefix("Query Text:").strip()
    query, _, parameters = words.partition("\nQuery Parameters:")
    found = _in_lines(lines[begin:], is_table=True)
    if found:
        found[0] = Block("text", found[0].lines, query, parameters.strip() or None)
    return found


def _in_lines(lines: list[Line], *, is_table: bool) -> list[Block]:
    found: list[Block] = []
    place = 0
    while place < len(lines):
        text = lines[place].text
        words = text.lstrip()
        if not words:
            place += 1
        elif words[0] in "[{":
            end = _end_of_json(lines, place)
            found.append(Block("json", _without_marks(lines[place:end])))
            place = end
        elif _YAML.match(text) and not (is_table and " (cost=" in text):
            end = _end_of_yaml(lines, place)
            found.append(Block("yaml", _without_marks(lines[place:end])))
            place = end
        elif _XML.match(text):
            end = place + 1
            while end < len(lines) and "</explain>" not in lines[end - 1].text:
                end += 1
            found.append(Block("xml", _without_marks(lines[place:end])))
            place = end
        elif is_table or _is_head(lines, place):
            end = _end_of_text(lines, place, is_table=is_table)
            found.append(Block("text", without_edges(_dedented(lines[place:end]))))
            place = end
        else:
            place += 1
    return found


def _without_marks(lines: list[Line]) -> list[Line]:
    """The lines without ``+`` at their ends, when all but the last have it."""
    if len(lines) < 2 or not all(_PLUS.search(line.text) for line in lines[:-1]):
        return lines
    found = []
    for line in lines:
        mark = _PLUS.search(line.text)
        found.append(line.cut(0, mark.start()) if mark else line)
    return found


def _end_of_json(lines: list[Line], begin: int) -> int:
    depth = 0
    for place in range(begin, len(lines)):
        for mark in _BRACKETS.findall(lines[place].text):
            if mark in ("[", "{"):
                depth += 1
            elif mark in ("]", "}"):
                depth -= 1
        if depth <= 0:
            return place + 1
    return len(lines)


def _end_of_yaml(lines: list[Line], begin: int) -> int:
    place = begin + 1
    indent = indent_of(lines[begin].text)
    while place < len(lines):
        text = lines[place].text
        if (":" not in text and "- " not in text) or table.FOOTER.match(text):
            break
        if indent_of(text) < indent or (indent_of(text) == indent and text.lstrip().startswith("- ")):
            break
        if indent_of(text) == indent and lines[begin].text.lstrip().startswith("- "):
            break
        place += 1
    return place


def _is_head(lines: list[Line], place: int) -> bool:
    words = lines[place].text.strip()
    if words.startswith(("->", "(")):
        return False
    if _FIGURES.search(words):
        return words[0].isalpha() or words[0] in "-\"'"
    if not _HEAD.match(words):
        return False
    following = lines[place + 1].text.strip() if place + 1 < len(lines) else ""
    return len(words) < 120 or following.startswith("->")


def _end_of_text(lines: list[Line], begin: int, *, is_table: bool) -> int:
    """The place after the last line that belongs to the plan whose root stands at ``begin``."""
    column = indent_of(lines[begin].text)
    place = begin + 1
    last = place
    quotes = 0
    while place < len(lines):
        text = lines[place].text
        words = text.strip()
        is_open = quotes % 2 == 1
        if not is_open:
            if not words:
                place += 1
                continue
            if not is_table and _LOOSE_END.match(text):
                break
            is_after_blank = place > last
            indent = indent_of(text)
            if indent <= column and not words.startswith("->") and not _BESIDE.match(words):
                if _is_head(lines, place) or is_after_blank:
                    break
            elif (is_after_blank and indent <= column + 1 and is_table and _is_head(lines, place)) or (
                is_after_blank and not is_table and not words.startswith("->") and ":" not in words
            ):
                break
            quotes = 0
        quotes += words.count("'")
        place += 1
        last = place
    return last


def _dedented(lines: list[Line]) -> list[Line]:
    """The lines without the indentation that all of them share."""
    filled = [line.text for line in lines if not is_blank(line)]
    tabs = min(len(text) - len(text.lstrip("\t")) for text in filled)
    if tabs:
        lines = [line.cut(min(tabs, len(line.text))) for line in lines]
        filled = [text[tabs:] for text in filled]
    shared = min(len(text) - len(text.lstrip(" ")) for text in filled)
    return [line.cut(min(shared, len(line.text))) for line in lines] if shared else lines
