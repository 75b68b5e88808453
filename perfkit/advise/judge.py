"""Does a remedy help: the rule that turns before and after into a verdict.

A remedy improves when blocks (temporary ones with them), temp blocks or time clearly fall and neither blocks nor time
clearly rises. Neither counters nor time alone is enough: a hash may read more blocks and be right, a spill may cost no time while its
files are cached.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from perfkit.advise.values import Proof, ProofVerdict
from perfkit.capture.values import Counters, Measurement
from perfkit.stats import CLEAR_FACTOR, Direction, Ratio, compare_counts, compare_times, median, quantile
from perfkit.units import format_count, format_ms

WORTHWHILE_FACTOR = 1.25
"""A remedy is kept and paid for with every write; less than a quarter faster or fewer blocks is not worth it."""


NO_SLOWER = 1.25
"""Ending a spill is an improvement by itself where the statement's quick runs take about as long: temporary files cost little
while the page cache has room for them, and much once it has not."""

FEW_READS = 16
FEW_READS_SHARE = 0.01
"""Blocks that one of two runs may have read from disk by chance, at least and of all: pages it wrote before, a catalog's."""

FEW_MORE_BLOCKS = 1.25
FEW_MORE_RATIO = 0.75
"""Where blocks rise by no more than a quarter, as for the workers of a parallel plan, a quarter of the time is gain enough."""

MEMORY_RATIO = 0.5
"""Twice as fast, noise counted in: then more blocks in memory are no loss."""

COSTLY_FACTOR = 1.5
"""An index is paid for with every write, so a third of the time or the blocks must go."""

COSTLY_SAVES_MS = 0.5
COSTLY_SAVES_BLOCKS = 100
"""Less than this no index is worth, whatever its factor."""

ONE_RUN_FACTOR = 1.5
"""Of one run each a difference in time below it may be chance."""

WORTHWHILE_TEMP_BLOCKS = 256
"""2 MB written and read: less stays in the page cache and costs nothing that shows."""


def judge(before: Measurement, after: Measurement, same_result: bool | None) -> Proof:
    """The proof that two measurements of the same statement, taken interleaved, amount to."""
    if before.ended_after_ms is not None:
        proof = _judge_ended(before, after, before.ended_after_ms)
    else:
        proof = _judged(before, after)
    return with_result(proof, same_result)


def with_result(proof: Proof, same_result: bool | None) -> Proof:
    """The proof with what comparing the rows showed; None where they were not compared."""
    if same_result is False:
        return replace(proof, same_result=False, verdict="harms", reason="the result is not the same")
    return replace(proof, same_result=same_result)


def _judged(before: Measurement, after: Measurement) -> Proof:
    time = compare_times(before.samples.values, after.samples.values)
    shared = (before.counters.shared_blocks, after.counters.shared_blocks)
    is_once = min(len(before.samples.values), len(after.samples.values)) == 1
    direction = _of_one_run(time.median) if is_once else time.direction
    directions: dict[str, Direction] = {"time": direction, **_blocks(before.counters, after.counters)}
    verdict = _verdict(directions)
    from_memory = verdict == "inconclusive" and _is_faster_from_memory(
        time, directions, before.counters, after.counters
    )
    ends_spill = (
        verdict == "inconclusive" and set(directions) >= {"temp blocks"} and _ends_spill(before, after)
    )
    if from_memory or ends_spill:
        verdict = "improves"
    return Proof(
        level="executed",
        verdict=verdict,
        before=before,
        after=after,
        blocks_ratio=_ratio(*shared),
        time_ratio=time.median,
        time_ratio_low=time.low,
        time_ratio_high=time.high,
        reason=_reason(before, after, directions)
        + ("; it touches more blocks, all of them in memory" if from_memory else "")
        + ("; it is no faster while the page cache holds the temporary files" if ends_spill else ""),
    )


def _of_one_run(ratio: float) -> Direction:
    """
    >>> _of_one_run(0.5), _of_one_run(0.8), _of_one_run(1.6)
    ('falls', 'unclear', 'rises')
    """
    if 1 / ONE_RUN_FACTOR < ratio < ONE_RUN_FACTOR:
        return "unclear"
    return "falls" if ratio < 1 else "rises"


def _judge_ended(before: Measurement, after: Measurement, limit_ms: float) -> Proof:
    """Against a statement that was ended: the ratios are the most they can be, as it would have taken longer."""
    if after.ended_after_ms is not None:
        reason = f"not finished after {format_ms(limit_ms)}, neither with nor without"
        return Proof(level="executed", verdict="inconclusive", before=before, after=after, reason=reason)
    typical = median(after.samples.values)
    blocks = after.counters.shared_blocks
    reason = f"not finished after {format_ms(limit_ms)} → median {format_ms(typical)}"
    if blocks is not None:
        reason += f", {format_count(blocks)} shared blocks"
    factor = ONE_RUN_FACTOR if len(after.samples.values) == 1 else CLEAR_FACTOR
    ends = max(after.samples.values) * factor < limit_ms
    return Proof(
        level="executed",
        verdict="improves" if ends else "inconclusive",
        before=before,
        after=after,
        time_ratio=typical / limit_ms,
        time_ratio_high=max(after.samples.values) / limit_ms,
        reason=reason,
    )


def is_worthwhile(proof: Proof, *, is_costly: bool = False) -> bool:
    """Whether an improvement is large enough to be advised. What is ``is_costly`` to have must save time or shared blocks,
    not temporary files alone.
    """
    if proof.verdict != "improves":
        return False
    if is_costly and not _saves_enough(proof):
        return False
    gains = [
        1 / ratio if ratio else float("inf")
        for ratio in (proof.time_ratio, proof.blocks_ratio)
        if ratio is not None
    ]
    if not is_costly and proof.before and proof.after and _ends_spill(proof.before, proof.after):
        return True
    return max(gains, default=1.0) >= (COSTLY_FACTOR if is_costly else WORTHWHILE_FACTOR)


def spares_blocks(proof: Proof) -> bool:
    """Whether clearly fewer blocks are touched, temporary ones with them; True where they were not counted."""
    if proof.before is None or proof.after is None:
        return True
    a, b = _touched(proof.before.counters), _touched(proof.after.counters)
    return a is None or b is None or compare_counts(a, b) == "falls"


def _ends_spill(before: Measurement, after: Measurement) -> bool:
    """Whether temporary files are spared that matter, no more shared blocks are touched, and it takes hardly longer."""
    spared = (before.counters.temp_blocks or 0) - (after.counters.temp_blocks or 0)
    blocks = compare_counts(before.counters.shared_blocks or 0, after.counters.shared_blocks or 0)
    a, b = before.samples.values, after.samples.values
    if spared < WORTHWHILE_TEMP_BLOCKS or blocks == "rises" or not a or not b:
        return False
    return quantile(b, 0.25) <= NO_SLOWER * quantile(a, 0.25)


def _saves_enough(proof: Proof) -> bool:
    """Whether what is saved would be noticed at all, be the factor what it may."""
    if proof.before is None or proof.after is None:
        return True
    saved_ms = (proof.before.typical_ms or 0.0) - (proof.after.typical_ms or 0.0)
    saved_blocks = (proof.before.counters.shared_blocks or 0) - (proof.after.counters.shared_blocks or 0)
    return saved_ms >= COSTLY_SAVES_MS or saved_blocks >= COSTLY_SAVES_BLOCKS


def _is_faster_from_memory(
    time: Ratio, directions: Mapping[str, Direction], before: Counters, after: Counters
) -> bool:
    """Whether the time surely falls to less than half while blocks rise that were touched again and again, and none was read
    from disk for it: a nested loop of look-ups counts each visit, a hash of the whole table counts each block once."""
    rises = [name for name, direction in directions.items() if direction == "rises"]
    reads = (after.shared_read_blocks or 0) - (before.shared_read_blocks or 0)
    a, b = _touched(before) or 0, _touched(after) or 0
    is_fast = time.median < FEW_MORE_RATIO if b <= FEW_MORE_BLOCKS * a else time.high < MEMORY_RATIO
    few_reads = max(FEW_READS, FEW_READS_SHARE * b)
    return rises == ["blocks"] and time.direction == "falls" and is_fast and reads <= few_reads


def _blocks(before: Counters, after: Counters) -> dict[str, Direction]:
    """All blocks together, and temp blocks where they fall: a few of them in exchange for many shared ones are no loss."""
    a, b = _touched(before), _touched(after)
    if a is None or b is None:
        return {}
    found: dict[str, Direction] = {"blocks": compare_counts(a, b)}
    if compare_counts(before.temp_blocks or 0, after.temp_blocks or 0) == "falls":
        found["temp blocks"] = "falls"
    return found


def _touched(counters: Counters) -> int | None:
    return None if counters.shared_blocks is None else counters.shared_blocks + (counters.temp_blocks or 0)


def _verdict(directions: dict[str, Direction]) -> ProofVerdict:
    """
    >>> _verdict({"time": "falls", "blocks": "same"}), _verdict({"time": "falls", "blocks": "rises"})
    ('improves', 'inconclusive')
    >>> _verdict({"time": "same", "blocks": "same"}), _verdict({"time": "unclear", "blocks": "same"})
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


def _reason(before: Measurement, after: Measurement, directions: dict[str, Direction]) -> str:
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
