"""Does a remedy help: the rule that turns before and after into a verdict.

A remedy improves when blocks, temp blocks or time clearly fall and none of the others clearly rises. Neither counters nor
time alone is enough: a hash may read more blocks and be right, a spill may cost no time while its files are cached.
"""

from __future__ import annotations

from perfkit.advise.values import Proof, ProofVerdict
from perfkit.capture.values import Measurement
from perfkit.stats import Direction, compare_counts, compare_times, median
from perfkit.units import format_count, format_ms

WORTHWHILE_FACTOR = 1.25
"""A remedy is kept and paid for with every write; less than a quarter faster or fewer blocks is not worth it."""


def judge(before: Measurement, after: Measurement, same_result: bool | None) -> Proof:
    """The proof that two measurements of the same statement, taken interleaved, amount to."""
    time = compare_times(before.samples.values, after.samples.values)
    counters = {
        "shared blocks": (before.counters.shared_blocks, after.counters.shared_blocks),
        "temp blocks": (before.counters.temp_blocks, after.counters.temp_blocks),
    }
    directions: dict[str, Direction] = {"time": time.direction}
    for name, (a, b) in counters.items():
        if a is not None and b is not None:
            directions[name] = compare_counts(a, b)
    verdict = _verdict(directions)
    return Proof(
        level="executed",
        verdict="harms" if same_result is False else verdict,
        before=before,
        after=after,
        blocks_ratio=_ratio(*counters["shared blocks"]),
        time_ratio=time.median,
        time_ratio_low=time.low,
        time_ratio_high=time.high,
        same_result=same_result,
        reason=_reason(before, after, directions, same_result),
    )


def is_worthwhile(proof: Proof) -> bool:
    """Whether an improvement is large enough to be advised."""
    if proof.verdict != "improves":
        return False
    gains = [
        1 / ratio if ratio else float("inf")
        for ratio in (proof.time_ratio, proof.blocks_ratio)
        if ratio is not None
    ]
    if (
        proof.before
        and proof.after
        and (proof.before.counters.temp_blocks or 0) > (proof.after.counters.temp_blocks or 0)
    ):
        return True
    return max(gains, default=1.0) >= WORTHWHILE_FACTOR


def _verdict(directions: dict[str, Direction]) -> ProofVerdict:
    """
    >>> _verdict({"time": "falls", "shared blocks": "same"}), _verdict({"time": "falls", "shared blocks": "rises"})
    ('improves', 'inconclusive')
    >>> _verdict({"time": "same", "shared blocks": "same"}), _verdict({"time": "unclear", "shared blocks": "same"})
    ('neutral', 'inconclusive')
    """
    seen = set(directions.values())
    if "falls" in seen:
        return "inconclusive" if "rises" in seen else "improves"
    if "rises" in seen:
        return "harms"
    return "inconclusive" if "unclear" in seen else "neutral"


def _ratio(before: int | None, after: int | None) -> float | None:
    if before is None or after is None:
        return None
    return after / before if before else (1.0 if not after else None)


def _reason(
    before: Measurement, after: Measurement, directions: dict[str, Direction], same_result: bool | None
) -> str:
    if same_result is False:
        return "the result is not the same"
    parts = [f"median {format_ms(median(before.samples.values))} → {format_ms(median(after.samples.values))}"]
    a, b = before.counters.shared_blocks, after.counters.shared_blocks
    if a is not None and b is not None:
        parts.append(f"shared blocks {format_count(a)} → {format_count(b)}")
    if before.counters.temp_blocks or after.counters.temp_blocks:
        parts.append(
            f"temp blocks {format_count(before.counters.temp_blocks)} → {format_count(after.counters.temp_blocks)}"
        )
    sentence = ", ".join(parts)
    return sentence + "; times too noisy to tell" if directions["time"] == "unclear" else sentence
