"""What a comparison comes to, in the sentence a colleague would say."""

from __future__ import annotations

from typing import Final

from perfkit.capture.runs import RunsCompared
from perfkit.plan.diff import PlanDiff
from perfkit.plan.edits import Kept
from perfkit.stats import compare_counts, median
from perfkit.units import format_count, format_ms, format_ratio

_UNTIMED: Final = "one run of each says nothing sure about time"


def verdict_of(diff: PlanDiff, runs: RunsCompared | None, same_result: bool | None = None) -> str:
    """Whether it is the same plan, what it reads, and what its times are worth."""
    parts = [_plan(diff), _read(diff), _time(diff, runs)]
    if same_result is False:
        parts.insert(0, "the rows returned are not the same")
    sentence = "; ".join(part for part in parts if part)
    return sentence[:1].upper() + sentence[1:]


def _plan(diff: PlanDiff) -> str:
    if diff.is_same_shape:
        is_same = all(isinstance(edit, Kept) for edit in diff.edits)
        return "the same plan" if is_same else "a plan of the same shape"
    return "another plan" if diff.totals.rows.delta is not None else "another plan, by estimates alone"


def _read(diff: PlanDiff) -> str:
    blocks = diff.totals.shared_blocks
    if blocks.before is None or blocks.after is None or diff.totals.rows.delta is None:
        cost = diff.totals.cost
        is_estimated = diff.totals.rows.before is None and diff.totals.rows.after is None
        if not is_estimated or cost.before is None or cost.after is None:
            return ""
        return f"its cost {cost.before:,.2f} → {cost.after:,.2f}"
    direction = compare_counts(round(blocks.before), round(blocks.after))
    said = f"{format_count(blocks.before)} → {format_count(blocks.after)}"
    if direction == "same":
        return f"as many blocks ({said})"
    word = "fewer" if direction == "falls" else "more"
    return f"{word} blocks ({said}{f', {format_ratio(blocks.ratio)}' if blocks.ratio else ''})"


def _time(diff: PlanDiff, runs: RunsCompared | None) -> str:
    if runs is None:
        return _UNTIMED if diff.totals.ms.delta is not None else ""
    if runs.times.verdict in ("too noisy to tell", "not judged"):
        return f"time {runs.times.verdict}: {runs.times.reason}"
    before, after = median(runs.before.samples.values), median(runs.after.samples.values)
    ratio = f", {format_ratio(runs.times.ratio.median)}" if runs.times.ratio else ""
    word = "as fast" if runs.times.verdict == "same" else runs.times.verdict
    return f"{word} (median {format_ms(before)} → {format_ms(after)}{ratio})"
