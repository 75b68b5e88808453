"""The rule that turns before and after into a verdict, and the order of advice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from perfkit.advise.judge import is_worthwhile, judge, spares_blocks
from perfkit.advise.rank import outdone, ranked
from perfkit.advise.values import UNPROVEN, Advice, Price, Step
from perfkit.capture.values import Counters, Measurement, Samples
from perfkit.plan.model import Node, Plan


def measurement(ms: float, blocks: int, temp: int = 0) -> Measurement:
    values = tuple(ms * factor for factor in (1.0, 1.01, 1.02, 1.05, 1.3))
    counters = Counters(shared_blocks=blocks, shared_read_blocks=0, temp_blocks=temp, rows=1, rows_removed=0)
    return Measurement(
        plan=Plan(root=Node(number=1, node_type="Result")), counters=counters, samples=Samples(values=values)
    )


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        (measurement(100, 8000), measurement(2, 40), "improves"),
        (measurement(100, 8000), measurement(100, 40), "improves"),
        (measurement(100, 8000), measurement(50, 16000), "inconclusive"),
        (measurement(100, 8000), measurement(100, 8000), "neutral"),
        (measurement(100, 8000), measurement(150, 8000), "harms"),
        (measurement(100, 8000, temp=500), measurement(100, 8000), "improves"),
    ],
)
def test_verdicts(before: Measurement, after: Measurement, verdict: str) -> None:
    assert judge(before, after, same_result=True).verdict == verdict


def test_a_different_result_is_never_an_improvement() -> None:
    proof = judge(measurement(100, 8000), measurement(1, 4), same_result=False)
    assert proof.verdict == "harms"
    assert not is_worthwhile(proof)


def test_a_small_gain_is_not_worth_its_price() -> None:
    proof = judge(measurement(100, 8000), measurement(85, 7900), same_result=True)
    assert proof.verdict == "improves"
    assert not is_worthwhile(proof)


def test_ending_a_spill_counts_where_it_takes_hardly_longer() -> None:
    spilled = measurement(100, 8000, temp=5000)
    ended = judge(spilled, measurement(115, 8000), same_result=True)
    assert ended.verdict == "improves"
    assert ended.reason.endswith("it is no faster while the page cache holds the temporary files")
    assert is_worthwhile(ended)
    assert judge(spilled, measurement(150, 8000), same_result=True).verdict == "inconclusive"
    assert judge(spilled, measurement(115, 12000), same_result=True).verdict == "inconclusive"


def test_a_little_more_work_in_half_the_time_is_an_improvement() -> None:
    assert judge(measurement(100, 5000), measurement(55, 5700), same_result=True).verdict == "improves"
    assert judge(measurement(100, 5000), measurement(55, 9000), same_result=True).verdict == "inconclusive"


def test_a_statement_that_was_ended_is_judged_by_the_time_it_was_given() -> None:
    ended = replace(measurement(1, 1), samples=Samples(values=()), ended_after_ms=60_000.0)
    proof = judge(ended, measurement(600, 40), same_result=None)
    assert (proof.verdict, proof.time_ratio, proof.blocks_ratio) == ("improves", 0.0102, None)
    assert proof.reason == "not finished after 60 s → median 612 ms, 40 shared blocks"
    assert judge(ended, measurement(600, 40), same_result=False).verdict == "harms"


@pytest.mark.parametrize(("runs", "verdict"), [(1, "inconclusive"), (3, "improves")])
def test_one_run_must_end_long_before_the_time_the_other_had(runs: int, verdict: str) -> None:
    ended = replace(measurement(1, 1), samples=Samples(values=()), ended_after_ms=632.0)
    ends = replace(measurement(1, 1), samples=Samples(values=(539.0,) * runs))
    assert judge(ended, ends, same_result=None).verdict == verdict
    assert judge(ended, replace(ends, samples=Samples(values=(400.0,) * runs)), None).verdict == "improves"


def test_an_index_that_touches_as_many_blocks_is_told_apart() -> None:
    assert spares_blocks(judge(measurement(100, 8000), measurement(50, 4000), same_result=True))
    assert not spares_blocks(judge(measurement(100, 8000), measurement(50, 8000), same_result=True))


def test_the_smaller_remedy_comes_first_where_it_reaches_most_of_the_gain() -> None:
    index, statistics = advice("index", ratio=0.01, size=10), advice("analyze", ratio=0.018, size=0)
    found = ranked([index, replace(statistics, kind="statistics")])
    assert [one.id for one in found] == ["statistics-1", "index-1"]
    found = ranked([index, replace(advice("analyze", ratio=0.04, size=0), kind="statistics")])
    assert [one.id for one in found] == ["index-1", "statistics-1"]


def test_a_part_that_reaches_most_of_the_gain_is_told_beside_the_whole() -> None:
    whole = replace(
        advice("both", ratio=0.004, size=10),
        kind="rewrite",
        steps=(Step(kind="index", sql="index"), Step(kind="rewrite", sql="part")),
    )
    part = replace(advice("part", ratio=0.02, size=0), kind="rewrite")
    slower = replace(advice("slower", ratio=0.2, size=0), kind="rewrite")
    assert set(outdone([whole, part, slower])) == {2}


def advice(sql: str, *, ratio: float | None, size: int) -> Advice:
    proof = UNPROVEN
    if ratio is not None:
        proof = judge(measurement(100, 8000), measurement(100 * ratio, 8), same_result=True)
    return Advice(id="", kind="index", sql=sql, rationale="", price=Price(size_bytes=size), proof=proof)


def test_proven_before_unproven_and_the_small_one_first_among_equals() -> None:
    order = ranked(
        [
            advice("unproven", ratio=None, size=1),
            advice("slower", ratio=0.5, size=10),
            advice("best but large", ratio=0.100, size=1000),
            advice("nearly as good and small", ratio=0.110, size=10),
        ]
    )
    assert [one.sql for one in order] == ["nearly as good and small", "best but large", "slower", "unproven"]
    assert [one.id for one in order] == ["index-1", "index-2", "index-3", "index-4"]
