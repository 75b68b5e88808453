"""N runs against N runs: what may be said of them."""

from __future__ import annotations

import random

from perfkit.stats import judge_runs, not_judged


def noisy(choice: random.Random, base_ms: float, runs: int) -> list[float]:
    """Times of constant work on a busy machine: noise only ever adds."""
    return [base_ms + choice.expovariate(1 / (0.4 * base_ms)) for _ in range(runs)]


def test_equal_work_is_hardly_ever_called_slower() -> None:
    choice = random.Random(1)
    verdicts = [judge_runs(noisy(choice, 5, 20), noisy(choice, 5, 20)).verdict for _ in range(100)]
    assert sum(one in ("slower", "faster") for one in verdicts) <= 2


def test_a_clear_change_is_found() -> None:
    choice = random.Random(2)
    verdicts = [judge_runs(noisy(choice, 5, 20), noisy(choice, 10, 20)).verdict for _ in range(50)]
    assert verdicts.count("slower") >= 48


def test_runs_that_were_not_interleaved_need_an_interval_clear_of_one() -> None:
    before = [5.0, 5.2, 5.3, 9.0, 9.1, 9.2, 9.3, 9.4]
    after = [5.8, 6.0, 6.1, 6.2, 6.3, 9.5, 9.6, 9.7]
    assert judge_runs(before, after).verdict == "slower"
    doubtful = judge_runs(before, after, is_interleaved=False)
    assert doubtful.verdict == "too noisy to tell"
    assert "not interleaved" in doubtful.reason


def test_what_is_not_judged_says_why() -> None:
    assert judge_runs([], [1.0]).verdict == "not judged"
    assert not_judged("another day").reason == "another day"


def test_the_same_says_why_it_is_called_so() -> None:
    near = judge_runs([5.0] * 5, [5.2] * 5)
    assert near.verdict == "same"
    assert near.reason == "the fastest runs are within a tenth"
    short = judge_runs([0.010] * 5, [0.030] * 5)
    assert short.verdict == "same"
    assert "within 0.050 ms" in short.reason
