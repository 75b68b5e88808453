"""Which indexes go where a statement is harmed: those that no other gains by, before those that one does."""

from __future__ import annotations

from typing import Literal

import pytest

from perfkit.advise.indexes.shape import Key, Shape
from perfkit.advise.selection.blame import dispensable, doubtful, unseen
from perfkit.advise.selection.effect import LATE, Effect
from perfkit.advise.selection.index_proof import proof_of
from perfkit.advise.selection.narrowing import Narrowing
from perfkit.advise.selection.option import Option
from perfkit.advise.selection.question import Question
from perfkit.advise.selection.refusals import IDLE, Refusals
from perfkit.advise.values import Proof, ProofVerdict
from perfkit.capture.values import Counters, Measurement, Samples
from perfkit.catalog import Relation
from perfkit.plan import Node, Plan
from perfkit.sql import parse_statement

A, B, C = 0b001, 0b010, 0b100

TABLE = Relation(
    schema="public", name="t", kind="table", rows=1e6, pages=1000, all_visible_pages=0, table_bytes=None
)
INDEX = Option(number=0, shape=Shape(relation=TABLE, equal=(), then=(Key(column="a"),)))


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


def test_an_index_tells_what_it_was_not_run_with() -> None:
    run = measured(0, A, 0.3, runs=5)
    late = Effect(place=1, used=A, proof=None, reason=LATE)
    assert proof_of([run]).reason == "the statement that uses it: 1 ms → 1 ms with the whole set"
    assert proof_of([run, late]).reason.endswith("; 1 more that would use it was not run")
    assert proof_of([run, late, late]).reason.endswith("; 2 more that would use it were not run")
    assert proof_of([late]).level == "planned"


def test_an_index_is_unproven_where_one_was_not_run_and_none_that_was_gains() -> None:
    late = Effect(place=0, used=A | B | C, proof=None, reason=LATE)
    planned = Effect(place=1, used=C, proof=None, reason="its parameters have no values")
    assert unseen([late]) == 0, "nothing was run at all"
    assert unseen([late, effect(1, A, "improves"), effect(2, B, "neutral")]) == B | C
    assert unseen([late, effect(2, B, "improves"), planned]) == A
    assert unseen([effect(0, A, "neutral")]) == 0, "that is idle"


def timed(place: int, used: int, before: float, after: float, runs: int = 5) -> Effect:
    plan = Plan(root=Node(number=1, node_type="Result"))
    sides = [
        Measurement(plan=plan, counters=Counters.of(plan), samples=Samples(values=(ms,) * runs))
        for ms in (before, after)
    ]
    proof = Proof(
        level="executed",
        verdict="improves" if after < before else "harms",
        before=sides[0],
        after=sides[1],
        time_ratio=after / before,
        time_ratio_low=after / before,
    )
    return Effect(place=place, used=used, proof=proof)


def refusals(*weights: float) -> Refusals:
    statement = parse_statement("select 1")
    return Refusals(
        [
            Question(name=f"q{place}", fingerprint="", statement=statement, weight=weight)
            for place, weight in enumerate(weights)
        ]
    )


def reason_of(found: Refusals, kept: int = 0) -> tuple[str, bool]:
    refused = found.told(kept)
    assert len(refused) == 1
    return refused[0].reason, refused[0].is_tempting


def test_what_is_refused_tells_what_it_would_have_saved() -> None:
    found, one = refusals(1, 1, 1), INDEX
    slower = timed(0, A, 1000.0, 1440.0)
    found.saw([slower, timed(1, A, 9000.0, 10.0), timed(2, A, 200.0, 100.0)])
    found.saw([timed(1, A, 9000.0, 2000.0)])
    found.blame(slower, [one])
    reason = "with it q0 takes 1.44 s instead of 1 s, but q1 took 10 ms instead of 9 s and q2 took 100 ms instead of 200 ms"
    assert reason_of(found) == (f"{reason}: a tolerance of 0.45 would allow it", True)
    assert found.told(A) == ()


@pytest.mark.parametrize("calls", [50, 1])
def test_in_all_its_calls_it_must_save_more(calls: float) -> None:
    found, one = refusals(calls, 1), INDEX
    slower = timed(0, A, 1000.0, 1200.0)
    found.saw([slower, timed(1, A, 1000.0, 10.0)])
    found.blame(slower, [one])
    reason, is_tempting = reason_of(found)
    assert reason.startswith("with it q0 takes 1.2 s instead of 1 s")
    assert is_tempting == (calls == 1) == ("tolerance" in reason)


def test_the_worst_that_was_seen_is_told() -> None:
    found, one = refusals(1, 1, 1), INDEX
    found.refuse(one, IDLE)
    found.saw([timed(2, A, 9000.0, 10.0)])
    for after in (1100.0, 1900.0, 1500.0):
        found.blame(timed(0, A, 1000.0, after), [one])
    assert reason_of(found)[0].startswith("with it q0 takes 1.9 s instead of 1 s, but q2")
    found.blame(Effect(place=1, used=A, proof=None, ended_ms=3000.0), [one])
    assert reason_of(found) == ("with it q1 was ended after 3 s, many times what it takes without", False)


def test_what_is_thought_to_harm_and_was_not_run_is_told_so() -> None:
    found = refusals(1)
    found.blame(Effect(place=0, used=A, proof=None, reason=LATE), [INDEX])
    reason = "with it q0 would have a plan like one that was slower; no time was left to run it"
    assert reason_of(found) == (reason, False)


def test_what_kept_a_statement_from_a_worse_plan_is_taken_back_and_stays() -> None:
    found = Narrowing()
    found.takes(B | C, [effect(0, A, "improves"), effect(1, B, "neutral")])
    assert found.taken_back([effect(0, A, "harms")]) == 0, "its plan did not use what went"
    found.takes(B | C, [effect(0, A, "improves"), effect(1, B, "neutral")])
    assert found.taken_back([]) == 0
    assert found.taken_back([effect(1, A, "harms")]) == B
    assert (found.needed, found.guarded) == (B, {1: {1}})
    assert found.taken_back([effect(1, A, "harms")]) == 0, "once"
