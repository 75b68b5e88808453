"""N runs against N runs: faster, slower, the same, or too noisy to tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from perfkit.stats.ratio import CLEAR_FACTOR, FLOOR_MS, Ratio, compare_times
from perfkit.units import format_ms, format_percent

RunsVerdict = Literal["faster", "slower", "same", "too noisy to tell", "not judged"]

FEWEST_RUNS: Final = 5
"""Below five runs the lower quartile is one run, and one run is luck."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What two sets of times allow to be said."""

    verdict: RunsVerdict
    reason: str
    """Half a sentence that says on what the verdict rests, or why there is none."""
    ratio: Ratio | None = None
    """After ÷ before; None where it was not judged."""


def judge_runs(
    before: Sequence[float],
    after: Sequence[float],
    *,
    is_interleaved: bool = True,
    seed: int = 0,
    factor: float = CLEAR_FACTOR,
) -> Judgement:
    """Compare two sets of times of one statement, in milliseconds; a change below ``factor`` is none.

    Runs that were taken one set after the other carry the drift of the machine between them: for those the interval of
    the ratio must stay clear of 1 as well, so that a doubtful case is called too noisy rather than decided.

    >>> judge_runs([9.0, 9.1, 9.2, 9.4, 9.9], [3.0, 3.0, 3.1, 3.2, 3.9]).verdict
    'faster'
    >>> judge_runs([9.0, 9.1], [3.0, 3.0]).reason
    'at least 5 runs on each side are needed, there are 2 and 2'
    """
    if not before or not after:
        return Judgement(verdict="not judged", reason="there are no runs to compare")
    if min(len(before), len(after)) < FEWEST_RUNS:
        return Judgement(
            verdict="too noisy to tell",
            reason=f"at least {FEWEST_RUNS} runs on each side are needed, there are {len(before)} and {len(after)}",
        )
    ratio = compare_times(before, after, seed=seed, factor=factor)
    if ratio.direction == "unclear":
        return Judgement(
            verdict="too noisy to tell", reason="fastest and lower quartile disagree", ratio=ratio
        )
    if ratio.direction == "same":
        return Judgement(verdict="same", reason=_nearness(min(before), min(after), factor), ratio=ratio)
    if not is_interleaved and ratio.low <= 1 <= ratio.high:
        return Judgement(
            verdict="too noisy to tell",
            reason="the runs were not interleaved and the interval of their ratio includes 1",
            ratio=ratio,
        )
    return Judgement(
        verdict="faster" if ratio.direction == "falls" else "slower",
        reason="fastest and lower quartile agree"
        + ("" if is_interleaved else ", though the runs were not interleaved"),
        ratio=ratio,
    )


def _nearness(before: float, after: float, factor: float) -> str:
    if max(before, after) > factor * min(before, after):
        return f"the fastest runs are within {format_ms(FLOOR_MS)}, too little to be told from a round trip"
    return (
        f"the fastest runs are within {'a tenth' if factor == CLEAR_FACTOR else format_percent(factor - 1)}"
    )


def not_judged(reason: str) -> Judgement:
    """Times that are shown, but compared with nothing."""
    return Judgement(verdict="not judged", reason=reason)
