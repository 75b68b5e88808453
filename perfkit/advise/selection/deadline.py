"""The time that advice may take, in shares: what a stage does not need is left to those that come after it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from math import inf

PLANNED = 0.25
"""The share of the time after which no more statements are planned."""

LEAST_LEFT = 0.2
"""So much of the time is left for what follows, however long the clone and the planning took."""

TIMED, FORESEEN, PREPARED, PEELED, SEARCHED, PROVEN = 0.12, 0.2, 0.38, 0.45, 0.52, 0.87
"""Shares of what is left then, after which each stage ends: running each statement once as it is, finding out what to build first,
building options, finding what each statement would use of them, the search, and running the workload with the set. What one does
not need the next ones have; the rest is for weighing what writes pay."""

SEARCH_LENGTH = 0.15
"""Of a search that is followed by a proof: a better set is worth less than time to prove one."""


class Deadline:
    """Travels through the stages. Each stops once ``left`` is zero, so that none takes what is kept for the next ones."""

    def __init__(self, seconds: float = inf) -> None:
        self._whole = self._seconds = seconds
        self._began = time.monotonic()
        self._share = 1.0

    def begin(self, least: float) -> None:
        """Shares are from now on of what is left, and never of less than the share ``least`` of the whole: a database that takes
        long to clone is to get an answer all the same."""
        left = self._began + self._seconds - time.monotonic()
        self._began, self._seconds = time.monotonic(), max(left, least * self._whole)

    @contextmanager
    def until(self, share: float) -> Iterator[None]:
        """Within the block the time is up once this share of it has gone."""
        before, self._share = self._share, share
        try:
            yield
        finally:
            self._share = before

    @property
    def left(self) -> float:
        """Seconds; never less than zero."""
        if self._seconds == inf:
            return inf
        return max(0.0, self._began + self._share * self._seconds - time.monotonic())

    def at_most(self, share: float) -> float:
        """Seconds left, and no more than this share of all."""
        return self.left if self._seconds == inf else min(self.left, share * self._seconds)

    @property
    def is_over(self) -> bool:
        return self.left <= 0
