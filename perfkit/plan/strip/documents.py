"""Where documents begin and end that stand in a text: JSON and its kin, YAML, XML."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import Final

from perfkit.plan.strip.forms import FOOTER
from perfkit.plan.strip.line import Line, indent_of

_PIECE: Final = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|[\[\](){}]")
_ABOUT_PLANS: Final = re.compile(
    r"Node Type|[\"']\s*->\s\s?[A-Z]|QUERY PLAN|['\"]Plan\\?['\"]|\((?:cost=|actual (?:time|rows)=|never executed\))| ms +plan:"
)
_CLOSERS: Final = {"]": "[", "}": "{", ")": "("}
_NAMES: Final = re.compile(r"Node Type|QUERY PLAN|Query Text|['\"]Plan\\?['\"]")
_MOST_LINES_TO_A_PLAN: Final = 8
"""A document without an end is one about plans only if it says so at once; otherwise it is a stray bracket."""
_ESCAPED: Final = re.compile(r"\s*(?:\w+ *= *)?[\"'].*\\n")
_BEGINS: Final = re.compile(r"\s*(?:\[\s*(?:$|[\[{(\"'])|\{\s*(?:$|[\"':])|\([\"'])")

_YAML: Final = re.compile(r"\s*(?:- )?(?:([\"']?)Plan\1: *(?:#.*)?$|Query Text: ?\")")
_YAML_BELOW: Final = re.compile(r"\s*(?:([\"']?)Node Type\1: |Query Parameters: |Plan: ?$)")
_BESIDE_YAML: Final = re.compile(
    r"\s*(?:Triggers|Planning|Planning Time|Execution Time|Total Runtime|Settings|JIT|Query Identifier"
    r"|Serialization|Query Parameters|Plan):"
)
_XML: Final = re.compile(r"\s*<(?:explain\b|\?xml|!DOCTYPE)")


def is_about_plans(text: str) -> bool:
    """Whether the text has words that only plans and what carries them have."""
    return _ABOUT_PLANS.search(text) is not None


class Documents:
    """The documents in lines; what has to be looked up more than once is found in one pass over them."""

    def __init__(self, lines: list[Line]) -> None:
        self.lines = lines
        self._ends: dict[int, int] | None = None
        self._about: list[int] = []

    def end_of_json(self, place: int) -> int | None:
        """The index after the document that begins in the line; None when none about plans does."""
        text = self.lines[place].text
        if _BEGINS.match(text) is None:
            if _ESCAPED.match(text) and is_about_plans(text):
                return place + 1
            return None
        if self._ends is None:
            self._ends = self._matched()
            self._about = [number for number, line in enumerate(self.lines) if is_about_plans(line.text)]
        end = self._ends.get(place)
        if end is None:
            begin = self.lines[place : place + _MOST_LINES_TO_A_PLAN]
            return len(self.lines) if any(_NAMES.search(line.text) for line in begin) else None
        first = bisect_left(self._about, place)
        return end if first < len(self._about) and self._about[first] < end else None

    def _matched(self) -> dict[int, int]:
        """For each line that opens a bracket first, the index after the line that closes it."""
        ends: dict[int, int] = {}
        open_: list[tuple[str, int, bool]] = []
        for place, line in enumerate(self.lines):
            is_first = True
            for piece in _PIECE.findall(line.text):
                if piece in "[{(":
                    open_.append((piece, place, is_first))
                elif piece in "]})" and open_ and open_[-1][0] == _CLOSERS[piece]:
                    _, begin, opens_line = open_.pop()
                    if opens_line:
                        ends[begin] = place + 1
                is_first = False
        return ends

    def end_of_yaml(self, place: int) -> int | None:
        """The index after the YAML that begins in the line; None when none does."""
        lines = self.lines
        if _YAML.match(lines[place].text) is None or not self._is_yaml(place):
            return None
        column = indent_of(lines[place].text)
        is_item = lines[place].text.lstrip().startswith("- ")
        end = place + 1
        for number in range(end, len(lines)):
            text = lines[number].text
            words = text.strip()
            # what a hand or an editor put between the lines belongs to the document if more of it follows
            if not words or words.startswith("#"):
                continue
            if (":" not in text and "- " not in text) or FOOTER.match(text):
                break
            indent = indent_of(text)
            if indent < column or (indent == column and (is_item or not _BESIDE_YAML.match(text))):
                break
            end = number + 1
        return end

    def _is_yaml(self, place: int) -> bool:
        below = place + 1
        while below < len(self.lines) and self.lines[below].text.strip()[:1] in ("", "#"):
            below += 1
        return below < len(self.lines) and _YAML_BELOW.match(self.lines[below].text) is not None

    def end_of_xml(self, place: int) -> int | None:
        """The index after the XML that begins in the line; None when none does."""
        if _XML.match(self.lines[place].text) is None:
            return None
        end = place + 1
        while end < len(self.lines) and "</explain>" not in self.lines[end - 1].text:
            end += 1
        return end
