"""N runs against N runs: counters as ranges, times with a verdict, every sample kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from perfkit.capture.values import Counters, Environment, Samples
from perfkit.stats import Direction, Judgement, Spread, compare_spreads, judge_runs, not_judged

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

_COUNTERS: Final = ("shared_blocks", "shared_read_blocks", "temp_blocks", "rows", "rows_removed", "wal_bytes")
"""Fields of ``Counters``, in the order they are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """What was measured on one side."""

    samples: Samples
    """Every time, in the order it was taken."""
    counters: tuple[Counters, ...]
    """Of every run that was counted; a capture counts one of its runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterRange:
    """One counter over the runs of both sides; None where a side does not have it."""

    name: str
    before: Spread | None
    after: Spread | None
    direction: Direction | None
    """None unless both sides have it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsCompared:
    """The runs of both sides, and what they allow to be said."""

    before: Runs
    after: Runs
    counters: tuple[CounterRange, ...]
    times: Judgement
    is_interleaved: bool
    """Whether the runs of both sides were taken in turns."""


def compare_runs(
    before: Runs, after: Runs, *, is_interleaved: bool = False, apart: str | None = None
) -> RunsCompared:
    """Compare the runs of one statement in two states. Asks no server.

    ``apart`` is why their times say nothing about each other, where that is so: see ``taken_apart``.
    """
    values = before.samples.values, after.samples.values
    times = not_judged(apart) if apart else judge_runs(*values, is_interleaved=is_interleaved)
    return RunsCompared(
        before=before,
        after=after,
        counters=tuple(
            _range(name, _spread(before.counters, name), _spread(after.counters, name)) for name in _COUNTERS
        ),
        times=times,
        is_interleaved=is_interleaved,
    )


def _spread(counters: Sequence[Counters], name: str) -> Spread | None:
    values = [value for one in counters if (value := getattr(one, name)) is not None]
    return Spread.of(values) if values else None


def _range(name: str, before: Spread | None, after: Spread | None) -> CounterRange:
    return CounterRange(
        name=name,
        before=before,
        after=after,
        direction=None if before is None or after is None else compare_spreads(before, after),
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
