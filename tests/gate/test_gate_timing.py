"""Times in turns: what is clearly slower, and noise that is called noise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from perfkit.db.target import Target
from perfkit.gate.timing import agreement, judge_times
from perfkit.gate.update import update
from perfkit.lab import Lab

QUIET = (10.0, 10.1, 10.0, 10.3, 10.2)


@pytest.mark.parametrize(
    ("control", "after", "tolerance", "verdict"),
    [
        (QUIET, QUIET, 0.1, "same"),
        (QUIET, (12.5, 12.6, 12.5, 14.0, 12.9), 0.1, "slower"),
        (QUIET, (12.5, 12.6, 12.5, 14.0, 12.9), 0.3, "same"),
        (QUIET, (5.0, 5.1, 5.0, 5.3, 5.2), 0.1, "faster"),
        ((11.5, 11.7, 11.5, 13.0, 12.0), (12.5, 12.6, 12.5, 14.0, 12.9), 0.1, "too noisy to tell"),
        ((11.5, 11.7, 11.5, 13.0, 12.0), (99.0, 99.5, 99.7, 99.0, 99.0), 0.1, "slower"),
    ],
)
def test_a_change_must_be_clear_of_the_control(
    control: tuple[float, ...], after: tuple[float, ...], tolerance: float, verdict: str
) -> None:
    assert judge_times(QUIET, control, after, tolerance).verdict == verdict


def test_one_batch_that_a_busy_moment_deceived_decides_nothing() -> None:
    same = {"before": QUIET, "control": QUIET, "after": QUIET}
    deceived = {**same, "after": (12.5, 12.6, 12.5, 14.0, 12.9)}
    assert agreement([deceived], 0.1) is None
    assert agreement([deceived, same], 0.1) is None
    agreed = agreement([deceived, same, same], 0.1)
    assert agreed is not None
    assert (agreed.verdict, len(agreed.before)) == ("same", 15)


@pytest.mark.server
def test_far_more_work_is_slower_though_no_counter_says_so(
    shop: Target, changed: Callable[..., Lab], queries: Path
) -> None:
    """A function that loops a hundred times as long touches no block more."""
    body = "create function work() returns integer language plpgsql stable as"
    loop = "'declare n integer := 0; begin for i in 1..%d loop n := n + 1; end loop; return n; end'"
    before, after = changed(f"{body} {loop % 2_000}"), changed(f"{body} {loop % 200_000}")
    (queries / "work.sql").write_text("select work()")
    update(queries / "baseline", before.gate(queries).results)
    report = after.gate(queries, against=before.target.conninfo, timing=True, turns=7)
    found = next(one for one in report.results if one.query == "work")
    assert found.verdict == "regressed"
    assert [one.kind for one in found.worse] == ["time"]
    assert found.times is not None
    assert len(found.times.before) == len(found.times.after) >= 14, "one batch alone decides nothing"
    faster = before.gate(queries, against=after.target.conninfo, timing=True, turns=7)
    assert next(one for one in faster.results if one.query == "work").verdict == "improved"
