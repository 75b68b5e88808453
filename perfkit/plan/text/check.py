"""Whether a plan read from TEXT says all that the text said."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

from perfkit.plan.model import Plan
from perfkit.plan.text.write import write_text

_FIGURE: Final = re.compile(r"\d+(?:\.\d+)?")
"""Figures are compared as such: a hand may have cut their last digits."""


def first_loss(text: str, plan: Plan) -> int | None:
    """Index of the first line of the text that the plan, written as TEXT again, does not have; None when it has all.

    White space is folded, figures count as equal, and the order does not matter: an extension may print an input before the properties of its
    node. When the plan has a line more than the text, the last line is named.

    >>> from perfkit.plan.text import read_text
    >>> text = "Limit\\n  ->  Seq Scan on t\\n        Filter: (a = 1)"
    >>> first_loss(text, read_text(text)), first_loss(text, read_text("Limit\\n  ->  Seq Scan on t"))
    (None, 2)
    """
    lines = list(map(_essence, text.split("\n")))
    left = Counter(map(_essence, write_text(plan).split("\n")))
    for place, line in enumerate(lines):
        if not line:
            continue
        if not left[line]:
            return place
        left[line] -= 1
    del left[""]
    return len(lines) - 1 if left.total() else None


def _essence(line: str) -> str:
    return _FIGURE.sub("0", " ".join(line.split()))
