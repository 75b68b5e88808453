"""Two captures compared: their plans, what differed around them, and what their times allow to be said."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from perfkit.capture.causes import Cause, causes
from perfkit.capture.values import Capture, Environment, Samples
from perfkit.plan.diff import PlanDiff, diff
from perfkit.show import Shown
from perfkit.stats import Judgement, judge_runs, not_judged

NEARBY_SECONDS: Final = 15 * 60
"""A machine keeps its temper for some minutes; times of another hour or day are shown, never judged."""

_OF_ONE_SERVER: Final = (
    "port",
    "unix_socket_directories",
    "listen_addresses",
    "cluster_name",
    "shared_buffers",
)
"""Settings that one running server cannot have in two values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison(Shown):
    """Two captures of a statement, or two plans of which less is known."""

    diff: PlanDiff
    causes: tuple[Cause, ...] = ()
    """What differed around the captures; empty also when two bare plans were compared."""
    before: Samples | None = None
    after: Samples | None = None
    times: Judgement | None = None
    """None when there are no samples on either side."""

    def to_document(self) -> dict[str, object]:
        """The comparison as plain dicts and lists: that of the plans with ``causes`` and ``times`` beside it."""
        return {
            **self.diff.to_document(),
            "causes": [asdict(one) for one in self.causes],
            "times": asdict(self.times) if self.times else None,
        }


def compare_captures(before: Capture, after: Capture) -> Comparison:
    """Compare two captures. Asks no server.

    Times are only judged when both captures were taken on one server within a quarter of an hour, and even then with the
    doubt that runs deserve which were not interleaved.
    """
    one, other = before.samples, after.samples
    times = None
    if one.values or other.values:
        apart = taken_apart(before.environment, after.environment)
        times = not_judged(apart) if apart else judge_runs(one.values, other.values, is_interleaved=False)
    return Comparison(
        diff=diff(before.plan, after.plan),
        causes=causes(before, after),
        before=one if one.values else None,
        after=other if other.values else None,
        times=times,
    )


def taken_apart(before: Environment, after: Environment) -> str | None:
    """Why times from these two environments say nothing about each other; None when they may be compared."""
    if before.server_version_num != after.server_version_num:
        return "the servers are of different versions"
    if before.dataset != after.dataset:
        return "the data sets differ"
    for name in _OF_ONE_SERVER:
        if before.settings.get(name) != after.settings.get(name):
            return f"the runs come from two servers: {name} differs"
    try:
        seconds = abs(
            (
                datetime.fromisoformat(after.captured_at) - datetime.fromisoformat(before.captured_at)
            ).total_seconds()
        )
    except (TypeError, ValueError):
        return "it is not known when the runs were taken"
    if seconds > NEARBY_SECONDS:
        return "the runs were taken at different times; sample both again, interleaved, to know"
    return None
