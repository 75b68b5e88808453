"""What can be said about a server without asking it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerStatus:
    """A server at a moment. None: not known, or not so while it is stopped.

    ``provider`` and ``version`` are those of the last start. ``size_bytes`` is the space its data takes on disk.
    """

    name: str
    provider: str | None
    version: str | None
    running: bool
    pid: int | None
    data_directory: Path
    socket_directory: Path
    port: int
    size_bytes: int | None
    started_at: datetime | None


def size_on_disk(folder: Path) -> int | None:
    """Bytes of disk below a folder, holes not counted; None when it is not there. Files may vanish meanwhile."""
    if not folder.is_dir():
        return None
    total = 0
    for inside, _, files in os.walk(folder):
        for name in files:
            try:
                total += os.lstat(f"{inside}/{name}").st_blocks * 512
            except FileNotFoundError:
                continue
    return total
