"""CPU seconds to compare two large plans: ``python -m tests.bench diffs``."""

from __future__ import annotations

import sys
import time

from perfkit.plan import Plan, diff, parse_plan
from perfkit.render import to_text
from tests.bench.large_plans import json_plan

SIZES = (1_000, 10_000, 100_000)
CHANGES = ('"Seq Scan"', '"Sample Scan"'), ('"Hash Join"', '"Merge Join"')
"""What the later plan does otherwise, everywhere: the hardest case, as no subtree is identical."""


def altered(text: str) -> str:
    for one, other in CHANGES:
        text = text.replace(one, other)
    return text


def seconds(before: Plan, after: Plan) -> tuple[float, float]:
    """To compare, and to show the comparison; the best of three."""
    compared, shown = [], []
    for _ in range(3):
        started = time.process_time()
        found = diff(before, after)
        done = time.process_time()
        to_text(found)
        compared.append(done - started)
        shown.append(time.process_time() - done)
    return min(compared), min(shown)


def main() -> None:
    """One line for each size: equal plans, and plans that differ in every join and scan."""
    sys.stdout.write("   nodes  equal: diff s  shown s   changed: diff s  shown s\n")
    for size in SIZES:
        text = json_plan(size)
        before, after = parse_plan(text), parse_plan(altered(text))
        nodes = sum(1 for _ in before.walk())
        figures = (*seconds(before, before), *seconds(before, after))
        sys.stdout.write("{:8,}  {:13.3f}  {:7.3f}   {:15.3f}  {:7.3f}\n".format(nodes, *figures))
