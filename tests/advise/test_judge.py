"""The rule that turns before and after into a verdict, and the order of advice."""

from __future__ import annotations

import pytest

from perfkit.advise.judge import is_worthwhile, judge
from perfkit.advise.rank import ranked
from perfkit.advise.values import UNPROVEN, Advice, Price
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
