"""EXPLAIN (FORMAT XML) into the objects of its JSON."""

from __future__ import annotations

import json
import re
from typing import Any, Final
from xml.etree.ElementTree import ParseError, TreeBuilder, XMLParser

from perfkit.errors import PlanParseError
from perfkit.plan import keys
from perfkit.plan.yaml_text import GROUPS

_LISTS: Final = frozenset({"Plans", "Workers", "Triggers", "Target Tables", "Grouping Sets", "Sort Groups"})
_NUMBER: Final = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$")
_TEXTS: Final = frozenset(
    name for name, (_, types) in keys.NODE.items() if types is keys.TEXT or types is keys.TEXTS
)
_TEXT_NAMES: Final = _TEXTS | {
    *("Query Text", "Query Parameters", "Trigger Name", "Constraint Name", "Relation", "Function Call"),
    *("Table Function Name", "Tuplestore Name", "Custom Plan Provider", "Conflict Resolution", "Format"),
    *("Remote SQL", "Conflict Filter", "Sampling Method", "Storage", "Full-sort Groups", "Item"),
}
_NAMES: Final = {"I O": "I/O"}
_ODD_NAMES: Final = {
    "One Time Filter": "One-Time Filter",
    "Full sort Groups": "Full-sort Groups",
    "Pre sorted Groups": "Pre-sorted Groups",
}
_NUMBERED: Final = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[\da-fA-F]+);)")


def loads(text: str) -> object:
    """What the text says; PlanParseError with line and column where it is not EXPLAIN's XML.

    A document type is refused: PostgreSQL writes none, and entities can make a small text huge.

    >>> loads("<explain><Query><Plan><Node-Type>Result</Node-Type><Plan-Rows>1</Plan-Rows></Plan></Query></explain>")
    [{'Plan': {'Node Type': 'Result', 'Plan Rows': 1}}]
    """
    doctype = text.find("<!DOCTYPE")
    if doctype >= 0:
        raise PlanParseError(
            "a document type has no place in a plan",
            line=text.count("\n", 0, doctype) + 1,
            column=doctype - text.rfind("\n", 0, doctype),
            excerpt="<!DOCTYPE",
        )
    reader = _Reader()
    parser = XMLParser(target=reader)
    try:
        parser.feed(re.sub(r"^\s*<\?xml[^>]*\?>", "", text, count=1))
        return parser.close()
    except ParseError as error:
        line, column = error.position
        raise PlanParseError(
            f"not XML: {error.msg.partition(':')[0]}", line=line, column=column + 1
        ) from None
    except ValueError:
        raise PlanParseError(
            "not XML: the text holds a character that XML has not", line=1, column=1
        ) from None


class _Reader(TreeBuilder):
    """Builds the objects while the parser goes along, so that depth is no limit."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, Any]] = []
        self.text: list[str] = []
        self.queries: list[Any] = []

    def start(self, tag: Any, attrs: Any, /) -> Any:
        if self.open and self.open[-1][1] is None:
            name = self.open[-1][0]
            inner = _name(tag)
            is_list = name in _LISTS or inner in ("Item", "Group", "Worker", "Trigger") or inner == "Query"
            self.open[-1] = (name, [] if is_list else {})
        self.open.append((_name(tag), None))
        self.text = []

    def data(self, data: str, /) -> None:
        self.text.append(data)

    def end(self, tag: Any, /) -> Any:
        name, value = self.open.pop()
        words = "".join(self.text)
        if value is None:
            if name in _LISTS or (not words.strip() and name in GROUPS):
                value = [] if name in _LISTS else {}
            else:
                value = _value(name, self.open[-1][0] if self.open else "", words)
        self.text = []
        if not self.open:
            self.queries = value if isinstance(value, list) else [value]
            return
        container = self.open[-1][1]
        if isinstance(container, list):
            container.append(value)
        else:
            container[name] = value

    def close(self) -> Any:
        return self.queries


def _name(tag: str) -> str:
    name = tag.rpartition("}")[2].replace("-", " ")
    name = _ODD_NAMES.get(name, name)
    return name.replace("I O ", "I/O ") if "I O " in name else name


def _value(name: str, owner: str, words: str) -> object:
    if name in _TEXT_NAMES or owner == "Settings":
        return words
    if words in ("true", "false"):
        return words == "true"
    if _NUMBER.match(words) and len(words) < 400:
        return json.loads(words)
    return words
