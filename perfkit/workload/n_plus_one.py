"""One list query followed by many that look up a row each: a pattern between statements that no plan shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from perfkit.sql.batch import Batch, Call, batch_of
from perfkit.workload.recording import Run

FEWEST_CALLS = 5
"""An application that looks up four things one by one may have its reasons; five of a kind are a loop."""

MOST_BETWEEN = 4
"""Other statements between two calls of a loop: its other look-ups."""

LONGEST_PAUSE_SECONDS = 1.0
"""A loop does not wait for a person."""

DISTINCT_SHARE = 0.5
"""Of the calls with a key of their own: the same key again and again is polling, or a cache that is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repetition:
    """A loop of look-ups in one session."""

    fingerprint: str
    runs: tuple[Run, ...]
    list_run: Run | None
    """The query before it whose rows it most likely goes through; None where the source does not show it."""
    batch: Batch
    loops: int = 1
    """Such loops in all sessions, of which this is the longest."""

    @property
    def total_ms(self) -> float | None:
        times = [run.ms for run in self.runs if run.ms is not None]
        return round(sum(times), 3) if times else None


def repetitions(runs: Sequence[Run]) -> tuple[Repetition, ...]:
    """The loops of all sessions, the longest of each statement, most calls first."""
    by_session: dict[str, list[Run]] = {}
    for run in runs:
        by_session.setdefault(run.session, []).append(run)
    found: dict[str, Repetition] = {}
    for members in by_session.values():
        for one in _of_session(members):
            known = found.get(one.fingerprint)
            longest = one if known is None or len(one.runs) > len(known.runs) else known
            found[one.fingerprint] = replace(longest, loops=1 if known is None else known.loops + 1)
    return tuple(sorted(found.values(), key=lambda one: -len(one.runs)))


def _of_session(runs: Sequence[Run]) -> list[Repetition]:
    found = []
    for streak in [part for whole in streaks(runs) for part in _split(runs, whole)]:
        calls = [runs[place] for place in streak]
        batch = batch_of([Call(text=run.text, parameters=run.parameters) for run in calls])
        if batch is None or len(batch.keys) < max(FEWEST_CALLS, DISTINCT_SHARE * len(calls)):
            continue
        found.append(
            Repetition(
                fingerprint=calls[0].fingerprint,
                runs=tuple(calls),
                list_run=_list_before(runs, streak),
                batch=batch,
            )
        )
    return found


def streaks(runs: Sequence[Run], kind: str = "select") -> list[list[int]]:
    """Places of the same statement of this kind in near succession."""
    open_streaks: dict[str, list[int]] = {}
    done: list[list[int]] = []
    for place, run in enumerate(runs):
        if run.kind != kind:
            continue
        streak = open_streaks.get(run.fingerprint)
        if streak is not None and _goes_on(runs, streak[-1], place):
            streak.append(place)
            continue
        if streak is not None:
            done.append(streak)
        open_streaks[run.fingerprint] = [place]
    done.extend(open_streaks.values())
    return [streak for streak in done if len(streak) >= FEWEST_CALLS]


def _goes_on(runs: Sequence[Run], last: int, place: int) -> bool:
    if place - last - 1 > MOST_BETWEEN:
        return False
    before, after = runs[last].at, runs[place].at
    if before is None or after is None:
        return True
    return after - (runs[place].ms or 0.0) / 1000 - before <= LONGEST_PAUSE_SECONDS


def _split(runs: Sequence[Run], streak: Sequence[int]) -> list[list[int]]:
    """The loops of a streak: a page that is shown again runs its list query again."""
    first = _list_before(runs, streak)
    parts: list[list[int]] = [[streak[0]]]
    for before, place in pairwise(streak):
        if first is not None and any(
            run.fingerprint == first.fingerprint for run in runs[before + 1 : place]
        ):
            parts.append([])
        parts[-1].append(place)
    return [part for part in parts if len(part) >= FEWEST_CALLS]


def _list_before(runs: Sequence[Run], streak: Sequence[int]) -> Run | None:
    """The nearest SELECT before the loop that does not run with each of its calls."""
    counts = Counter(runs[place].fingerprint for place in range(streak[0], streak[-1] + 1))
    for place in range(streak[0] - 1, max(streak[0] - 2 - MOST_BETWEEN, -1), -1):
        if runs[place].kind == "select" and counts[runs[place].fingerprint] < len(streak) / 2:
            return runs[place]
    return None
