"""EXPLAIN (FORMAT YAML) into the objects of its JSON; the narrow dialect that PostgreSQL writes, nothing more."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from perfkit.errors import PlanParseError

_ENTRY: Final = re.compile(r'( *)((?:- )*)(?:("(?:[^"\\]|\\.)*"|[^":][^:"]*?): ?(?= |$|"|[^ ]))?(.*)$')
_NUMBER: Final = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$")
GROUPS: Final = frozenset({"Settings", "JIT", "Options", "Timing", "Planning", "Serialization"})
"""Properties that are objects; every other one without a value is an empty list."""


def loads(text: str) -> object:
    """What the text says; PlanParseError with line and column where it is not EXPLAIN's YAML.

    >>> loads('''- Plan:
    ...     Node Type: "Result"
    ...     Output:
    ...       - "1"
    ...     Plan Rows: 1''')
    [{'Plan': {'Node Type': 'Result', 'Output': ['1'], 'Plan Rows': 1}}]
    """
    root: dict[str, Any] = {"": None}
    # Each level: the column its entries stand at, and the container; None until the first entry shows its kind.
    levels: list[tuple[int, Any]] = []
    pending: tuple[Any, Any] | None = (root, "")
    pending_column = -1
    for number, line in enumerate(text.split("\n"), 1):
        words = line.strip()
        if not words or words == "---":
            continue
        found = _ENTRY.match(line.rstrip())
        if found is None:
            raise _refused("cannot read this line of YAML", number, line, 0)
        column = len(found[1])
        dashes = len(found[2]) // 2
        while levels and column < levels[-1][0]:
            levels.pop()
        if pending is not None:
            owner, key = pending
            opens = column > pending_column or (dashes and column == pending_column)
            if opens:
                container: Any = [] if dashes else {}
                owner[key] = container
                levels.append((column, container))
            else:
                owner[key] = {} if key in GROUPS else []
            pending = None
        if not levels or levels[-1][0] != column:
            raise _refused("this line is indented as no line above it", number, line, column)
        place = column
        for _ in range(dashes):
            container = levels[-1][1]
            if type(container) is not list:
                raise _refused("a list item where a property was expected", number, line, place)
            place += 2
            if found[3] is not None or _ < dashes - 1:
                inner: Any = {} if _ == dashes - 1 else []
                container.append(inner)
                levels.append((place, inner))
        container = levels[-1][1]
        if found[3] is None:
            if type(container) is not list or not dashes:
                raise _refused("expected a property and its value", number, line, place)
            container.append(_value(found[4], number, line))
            continue
        if type(container) is not dict:
            raise _refused("a property where a list item was expected", number, line, place)
        key = json.loads(found[3]) if found[3][0] == '"' else found[3].strip()
        value = found[4].strip()
        if value:
            container[key] = _value(value, number, line)
        else:
            container[key] = None
            pending, pending_column = (container, key), place
    if pending is not None:
        owner, key = pending
        owner[key] = {} if key in GROUPS else []
    return root[""]


def _value(words: str, number: int, line: str) -> object:
    words = words.strip()
    if words[:1] == '"':
        try:
            return json.loads(words, strict=False)
        except ValueError:
            raise _refused("this text has no end", number, line, line.find('"')) from None
    if words in ("true", "false"):
        return words == "true"
    if words in ("null", "~"):
        return None
    if _NUMBER.match(words) and len(words) < 400:
        return json.loads(words)
    return words


def _refused(message: str, number: int, line: str, column: int) -> PlanParseError:
    return PlanParseError(message, line=number, column=column + 1, excerpt=line.strip()[:60] or None)
