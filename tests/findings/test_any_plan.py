"""examine() answers for any plan: every recording of every major and format, and plans with parts missing or absurd."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from perfkit.errors import PlanParseError
from perfkit.findings import VOCABULARY, Finding, examine
from perfkit.findings.examine import TRAPS
from perfkit.plan import Plan, parse_plan, read_json

TESTS = Path(__file__).parents[1]
PLANS = sorted(
    path
    for path in (TESTS / "plan" / "recorded").rglob("*")
    if path.suffix in {".json", ".txt", ".yaml", ".xml"}
)
CAPTURES = sorted((TESTS / "findings" / "recorded").glob("*/*.json"))

ODD_VALUES = (0, 0.0, 1e300, -1, 1, "", "((", "$1", "(a.b ~~ '%x%'::text)", None)
ODD_NODES = (
    "Frobnicate",
    "Custom Scan",
    "Foreign Scan",
    "Append",
    "Limit",
    "Nested Loop",
    "Aggregate",
    "Sort",
    "Memoize",
)


def check(plan: Plan, found: tuple[Finding, ...]) -> None:
    nodes = {node.number: node for node in plan.walk()}
    for finding in found:
        assert finding.id in VOCABULARY
        assert finding.severity in ("critical", "warning", "info")
        assert finding.node is None or not nodes[finding.node].never_executed
        assert all(value is not None for value in finding.evidence.values()) or finding.node is None
        if not plan.is_analyzed:
            assert finding.severity == "info" or finding.id in {trap.id for trap in TRAPS}
    told = [(finding.id, finding.node, finding.evidence.get("columns") or finding.title) for finding in found]
    assert len(told) == len(set(told))


@pytest.mark.parametrize("folder", sorted({path.parent for path in PLANS}), ids=lambda folder: folder.name)
def test_every_recorded_plan_is_answered(folder: Path) -> None:
    """All formats of one plan with the same figures give the same findings."""
    said: dict[str, set[tuple[str, ...]]] = {}
    for path in (path for path in PLANS if path.parent == folder):
        plan = parse_plan(path.read_text(encoding="utf-8"))
        found = examine(plan)
        check(plan, found)
        said.setdefault(path.stem, set()).add(tuple(finding.id for finding in found))
    if folder.name in {"buffers", "generic"}:
        assert all(len(answers) == 1 for answers in said.values())


def objects(document: Any) -> Iterator[dict[str, Any]]:
    if isinstance(document, dict):
        yield document
        for value in document.values():
            yield from objects(value)
    elif isinstance(document, list):
        for value in document:
            yield from objects(value)


def spoiled(document: Any, dice: random.Random) -> Any:
    """A copy with a few things left out, set to something else, or of another kind."""
    document = copy.deepcopy(document)
    for _ in range(dice.randint(1, 6)):
        parts = [part for part in objects(document) if part]
        if not parts:
            break
        one = dice.choice(parts)
        key = dice.choice(sorted(one))
        match dice.randrange(4):
            case 0:
                del one[key]
            case 1 if "Node Type" in one:
                one["Node Type"] = dice.choice(ODD_NODES)
            case 2 if "Actual Loops" in one:
                one["Actual Loops"] = dice.choice((0, 1, 10**9))
            case _ if not isinstance(one[key], dict | list):
                one[key] = dice.choice(ODD_VALUES)
    return document


def test_plans_with_parts_missing_or_absurd_are_answered() -> None:
    """What the reader accepts, the rules can look at."""
    dice = random.Random(3)
    answered = 0
    documents = [json.loads(path.read_text(encoding="utf-8")) for path in PLANS if path.suffix == ".json"]
    documents += [json.loads(path.read_text(encoding="utf-8"))["measurement"]["plan"] for path in CAPTURES]
    for document in documents:
        for _ in range(3):
            try:
                plan = read_json(spoiled(document, dice))
            except PlanParseError:
                continue
            examine(plan)
            answered += 1
    assert answered > len(documents) / 2


def test_truncated_text_is_answered() -> None:
    """A paste that ends early is refused or read; what is read is examined."""
    answered = 0
    for path in (path for path in PLANS if path.suffix == ".txt"):
        lines = path.read_text(encoding="utf-8").splitlines()
        for length in {len(lines) // 2, len(lines) - 1} - {0}:
            try:
                plan = parse_plan("\n".join(lines[:length]))
            except PlanParseError:
                continue
            check(plan, examine(plan))
            answered += 1
    assert answered > 100


def test_what_never_ran_raises_nothing() -> None:
    """A plan whose nodes have loops=0 below the first one is silent."""
    document = json.loads(
        (TESTS / "findings/recorded/missing-index-filter/fires.json").read_text(encoding="utf-8")
    )
    (plan,) = document["measurement"]["plan"]
    scan = plan["Plan"]
    plan["Plan"] = {
        "Node Type": "Result", "Actual Startup Time": 5.0, "Actual Total Time": 5.0, "Actual Rows": 0, "Actual Loops": 1,
        "Plans": [{**scan, "Parent Relationship": "Outer", "Actual Loops": 0, "Actual Rows": 0}],
    }  # fmt: skip
    assert examine(read_json(plan)) == ()
