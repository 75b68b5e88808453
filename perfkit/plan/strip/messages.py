"""Messages of a server that psql shows between and around results: NOTICE, DEBUG and their like."""

from __future__ import annotations

import re
from typing import Final

from perfkit.plan.strip import forms
from perfkit.plan.strip.documents import is_about_plans
from perfkit.plan.strip.line import Line

_MARK: Final = re.compile(r"(?:psql:[^\s:]+:\d+: )?(NOTICE|INFO|WARNING|DEBUG[1-5]?): {1,2}(?:[\dA-Z]{5}: )?")
_ABOUT: Final = re.compile(r"(?:psql:[^\s:]+:\d+: )?(?:CONTEXT|DETAIL|HINT|LOCATION|STATEMENT|QUERY): {1,2}")
_PLAN_IN_LOG: Final = re.compile(r"duration: \d+(?:\.\d+)? ms +plan:")


def without_marks(lines: list[Line]) -> list[Line]:
    """The lines of a plan that was raised as messages, free of their marks; other messages are left out.

    A log of auto_explain stays as it is, since there the marks tell its entries apart.
    """
    marks = [_MARK.match(line.text) for line in lines]
    if not any(marks) or any(_PLAN_IN_LOG.search(line.text) for line in lines):
        return lines
    kinds = {
        mark[1]
        for line, mark in zip(lines, marks, strict=True)
        if mark is not None and _is_of_plan(line.text[mark.end() :].strip())
    }
    found = []
    for line, mark in zip(lines, marks, strict=True):
        if mark is None:
            if _ABOUT.match(line.text) is None:
                found.append(line)
        elif mark[1] in kinds:
            found.append(line.cut(mark.end()))
    return found


def _is_of_plan(words: str) -> bool:
    return (
        is_about_plans(words)
        or forms.is_bare_node(words)
        or (forms.is_node(words) and len(words) > len("->"))
    )
