"""Reading takes work in proportion to the text, whatever it holds."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType

import pytest

from perfkit.plan import collect_plans

PLAN = """\
Append  (cost=0.00..1.00 rows=1 width=4)
  ->  Seq Scan on a  (cost=0.00..1.00 rows=1 width=4)
        Filter: (a = 'x'::text)
"""
ENTRY = "2024-01-01 10:00:00 UTC [1] LOG:  duration: 1 ms  plan:\n\tQuery Text: select 1\n"

MOST_GROWTH = 2.6
"""Twice the text must not need much more than twice the lines of Python run; quadratic work needs four times."""

TEXTS: dict[str, Callable[[int], str]] = {
    "YAML heads": lambda count: "- Plan:\n" * count,
    "broken YAML": lambda count: '- Plan:\n    Node Type: "x\n' * count,
    "open brackets": lambda count: "[\n" * count,
    "open objects": lambda count: '{\n"Plan": {\n' * count,
    "plans": lambda count: (PLAN + "\nfoo\n\n") * count,
    "prose after a plan": lambda count: PLAN + "foo bar: baz (x)\n" * count,
    "open quotes": lambda count: PLAN + "        Filter: (a = 'x and b = \"y\n" * count,
    "roots": lambda count: "Seq Scan on a  (cost=0.00..1.00 rows=1 width=4)\n" * count,
    "nodes without root": lambda count: "  ->  Seq Scan on a  (cost=0.00..1.00 rows=1 width=4)\n" * count,
    "a broken condition": lambda count: PLAN + "        Index Cond: (a\n" + "b AND\n" * count + ")\n",
    "a condition that never ends": lambda count: PLAN + "        Index Cond: (a\n" + "b (AND\n" * count,
    "entries": lambda count: (ENTRY + "".join(f"\t{line}\n" for line in PLAN.splitlines())) * count,
    "heads of entries": lambda count: "LOG:  duration: 1 ms  plan:\n" * count,
    "a query that looks like plans": lambda count: (
        ENTRY + "\tSeq Scan on a  (cost=0.00..1.00 rows=1 width=4)\n" * count
    ),
    "syslog": lambda count: (
        "Nov 1 1:1:1 h p[1]: [1-1] LOG:  duration: 1 ms  plan:\nNov 1 1:1:1 h p[1]: [1-2] #011Query Text: x\n"
        * count
    ),
    "cells of a log": lambda count: '2024,LOG,00000,"duration: 1 ms  plan:\nQuery Text: x\n' * count,
    "a label again and again": lambda count: PLAN + "        Foo Bar: x\n" * count,
    "empty lines in YAML": lambda count: '- Plan:\n    Node Type: "Result"\n' + "\n" * count + "x",
    "open XML": lambda count: "<explain>\n" * count,
    "fences": lambda count: "```\n" * count,
    "rows of Python": lambda count: "('a',)\n" * count,
}


def work(text: str) -> int:
    """How many lines of Python run while the text is read."""
    count = 0

    def counted(_frame: FrameType, event: str, _argument: object) -> object:
        nonlocal count
        count += event == "line"
        return counted

    before = sys.gettrace()
    sys.settrace(counted)
    try:
        collect_plans(text)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("name", TEXTS)
def test_twice_the_text_is_twice_the_work(name: str) -> None:
    few, many = work(TEXTS[name](300)), work(TEXTS[name](600))
    assert many < MOST_GROWTH * few + 2000
