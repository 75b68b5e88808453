"""Is the server of a data directory alive? What postmaster.pid says, checked against the processes there are."""

from __future__ import annotations

import os
import signal
import socket
import stat
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from perfkit.errors import ServerError

ORPHANS_LEAVE_SECONDS = 2
"""Children of a killed server end by themselves as soon as they notice; those in a long computation do not."""

ORPHANS_DIE_SECONDS = 15

POLL_SECONDS = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Postmaster:
    """What a running server has written into postmaster.pid."""

    pid: int
    started_at: datetime
    port: int
    socket_directory: Path
    is_ready: bool

    @property
    def socket_path(self) -> Path:
        return socket_path(self.socket_directory, self.port)


def socket_path(folder: Path, port: int) -> Path:
    return folder / f".s.PGSQL.{port}"


def read_postmaster(data_directory: Path) -> Postmaster | None:
    """What postmaster.pid says; None when it is missing or not complete yet. Says nothing about being alive."""
    try:
        lines = (data_directory / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
        return Postmaster(
            pid=int(lines[0]),
            started_at=datetime.fromtimestamp(int(lines[2]), tz=UTC),
            port=int(lines[3]),
            socket_directory=Path(lines[4]),
            is_ready=lines[7].strip() == "ready",
        )
    except (OSError, ValueError, IndexError):
        return None


def answers(found: Postmaster | None) -> bool:
    """Whether the server is there and accepts connections; takes well under a millisecond and starts no process."""
    if found is None or not found.is_ready or not _exists(found.pid):
        return False
    return accepts(found.socket_path)


def accepts(path: Path) -> bool:
    """Whether somebody listens on a unix socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        try:
            probe.connect(str(path))
        except BlockingIOError:
            return True  # it listens, but its queue is full at this moment
        except (OSError, ValueError):
            return False
    return True


def living_pid(data_directory: Path) -> int | None:
    """The pid of the server process of this data directory; None when postmaster.pid is stale or missing.

    A pid that now belongs to another program does not count: the server's own processes work in the data directory.
    """
    try:
        pid = int((data_directory / "postmaster.pid").read_text(encoding="utf-8").split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    return pid if _works_in(pid, data_directory) else None


def clear_leftovers(data_directory: Path, socket_file: Path) -> None:
    """Remove what a killed server left, once none of its processes lives; call only while holding the server's lock."""
    pid_file = data_directory / "postmaster.pid"
    if pid_file.exists():
        _wait_for_orphans(data_directory)
    if accepts(socket_file):
        raise ServerError(
            f"another server answers on {socket_file}; stop it, or set PERFKIT_HOME to a folder of your own"
        )
    if socket_file.exists() and not stat.S_ISSOCK(socket_file.lstat().st_mode):
        raise ServerError(f"{socket_file} is in the way of the server's socket; move it away")
    for left_over in (pid_file, socket_file, socket_file.with_name(socket_file.name + ".lock")):
        left_over.unlink(missing_ok=True)


def stop_process(data_directory: Path, pid: int, *, timeout_seconds: float) -> None:
    """End a server: fast shutdown, and where that takes too long an immediate one, which the next start recovers from."""
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        except PermissionError:
            raise ServerError(
                f"process {pid} belongs to another account; stop the server as that account"
            ) from None
        deadline = time.monotonic() + timeout_seconds
        while time.monotonic() < deadline:
            if not _works_in(pid, data_directory):
                return
            time.sleep(POLL_SECONDS)
    raise ServerError(f"the server process {pid} does not end; end it by hand")


def _wait_for_orphans(data_directory: Path) -> None:
    began = time.monotonic()
    urged = False
    while orphans := _processes_in(data_directory):
        waited = time.monotonic() - began
        if waited > ORPHANS_DIE_SECONDS:
            raise ServerError(
                f"processes {', '.join(map(str, orphans))} of a killed server still use {data_directory}; end them"
            )
        if waited > ORPHANS_LEAVE_SECONDS and not urged:
            urged = True
            for pid in orphans:
                if _works_in(pid, data_directory):
                    os.kill(pid, signal.SIGQUIT)
        time.sleep(POLL_SECONDS)


def _processes_in(data_directory: Path) -> tuple[int, ...]:
    import psutil

    named = (process.pid for process in psutil.process_iter(["name"]) if _is_postgres(process.info["name"]))
    return tuple(pid for pid in named if _works_in(pid, data_directory))


def _works_in(pid: int, data_directory: Path) -> bool:
    import psutil

    try:
        process = psutil.Process(pid)
        return _is_postgres(process.name()) and Path(process.cwd()) == data_directory.resolve()
    except psutil.Error:
        return False


def _is_postgres(name: str | None) -> bool:
    return (name or "").startswith("postgres")


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
