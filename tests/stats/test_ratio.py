"""Verdicts on times and counters."""

from __future__ import annotations

import random

import pytest

from perfkit.stats import compare_counts, compare_times, interleaved


def noisy(base: float, count: int, seed: int) -> list[float]:
    """Constant work with one-sided scheduling noise: most samples near the base, some far above."""
    choice = random.Random(seed)
    return [base * (1 + choice.expovariate(8)) for _ in range(count)]


def test_a_large_gain_is_seen() -> None:
    ratio = compare_times(noisy(100, 9, 1), noisy(10, 9, 2))
    assert ratio.direction == "falls"
    assert ratio.low < ratio.median < ratio.high < 0.5


def test_the_same_work_is_rarely_called_different() -> None:
    """Of 300 comparisons of equal work, at most three are called a change."""
    wrong = sum(
        compare_times(noisy(10, 9, seed), noisy(10, 9, seed + 1000)).direction in ("falls", "rises")
        for seed in range(300)
    )
    assert wrong <= 3


def test_a_difference_below_the_floor_is_no_difference() -> None:
    assert compare_times([0.010] * 5, [0.030] * 5).direction == "same"


def test_minimum_and_quartile_must_agree() -> None:
    """One lucky run does not make a remedy."""
    assert compare_times([10, 10, 10, 10, 10], [5, 10, 10, 10, 10]).direction == "unclear"


def test_comparison_is_deterministic() -> None:
    assert compare_times([1, 2, 3], [2, 3, 4]) == compare_times([1, 2, 3], [2, 3, 4])


@pytest.mark.parametrize(
    ("before", "after", "direction"),
    [(1000, 10, "falls"), (10, 1000, "rises"), (1000, 1050, "same"), (3, 5, "same"), (0, 50, "rises")],
)
def test_counts(before: int, after: int, direction: str) -> None:
    assert compare_counts(before, after) == direction


def test_interleaving_takes_each_arm_once_a_pair() -> None:
    arms = list(interleaved(50, seed=3))
    pairs = [set(arms[i : i + 2]) for i in range(0, 100, 2)]
    assert pairs == [{"before", "after"}] * 50
    assert len(set(arms[::2])) == 2
