"""TEXT as extensions, forks and older servers print it, and what a hand did to it."""

from __future__ import annotations

import pytest
from test_plan_text_recorded import essence

from perfkit.errors import PlanParseError
from perfkit.plan import dump_json, read_json
from perfkit.plan.text import read_text, write_text
from perfkit.plan.text.check import first_loss


def test_an_extension_may_list_an_input_before_its_own_properties() -> None:
    """Citus explains the subplans of a statement first."""
    text = (
        "Custom Scan (Citus Adaptive)\n"
        "  ->  Distributed Subplan 5_1\n"
        "        Subplan Duration: 0.00 ms\n"
        "        ->  Limit\n"
        "              ->  Seq Scan on t_1 t\n"
        "  Task Count: 1\n"
        "  ->  Task\n"
        "        Node: host=a\n"
        "        ->  Seq Scan on t_2 t\n"
        "            Planning:\n"
        "              Buffers: shared hit=3\n"
        "            Planning Time: 0.016 ms\n"
    )
    found = read_text(text)
    assert [node.label for node in found.walk()] == [
        "Custom Scan (Citus Adaptive)",
        "Distributed Subplan 5_1",
        "Limit",
        "Seq Scan on t_1 t",
        "Task",
        "Seq Scan on t_2 t",
    ]
    assert found.root.extra["Task Count"] == 1
    remote = found.node(6)
    assert (remote.extra["Planning"], remote.extra["Planning Time"]) == (
        "\nBuffers: shared hit=3",
        "0.016 ms",
    )
    assert found.planning_ms is None
    assert first_loss(text, found) is None


@pytest.mark.parametrize(
    "head",
    [
        "Gather Motion 3:1  (slice1; segments: 3)",
        "Broadcast Motion 3:3  (slice2; segments: 3)",
        "Explicit Redistribute Motion 3:3  (slice2; segments: 3)",
    ],
)
def test_a_motion_of_greenplum_is_a_root(head: str) -> None:
    found = read_text(f"{head}\n  ->  Seq Scan on t\nOptimizer: Postgres-based planner\n")
    assert [node.node_type for node in found.walk()] == [head, "Seq Scan"]


@pytest.mark.parametrize(
    "timings",
    [
        "read=0.024",
        "read=0.100 write=0.200",
        "shared/local read=0.100 write=0.200, temp read=0.300",
        "shared read=0.100, local read=0.200, temp read=0.300",
        "temp write=0.300",
    ],
)
def test_clocks_are_named_as_the_server_named_them(timings: str) -> None:
    text = (
        "Gather  (cost=1.00..2.00 rows=1 width=4) (actual time=1.000..2.000 rows=1 loops=1)\n"
        "  Buffers: shared read=7\n"
        f"  I/O Timings: {timings}\n"
        "  Worker 0:  actual time=1.000..2.000 rows=1 loops=1\n"
        "    Buffers: shared read=3\n"
        f"    I/O Timings: {timings}\n"
        "Planning:\n"
        "  Buffers: shared hit=3 read=1\n"
        f"  I/O Timings: {timings}\n"
    )
    assert essence(write_text(read_text(text))) == essence(text)


def test_properties_of_foreign_data_wrappers_may_begin_small() -> None:
    found = read_text("Foreign Scan on t\n  lsm: 3\n  selectivity: 1\n  Multicorn: SELECT x\n")
    assert found.root.extra == {"lsm": 3, "selectivity": 1, "Multicorn": "SELECT x"}


def test_apostrophes_that_a_hand_put_into_constants_swallow_no_node() -> None:
    found = read_text(
        "Nested Loop\n"
        "  ->  Seq Scan on a\n"
        "        Filter: (name = 'O'Brien'::text)\n"
        "  ->  Seq Scan on b\n"
        "        Filter: (name = 'O'Neil'::text)\n"
    )
    assert [node.filter for node in found.walk()] == [
        None,
        "(name = 'O'Brien'::text)",
        "(name = 'O'Neil'::text)",
    ]


def test_a_constant_of_several_lines_may_look_like_a_plan() -> None:
    constant = "(body ~~ 'it''s\n ->  Seq Scan on fake\nFilter: x\n'::text)"
    found = read_text(f" Seq Scan on t\n   Filter: {constant}\n   Rows Removed by Filter: 3\n")
    assert (found.root.filter, found.root.children) == (constant, ())


def test_tabs_and_blanks_in_a_constant_are_its_own() -> None:
    constant = "(body ~~ 'one  \n\ttwo\n \n  three'::text)"
    found = read_text(f"\tSeq Scan on t\n\t  Filter: {constant}\n\t  Rows Removed by Filter: 3\n")
    assert found.root.filter == constant


def test_masked_figures_do_not_take_the_keys_of_an_extension() -> None:
    """Both have the same lines; only one has a provider."""
    line = "  Rows Removed by Filter: 3\n"
    read_text(f"Custom Scan (X)  (cost=0.00..1.00 rows=1 width=4)\n{line}")
    masked = f"Seq Scan on t  (cost=N..N rows=N width=N)\n{line}"
    assert essence(write_text(read_text(masked))) == essence(masked)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Limit  (cost=0.00..1.00 rows=1 width=4) →  Seq Scan on t  (cost=0.00..1.00 rows=1 width=4)", 1),
        ("Limit\n  ->  **Seq Scan on t**", 2),
        ("Limit\n  ->  `Seq Scan` on t", 2),
        ("Limit\n  ->  ...", 2),
        ("Seq Scan on t\n  Filter: (a = 1)\n  which takes ages", 3),
        ("Seq Scan on t\n  Filter: (a = 1)\n  which\n  takes ages", 3),
        ("Foreign Scan on t\n  Remote SQL: SELECT 1\n and more", 3),
    ],
)
def test_what_is_no_plan_is_refused_where_it_stands(text: str, line: int) -> None:
    with pytest.raises(PlanParseError) as refused:
        read_text(text)
    assert refused.value.line == line


def test_blocks_of_pg_overexplain_are_kept() -> None:
    text = (
        "Seq Scan on t\n"
        "  Disabled Nodes: 0\n"
        "PlannedStmt:\n"
        "  Command Type: select\n"
        "RTI 1 (relation, inherited, in-from-clause):\n"
        "  Eref: t (a, b)\n"
        "Unprunable RTIs: 1\n"
    )
    found = read_text(text)
    assert found.extra["RTI 1 (relation, inherited, in-from-clause)"] == "\nEref: t (a, b)"
    assert first_loss(text, found) is None


def test_the_summary_of_servers_before_11_is_written_as_it_was() -> None:
    text = "Seq Scan on t\nPlanning time: 0.300 ms\nExecution time: 0.500 ms\n"
    found = read_text(text)
    assert (found.planning_ms, found.execution_ms) == (0.3, 0.5)
    assert essence(write_text(found)) == essence(text)
    assert list(dump_json(found)[0]) == ["Plan", "Planning Time", "Execution Time"]


def test_jit_of_11_is_read() -> None:
    text = (
        "Seq Scan on t\n"
        "JIT:\n"
        "  Functions: 8\n"
        "  Generation Time: 1.000 ms\n"
        "  Inlining: true\n"
        "  Inlining Time: 2.000 ms\n"
        "  Optimization: false\n"
        "  Optimization Time: 3.000 ms\n"
        "  Emission Time: 4.000 ms\n"
    )
    found = read_text(text)
    assert found.jit is not None
    assert (found.jit.functions, found.jit.total_ms) == (8, 10.0)
    assert found.jit.options == {"Inlining": True, "Optimization": False}
    assert essence(write_text(found)) == essence(text)
    assert read_json(dump_json(found)) == found


def test_full_page_images_of_19_are_counted_in_bytes() -> None:
    text = "Insert on t (actual rows=0.00 loops=1)\n  WAL: records=3 fpi=2 bytes=16500 fpi bytes=16384\n"
    wal = read_text(text).root.wal
    assert wal is not None
    assert (wal.bytes, wal.full_page_image_bytes, wal.buffers_full) == (16500, 16384, None)
    assert essence(write_text(read_text(text))) == essence(text)
