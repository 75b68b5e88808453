"""What advice for a workload comes to, in a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from perfkit.advise.selection.query_effect import QueryEffect
from perfkit.units import format_bytes, format_ms, format_percent


def verdict_of(
    queries: Sequence[QueryEffect],
    *,
    created: int,
    size_bytes: float,
    dropped: int,
    refused: int,
    unproven: int,
    unused: int,
    was_run: bool,
) -> str:
    """Counts of indexes: of the set, drops beside it, those that runs spoke against, those that no time was left for, those that
    nothing reads."""
    more = _told_unproven(unproven) + _told_unused(unused)
    if not created and not dropped and refused:
        return f"No index is worth its price for this workload: {refused} that the planner would use were refused when they were run{more}"
    if not created and not dropped:
        return (
            f"No index is worth its price for this workload: none of those considered makes it cheaper{more}"
        )
    parts = []
    if created:
        parts.append(
            f"create {created} {'index' if created == 1 else 'indexes'} ({format_bytes(size_bytes)})"
        )
    if dropped:
        parts.append(f"drop {dropped}")
    sentence = " and ".join(parts)
    run = [one for one in queries if one.before_ms is not None and one.after_ms is not None]
    if was_run and run:
        before = sum(one.weight * (one.before_ms or 0.0) for one in run)
        after = sum(one.weight * (one.after_ms or 0.0) for one in run)
        helped = sum(one.verdict == "improves" for one in run)
        slower = sum(one.is_slower for one in run)
        touching = sum(one.verdict == "harms" for one in run) - slower
        least = "over " if any(one.is_least_before for one in run) else ""
        sentence += f": {least}{format_ms(before)} → {format_ms(after)} for the statements they change, {helped} of {len(queries)} faster"
        sentence += ", none slower" if not slower else f", {slower} slower"
        if touching:
            sentence += f", {touching} with more blocks in about the same time"
    elif created:
        before = sum(one.weight * one.cost_before for one in queries)
        after = sum(one.weight * one.cost_after for one in queries)
        sentence += f": planned cost {format_percent(1 - after / before)} lower, planned only, not executed"
    return sentence[0].upper() + sentence[1:] + more


def _told_unproven(count: int) -> str:
    if not count:
        return ""
    return f"; {count} more {'is' if count == 1 else 'are'} planned only: no time was left to run what would use {'it' if count == 1 else 'them'}"


def _told_unused(count: int) -> str:
    if not count:
        return ""
    named = "1 existing index is" if count == 1 else f"{count} existing indexes are"
    return f"; {named} unused by the server's counters"
