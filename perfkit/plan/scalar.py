"""What a word without quotes stands for, in the formats of EXPLAIN that have such words: YAML and XML."""

from __future__ import annotations

import json
import re
from typing import Final

GROUPS: Final = frozenset({"Settings", "JIT", "Options", "Timing", "Planning", "Serialization"})
"""Properties that are objects in JSON; every other one without a value is an empty list."""

STRUCTURE: Final = frozenset({"Plan", "Plans", "Node Type"})
"""Properties that no object may have twice, because a part of the plan would be lost; of others the last one holds,
as in JSON (before 13 PostgreSQL itself writes Workers twice)."""

_NUMBER: Final = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?|NaN|-?Infinity")
_FLAGS: Final = {"true": True, "false": False}
_MOST_DIGITS: Final = 400
"""No figure of a plan is longer, and reading thousands of digits takes time that grows with their square."""


def scalar(words: str) -> object:
    """The number, true or false that EXPLAIN's JSON has for the words, else the words.

    >>> scalar("1.50"), scalar("true"), scalar("off"), scalar("007")
    (1.5, True, 'off', '007')
    """
    if words in _FLAGS:
        return _FLAGS[words]
    if len(words) <= _MOST_DIGITS and _NUMBER.fullmatch(words):
        return json.loads(words)
    return words


def empty(name: str | None) -> object:
    """What a property is that has neither a value nor anything below it; a list item without a name is null."""
    if name is None:
        return None
    return {} if name in GROUPS else []
