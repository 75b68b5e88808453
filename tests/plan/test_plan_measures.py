"""Each rule of perfkit.plan.measures on a plan small enough to reckon by hand."""

from __future__ import annotations

import pytest

from perfkit.plan import Plan, Wal, read_json
from perfkit.plan.text import read_text


def node(
    kind: str, ms: float, *below: dict[str, object], loops: int = 1, **more: object
) -> dict[str, object]:
    """A node that took ``ms`` per loop; more properties by PostgreSQL's names with ``_`` for the blank."""
    found: dict[str, object] = {
        "Node Type": kind,
        "Actual Startup Time": 0.0,
        "Actual Total Time": ms,
        "Actual Rows": 10,
        "Actual Loops": loops,
        **{key.replace("_", " "): value for key, value in more.items()},
    }
    return {**found, "Plans": list(below)} if below else found


def outer(document: dict[str, object]) -> dict[str, object]:
    return {**document, "Parent Relationship": "Outer"}


def inner(document: dict[str, object]) -> dict[str, object]:
    return {**document, "Parent Relationship": "Inner"}


def init(name: str, document: dict[str, object]) -> dict[str, object]:
    return {**document, "Parent Relationship": "InitPlan", "Subplan Name": name}


def read(root: dict[str, object]) -> Plan:
    return read_json([{"Plan": root}])


def exclusive(plan: Plan) -> list[float | None]:
    return [None if one.exclusive_ms is None else round(one.exclusive_ms, 6) for one in plan.walk()]


def test_a_total_is_the_average_times_the_loops() -> None:
    plan = read(
        node("Nested Loop", 100.0, outer(node("Seq Scan", 10.0)), inner(node("Index Scan", 2.0, loops=40)))
    )
    assert [one.total_ms for one in plan.walk()] == [100.0, 10.0, 80.0]
    assert exclusive(plan) == [10.0, 10.0, 80.0]
    assert [one.total_rows for one in plan.walk()] == [10, 10, 400]


def test_below_gather_time_is_divided_by_the_processes_that_ran() -> None:
    """Two workers planned, but the scan has two loops: one worker and the leader, or two workers without it."""
    scan = node("Seq Scan", 30.0, loops=2, Parallel_Aware=True)
    plan = read(node("Gather", 35.0, outer(scan), Workers_Planned=2, Workers_Launched=2))
    assert exclusive(plan) == [5.0, 30.0]
    assert plan.node(2).measures.participants == 2


def test_a_looped_gather_counts_its_processes_for_each_loop() -> None:
    gather = node("Gather", 10.0, outer(node("Seq Scan", 8.0, loops=15)), loops=5)
    plan = read(node("Nested Loop", 60.0, outer(node("Result", 1.0)), inner(gather)))
    assert plan.node(4).measures.participants == 3
    assert exclusive(plan) == [9.0, 1.0, 10.0, 40.0]


def test_never_executed_is_zero_not_unknown() -> None:
    plan = read(node("Append", 5.0, node("Seq Scan", 5.0), node("Seq Scan", 0.0, loops=0)))
    assert plan.node(3).never_executed
    assert plan.node(3).total_ms == plan.node(3).exclusive_ms == plan.node(3).total_rows == 0


def test_a_sub_plan_is_subtracted_from_its_owner() -> None:
    sub_plan = {
        **node("Aggregate", 2.0, loops=20),
        "Parent Relationship": "SubPlan",
        "Subplan Name": "SubPlan 1",
    }
    assert exclusive(read(node("Seq Scan", 50.0, sub_plan))) == [10.0, 40.0]


@pytest.mark.parametrize(
    ("name", "mention"), [("InitPlan 1 (returns $1)", "$1"), ("InitPlan 1", "(InitPlan 1).col1")]
)
def test_an_init_plan_is_charged_to_the_node_that_asked(name: str, mention: str) -> None:
    """Listed under the Aggregate, needed by the second scan; ``$10`` and ``InitPlan 11`` are other ones."""
    other = {"$1": "(b = $10)", "(InitPlan 1).col1": "(b = (InitPlan 11).col1)"}[mention]
    plan = read(
        node(
            "Aggregate",
            100.0,
            init(name, node("Seq Scan", 60.0)),
            outer(
                node(
                    "Append",
                    99.0,
                    node("Seq Scan", 20.0, Filter=other),
                    node("Seq Scan", 70.0, Filter=f"(a > {mention})"),
                )
            ),
        )
    )
    assert exclusive(plan) == [1.0, 60.0, 9.0, 20.0, 10.0]
    assert plan.residual_ms == 0


def test_of_several_askers_the_first_that_can_contain_it_pays() -> None:
    """A Hash Join builds its table first, so the inner scan asks before the outer one does."""
    hash_ = node("Hash", 52.0, outer(node("Seq Scan", 51.0, Filter="(b > (InitPlan 1).col1)")))
    join = node(
        "Hash Join", 112.0, outer(node("Seq Scan", 55.0, Filter="(a > (InitPlan 1).col1)")), inner(hash_)
    )
    plan = read(node("Aggregate", 112.0, init("InitPlan 1", node("Seq Scan", 50.0)), outer(join)))
    assert exclusive(plan) == [0.0, 50.0, 5.0, 55.0, 1.0, 1.0]


def test_the_leader_runs_the_init_plan_of_its_workers() -> None:
    scan = node("Seq Scan", 80.0, loops=3, Filter="(a > (InitPlan 1).col1)", Parallel_Aware=True)
    plan = read(
        node(
            "Aggregate",
            150.0,
            init("InitPlan 1", node("Seq Scan", 60.0)),
            outer(node("Gather", 149.0, outer(scan))),
        )
    )
    assert exclusive(plan) == [1.0, 60.0, 9.0, 80.0]


def test_an_init_plan_nobody_mentions_is_its_owners_or_the_busiest_nodes() -> None:
    """Without VERBOSE an output list is not shown."""
    owner = read(node("Result", 50.0, init("InitPlan 1", node("Seq Scan", 49.0))))
    assert exclusive(owner) == [1.0, 49.0]
    below = read(
        node("Sort", 51.0, init("InitPlan 1", node("Aggregate", 40.0)), outer(node("Seq Scan", 50.0)))
    )
    assert exclusive(below) == [1.0, 40.0, 10.0]


def test_a_cte_is_paid_by_the_scans_that_read_it_first() -> None:
    """The second scan reads what is already stored and keeps its time."""
    cte = init("CTE busy", node("Seq Scan", 50.0))
    join = node(
        "Nested Loop",
        70.0,
        cte,
        outer(node("CTE Scan", 52.0, CTE_Name="busy", Alias="a")),
        inner(node("CTE Scan", 1.5, loops=10, CTE_Name="busy", Alias="b")),
    )
    assert exclusive(read(join)) == [3.0, 50.0, 2.0, 15.0]


def test_a_cte_may_be_read_by_two_scans_in_part() -> None:
    """A LIMIT stops the first scan early; the second has to run the rest."""
    plan = read(
        node(
            "Append",
            61.0,
            init("CTE busy", node("Seq Scan", 50.0)),
            node("CTE Scan", 10.0, CTE_Name="busy", Alias="a"),
            node("CTE Scan", 50.0, CTE_Name="busy", Alias="b"),
        )
    )
    assert exclusive(plan) == [1.0, 50.0, 0.0, 10.0]


def test_a_cte_name_means_the_innermost_cte() -> None:
    within = node(
        "Append",
        30.0,
        init("CTE x", node("Seq Scan", 20.0)),
        node("CTE Scan", 25.0, CTE_Name="x", Alias="x"),
    )
    plan = read(
        node(
            "Append",
            100.0,
            init("CTE x", node("Seq Scan", 60.0)),
            within,
            node("CTE Scan", 62.0, CTE_Name="x", Alias="x_1"),
        )
    )
    assert exclusive(plan) == [8.0, 60.0, 5.0, 20.0, 5.0, 2.0]


def test_totals_move_within_their_rounding_and_no_further() -> None:
    """6,000 loops of 0.000 ms may be 0.2 ms; one loop of 1 ms cannot be 5 ms."""
    memoize = node("Memoize", 0.0, outer(node("Index Scan", 0.001, loops=200)), loops=6000)
    plan = read(node("Nested Loop", 3.0, outer(node("Seq Scan", 2.0)), inner(memoize)))
    assert exclusive(plan) == [0.8, 2.0, 0.0, 0.2]
    assert plan.residual_ms == pytest.approx(0)
    odd = read(node("Sort", 1.0, outer(node("Seq Scan", 5.0))))
    assert exclusive(odd) == [0.0, pytest.approx(5.0, abs=0.001)]
    assert odd.residual_ms == pytest.approx(-4.0, abs=0.001)


def test_blocks_are_totals_already() -> None:
    """Three processes with five loops: nothing is multiplied or divided."""
    scan = node("Seq Scan", 10.0, loops=3, Shared_Hit_Blocks=90, Shared_Read_Blocks=10, Temp_Written_Blocks=7)
    plan = read(
        node("Gather", 12.0, outer(scan), Shared_Hit_Blocks=94, Shared_Read_Blocks=10, Temp_Written_Blocks=7)
    )
    assert [one.exclusive_shared_blocks for one in plan.walk()] == [4, 100]
    buffers = plan.node(1).measures.exclusive_buffers
    assert buffers is not None
    assert (buffers.shared_hit, buffers.shared_read, buffers.temp) == (4, 0, 0)


def test_blocks_of_a_cte_are_taken_from_its_scans() -> None:
    plan = read(
        node(
            "Append",
            61.0,
            init("CTE busy", node("Seq Scan", 50.0, Shared_Hit_Blocks=100)),
            node("CTE Scan", 10.0, CTE_Name="busy", Alias="a", Shared_Hit_Blocks=20),
            node("CTE Scan", 50.0, CTE_Name="busy", Alias="b", Shared_Hit_Blocks=80),
            Shared_Hit_Blocks=100,
        )
    )
    assert [one.exclusive_shared_blocks for one in plan.walk()] == [0, 100, 0, 0]


def test_without_timing_there_is_no_time_but_rows_and_blocks() -> None:
    root = {
        key: value
        for key, value in node("Seq Scan", 1.0, loops=2, Shared_Hit_Blocks=8).items()
        if "Time" not in key
    }
    plan = read(root)
    assert plan.is_analyzed
    assert plan.root.total_ms is plan.root.exclusive_ms is plan.residual_ms is None
    assert (plan.root.total_rows, plan.root.exclusive_shared_blocks) == (20, 8)


def test_without_analyze_nothing_is_measured() -> None:
    plan = read({"Node Type": "Seq Scan"})
    assert not plan.is_analyzed
    assert (
        plan.root.total_ms is plan.root.total_rows is plan.residual_ms is plan.residual_shared_blocks is None
    )


def test_an_init_plan_nobody_mentions_goes_where_its_blocks_are_though_another_node_is_busier() -> None:
    """The Sort took most of the time, but touched no block that the InitPlan could have read."""
    asked = node("Aggregate", 40.0, Shared_Hit_Blocks=800)
    scan = outer(node("Seq Scan", 50.0, Shared_Hit_Blocks=900))
    plan = read(node("Sort", 150.0, init("InitPlan 1", asked), scan, Shared_Hit_Blocks=900))
    assert exclusive(plan) == [100.0, 40.0, 10.0]
    assert [one.exclusive_shared_blocks for one in plan.walk()] == [0, 800, 100]
    assert plan.residual_shared_blocks == 0


def test_wal_is_charged_to_the_node_that_wrote_it() -> None:
    """A scan that prunes pages writes too; what the node above shows contains it."""
    found = read_text(
        "Update on t (actual rows=0.00 loops=1)\n"
        "  WAL: records=10 fpi=2 bytes=900\n"
        "  ->  Seq Scan on t (actual rows=3.00 loops=1)\n"
        "        WAL: records=4 bytes=300\n"
    )
    update, scan = found.walk()
    assert update.exclusive_wal == Wal(records=6, full_page_images=2, bytes=600)
    assert scan.exclusive_wal == scan.wal
    assert read_text("Result (actual rows=1.00 loops=1)").root.exclusive_wal is None
