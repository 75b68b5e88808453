"""What clients wrap around EXPLAIN's answer: rows, columns, envelopes of services, messages of a log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from perfkit.plan.strip import forms
from perfkit.plan.strip.documents import is_about_plans


def contents(document: object) -> Iterator[dict[str, Any] | str]:
    """The plans in a document, in their order: objects with "Plan" and bare nodes, and text that holds plans.

    >>> list(contents({"rows": [{"QUERY PLAN": "Result  (cost=0"}, {"QUERY PLAN": "  Output: 1"}]}))
    ['Result  (cost=0\\n  Output: 1']
    >>> list(contents([[[{"Plan": {"Node Type": "Result"}}]]]))
    [{'Plan': {'Node Type': 'Result'}}]
    """
    stack = [document]
    while stack:
        value = stack.pop()
        if isinstance(value, str):
            if is_about_plans(value):
                yield value
        elif isinstance(value, dict):
            if isinstance(value.get("Plan"), dict) or "Node Type" in value:
                yield value
            else:
                stack.extend(reversed(value.values()))
        elif isinstance(value, list):
            lines = _lines(value)
            if lines is None:
                stack.extend(reversed(value))
            elif is_about_plans("\n".join(lines)) or forms.is_bare_node(lines[0]):
                yield "\n".join(lines)


def _lines(rows: list[object]) -> list[str] | None:
    """The lines of a plan that stands in rows of one column; None when these are no such rows."""
    if len(rows) < 2:
        return None
    found = []
    for row in rows:
        if isinstance(row, dict) and len(row) == 1:
            row = next(iter(row.values()))
        elif isinstance(row, list) and len(row) == 1:
            row = row[0]
        if not isinstance(row, str):
            return None
        found.append(row)
    is_whole = [text.lstrip()[:1] in ("[", "{") and is_about_plans(text) for text in found]
    return None if all(is_whole) else found
