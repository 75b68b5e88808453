"""How long the client waited for the database: time inside psycopg's calls, counted once where they nest."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg


@dataclass(slots=True)
class Clock:
    seconds: float = 0.0
    _thread: int = field(default_factory=threading.get_ident)
    _depth: int = 0

    def wrapped(self, function: Any) -> Any:
        def call(*args: Any, **kwargs: Any) -> Any:
            if threading.get_ident() != self._thread or self._depth:
                return function(*args, **kwargs)
            self._depth += 1
            started = time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                self.seconds += time.perf_counter() - started
                self._depth -= 1

        return call


_CALLS = (
    (psycopg.Connection, "execute"),
    (psycopg.Connection, "connect"),
    (psycopg.Connection, "close"),
    (psycopg.Cursor, "execute"),
    (psycopg.Cursor, "fetchall"),
    (psycopg.RawCursor, "execute"),
)


@contextmanager
def database_clock() -> Iterator[Clock]:
    """Counts the calls of this thread while the block lasts."""
    clock = Clock()
    kept = [(owner, name, owner.__dict__.get(name)) for owner, name in _CALLS]
    try:
        for owner, name in _CALLS:
            bound = getattr(owner, name)
            if name == "connect":
                setattr(owner, name, staticmethod(clock.wrapped(bound)))
            else:
                setattr(owner, name, clock.wrapped(bound))
        yield clock
    finally:
        for owner, name, original in kept:
            if original is None:
                delattr(owner, name)
            else:
                setattr(owner, name, original)
