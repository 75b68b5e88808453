"""The gate on figures that hardly vary: what fails it, and what does not."""

from __future__ import annotations

from typing import Any

from recorded_pairs import compared, sides
from test_plan_diff import compared as compared_documents
from test_plan_diff import scan, step

from perfkit.plan import PlanDiff, diff
from perfkit.plan.gate import Tolerances, regressions


def backwards(name: str) -> PlanDiff:
    before, after = sides(name)
    return diff(after, before)


def kinds(found: PlanDiff, tolerances: Tolerances | None = None) -> list[str]:
    return [one.kind for one in regressions(found, tolerances)]


def measured(blocks: int, *, rows: int = 10, temp: int = 0, removed: int = 0) -> dict[str, Any]:
    return scan(
        "issue",
        **{
            "Actual Rows": rows,
            "Actual Loops": 1,
            "Shared Hit Blocks": blocks,
            "Temp Written Blocks": temp,
            "Rows Removed by Filter": removed,
        },
    )


def test_an_equal_plan_passes() -> None:
    before, _ = sides("join_order")
    assert regressions(diff(before, before)) == ()


def test_an_index_that_is_read_no_more_fails() -> None:
    assert kinds(compared_documents(scan("issue", "Index Scan"), scan("issue"))) == ["shape"]
    assert kinds(compared_documents(scan("issue"), scan("issue", "Index Scan"))) == []


def test_a_seq_scan_that_reads_fewer_blocks_is_no_fault() -> None:
    """2,042 blocks by an index became 150 of the whole table."""
    assert "shape" not in kinds(compared("loop_hash"))
    assert "blocks" in kinds(backwards("loop_hash"))


def test_a_sort_that_spills_fails_by_shape_and_temp_blocks() -> None:
    before, after = sides("sort_fits")
    assert {"temp"} <= set(kinds(diff(after, before)))
    assert kinds(diff(before, after)) == []


def test_blocks_rows_and_temp_blocks_have_tolerances() -> None:
    base = measured(1_000, rows=1_000, temp=1_000, removed=1_000)
    worse = measured(1_200, rows=1_200, temp=1_200, removed=1_200)
    found = compared_documents(base, worse)
    assert kinds(found) == ["blocks", "temp", "rows", "rows-removed"]
    assert kinds(found, Tolerances(blocks=0.3, rows=0.3, temp=0.3)) == []
    assert kinds(compared_documents(base, measured(1_050, rows=1_050, temp=1_050, removed=1_050))) == []


def test_a_few_blocks_more_are_within_the_floor() -> None:
    assert kinds(compared_documents(measured(3), measured(9))) == []


def test_another_plan_at_a_higher_cost_fails_where_nothing_ran() -> None:
    cheap = scan("issue", **{"Startup Cost": 0, "Total Cost": 100, "Plan Rows": 1, "Plan Width": 4})
    dear = step("Sort", {**cheap, "Total Cost": 400}) | {
        "Startup Cost": 0,
        "Total Cost": 500,
        "Plan Rows": 1,
        "Plan Width": 4,
    }
    assert kinds(compared_documents(cheap, dear)) == ["cost"]
    assert kinds(compared_documents(dear, cheap)) == []
