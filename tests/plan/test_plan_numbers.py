"""Figures of whole plans: where misestimates are born, spills, workers, EXPLAIN's clock, and times beside the nodes."""

from __future__ import annotations

from typing import Any

import pytest
from recorded_plans import NAMES, plan

from perfkit.plan import Plan, read_json
from perfkit.plan.clock import READING_NS, clock_cost, clock_readings
from perfkit.plan.misestimate import may_stop_early, misestimates, source_of
from perfkit.plan.spills import spills
from perfkit.plan.totals import time_parts, totals
from perfkit.plan.workers import crews, skew_of


def node(kind: str, planned: float, actual: float, *below: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A node as EXPLAIN's JSON gives it, inputs in their order."""
    for place, child in enumerate(below):
        child.setdefault("Parent Relationship", "Inner" if place else "Outer")
    figures = {
        "Node Type": kind,
        "Startup Cost": 0.0,
        "Total Cost": 1.0,
        "Plan Rows": planned,
        "Plan Width": 8,
        "Actual Startup Time": 0.0,
        "Actual Total Time": 1.0,
        "Actual Rows": actual,
        "Actual Loops": 1,
    }
    return {**figures, **({"Plans": list(below)} if below else {}), **more}


def made(root: dict[str, Any], **beside: Any) -> Plan:
    return read_json([{"Plan": root, **beside}])


def births(root: dict[str, Any]) -> list[tuple[int, float, str]]:
    return [(one.node.number, one.born_factor, one.direction) for one in misestimates(made(root))]


def test_an_error_is_told_where_it_is_born_and_not_above() -> None:
    scan = node("Seq Scan", 10, 1000)
    root = node(
        "Sort", 10, 1000, node("Hash Join", 10, 1000, scan, node("Hash", 5, 5), **{"Join Type": "Inner"})
    )
    assert births(root) == [(3, 100.0, "more")]


def test_a_join_that_multiplies_two_errors_inherits_both() -> None:
    root = node(
        "Hash Join", 1, 400, node("Seq Scan", 1, 20), node("Seq Scan", 1, 20), **{"Join Type": "Inner"}
    )
    assert [birth[0] for birth in births(root)] == [2, 3]


def test_what_goes_beyond_the_inputs_is_the_nodes_own() -> None:
    root = node(
        "Hash Join", 1, 4000, node("Seq Scan", 10, 200), node("Seq Scan", 9, 9), **{"Join Type": "Inner"}
    )
    assert births(root) == [(1, 200.0, "more"), (2, 20.0, "more")]


def test_an_append_is_no_worse_than_its_worst_input() -> None:
    scans = [node("Seq Scan", 10, rows, **{"Parent Relationship": "Member"}) for rows in (10, 300, 500)]
    assert [birth[0] for birth in births(node("Append", 30, 810, *scans))] == [4, 3]


def test_a_cte_scan_inherits_from_its_cte() -> None:
    body = node("Seq Scan", 10, 2000, **{"Parent Relationship": "InitPlan", "Subplan Name": "CTE recent"})
    scan = node("CTE Scan", 10, 2000, **{"CTE Name": "recent", "Parent Relationship": "Outer"})
    assert [birth[0] for birth in births(node("Aggregate", 1, 1, body, scan))] == [2]


@pytest.mark.parametrize(
    ("root", "stopped"),
    [
        (node("Limit", 10, 10, node("Seq Scan", 5000, 10)), {2}),
        (node("Merge Join", 50, 50, node("Index Scan", 5000, 50), node("Index Scan", 50, 50)), {2, 3}),
        (node("Nested Loop", 9, 9, node("Seq Scan", 9, 9), node("Seq Scan", 900, 1), **{"Join Type": "Semi"}), {3}),
    ],
)  # fmt: skip
def test_rows_nobody_asked_for_are_no_error(root: dict[str, Any], stopped: set[int]) -> None:
    assert may_stop_early(made(root)) == stopped
    assert not births(root)


def test_fewer_rows_than_planned_are_told_as_fewer() -> None:
    assert births(node("Seq Scan", 5000, 50)) == [(1, 0.01, "fewer")]


def test_the_source_of_a_wrong_count_is_found_below() -> None:
    scan = node("Seq Scan", 10, 1000)
    found = made(node("Sort", 10, 1000, node("Hash Join", 10, 1000, scan, node("Hash", 5, 5))))
    source = source_of(found, found.root)
    assert source is not None
    assert source.node.number == 3
    assert source_of(found, found.node(4)) is None


def test_every_birth_of_recorded_plans_has_a_count_that_is_off() -> None:
    """No node is blamed whose own count is right, and the part born never exceeds the whole by direction."""
    for name in NAMES:
        for one in misestimates(plan(name)):
            assert max(one.factor, 1 / one.factor) >= one.times * 0.999


def test_clock_readings_count_two_for_each_row_and_one_pair_for_the_end() -> None:
    root = node("Hash Join", 7, 7, node("Seq Scan", 7, 7), node("Hash", 500, 500))
    found = made(root, **{"Execution Time": 3.0})
    assert [clock_readings(one) for one in found.walk()] == [16.0, 16.0, 2.0]
    cost = clock_cost(found)
    assert cost is not None
    assert cost.readings == 34
    assert cost.cost_ms == pytest.approx(34 * READING_NS / 1e6)
    assert not cost.is_measured


def test_the_clock_is_measured_against_runs_without_it() -> None:
    found = made(node("Seq Scan", 999, 999), **{"Execution Time": 3.0})
    cost = clock_cost(found, untimed_ms=(2.0, 1.0, 2.5))
    assert cost is not None
    assert cost.is_measured
    assert cost.cost_ms == pytest.approx(1.0)
    assert cost.reading_ns == pytest.approx(1e6 / 2000)
    slower = clock_cost(found, untimed_ms=(9.0,))
    assert slower is not None
    assert slower.cost_ms == 0


def test_parallel_readings_cost_wall_time_once_for_each_process() -> None:
    scan = node("Seq Scan", 400, 400, **{"Actual Loops": 4, "Parallel Aware": True})
    cost = clock_cost(made(node("Gather", 1600, 1600, scan, **{"Workers Planned": 3, "Workers Launched": 3})))
    assert cost is not None
    assert cost.cost_ms == pytest.approx((3202 + 3208 / 4) * READING_NS / 1e6)


def test_a_plan_without_timing_has_no_clock_cost() -> None:
    assert clock_cost(plan("costs_off")) is None or plan("costs_off").root.total_ms is not None
    assert clock_cost(made({"Node Type": "Result"})) is None


def test_all_spills_are_one_list() -> None:
    assert [(one.kind, one.node.node_type) for one in spills(plan("sort_disk"))] == [("sort", "Sort")]
    (hashed,) = spills(plan("hash_join_batches"))
    assert (hashed.kind, hashed.batches) == ("hash", 8)
    assert hashed.temp_blocks == plan("hash_join_batches").root.buffers.temp  # type: ignore[union-attr]
    (aggregate,) = spills(plan("hash_aggregate_spill"))
    assert aggregate.kind == "aggregate"
    assert aggregate.disk_bytes
    assert [one.kind for one in spills(plan("cte_partly_read"))] == ["store"]
    assert spills(plan("hash_join")) == ()


def test_workers_planned_launched_and_taking_part() -> None:
    (crew,) = crews(plan("parallel_aggregate"))
    assert (crew.planned, crew.launched, crew.participants) == (2, 2, 3.0)
    (alone,) = crews(plan("parallel_without_leader"))
    assert alone.participants == 2.0
    assert crews(plan("hash_join")) == ()


def skewed(*rows_and_times: tuple[float, float], leader: tuple[float, float]) -> Plan:
    processes = [*rows_and_times, leader]
    workers = [
        {
            "Worker Number": number,
            "Actual Startup Time": 0.0,
            "Actual Total Time": ms,
            "Actual Rows": rows,
            "Actual Loops": 1,
        }
        for number, (rows, ms) in enumerate(rows_and_times)
    ]
    count = len(processes)
    scan = node("Seq Scan", 100, sum(rows for rows, _ in processes) / count, Workers=workers)
    scan |= {"Actual Loops": count, "Actual Total Time": sum(ms for _, ms in processes) / count}
    return made(node("Gather", 300, 300, scan, **{"Workers Planned": 2, "Workers Launched": 2}))


def test_one_worker_that_does_it_all_is_skew() -> None:
    (crew,) = crews(skewed((3000, 90.0), (0, 6.0), leader=(0, 3.0)))
    assert crew.skew is not None
    assert crew.skew.rows_factor == pytest.approx(2.0)
    assert crew.skew.time_factor == pytest.approx(90 / 48)
    assert crew.skew.lost_ms == pytest.approx(42.0)
    assert [one.number for one in crew.skew.processes] == [None, 0, 1]


def test_a_leader_that_did_little_is_no_skew_and_one_that_did_most_is() -> None:
    (even,) = crews(skewed((1000, 50.0), (1000, 50.0), leader=(0, 0.0)))
    assert even.skew is not None
    assert even.skew.time_factor == pytest.approx(1.0)
    (led,) = crews(skewed((0, 0.0), (0, 0.0), leader=(900, 90.0)))
    assert led.skew is not None
    assert led.skew.time_factor == pytest.approx(3.0)


def test_without_lines_of_workers_skew_is_unknown() -> None:
    assert skew_of(plan("hash_join").root) is None


def test_totals_are_those_of_the_nodes() -> None:
    for name in NAMES:
        found, sums = plan(name), totals(plan(name))
        assert sums.nodes == len(list(found.walk()))
        if found.is_analyzed:
            assert sums.rows_removed == pytest.approx(sum(one.rows_removed or 0 for one in found.walk()))


def test_lossy_pages_and_heap_fetches_are_counted() -> None:
    heap = {"Exact Heap Blocks": 30, "Lossy Heap Blocks": 10}
    index_only = node("Index Only Scan", 5, 5, **{"Heap Fetches": 4})
    sums = totals(made(node("Hash Join", 5, 5, node("Bitmap Heap Scan", 5, 5, **heap), index_only)))
    assert (sums.lossy_heap_blocks, sums.exact_heap_blocks, sums.heap_fetches) == (10, 30, 4)
    assert sums.lossy_share == pytest.approx(0.25)
    assert totals(plan("hash_join")).lossy_share is None


def test_time_parts_add_up_to_the_execution() -> None:
    for name in NAMES:
        found, parts = plan(name), time_parts(plan(name))
        if parts.other_ms is None or found.execution_ms is None:
            continue
        apart = (parts.triggers_ms or 0) + (parts.serialization_ms or 0) + parts.other_ms
        assert (parts.nodes_ms or 0) + apart >= found.execution_ms - 0.001
        assert apart >= 0


def test_triggers_take_no_more_than_stands_beside_the_nodes() -> None:
    """A BEFORE trigger ran inside its ModifyTable, so that its time is not there a second time."""
    trigger = {"Trigger Name": "touch", "Relation": "t", "Time": 0.9, "Calls": 3}
    parts = time_parts(made(node("ModifyTable", 0, 0), Triggers=[trigger], **{"Execution Time": 1.2}))
    assert parts.triggers_ms == pytest.approx(0.2)
    assert parts.other_ms == pytest.approx(0.0)
