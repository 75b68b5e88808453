"""Executions of the same statement with other values, added up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from perfkit.sql.fingerprint import normal_form
from perfkit.sql.tokens import scan
from perfkit.workload.recording import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One statement, however often it ran. Times are None where no run has one."""

    fingerprint: str
    normal_text: str
    """With ``?`` for values."""
    kind: str
    calls: int
    total_ms: float | None
    worst: Run
    """The longest run, or the first where no times are known."""


def grouped(runs: Sequence[Run]) -> tuple[Group, ...]:
    """By fingerprint, the most time in all first; without times the most calls first."""
    found: dict[str, list[Run]] = {}
    for run in runs:
        found.setdefault(run.fingerprint, []).append(run)
    groups = [_group(members) for members in found.values()]
    return tuple(sorted(groups, key=lambda one: (-(one.total_ms or 0.0), -one.calls)))


def _group(runs: Sequence[Run]) -> Group:
    times = [run.ms for run in runs if run.ms is not None]
    worst = max(runs, key=lambda run: (run.ms or 0.0, -run.line))
    return Group(
        fingerprint=worst.fingerprint,
        normal_text=normal_form(scan(worst.text)),
        kind=worst.kind,
        calls=len(runs),
        total_ms=round(sum(times), 3) if times else None,
        worst=worst,
    )
