"""What each value looks like, word for word, in all three formats."""

from __future__ import annotations

from collections.abc import Callable

import plan_diagram_examples as diagrams
import pytest
import shown_examples as examples

from perfkit.plan import diff
from perfkit.render import chart_of_samples, to_html, to_markdown, to_text

Golden = Callable[[str, str], None]

VALUES: dict[str, Callable[[], object]] = {
    "plan-slow": examples.slow_plan,
    "plan-parallel": examples.parallel_plan,
    "plan-partitioned": examples.partitioned_plan,
    "plan-estimated": examples.estimated_plan,
    "plan-bare": examples.bare_plan,
    "diff": lambda: diff(examples.slow_plan(), examples.fast_plan()),
    "diff-same": lambda: diff(examples.parallel_plan(), examples.parallel_plan()),
    "diff-estimates": lambda: diff(examples.estimated_plan(), examples.bare_plan()),
    "findings": examples.findings,
    "investigation-healthy": examples.healthy_investigation,
    "advice": lambda: (examples.advice(), examples.unproven_advice()),
    "rejected": examples.rejected,
    "capture": examples.capture,
    "investigation": examples.investigation,
    "index-advice": examples.index_advice,
    "plan-diagram": diagrams.field,
    "plan-diagram-one": diagrams.lines,
    "plan-diagram-alike": diagrams.alike,
    "samples": lambda: chart_of_samples(examples.investigation()),
}


@pytest.mark.parametrize("name", VALUES)
def test_text(name: str, golden: Golden) -> None:
    golden(f"{name}.txt", to_text(VALUES[name]()) + "\n")


@pytest.mark.parametrize("name", VALUES)
def test_markdown(name: str, golden: Golden) -> None:
    golden(f"{name}.md", to_markdown(VALUES[name]()))


@pytest.mark.parametrize("name", VALUES)
def test_html(name: str, golden: Golden) -> None:
    golden(f"{name}.html", to_html(VALUES[name]()) + "\n")
