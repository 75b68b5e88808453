"""How long the statements really take, so that the planner's costs can be weighed by the clock: a cost of 50 units may be a
quarter of a millisecond, or, where the planner is wrong about the data, a quarter of a second."""

from __future__ import annotations

import time
from collections.abc import Sequence
from math import inf
from statistics import median

from perfkit.advise.arm import Arm
from perfkit.advise.selection.question import Question
from perfkit.capture.capture import execution_ms
from perfkit.db.session import Session
from perfkit.errors import CaptureError, CaptureTimeout
from perfkit.progress import Progress

WIDEST = 1000.0
"""A unit that took so many times as long as the usual one is as wrong as the scale goes: the rest is taken for noise."""

ALWAYS_RUN = 20
"""Statements that are timed however long it takes."""

LONGEST_SHARE = 0.1
LEAST_LONGEST_SECONDS = 10.0

LEAST_MS = 0.01
"""The clock's own noise."""


def times(
    session: Session,
    questions: Sequence[Question],
    progress: Progress,
    *,
    costs: Sequence[float] = (),
    seconds: float = inf,
) -> tuple[float | None, ...]:
    """Milliseconds of one run of each statement, undone; of one that takes too long, the time it had. Where the
    values of its parameters are not known it is what the workload tells, None where it tells nothing, or the statement cannot be run. Of more than ``ALWAYS_RUN`` those of the highest ``costs``, as many as
    ``seconds`` allow."""
    found: list[float | None] = [None] * len(questions)
    deadline = time.monotonic() + seconds
    longest = longest_ms(session, seconds)
    order = sorted(range(len(questions)), key=lambda place: (-costs[place] if costs else 0.0, place))
    with progress.stage("time the workload as it is", total=len(questions)) as advance:
        for turn, place in enumerate(order):
            question = questions[place]
            is_run = not question.is_generic and (turn < ALWAYS_RUN or time.monotonic() < deadline)
            found[place] = _time(session, question, longest) if is_run else question.told_ms
            advance()
    return tuple(found)


def longest_ms(session: Session, seconds: float) -> float:
    """What a single run may take of so many seconds for many: a tenth, but not so little that a slow statement seems a quick one,
    and never more than statement_timeout."""
    limit = session.target.limits.statement_timeout or inf
    return min(limit, max(seconds * LONGEST_SHARE, LEAST_LONGEST_SECONDS)) * 1000


def _time(session: Session, question: Question, longest: float) -> float | None:
    try:
        with session.transaction(writes=True):
            arm = Arm(session, question.statement, question.parameters, longest_ms=longest)
            return execution_ms(arm.run())
    except CaptureTimeout:
        return longest
    except CaptureError:
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
