"""Which indexes go where a statement is harmed: those that no other gains by, before those that one does."""

from __future__ import annotations

from typing import Literal

import pytest

from perfkit.advise.selection.effect import Effect
from perfkit.advise.selection.proving import dispensable
from perfkit.advise.values import Proof, ProofVerdict

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
