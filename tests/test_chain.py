"""Values go on from one to the next: a diff, findings, a DataFrame."""

from __future__ import annotations

import pytest

from perfkit.comparison import Comparison
from perfkit.errors import UsageError
from perfkit.lab import Lab
from perfkit.plan import parse_plan
from perfkit.render.frames import to_frame
from perfkit.workload.queries import Workload, query_of

SLOW = """
Sort  (cost=1.0..2.0 rows=10 width=8) (actual time=900.0..950.0 rows=100000 loops=1)
  Sort Key: a
  Sort Method: external merge  Disk: 50000kB
  ->  Seq Scan on t  (cost=0.0..1.0 rows=10 width=8) (actual time=0.1..100.0 rows=100000 loops=1)
        Filter: (b > 3)
        Rows Removed by Filter: 5
Execution Time: 960.0 ms
"""
QUICK = "Index Only Scan using t_a on t  (cost=0.0..1.0 rows=10 width=8) (actual time=0.1..100.0 rows=100000 loops=1)"


def test_a_plan_goes_on_to_diff_findings_and_frame() -> None:
    plan = parse_plan(SLOW)
    assert plan.findings
    comparison = plan.diff(parse_plan(QUICK))
    assert isinstance(comparison, Comparison)
    assert comparison.totals.ms.delta == pytest.approx(-850)
    frame = plan.to_frame()
    assert list(frame["label"]) == [node.label for node in plan.walk()]
    assert list(frame["depth"]) == [0, 1]
    assert frame["exclusive_ms"].sum() == pytest.approx(plan.root.total_ms)
    assert frame.loc[2, "rows_removed"] == 5


def test_what_nobody_knows_is_missing_in_the_frame() -> None:
    frame = parse_plan("Seq Scan on t  (cost=0.0..1.0 rows=10 width=8)").to_frame()
    assert frame["planned_rows"].tolist() == [10]
    assert frame[["rows", "total_ms", "rows_removed"]].isna().all(axis=None)


def test_the_frame_of_a_diff_adds_up() -> None:
    comparison = parse_plan(SLOW).diff(parse_plan(QUICK))
    frame = comparison.to_frame()
    assert len(frame) == len(comparison.edits)
    assert frame["exclusive_ms_delta"].sum() == pytest.approx(-850)
    assert frame.equals(comparison.diff.to_frame())


def test_a_workload_becomes_a_frame() -> None:
    workload = Workload(
        source="folder", queries=(query_of("one", "select 1", calls=3.0), query_of("two", "select 2, 3"))
    )
    frame = workload.to_frame()
    assert list(frame.index) == [1, 2]
    assert list(frame["name"]) == ["one", "two"]
    assert list(frame["share"]) == [0.75, 0.25]


def test_only_what_has_rows_becomes_a_frame() -> None:
    with pytest.raises(TypeError, match="no table holds a str"):
        to_frame("text")


def test_a_diff_with_no_plan_is_refused() -> None:
    with pytest.raises(UsageError, match="holds no plan to compare"):
        parse_plan(QUICK).diff("select 1")  # type: ignore[arg-type]


@pytest.mark.server
def test_captures_and_investigations_chain(lab: Lab) -> None:
    """``lab.explain(q).diff(lab.explain(q2))``, and what is tried becomes rows."""
    one, other = "select count(*) from pg_class", "select count(*) from pg_class where relkind = 'r'"
    comparison = lab.explain(one, runs=1).diff(lab.explain(other, runs=1))
    assert len(comparison.to_frame()) == len(comparison.edits)
    found = lab.investigate(other, runs=1)
    frame = found.to_frame()
    assert len(frame) == len(found.advice) + len(found.rejected)
    assert isinstance(found.diff(lab.explain(one, runs=1)), Comparison)
    assert isinstance(found.findings, tuple)


@pytest.fixture
def lab(target: object) -> Lab:
    return Lab(target)  # type: ignore[arg-type]
