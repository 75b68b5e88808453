"""Stopping a run from outside: Ctrl-C, SIGTERM, or its time being up."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from perfkit.report.kernel import Kernel

GRACE_SECONDS = 8.0
"""What a cell gets to clean up after itself (cancel its statement, drop its clone) before the kernel is killed. CI
systems wait at least ten seconds between SIGTERM and SIGKILL."""

Reason = Literal["interrupted", "timeout"]


_waits = threading.Event()
_noted: list[int] = []
"""Signals that a worker got; they end the run at work and every one that would come after it."""


def note_signals() -> None:
    """Have SIGINT and SIGTERM do nothing but be noted while no run is at work: for a process that waits for runs to make."""
    _waits.set()
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, lambda number, _: _noted.append(number))


def is_called_off() -> bool:
    """Whether this process was told to stop, so that no further run may begin in it."""
    return bool(_noted)


class Stop:
    """Whether the run is to end early, and the means to make it.

    The kernel is interrupted first, as Ctrl-C would: its cell raises KeyboardInterrupt, ``finally`` blocks run and
    statements are cancelled on the server. A kernel that does not heed that within the grace time, or a second
    request, gets killed with its process group. Nothing is raised in this process meanwhile: papermill hears of the
    end through its kernel.
    """

    def __init__(self, kernel: Kernel, grace_seconds: float = GRACE_SECONDS) -> None:
        self.reason: Reason | None = None
        self.signum: int | None = None
        self._kernel = kernel
        self._grace_seconds = grace_seconds
        self._timers: list[threading.Timer] = []

    def request(self, reason: Reason, signum: int | None = None) -> None:
        if self.reason is not None:
            self._kill()
            return
        self.reason, self.signum = reason, signum
        self._kernel.signal_group(signal.SIGINT)
        self._after(self._grace_seconds, self._kill)

    def after(self, seconds: float | None) -> None:
        """Make the request by itself when the run's time is up."""
        if seconds is not None:
            self._after(seconds, lambda: None if self.reason else self.request("timeout"))

    def settle(self) -> None:
        """The run is over: no timer may strike any more."""
        for timer in self._timers:
            timer.cancel()

    def _kill(self) -> None:
        self._kernel.signal_group(getattr(signal, "SIGKILL", signal.SIGTERM))

    def _after(self, seconds: float, action: Any) -> None:
        timer = threading.Timer(seconds, action)
        timer.daemon = True
        self._timers.append(timer)
        timer.start()

    @contextmanager
    def on_signals(self) -> Iterator[None]:
        """Take SIGINT and SIGTERM as requests while the block runs. Only the main thread can; elsewhere nothing changes."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        wanted = (signal.SIGINT, signal.SIGTERM)
        before = {signum: signal.signal(signum, self._on_signal) for signum in wanted}
        if _noted:
            self.request("interrupted", _noted[0])
        try:
            yield
        finally:
            for signum, handler in before.items():
                signal.signal(signum, handler)

    def _on_signal(self, signum: int, _: object) -> None:
        if _waits.is_set():
            _noted.append(signum)
        self.request("interrupted", signum)
