"""One at a time across threads and processes: a lock that the system drops with the process that holds it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from perfkit.db.servers.home import explained
from perfkit.errors import ServerError

PATIENCE_SECONDS = 360
"""Longer than the longest start another process may be waiting for."""

_POLL_SECONDS = 0.02


@contextmanager
def locked(path: Path, *, patience_seconds: float = PATIENCE_SECONDS) -> Iterator[None]:
    """Hold the lock file ``path``; a file left by a process that died holds nothing and is simply taken.

    The file stays: removing it would let two processes hold locks on two files of the same name.
    """
    import fcntl

    with explained(path.parent):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        deadline = time.monotonic() + patience_seconds
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip() or "unknown"
                    raise ServerError(
                        f"process {holder} has held {path} for {patience_seconds:.0f} s; wait for it or end it"
                    ) from None
                time.sleep(_POLL_SECONDS)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)
