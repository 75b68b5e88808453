"""Which baselines a new run replaces: those that would say something else, so that a review sees no noise."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from perfkit.gate.baseline import Baseline
from perfkit.gate.report import Result
from perfkit.gate.store import remove_baseline, write_baseline


def update(folder: Path, results: Sequence[Result]) -> tuple[int, int]:
    """Write the baselines that changed and remove those whose query is gone; how many of both. A query that failed keeps the
    one it has."""
    written = removed = 0
    for result in results:
        if result.verdict == "gone":
            remove_baseline(folder, result.query)
            removed += 1
        elif result.after is not None and (
            result.before is None or says_otherwise(result.before, result.after, result)
        ):
            write_baseline(folder, result.after)
            written += 1
    return written, removed


def says_otherwise(before: Baseline, after: Baseline, result: Result) -> bool:
    """Whether anything but figures within their tolerance, and indexes beside the plan, is not the same."""
    if result.verdict not in ("ok", "too noisy"):
        return True
    return _said(before) != _said(after)


def _said(one: Baseline) -> tuple[object, ...]:
    around = one.surroundings
    settings = dict(one.plan.settings)
    return one.shape, one.fingerprint, one.values, one.findings, settings, around.server_major, around.dataset
