"""How long the statements really take, so that the planner's costs can be weighed by the clock: a cost of 50 units may be a
quarter of a millisecond, or, where the planner is wrong about the data, a quarter of a second."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf
from statistics import median

from perfkit.advise.arm import Arm
from perfkit.advise.selection.deadline import Deadline
from perfkit.advise.selection.question import Question
from perfkit.capture.capture import execution_ms
from perfkit.db.session import Session
from perfkit.errors import CaptureError, CaptureTimeout
from perfkit.progress import Progress

WIDEST = 1000.0
"""A unit that took so many times as long as the usual one is as wrong as the scale goes: the rest is taken for noise."""

LONGEST_SHARE = 0.1
LEAST_LONGEST_SECONDS = 10.0
SHORTEST_MS = 100.0
"""What a run may take however little time there is: less ends statements that are quick."""

LEAST_MS = 0.01
"""The clock's own noise."""

FIRST_SHARE = 0.5
"""Of the time, that a first pass takes at the most: one statement that does not end is not to take the time of all others."""

PASS_FACTOR = 4.0
"""So many times as long as in the pass before each statement may take that did not end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """What running each statement once showed, by their places."""

    ms: tuple[float | None, ...] = ()
    """Of one that did not end the time it had; what the workload tells where it was not run; None where nothing is known."""
    endless: frozenset[int] = frozenset()
    """Those that did not end in the time they had, which is in ``ms``."""
    late: int = 0
    """So many were not run as the time was up."""

    @property
    def tells(self) -> bool:
        return any(ms is not None for ms in self.ms)

    @property
    def notes(self) -> tuple[str, ...]:
        """What there was no time for."""
        if not self.late:
            return ()
        return (
            f"{self.late} of {len(self.ms)} statements were not timed as they are: the time was up; they count by their planned cost",
        )


def times(
    session: Session,
    questions: Sequence[Question],
    progress: Progress,
    *,
    deadline: Deadline,
    costs: Sequence[float] = (),
) -> Timed:
    """One run of each statement whose parameters are known, undone; those of the highest ``costs`` come first. Each may take a little
    time at first; those that do not end in it are run again for longer, and longer, while there is time."""
    found = [question.told_ms for question in questions]
    order = sorted(range(len(questions)), key=lambda place: (-costs[place] if costs else 0.0, place))
    known = [place for place in order if not questions[place].is_generic]
    longest = longest_ms(session, deadline.left)
    first = max(deadline.left * 1000 * FIRST_SHARE / max(len(known), 1), SHORTEST_MS)
    reached: set[int] = set()
    endless: set[int] = set()
    waiting = known
    with progress.stage("time the workload as it is", total=len(known)) as advance:
        for limit in _limits(first, longest):
            cut = []
            for place in waiting:
                if deadline.is_over:
                    break
                endless.discard(place)
                try:
                    found[place] = _time(session, questions[place], limit)
                except CaptureTimeout:
                    found[place] = limit
                    endless.add(place)
                    cut.append(place)
                if place not in reached:
                    reached.add(place)
                    advance()
            waiting = cut
    return Timed(ms=tuple(found), endless=frozenset(endless), late=len(known) - len(reached))


def _limits(first: float, longest: float) -> Iterator[float]:
    """
    >>> list(_limits(100.0, 1000.0)), list(_limits(9.0, 5.0))
    ([100.0, 400.0, 1000.0], [5.0])
    """
    limit = first
    while limit < longest:
        yield limit
        limit *= PASS_FACTOR
    yield longest


def longest_ms(session: Session, seconds: float) -> float:
    """What a single run may take of so many seconds for many: a tenth, but not so little that a slow statement seems a quick one,
    never more than statement_timeout, and not more than all of them."""
    limit = session.target.limits.statement_timeout or inf
    longest = min(limit, seconds, max(seconds * LONGEST_SHARE, LEAST_LONGEST_SECONDS))
    return max(longest * 1000, SHORTEST_MS)


def _time(session: Session, question: Question, longest: float) -> float | None:
    """None where the statement cannot be run; CaptureTimeout where it does not end in time."""
    try:
        with session.transaction(writes=True):
            arm = Arm(session, question.statement, question.parameters, longest_ms=longest)
            return execution_ms(arm.run())
    except CaptureError as error:
        if isinstance(error, CaptureTimeout):
            raise
        return None


def unit_ms(costs: Sequence[float], measured: Sequence[float | None]) -> tuple[float, ...]:
    """What a unit of the planner's cost took for each statement; the usual value where it was not measured.

    >>> unit_ms([100.0, 10.0, 1000.0], [1.0, 0.1, None])
    (0.01, 0.01, 0.01)
    """
    units = [
        max(ms, LEAST_MS) / max(cost, 1.0) for cost, ms in zip(costs, measured, strict=True) if ms is not None
    ]
    usual = median(units) if units else 1.0
    return tuple(
        usual if ms is None else min(max(max(ms, LEAST_MS) / max(cost, 1.0), usual / WIDEST), usual * WIDEST)
        for cost, ms in zip(costs, measured, strict=True)
    )
