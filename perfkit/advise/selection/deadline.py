"""The time that advice may take, in shares: what a stage does not need is left to those that come after it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from math import inf


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

    @property
    def is_over(self) -> bool:
        return self.left <= 0
