"""Where the time of advice went, stage by stage."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from perfkit.progress import Advance, Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class StageTime:
    """A stage that was come back to is counted once, with all its times."""

    name: str
    seconds: float
    """Without those of stages inside of it."""


class Clocked:
    """Shows progress as it would be shown, and keeps how long each stage took."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._seconds: dict[str, float] = {}
        self._open: list[str] = []
        self._since = time.monotonic()

    @contextmanager
    def stage(self, name: str, total: int | None = None) -> Iterator[Advance]:
        self._count()
        self._open.append(name)
        try:
            with self._progress.stage(name, total) as advance:
                yield advance
        finally:
            self._count()
            self._open.pop()

    def times(self) -> tuple[StageTime, ...]:
        """In the order the stages were first begun."""
        return tuple(StageTime(name=name, seconds=seconds) for name, seconds in self._seconds.items())

    def _count(self) -> None:
        now = time.monotonic()
        if self._open:
            name = self._open[-1]
            self._seconds[name] = self._seconds.get(name, 0.0) + now - self._since
        self._since = now
