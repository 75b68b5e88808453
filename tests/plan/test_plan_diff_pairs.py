"""What is said of real pairs of plans: each change by its name."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from hypothesis import given
from made_plans import documents
from recorded_pairs import PAIRS, compared, sides
from recorded_plans import NAMES, plan
from test_plan_diff import assert_adds_up, assert_mirrors, hash_join, scan, step, told
from test_plan_diff import compared as compared_documents

from perfkit.plan import Changed, ChangeKind, Edit, Kept, Moved, PlanDiff, diff, read_json

MIRRORED: dict[ChangeKind, ChangeKind] = {
    "parallelised": "made-serial",
    "made-serial": "parallelised",
    "spills": "fits-in-memory",
    "fits-in-memory": "spills",
}


def named(found: PlanDiff) -> list[tuple[str, tuple[str, ...]]]:
    """Each edit that is not kept: the later node, or the one removed, and what the change is called."""
    said = []
    for edit in found.edits:
        node = edit.after or edit.before
        word = type(edit).__name__.lower()
        if node is not None and word != "kept":
            said.append((f"{word} {node.label}", edit.kinds))
    return said


def test_parallel_work_is_recognised_under_an_inserted_gather() -> None:
    found = compared("serial_parallel")
    assert named(found) == [
        ("changed Finalize GroupAggregate", ("parallelised",)),
        ("inserted Gather Merge", ()),
        ("inserted Sort", ()),
        ("inserted Partial HashAggregate", ()),
        ("changed Parallel Hash Join", ("parallelised",)),
        ("changed Parallel Seq Scan on issue i", ("parallelised",)),
        ("changed Parallel Hash", ("parallelised",)),
        ("changed Parallel Seq Scan on project p", ("parallelised",)),
    ]


def test_a_nested_loop_that_became_a_hash_join_with_swapped_sides() -> None:
    assert named(compared("loop_hash")) == [
        ("changed Hash Join", ("join-sides-swapped", "join-method-changed")),
        ("changed Seq Scan on issue i", ("access-method-changed",)),
        ("removed Bitmap Index Scan on issue_project", ()),
        ("inserted Hash", ()),
    ]


def test_another_join_order_is_spelled_out() -> None:
    found = compared("join_order")
    orders = [
        (one.before, one.after)
        for edit in found.edits
        for one in edit.differences
        if one.field == "join_order"
    ]
    assert orders == [("(c, i) ⋈ p", "c ⋈ (i, p)"), ("c ⋈ i", "i ⋈ p")]


def test_an_index_that_takes_over_also_saves_the_sort() -> None:
    assert named(compared("index_replaced")) == [
        ("removed Sort", ()),
        ("changed Index Scan using issue_project_state_opened on issue", ("index-replaced",)),
    ]


def test_a_sort_that_fits() -> None:
    assert named(compared("sort_fits")) == [("changed Sort", ("fits-in-memory",))]


def test_one_partition_of_five_hundred() -> None:
    found = compared("partition_indexed")
    assert len(found.edits) == 502
    assert named(found) == [
        (
            "changed Index Only Scan using reading_250_value on reading_250 reading_251",
            ("access-method-changed",),
        )
    ]


def test_a_memoize_that_comes_in_disturbs_nothing() -> None:
    assert named(compared("memoized")) == [("inserted Memoize", ())]


def test_sides_that_only_swap_are_said_of_the_join_alone() -> None:
    """The Hash goes from one input to the other; both scans are found again, with another condition."""
    found = compared("sides_swapped")
    assert [one for one in named(found) if "Hash Join" in one[0]] == [
        ("changed Hash Join", ("join-sides-swapped",))
    ]
    assert {
        edit.after.relation: edit.kinds for edit in found.edits if edit.after and edit.after.relation
    } == {
        "issue": ("condition-changed",),
        "comment": ("condition-changed",),
    }


def test_a_hash_join_that_became_a_merge_join_needs_no_hash() -> None:
    assert named(compared("hash_merge")) == [
        ("changed Merge Join", ("join-sides-swapped", "join-method-changed")),
        ("changed Index Scan using issue_pkey on issue i", ("access-method-changed",)),
        ("removed Hash", ()),
    ]


def test_another_index_of_the_same_bitmap_scan() -> None:
    assert named(compared("bitmap_index_replaced")) == [
        ("changed Bitmap Heap Scan on issue", ("condition-changed",)),
        ("changed Bitmap Index Scan on issue_opened_state", ("index-replaced",)),
    ]


def test_an_inlined_cte_leaves_its_scan_where_the_cte_was_read() -> None:
    assert named(compared("cte_inlined")) == [
        ("changed Hash Join", ("condition-changed",)),
        ("changed Index Scan using issue_pkey on issue", ("access-method-changed",)),
        ("removed CTE Scan on a", ()),
    ]


def test_pruned_partitions_go_and_the_one_left_is_kept_though_its_alias_changed() -> None:
    assert named(compared("partitions_pruned")) == [
        ("removed Append", ()),
        ("removed Index Only Scan using event_2024_01_at_idx on event_2024_01 event_1", ()),
        ("removed Index Only Scan using event_2024_03_at_idx on event_2024_03 event_3", ()),
        ("removed Index Only Scan using event_2024_04_at_idx on event_2024_04 event_4", ()),
    ]


def test_another_literal_is_told_of_a_real_plan() -> None:
    assert named(compared("other_literal")) == [("changed Seq Scan on issue", ("condition-changed",))]


def test_a_limit_comes_in_above_the_sort_that_it_makes_cheaper() -> None:
    found = compared("limit_added")
    assert named(found) == [("inserted Limit", ()), ("changed Sort", ())]
    (method, *_) = (one for edit in found.edits for one in edit.differences if one.field == "sort_method")
    assert (method.before, method.after) == ("quicksort", "still in progress"), "as PostgreSQL says of it"


def test_inputs_of_another_join_order_are_moved() -> None:
    assert [said for said, _ in named(compared("join_order")) if said.startswith("moved")] == [
        "moved Seq Scan on comment c",
        "moved Hash",
    ]
    moved = [edit for edit in compared("join_order").edits if isinstance(edit, Moved)]
    numbers = [
        (one.below_before.number, one.below_after.number)
        for one in moved
        if one.below_before and one.below_after
    ]
    assert numbers == [(2, 1), (1, 4)], "from the lower join to the upper, and the other way round"


def test_every_edit_and_every_kind_is_shown_by_a_real_pair() -> None:
    """Both ways round: what is inserted one way is removed the other."""
    found = [diff(*order) for name in PAIRS for order in (sides(name), sides(name)[::-1])]
    edits = [edit for one in found for edit in one.edits]
    assert {type(edit).__name__ for edit in edits} == {"Kept", "Changed", "Moved", "Inserted", "Removed"}
    assert {kind for edit in edits for kind in edit.kinds} == set(get_args(ChangeKind))


def test_another_index_below_a_bitmap_heap_scan_is_an_index_replaced() -> None:
    one, other = (
        step("Bitmap Heap Scan", {"Node Type": "Bitmap Index Scan", "Index Name": name})
        | {"Relation Name": "issue", "Alias": "i"}
        for name in ("issue_state", "issue_project")
    )
    assert named(compared_documents(one, other)) == [
        ("changed Bitmap Index Scan on issue_project", ("index-replaced",))
    ]


def test_another_literal_is_a_change_of_the_condition() -> None:
    found = compared_documents(scan("issue", Filter="(id = 1)"), scan("issue", Filter="(id = 2)"))
    assert named(found) == [("changed Seq Scan on issue i", ("condition-changed",))]


def test_a_relation_that_only_one_plan_joins_is_no_other_join_order() -> None:
    one = hash_join(scan("issue"), scan("project"))
    other = hash_join(hash_join(scan("issue"), scan("label")), scan("project"))
    found = compared_documents(one, other)
    assert not [edit for edit in found.edits if "join-order-changed" in edit.kinds]
    assert "inserted Seq Scan on label l" in told(found)


@pytest.mark.parametrize("name", PAIRS)
def test_pairs_add_up_and_mirror(name: str) -> None:
    assert_adds_up(compared(name))
    assert_mirrors(*sides(name))
    assert_kinds_mirror(*sides(name))


STRIDES = (1, 7, 31, 101)
"""Each recorded plan is compared with those so many places further on: near ones are alike, far ones are not."""


@pytest.mark.parametrize("stride", STRIDES)
def test_recorded_plans_of_any_two_statements_are_compared(stride: int) -> None:
    """No pair of real plans raises, none loses a node or a figure, and each reads backwards."""
    for place, name in enumerate(NAMES):
        other = NAMES[(place + stride) % len(NAMES)]
        assert_adds_up(diff(plan(name), plan(other)))
        assert_kinds_mirror(plan(name), plan(other))


@given(documents(), documents())
def test_changes_of_any_plans_mirror(one: list[dict[str, Any]], other: list[dict[str, Any]]) -> None:
    assert_kinds_mirror(read_json(one), read_json(other))


def assert_kinds_mirror(before: Any, after: Any) -> None:
    """The other way round each change has its mirrored name, and each difference its opposite sign."""

    def key(edit: Edit) -> tuple[int, int]:
        return (edit.before.number if edit.before else 0, edit.after.number if edit.after else 0)

    there, back = diff(before, after), diff(after, before)
    opposite = {key(edit)[::-1]: (edit, pair) for edit, pair in zip(back.edits, back.pairs, strict=True)}
    for edit, pair in zip(there.edits, there.pairs, strict=True):
        other, reverse = opposite[key(edit)]
        assert sorted(other.kinds) == sorted(MIRRORED.get(kind, kind) for kind in edit.kinds)
        for one, negated in (
            (pair.exclusive_ms_delta, reverse.exclusive_ms_delta),
            (pair.exclusive_shared_blocks_delta, reverse.exclusive_shared_blocks_delta),
            (pair.rows_delta, reverse.rows_delta),
        ):
            assert one == (None if negated is None else -negated)


def test_ten_thousand_nodes_on_both_sides_are_matched() -> None:
    """Every tenth scan reads an index now; all others are found again."""
    before, after = (read_json({"Plan": balanced(1, 13_000, kind)}) for kind in ("Seq Scan", "Index Scan"))
    found = diff(before, after)
    assert len(found.edits) > 9_000
    assert {type(edit) for edit in found.edits} == {Kept, Changed}


def balanced(first: int, size: int, every_tenth: str) -> dict[str, Any]:
    """Hash joins of ``size`` nodes over tables of their own, one in ten read in another way."""
    if size < 4:
        kind = every_tenth if first % 10 == 0 else "Seq Scan"
        return {**scan(f"t{first}", kind), "Alias": f"t{first}"}
    half = (size - 2) // 2
    return hash_join(balanced(first, half, every_tenth), balanced(first + half, size - 2 - half, every_tenth))
