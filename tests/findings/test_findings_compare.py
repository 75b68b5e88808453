"""Findings of two plans: new, gone, moved and those that stay."""

from __future__ import annotations

from typing import Any

from perfkit.findings.compare import FindingChange, compare_findings
from perfkit.findings.finding import Finding
from perfkit.plan import PlanDiff, diff, read_json
from perfkit.render import to_html, to_markdown, to_text


def scan(relation: str, role: str = "Outer") -> dict[str, Any]:
    return {
        "Node Type": "Seq Scan",
        "Relation Name": relation,
        "Alias": relation,
        "Parent Relationship": role,
    }


def join(outer: dict[str, Any], inner: dict[str, Any]) -> dict[str, Any]:
    return {
        "Node Type": "Nested Loop",
        "Plans": [
            {**outer, "Parent Relationship": "Outer"},
            {**inner, "Parent Relationship": "Inner"},
        ],
    }


def compared(before: dict[str, Any], after: dict[str, Any]) -> PlanDiff:
    return diff(read_json({"Plan": before}), read_json({"Plan": after}))


def finding(id: str, node: int | None, **evidence: str) -> Finding:
    return Finding(id=id, severity="warning", title=f"{id} at <{node}>", node=node, evidence=evidence)


def told(changes: tuple[FindingChange, ...]) -> list[tuple[str, str, int | None, int | None]]:
    return [
        (
            one.fate,
            one.finding.id,
            one.before.node if one.before else None,
            one.after.node if one.after else None,
        )
        for one in changes
    ]


PAIR = compared(join(scan("issue"), scan("project")), join(scan("project"), scan("issue")))
"""Issue is node 2 before and node 3 after."""


def test_a_finding_follows_its_node() -> None:
    changes = compare_findings(PAIR, [finding("seq-scan", 2)], [finding("seq-scan", 3)])
    assert told(changes) == [("stays", "seq-scan", 2, 3)]


def test_new_ones_come_first_and_gone_ones_last() -> None:
    changes = compare_findings(
        PAIR, [finding("sort-spill", 1), finding("stale", None)], [finding("stale", None), finding("jit", 1)]
    )
    assert told(changes) == [
        ("new", "jit", None, 1),
        ("stays", "stale", None, None),
        ("gone", "sort-spill", 1, None),
    ]


def test_a_finding_of_one_kind_at_a_node_that_does_other_work_has_moved() -> None:
    changes = compare_findings(PAIR, [finding("seq-scan", 2)], [finding("seq-scan", 2)])
    assert told(changes) == [("moved", "seq-scan", 2, 2)]


def test_a_finding_at_a_node_that_moved_has_moved() -> None:
    found = compared(join(join(scan("a"), scan("b")), scan("c")), join(join(scan("c"), scan("b")), scan("a")))
    moved = [edit for edit in found.edits if type(edit).__name__ == "Moved" and edit.before and edit.after]
    assert moved
    one = moved[0]
    assert one.before and one.after
    changes = compare_findings(
        found, [finding("seq-scan", one.before.number)], [finding("seq-scan", one.after.number)]
    )
    assert [change.fate for change in changes] == ["moved"]


def test_two_of_one_kind_at_one_node_are_told_apart_by_what_they_name() -> None:
    before = [finding("stale", 2, column="a"), finding("stale", 2, column="b")]
    after = [finding("stale", 3, column="b")]
    assert [(one.fate, one.finding.evidence["column"]) for one in compare_findings(PAIR, before, after)] == [
        ("stays", "b"),
        ("gone", "a"),
    ]


def test_changes_are_shown_and_escaped() -> None:
    changes = compare_findings(PAIR, [finding("sort-spill", 1)], [finding("seq-scan", 3)])
    assert "+ new" in to_text(changes)
    assert "− gone" in to_markdown(changes)
    assert "<3>" not in to_html(changes)
    assert "+ new" in str(changes[0])
