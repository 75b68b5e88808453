"""EXPLAIN (FORMAT YAML) into the objects of its JSON.

The dialect that PostgreSQL writes (text in JSON's quotes, everything else bare) and what a person or an editor makes
of it: other indentation, comments, text bare, in single quotes or folded over lines. What of YAML goes beyond that
(anchors, tags, block text) is refused, not guessed.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any, Final

from perfkit.errors import PlanParseError
from perfkit.plan import json_text, merge_counters
from perfkit.plan.draft import collector_paused
from perfkit.plan.scalar import STRUCTURE, empty, scalar

_LINE: Final = re.compile(
    r"( *)((?:-(?: +|$))*)"
    r"""(?:("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s"'#&*!|>%@`\[\]{},][^:]*(?::(?! |$)[^:]*)*):(?: +|$))?"""
    r"(.*)$"
)
"""Indentation, marks of list items, a property's name, the rest."""
_SIMPLE: Final = re.compile(
    r'( *)([A-Z][\w /-]*): (?:"([^"\\]*)"|(true|false)|(-?(?:0|[1-9]\d{0,17})(\.\d+)?))$'
)
"""A property as nearly all are written, in one go."""
_MARK: Final = re.compile(r"- *")
_BODIES: Final = {'"': re.compile(r'(?:[^"\\]|\\.)*'), "'": re.compile(r"(?:[^']|'')*")}
_AFTER: Final = re.compile(r"\s*(?:#|$)")
_ESCAPE: Final = re.compile(r"\\(?:x([\da-fA-F]{2})|U([\da-fA-F]{8})|(.))", re.DOTALL)
_ESCAPED: Final = {
    "0": 0,
    "a": 7,
    "\t": 9,
    "v": 11,
    "e": 27,
    " ": 32,
    "N": 133,
    "_": 160,
    "L": 8232,
    "P": 8233,
}
"""Characters by their letter after a backslash, where JSON has no such escape."""
_NULLS: Final = ("null", "~")
_EXCERPT_CHARACTERS: Final = 60


def loads(text: str) -> object:
    """What the text says; PlanParseError with line and column where it is not EXPLAIN's YAML.

    Several documents are one list, as the statements of a rule are in one document.

    >>> loads('''- Plan:
    ...     Node Type: "Result"
    ...     Output:
    ...       - "1"
    ...     Plan Rows: 1''')
    [{'Plan': {'Node Type': 'Result', 'Output': ['1'], 'Plan Rows': 1}}]
    """
    with collector_paused():
        return _Reader(merge_counters.in_yaml(text).split("\n")).read()


@dataclass(frozen=True, slots=True)
class _Slot:
    """Where a value goes: under a name into an object, or at the end of a list."""

    owner: Any
    name: str | None
    column: int
    """Of the property or the list item; what belongs to it stands further right."""

    def put(self, value: object) -> None:
        if self.name is None:
            self.owner.append(value)
        else:
            self.owner[self.name] = value


class _Reader:
    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.number = 0
        """Of the line being read, from 0."""
        self.documents: list[object] = []
        self._begin()

    def _begin(self) -> None:
        self.root: dict[str, Any] = {}
        self.levels: list[tuple[int, Any]] = []
        """The containers around the line, outermost first, each with the column at which its entries stand."""
        self.open: _Slot | None = _Slot(self.root, "", -1)
        """For a value that the next lines give."""
        self.folded: tuple[_Slot, str] | None = None
        """A bare text that the next lines may go on with."""

    def read(self) -> object:
        while self.number < len(self.lines):
            line = self.lines[self.number].rstrip()
            if self.open is None and self._is_simple(line):
                self.number += 1
                continue
            words = line.lstrip(" ")
            if words in ("---", "..."):
                self._end()
                self._begin()
            elif words and words[0] != "#":
                self._read_line(line)
            self.number += 1
        self._end()
        if len(self.documents) == 1:
            return self.documents[0]
        return [entry for found in self.documents for entry in (found if type(found) is list else [found])]

    def _end(self) -> None:
        if self.open is not None and self.open.owner is not self.root:
            self.open.put(empty(self.open.name))
        self.documents += self.root.values()

    def _is_simple(self, line: str) -> bool:
        """Whether the line is one more property of the object above, which then has it."""
        found = _SIMPLE.match(line)
        if found is None:
            return False
        indent, key, text, flag, number, fraction = found.groups()
        column, properties = self.levels[-1]
        if len(indent) != column or type(properties) is not dict or key in STRUCTURE:
            return False
        if text is not None:
            properties[key] = text
        elif flag is not None:
            properties[key] = flag == "true"
        else:
            properties[key] = int(number) if fraction is None else float(number)
        self.folded = None
        return True

    def _read_line(self, line: str) -> None:
        found = _LINE.match(line)
        assert found is not None, "every line has a rest"
        indent, marks, name, words = found.groups()
        column = len(indent)
        if name is None and not marks and self._goes_on(column, words):
            return
        self.folded = None
        self._enter(column, is_item=bool(marks))
        slot: _Slot | None = None
        for mark in _MARK.findall(marks):
            if slot is not None:
                self._open(slot, [], column)
            slot = _Slot(self._container(list, column), None, column)
            column += len(mark)
        if name is not None:
            if slot is not None:
                self._open(slot, {}, column)
            properties = self._container(dict, column)
            key = self._text(name, column, column) if name[0] in _BODIES else name.rstrip()
            if key in STRUCTURE and key in properties:
                raise self._refused(f'"{key}" stands here twice', column)
            properties[key] = None
            slot = _Slot(properties, key, column)
        elif slot is None:
            raise self._refused("expected a property and its value", column)
        if words and words[0] != "#":
            self._put(slot, words, found.start(4))
        else:
            self.open = slot

    def _goes_on(self, column: int, words: str) -> bool:
        """Whether the line is the value of the one above, or more of it."""
        if self.open is not None and self.open.name != "" and column > self.open.column:
            slot, self.open = self.open, None
            self._put(slot, words, column)
            return True
        if self.folded is None or column <= self.folded[0].column:
            return False
        slot, begin = self.folded
        if slot.name is None:
            slot.owner.pop()
        text = f"{begin} {self._bare(words, column)}"
        slot.put(text)
        self.folded = slot, text
        return True

    def _enter(self, column: int, *, is_item: bool) -> None:
        """Leave the containers that ended above the line, and open the one that begins with it."""
        slot, self.open = self.open, None
        if slot is not None:
            may_stand_below = is_item and slot.name is not None
            if column > slot.column or (may_stand_below and column == slot.column):
                self._open(slot, [] if is_item else {}, column)
                return
            slot.put(empty(slot.name))
        levels = self.levels
        while levels and column < levels[-1][0]:
            levels.pop()
        if (
            not is_item
            and len(levels) > 1
            and levels[-1][0] == levels[-2][0] == column
            and type(levels[-1][1]) is list
        ):
            levels.pop()

    def _open(self, slot: _Slot, container: list[Any] | dict[str, Any], column: int) -> None:
        slot.put(container)
        self.levels.append((column, container))

    def _container(self, kind: type, column: int) -> Any:
        if not self.levels or self.levels[-1][0] != column:
            raise self._refused("this line is indented as no line above it", column)
        container = self.levels[-1][1]
        if type(container) is not kind:
            raise self._refused(
                "a list item where a property was expected"
                if kind is list
                else "a property where a list item was expected",
                column,
            )
        return container

    def _put(self, slot: _Slot, words: str, place: int) -> None:
        if words[0] in _BODIES:
            slot.put(self._text(words, place, slot.column))
        elif words[0] in "[{":
            try:
                slot.put(json_text.loads(_without_comment(words)))
            except json.JSONDecodeError as error:
                raise self._refused(
                    "cannot read this list; write its items in lines of their own", place + error.pos
                ) from None
        else:
            words = self._bare(words, place)
            value = None if words in _NULLS else scalar(words)
            slot.put(value)
            self.folded = (slot, words) if type(value) is str else None

    def _bare(self, words: str, place: int) -> str:
        if words[0] in "&*!|>%@`" or words.startswith("- "):
            raise self._refused(
                f"EXPLAIN writes no value that begins with {words[0]} and has no quotes", place
            )
        words = _without_comment(words)
        if ": " in words or words[-1] == ":":
            raise self._refused("a second property in one line", place + words.find(":"))
        return words

    def _text(self, words: str, place: int, column: int) -> str:
        """The text in quotes at the begin of the words, and on the lines below as long as it has no end."""
        quote = words[0]
        if quote == '"':
            try:
                text, end = scanstring(words, 1, False)
            except json.JSONDecodeError:
                pass
            else:
                self._check_end(words, end, place)
                return str(text)
        begin = self.number
        body = self._body(words, place, column)
        if quote == "'":
            return body.replace("''", "'")
        try:
            return str(scanstring(_ESCAPE.sub(_as_json, body) + '"', 0, False)[0])
        except ValueError:
            self.number = begin
            raise self._refused("this text has a backslash that stands for nothing", place) from None

    def _body(self, words: str, place: int, column: int) -> str:
        """What stands between quotes, lines joined as YAML joins them: by a blank, or by the empty lines between."""
        begin, quote = self.number, words[0]
        parts: list[str] = []
        offset = 1
        while True:
            found = _BODIES[quote].match(words, offset)
            assert found is not None, "a body may be empty"
            if words[found.end() : found.end() + 1] == quote:
                self._check_end(words, found.end() + 1, place)
                return "".join((*parts, found[0]))
            is_joined = found.end() < len(words)
            empty_lines = -1
            following = ""
            while not following and self.number + 1 < len(self.lines):
                self.number += 1
                empty_lines += 1
                following = self.lines[self.number].strip()
            place = self.lines[self.number].find(following)
            if not following or place <= column:
                self.number = begin
                raise self._refused("this text has no end", self.lines[begin].find(quote))
            between = "\n" * empty_lines or " "
            parts += (found[0], "") if is_joined else (found[0].rstrip(), between)
            words, offset = following, 0

    def _check_end(self, words: str, end: int, place: int) -> None:
        if not _AFTER.match(words, end):
            raise self._refused("something stands here after the end of a text", place + end)

    def _refused(self, message: str, column: int) -> PlanParseError:
        line = self.lines[self.number]
        begin = max(0, column - _EXCERPT_CHARACTERS // 2)
        excerpt = line[begin : begin + _EXCERPT_CHARACTERS].strip()
        return PlanParseError(message, line=self.number + 1, column=column + 1, excerpt=excerpt or None)


def _without_comment(words: str) -> str:
    end = words.find(" #")
    return words if end < 0 else words[:end].rstrip()


def _as_json(escape: re.Match[str]) -> str:
    """JSON's spelling of an escape that only YAML has."""
    short, long, letter = escape.groups()
    if short is not None:
        return f"\\u{int(short, 16):04x}"
    if long is not None:
        return chr(int(long, 16)) if int(long, 16) <= sys.maxunicode else escape[0]
    return f"\\u{_ESCAPED[letter]:04x}" if letter in _ESCAPED else escape[0]
