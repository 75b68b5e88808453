"""Comparing plans: what is recognised, and that the figures add up."""

from __future__ import annotations

import json
from itertools import product
from math import fsum
from typing import Any

import pytest
from hypothesis import given
from made_plans import deep_text, documents
from recorded_plans import NAMES, plan

from perfkit.plan import (
    Changed,
    Edit,
    Inserted,
    Kept,
    Plan,
    PlanDiff,
    Removed,
    diff,
    parse_plan,
    read_json,
)


def scan(relation: str, kind: str = "Seq Scan", **more: object) -> dict[str, Any]:
    return {"Node Type": kind, "Relation Name": relation, "Alias": relation[0], **more}


def step(kind: str, *below: dict[str, Any], **more: object) -> dict[str, Any]:
    roles = ("Outer", "Inner") if kind != "Append" else ("Member",) * len(below)
    children = [{**child, "Parent Relationship": role} for child, role in zip(below, roles, strict=False)]
    return {"Node Type": kind, **more, "Plans": children}


def hash_join(outer: dict[str, Any], inner: dict[str, Any]) -> dict[str, Any]:
    return step("Hash Join", outer, step("Hash", inner), **{"Join Type": "Inner"})


def compared(before: dict[str, Any], after: dict[str, Any]) -> PlanDiff:
    return diff(read_json({"Plan": before}), read_json({"Plan": after}))


def told(found: PlanDiff) -> list[str]:
    """The edits in short: ``changed Seq Scan on issue i -> Index Scan …``."""
    lines = []
    for edit in found.edits:
        labels = [node.label for node in (edit.before, edit.after) if node is not None]
        lines.append(f"{type(edit).__name__.lower()} {' -> '.join(dict.fromkeys(labels))}")
    return lines


@pytest.mark.parametrize("name", NAMES)
def test_a_plan_and_itself_differ_in_nothing(name: str) -> None:
    found = diff(plan(name), plan(name))
    assert all(type(edit) is Kept and edit.before is edit.after and not edit.figures for edit in found.edits)
    assert found.is_same_shape
    assert found.settings == ()
    assert found.residual_ms_delta in (0.0, None)


@given(documents())
def test_any_plan_and_itself_differ_in_nothing(document: list[dict[str, Any]]) -> None:
    found = read_json(document)
    assert all(type(edit) is Kept for edit in diff(found, found).edits)


@given(documents(), documents())
def test_any_two_plans_add_up_and_mirror(one: list[dict[str, Any]], other: list[dict[str, Any]]) -> None:
    before, after = read_json(one), read_json(other)
    assert_adds_up(diff(before, after))
    assert_mirrors(before, after)


SAMPLED = NAMES[:: max(1, len(NAMES) // 20)]


@pytest.mark.parametrize(("one", "other"), list(product(SAMPLED, SAMPLED)))
def test_recorded_plans_add_up_and_mirror(one: str, other: str) -> None:
    """Also plans of different statements: nothing is lost, nothing counted twice."""
    assert_adds_up(diff(plan(one), plan(other)))
    assert_mirrors(plan(one), plan(other))


def test_another_access_method_on_the_same_relation_is_a_change() -> None:
    found = compared(scan("issue"), scan("issue", "Index Scan", **{"Index Name": "issue_pkey"}))
    (edit,) = found.edits
    assert isinstance(edit, Changed)
    assert [(one.field, one.before, one.after) for one in edit.differences] == [
        ("node_type", "Seq Scan", "Index Scan"),
        ("index", None, "issue_pkey"),
    ]
    assert not found.is_same_shape


def test_wrappers_in_between_disturb_nothing() -> None:
    """Serial against parallel: Gather, Sort and a partial step appear, the rest stays."""
    serial = step("Aggregate", hash_join(scan("issue"), scan("project")), **{"Partial Mode": "Simple"})
    partial = step("Aggregate", hash_join(scan("issue"), scan("project")), **{"Partial Mode": "Partial"})
    parallel = step("Aggregate", step("Gather Merge", step("Sort", partial)), **{"Partial Mode": "Finalize"})
    assert told(compared(serial, parallel)) == [
        "changed Aggregate -> Finalize Aggregate",
        "inserted Gather Merge",
        "inserted Sort",
        "inserted Partial Aggregate",
        "kept Hash Join",
        "kept Seq Scan on issue i",
        "kept Hash",
        "kept Seq Scan on project p",
    ]


def test_another_join_method_is_a_change_and_its_hash_goes() -> None:
    loop = step("Nested Loop", scan("issue"), scan("project", "Index Scan"), **{"Join Type": "Inner"})
    assert told(compared(hash_join(scan("issue"), scan("project")), loop)) == [
        "changed Hash Join -> Nested Loop",
        "kept Seq Scan on issue i",
        "removed Hash",
        "changed Seq Scan on project p -> Index Scan on project p",
    ]


def test_swapped_sides_are_said_of_the_join() -> None:
    found = compared(hash_join(scan("issue"), scan("project")), hash_join(scan("project"), scan("issue")))
    join = found.edits[0]
    assert isinstance(join, Changed)
    assert [(one.field, one.before, one.after) for one in join.differences] == [
        ("outer_input", "Seq Scan on issue i", "Seq Scan on project p")
    ]
    assert told(found)[1:] == [
        "kept Seq Scan on project p",
        "inserted Hash",
        "kept Seq Scan on issue i",
        "removed Hash",
    ]


def test_another_join_order_moves_the_inputs() -> None:
    """The Hash over project goes with its scan to the upper join."""
    first = hash_join(hash_join(scan("issue"), scan("project")), scan("comment"))
    second = hash_join(hash_join(scan("comment"), scan("issue")), scan("project"))
    found = compared(first, second)
    assert [line for line in told(found) if line.startswith("moved")] == [
        "moved Seq Scan on comment c",
        "moved Hash",
    ]
    assert not [
        edit for edit in found.edits if isinstance(edit, (Inserted, Removed)) and "Join" in named(edit)
    ]


def test_two_scans_of_one_table_are_told_apart_by_alias() -> None:
    one = step("Nested Loop", {**scan("issue"), "Alias": "a"}, {**scan("issue"), "Alias": "b"})
    other = step("Nested Loop", {**scan("issue"), "Alias": "b"}, {**scan("issue"), "Alias": "a"})
    pairs = {
        edit.before.alias: edit.after.alias
        for edit in compared(one, other).edits
        if edit.before and edit.after
    }
    assert pairs == {None: None, "a": "a", "b": "b"}


def test_pruned_partitions_are_removed_and_the_append_stays() -> None:
    partitions = [{**scan(f"event_{n}"), "Alias": f"e_{n}"} for n in range(12)]
    found = compared(step("Append", *partitions), step("Append", *partitions[3:5]))
    kinds = [type(edit).__name__ for edit in found.edits]
    assert (kinds[0], kinds.count("Kept"), kinds.count("Removed")) == ("Kept", 3, 10)


def test_other_row_counts_are_figures_not_changes() -> None:
    one: dict[str, Any] = {**scan("issue"), "Actual Rows": 10, "Actual Loops": 1}
    (edit,) = compared(one, {**one, "Actual Rows": 900}).edits
    assert isinstance(edit, Kept)
    assert [(figure.field, figure.before, figure.after) for figure in edit.figures] == [
        ("total_rows", 10, 900)
    ]


def test_conditions_are_not_compared_with_those_of_a_verbose_plan() -> None:
    """VERBOSE qualifies every name."""
    brief = scan("issue", Filter="(id = 1)")
    verbose = scan("issue", Filter="(i.id = 1)", Output=["id"])
    assert told(compared(brief, verbose)) == ["kept Seq Scan on issue i"]
    assert told(compared(brief, {**brief, "Filter": "(id = 2)"})) == ["changed Seq Scan on issue i"]


def test_settings_that_differ_are_listed() -> None:
    found = diff(plan("hash_join"), plan("nested_loop"))
    assert {one.field: (one.before, one.after) for one in found.settings}["enable_hashjoin"] == (None, "off")


def test_deep_and_wide_plans_are_compared() -> None:
    deep = parse_plan(deep_text(3_000))
    assert len(diff(deep, parse_plan(deep_text(3_001))).edits) == 3_002
    wide = [
        step("Append", *({**scan("event"), "Alias": f"e_{n}"} for n in range(size)))
        for size in (3_000, 2_990)
    ]
    assert len(compared(*wide).edits) == 3_001


def test_the_document_holds_no_values_of_python_alone() -> None:
    found = diff(plan("hash_join"), plan("nested_loop"))
    document = found.to_document()
    assert json.loads(json.dumps(document)) == document


def named(edit: Edit) -> str:
    return " ".join(node.label for node in (edit.before, edit.after) if node is not None)


def assert_adds_up(found: PlanDiff) -> None:
    """Each node stands in one edit, and the lines with the residual are the difference of the roots."""
    for side, whole in (("before", found.before), ("after", found.after)):
        numbers = [node.number for edit in found.edits if (node := getattr(edit, side)) is not None]
        assert sorted(numbers) == [node.number for node in whole.walk()]
    assert [(pair.before, pair.after) for pair in found.pairs] == [
        (edit.before, edit.after) for edit in found.edits
    ]
    if found.residual_ms_delta is not None and found.totals.ms.delta is not None:
        lines = fsum(pair.exclusive_ms_delta or 0.0 for pair in found.pairs)
        assert lines + found.residual_ms_delta == pytest.approx(found.totals.ms.delta, abs=1e-9)
        residuals = (found.after.residual_ms or 0.0) - (found.before.residual_ms or 0.0)
        assert found.residual_ms_delta == pytest.approx(residuals, abs=1e-6)
    if found.residual_shared_blocks_delta is not None:
        blocks = sum(pair.exclusive_shared_blocks_delta or 0 for pair in found.pairs)
        assert blocks + found.residual_shared_blocks_delta == found.totals.shared_blocks.delta


def assert_mirrors(before: Plan, after: Plan) -> None:
    """The other way round the same nodes meet, and what was inserted is removed."""
    there, back = diff(before, after), diff(after, before)
    mirror = {"Inserted": "Removed", "Removed": "Inserted"}

    def key(edit: Edit) -> tuple[int, int, str]:
        one, other = edit.before, edit.after
        return (one.number if one else 0, other.number if other else 0, type(edit).__name__)

    mirrored = [(other, one, mirror.get(kind, kind)) for one, other, kind in map(key, back.edits)]
    assert sorted(map(key, there.edits)) == sorted(mirrored)
    if there.totals.ms.delta is not None and back.totals.ms.delta is not None:
        assert there.totals.ms.delta == -back.totals.ms.delta
