"""The text of a plan, as people copy it, into a Plan."""

from __future__ import annotations

import json
from typing import Final

from perfkit.errors import PlanParseError
from perfkit.plan import json_text
from perfkit.plan.model import Plan
from perfkit.plan.read_json import read_json

_EXCERPT_CHARACTERS: Final = 60
"""Enough to recognise the place in one line of a terminal."""


def parse_plan(text: str) -> Plan:
    """Read a plan from EXPLAIN (FORMAT JSON): the array, one object of it, or what auto_explain logs.

    PlanParseError says where the text stops being a plan.

    >>> parse_plan('[{"Plan": {"Node Type": "Result", "Actual Rows": 1, "Actual Loops": 1}}]').root.total_rows
    1
    >>> parse_plan('{"Plan": 7}')
    Traceback (most recent call last):
    perfkit.errors.PlanParseError: the JSON object has no "Plan"; is it the answer to EXPLAIN (FORMAT JSON)?
    """
    body = text.lstrip("\ufeff \t\r\n")
    if not body:
        raise PlanParseError("the text is empty, expected the output of EXPLAIN (FORMAT JSON)")
    start = len(text) - len(body)
    if body[0] not in "[{":
        raise _located("expected the output of EXPLAIN (FORMAT JSON), starting with [ or {", text, start)
    try:
        document = json_text.loads(body)
    except json.JSONDecodeError as error:
        raise _located(f"not JSON: {_lower(error.msg)}", text, start + error.pos) from None
    return read_json(document)


def _located(message: str, text: str, position: int) -> PlanParseError:
    line = text.count("\n", 0, position) + 1
    begin = text.rfind("\n", 0, position) + 1
    end = text.find("\n", begin)
    whole = text[begin : end if end >= 0 else len(text)]
    column = position - begin + 1
    from_ = max(0, column - 1 - _EXCERPT_CHARACTERS // 2)
    excerpt = whole[from_ : from_ + _EXCERPT_CHARACTERS].strip()
    return PlanParseError(message, line=line, column=column, excerpt=excerpt or None)


def _lower(message: str) -> str:
    return message[:1].lower() + message[1:]
