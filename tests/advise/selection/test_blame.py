"""Which indexes go where a statement is harmed: those that no other gains by, before those that one does."""

from __future__ import annotations

from typing import Literal

import pytest

from perfkit.advise.selection.effect import Effect
from perfkit.advise.selection.proving import dispensable, doubtful
from perfkit.advise.values import Proof, ProofVerdict
from perfkit.capture.values import Counters, Measurement, Samples
from perfkit.plan import Node, Plan

A, B, C = 0b001, 0b010, 0b100


def effect(place: int, used: int, verdict: ProofVerdict, *, same: Literal[False] | None = None) -> Effect:
    return Effect(place=place, used=used, proof=Proof(level="executed", verdict=verdict, same_result=same))


@pytest.mark.parametrize(
    ("others", "gone"),
    [
        ((), A | B),
        (((A, "improves"),), B),
        (((A, "neutral"),), A | B),
        (((C, "improves"),), A | B),
        (((A, "improves"), (B, "improves")), A | B),
        (((A, "improves"), (B, "harms")), B),
    ],
)
def test_what_others_gain_by_goes_last(others: tuple[tuple[int, ProofVerdict], ...], gone: int) -> None:
    harmed = effect(0, A | B, "harms")
    rest = [effect(place, used, verdict) for place, (used, verdict) in enumerate(others, 1)]
    assert dispensable(harmed, [harmed, *rest]) == gone


def test_of_a_plan_that_gives_other_rows_all_go() -> None:
    harmed = effect(0, A | B, "harms", same=False)
    assert dispensable(harmed, [harmed, effect(1, A, "improves")]) == A | B


def measured(place: int, used: int, ratio: float, runs: int) -> Effect:
    plan = Plan(root=Node(number=1, node_type="Result"))
    side = Measurement(plan=plan, counters=Counters.of(plan), samples=Samples(values=(1.0,) * runs))
    proof = Proof(level="executed", verdict="improves", before=side, after=side, time_ratio=ratio)
    return Effect(place=place, used=used, proof=proof)


def test_one_slow_run_costs_only_what_nobody_else_gains_by() -> None:
    slow = measured(0, A | B, 1.2, runs=1)
    assert doubtful([slow, measured(1, A, 0.3, runs=5)], 0.05) == B
    assert doubtful([measured(0, A | B, 1.2, runs=2)], 0.05) == 0, "more runs are judged by their spread"
    assert doubtful([measured(0, A | B, 1.04, runs=1)], 0.05) == 0
