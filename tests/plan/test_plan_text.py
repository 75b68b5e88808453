"""Reading and writing EXPLAIN (FORMAT TEXT): hand-made lines, limits and properties."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from made_plans import documents
from recorded_plans import FOLDER
from test_plan_text_recorded import essence

from perfkit.errors import PlanParseError
from perfkit.plan import dump_json, read_json
from perfkit.plan.text import read_text, write_text

REAL = [path.read_text() for path in sorted(FOLDER.glob("*.txt"))]
REAL += [path.read_text() for path in sorted(FOLDER.glob("*/buffers/*.txt"))]

ODD = """\
Custom Scan (Citus Adaptive)  (cost=0.00..0.00 rows=0 width=0) (actual time=1.250..1.251 rows=4 loops=1)
  Task Count: 4
  Tasks Shown: One of 4
  ->  Task
        Node: host=localhost port=5433 dbname=it's
        ->  Seq Scan on "odd -> name" "A ""q"" (b)"  (cost=0.00..1.00 rows=1 width=4) (never executed)
              Filter: ("A ""q"" (b)".body ~~ 'x
  ->  Seq Scan on nothing  (cost=0.00..1.00 rows=1 width=4)
Planning Time: 3 ms'::text)
              New Thing: 1.50
              Novelty: one
              Novelty: two
            Planning Time: 0.028 ms
            Execution Time: 0.031 ms
  ->  Foreign Scan  (cost=100.00..150.00 rows=9 width=4) (actual time=0.500..0.600 rows=4 loops=1)
        Relations: (public.a) INNER JOIN (public.b)
        Remote SQL: SELECT r1.a FROM (public.a r1 INNER JOIN public.b r2 ON (((r1.a = r2.a))))
Settings: enable_seqscan = 'off', search_path = 'a, "B"'
Query Identifier: -123
Planning:
  Buffers: shared hit=15
  I/O Timings: shared read=0.120
  Memory: used=15kB  allocated=16kB
Planning Time: 0.100 ms
Trigger t for constraint c on r: time=0.100 calls=3
JIT:
  Functions: 4
  Options: Inlining false, Optimization false, Expressions true, Deforming true
  Timing: Generation 0.600 ms (Deform 0.100 ms), Inlining 0.000 ms, Optimization 0.300 ms, Emission 4.200 ms, Total 5.200 ms
Serialization: time=0.010 ms  output=3kB  format=text
  Buffers: shared hit=1
Execution Time: 5.000 ms
"""


def test_odd_lines_are_all_kept() -> None:
    found = read_text(ODD)
    root, task, scan, foreign = found.walk()
    assert (root.node_type, root.extra["Custom Plan Provider"]) == ("Custom Scan", "Citus Adaptive")
    assert task.extra["Node"] == "host=localhost port=5433 dbname=it's"
    assert (scan.relation, scan.alias) == ("odd -> name", 'A "q" (b)')
    assert scan.never_executed
    assert (scan.filter or "").count("\n") == 2
    assert (scan.extra["New Thing"], scan.extra["Novelty"]) == ("1.50", ["one", "two"])
    assert foreign.extra["Remote SQL"]
    assert found.settings == {"enable_seqscan": "off", "search_path": 'a, "B"'}
    assert (found.query_id, found.planning_memory_bytes) == (-123, 15 * 1024)
    assert found.planning_buffers is not None
    assert found.planning_buffers.shared_read_ms == 0.12
    assert found.jit is not None
    assert found.jit.timing["Deform"] == 0.1
    assert found.serialization is not None
    assert found.triggers[0].relation == "r"
    assert (found.planning_ms, found.execution_ms) == (0.1, 5.0)
    assert essence(write_text(found)) == essence(ODD)
    assert read_json(dump_json(found)) == found


LINES = """\
Merge on t x  (cost=0.00..1.00 rows=1 width=4) (actual time=0.100..0.200 rows=1.50 loops=1)
  Merge on t_1 x_1
    Remote SQL: UPDATE t
  Foreign Merge on "T 2" x
  Tuples: inserted=3 deleted=1
  Conflict Resolution: UPDATE
  Conflict Arbiter Indexes: a, "b, c"
  Disabled: true
  Index Searches: 3
  Heap Blocks: lossy=4
  Buckets: 1024 (originally 512)  Batches: 4 (originally 1)  Memory Usage: 9kB
  Full-sort Groups: 3  Sort Methods: quicksort, top-N heapsort  Average Memory: 26kB  Peak Memory: 27kB
  Pre-sorted Groups: 1  Sort Method: quicksort  Average Memory: 26kB  Peak Memory: 27kB  Average Disk: 1kB  Peak Disk: 2kB
  Estimates: capacity=5 distinct keys=5 lookups=20 hit percent=75.25%
  Buffers: shared hit=1 read=2 dirtied=3 written=4, local hit=5, temp read=6 written=7
  I/O Timings: shared read=1.500 write=0.250, temp write=0.125
  WAL: records=1 fpi=2 bytes=3 buffers full=4
  Worker 0:  actual time=0.100..0.200 rows=2.00 loops=1
    Sort Method: external merge  Disk: 12kB
    JIT:
      Functions: 2
      Options: Inlining false, Optimization false, Expressions true, Deforming true
    Buffers: shared hit=3
  Worker 1:  Sort Method: quicksort  Memory: 25kB
  InitPlan 1 (returns $0)
    ->  MixedAggregate  (cost=0.00..1.00 rows=1 width=4) (actual time=0.001..0.002 rows=1.00 loops=1)
          Hash Key: a
          Hash Key: b, c
          Group Key: ()
          Sort Key: d
            Group Key: d, e
            Group Key: d
  CTE odd: name (x)
    ->  Parallel Custom Scan (Vector (Agg) on Rows) on s.t  (cost=0.00..1.00 rows=1 width=4) (never executed)
          Planned Partitions: 4  Batches: 5  Memory Usage: 8kB  Disk Usage: 16kB
  ->  Hash Right Anti Join  (cost=0.00..1.00 rows=1 width=4) (actual time=0.001..0.002 rows=1.00 loops=1)
        Hits: 1  Misses: 2  Evictions: 3  Overflows: 4  Memory Usage: 5kB
        ->  Foreign Scan on "T 2" x  (cost=0.00..1.00 rows=1 width=4) (never executed)
  SubPlan 2
    ->  HashSetOp Except All  (cost=0.00..1.00 rows=1 width=4) (actual time=0.001..0.002 rows=1.00 loops=1)
"""


def test_every_kind_of_line_is_read_and_written() -> None:
    found = read_text(LINES)
    nodes = list(found.walk())
    assert essence(write_text(found)) == essence(LINES)
    assert found.root.buffers is not None
    assert (found.root.buffers.temp, found.root.buffers.temp_read_ms) == (13, 0.0)
    assert found.root.wal is not None
    assert found.root.wal.buffers_full == 4
    assert [worker.extra["Sort Method"] for worker in found.root.workers] == ["external merge", "quicksort"]
    assert nodes[1].extra["Grouping Sets"] == [
        {"Hash Keys": [["a"]]},
        {"Hash Keys": [["b", "c"]]},
        {"Group Keys": [[]]},
        {"Sort Key": ["d"], "Group Keys": [["d", "e"], ["d"]]},
    ]
    assert [node.parent_relationship for node in nodes[1:]] == [
        *("InitPlan", "InitPlan", "Outer", "Outer", "SubPlan")
    ]
    assert (nodes[2].subplan_name, nodes[2].schema) == ("CTE odd: name (x)", "s")
    assert (nodes[3].join_type, nodes[5].command) == ("Right Anti", "Except All")


def test_masked_figures_are_kept_as_they_are() -> None:
    text = (
        "Sort (actual rows=N loops=N)\n  Sort Method: quicksort  Memory: NkB\n  Rows Removed by Filter: N\n"
    )
    found = read_text(text)
    assert (found.root.actual, found.root.rows_removed_by_filter) == (None, None)
    assert essence(write_text(found)) == essence(text)


@pytest.mark.parametrize(
    ("text", "message", "line", "column"),
    [
        ("", "the text is empty", None, None),
        ("hello world", "no node of PostgreSQL's", 1, 1),
        ("Sort\n->  Result", "not indented below", 2, 1),
        ("Append\n  ->  Result\n   ->  Result", "indented less or more", 3, 4),
        ("Append\n  CTE x\n    ->  Result\n    ->  Result", "fits no node", 4, 5),
        ("Limit\n  ->  Sort\n        Sort Key: a\n     Filter: b", "fits no node", 4, 6),
        ("Limit  (cost=0.00..1.00 rows=1 width=4)\n  ->  Seq Scan on is", "was the text cut", 2, 3),
        ("Limit  (cost=0.00..1.00 rows=1 wid)", "figures", 1, 1),
        ("Result\n\nanything", "the plan has ended", 3, 1),
        ("Limit\n  InitPlan 1\n    ->", "as a node", 3, 5),
    ],
)
def test_a_parse_error_says_what_and_where(
    text: str, message: str, line: int | None, column: int | None
) -> None:
    with pytest.raises(PlanParseError, match=message) as caught:
        read_text(text)
    assert (caught.value.line, caught.value.column) == (line, column)


def test_tabs_stand_for_indentation() -> None:
    found = read_text("Limit\n\t->\tSort\n\t\tSort Key: a, (b)\n\t\t->\tResult\n")
    assert [node.node_type for node in found.walk()] == ["Limit", "Sort", "Result"]
    assert found.root.children[0].sort_key == ("a", "(b)")


def test_depth_is_no_limit() -> None:
    lines = ["Limit"]
    lines += [" " * (2 + 6 * level) + "->  Limit" for level in range(2000)]
    found = read_text("\n".join(lines))
    assert sum(1 for _ in found.walk()) == 2001
    assert write_text(found).split("\n") == lines


@given(st.data())
def test_a_cut_plan_is_a_plan_or_a_parse_error(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(REAL))
    assert_reads_or_refuses(text[: data.draw(st.integers(0, len(text)))])


@given(st.data())
def test_a_mutated_plan_is_a_plan_or_a_parse_error(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(REAL))
    for _ in range(data.draw(st.integers(1, 4))):
        begin = data.draw(st.integers(0, len(text)))
        end = min(len(text), begin + data.draw(st.integers(0, 30)))
        put = data.draw(
            st.sampled_from(
                ["", "\n", "  ", "->", "'", '"', "(", ")", ": ", "9" * 400, "\t", "é", text[:begin][-40:]]
            )
        )
        text = text[:begin] + put + text[end:]
    assert_reads_or_refuses(text)


@given(st.text())
@example("Result  (cost=0.00..0.00 rows=1 width=0) (actual rows=1 loops=" + "9" * 5000 + ")")
@example("Result\n  Buffers: shared hit=" + "9" * 5000)
@example("Result\nJIT:\n  Timing: x")
@example("Result\nQuery Identifier: ²")
def test_any_text_is_a_plan_or_a_parse_error(text: str) -> None:
    assert_reads_or_refuses(text)


def assert_reads_or_refuses(text: str) -> None:
    try:
        found = read_text(text)
    except PlanParseError:
        return
    written = write_text(found)
    arrows = sum(line.lstrip().startswith("->") for line in text.split("\n"))
    count = sum(1 for _ in found.walk())
    assert count <= arrows + 1
    if "'" not in text and '"' not in text:
        assert count >= arrows
    assert written


@given(documents())
def test_any_plan_is_written(document: list[dict[str, object]]) -> None:
    assert write_text(read_json(document))
