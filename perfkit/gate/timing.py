"""One query timed on two databases in turns, with a control: the first database against itself."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from perfkit.capture.capture import bind_values, execution_ms, within
from perfkit.capture.explain import run_once, transaction_for
from perfkit.db.session import Session
from perfkit.gate.queries import GateQuery
from perfkit.gate.report import Times
from perfkit.sql import parse_statement, refuse_unless_safe
from perfkit.stats import judge_runs, quantile
from perfkit.stats.how_often import TIMED_TURNS
from perfkit.stats.ratio import FLOOR_MS
from perfkit.units import format_ms, format_percent

MOST_BATCHES: Final = 6
"""Of turns, each judged alone, until two say the same: a busy moment deceives one batch, rarely two in the same way."""

TIMING_SECONDS: Final = 90.0
"""For one query, all three arms together."""


def time_in_turns(
    before: Session, after: Session, query: GateQuery, *, turns: int = TIMED_TURNS, tolerance: float = 0.10
) -> Times:
    """Run the query 1 + ``turns`` times in the first session, as often in the second, and as often again in the first as the
    control, in random order within each round; as often again until two such batches agree, at most six times. A statement that
    writes is rolled back each time.

    A change counts beyond ``tolerance``, where it is also clear of what the control shows as noise.
    CaptureError where it cannot be run on one of them.
    """
    statement = parse_statement(query.text)
    refuse_unless_safe(statement, allow_writes=True)
    values = bind_values(statement, query.parameters)
    arms = {"before": before, "control": before, "after": after}
    order = random.Random(0)
    for session in (before, after):
        with transaction_for(session, statement):
            run_once(session, statement, values)
    batches: list[dict[str, list[float]]] = []
    for done in within(TIMING_SECONDS, turns * MOST_BATCHES):
        if done % turns == 0:
            if agreed := agreement(batches, tolerance):
                return agreed
            batches.append({name: [] for name in arms})
        for name in order.sample(list(arms), len(arms)):
            with transaction_for(arms[name], statement):
                batches[-1][name].append(execution_ms(run_once(arms[name], statement, values)))
    return agreement(batches, tolerance) or replace(
        _pooled(batches, tolerance),
        verdict="too noisy to tell",
        reason=f"no two of {len(batches)} batches of runs agree",
    )


def agreement(batches: Sequence[Mapping[str, Sequence[float]]], tolerance: float) -> Times | None:
    """The times of all batches with the verdict that two of them have; None while no two agree."""
    found = [judge_times(one["before"], one["control"], one["after"], tolerance) for one in batches]
    counts = Counter(one.verdict for one in found)
    for one in found:
        if one.verdict != "too noisy to tell" and counts[one.verdict] >= 2:
            return replace(_pooled(batches, tolerance), verdict=one.verdict, reason=one.reason)
    return None


def _pooled(batches: Sequence[Mapping[str, Sequence[float]]], tolerance: float) -> Times:
    before, control, after = (
        [ms for one in batches for ms in one[name]] for name in ("before", "control", "after")
    )
    return judge_times(before, control, after, tolerance)


def judge_times(
    before: Sequence[float], control: Sequence[float], after: Sequence[float], tolerance: float
) -> Times:
    """The verdict on the samples of three arms, of which two are the same. Asks no server.

    >>> quiet = [10.0, 10.1, 10.2, 10.1, 10.0]
    >>> judge_times(quiet, quiet, [13.0, 13.1, 13.0, 13.2, 13.1], 0.1).verdict
    'slower'
    >>> judge_times(quiet, [12.5, 12.9, 12.6, 12.7, 12.5], [13.0, 13.1, 13.0, 13.2, 13.1], 0.1).verdict
    'too noisy to tell'
    """
    found = judge_runs(before, after, factor=1 + tolerance)
    noise = _apart(before, control)
    verdict, reason = found.verdict, found.reason
    if verdict == "same":
        reason = (
            f"they differ by less than {format_percent(tolerance)}, or by less than {format_ms(FLOOR_MS)}"
        )
    if verdict in ("slower", "faster") and _apart(before, after) <= max(tolerance, 2 * noise):
        verdict = "too noisy to tell"
        reason = f"two runs of the same database are {format_percent(noise)} apart"
    return Times(
        verdict=verdict,
        reason=reason,
        before_ms=min(before),
        after_ms=min(after),
        ratio=min(after) / min(before) if min(before) > 0 else 1.0,
        noise=noise,
        before=tuple(before),
        after=tuple(after),
    )


def _apart(one: Sequence[float], other: Sequence[float]) -> float:
    """By what part of the smaller the fastest runs, or the lower quartiles, differ: whichever is closer.

    >>> round(_apart([10, 10, 10, 10], [11, 12, 12, 12]), 2)
    0.1
    """
    pairs = (min(one), min(other)), (quantile(one, 0.25), quantile(other, 0.25))
    return min((max(pair) / min(pair) - 1 if min(pair) > 0 else 0.0) for pair in pairs)
