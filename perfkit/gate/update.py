"""Which baselines a new run replaces: those that would say something else, so that a review sees no noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from perfkit.gate.baseline import Baseline
from perfkit.gate.report import Result
from perfkit.gate.store import remove_baseline, write_baseline


def update(folder: Path, results: Sequence[Result]) -> tuple[list[str], list[str]]:
    """Write the baselines that changed and remove those whose query is gone; the names of both. A query that failed keeps
    the one it has."""
    written, removed = [], []
    for result in results:
        if result.verdict == "gone":
            remove_baseline(folder, result.query)
            removed.append(result.query)
        elif result.after is not None and (
            result.before is None or says_otherwise(result.before, result.after, result)
        ):
            write_baseline(folder, result.after)
            written.append(result.query)
    return sorted(written), sorted(removed)


def says_otherwise(before: Baseline, after: Baseline, result: Result) -> bool:
    """Whether anything but figures within their tolerance is not the same."""
    is_within = result.verdict in ("ok", "too noisy") and before.shape == after.shape
    return not is_within or replace(before, plan=after.plan) != after
