"""Every way a run can be cut short, at three moments of it: is the truth told, and is nothing left running?

python -m tests.bench.kill_matrix             the whole matrix
python -m tests.bench.kill_matrix sigterm     one of: kernel, sigterm, ctrl-c, server, disk

Prints a line for each cell of the matrix; exit status 1 where one is wrong. Needs root for ``disk`` (a tmpfs of 64 kB); without,
it is left out and that is said.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from perfkit.db.connection import connect
from perfkit.db.servers import server
from tests.bench.process import say

MOMENTS = ("start", "measure", "export")
PATIENCE_SECONDS = 90.0
SLOW = "select count(*) from generate_series(1, 3000000) a where a % 7 = (select 3)"
"""A good part of a second in each of its runs, so that the middle is met."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One experiment: what was done when, what the run said, and what was left."""

    way: str
    moment: str
    status: str
    """Of run.json; ``none`` where there is none."""
    exit_status: int
    faults: tuple[str, ...]


def main(ways: list[str]) -> int:
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="pk", dir="/tmp") as home:
        Path(home).chmod(0o755)
        os.environ["PERFKIT_HOME"] = f"{home}/lab"
        embedded = server().start()
        try:
            for way in ways or list(WAYS):
                if way == "disk" and os.geteuid() != 0:
                    say("disk: left out, as only root can mount a small tmpfs")
                    continue
                for moment in MOMENTS:
                    cell = _cell(way, moment, Path(home))
                    wrong += bool(cell.faults)
                    say(
                        f"{way:<8} {moment:<8} run.json {cell.status:<12} exit {cell.exit_status:<4}"
                        + ("right" if not cell.faults else f"WRONG: {'; '.join(cell.faults)}")
                    )
        finally:
            embedded.stop()
    return 1 if wrong else 0


def _cell(way: str, moment: str, home: Path) -> Cell:
    place = Path(tempfile.mkdtemp(dir=home))
    (place / "q.sql").write_text(SLOW)
    with _output(way, place) as out:
        command = [
            sys.executable, "-m", "perfkit", "notebook", "run", "investigate", "--output", str(out), "-p", f"query={place / 'q.sql'}",
            "-p", "dataset=", "-p", "dsn_variable=KILLED_DSN", "-p", "scratch=true", "-p", "budget_seconds=20", "-p", "runs=2",
        ]  # fmt: skip
        environment = {**os.environ, "KILLED_DSN": server().start().conninfo("postgres")}
        with subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment, start_new_session=True
        ) as process:  # fmt: skip
            _MOMENTS[moment](process, out)
            children = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
            WAYS[way](process, children)
            try:
                _, told = process.communicate(timeout=PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                told = "it had to be killed"
        status = _status(out)
        faults = list(_faults(way, moment, status, process.returncode, told))
    if way == "server":
        server().start()
    faults += _left(children)
    return Cell(way=way, moment=moment, status=status, exit_status=process.returncode, faults=tuple(faults))


def _faults(way: str, moment: str, status: str, exit_status: int, told: str) -> Iterator[str]:
    if "Traceback" in told:
        yield "a traceback was printed"
    allowed = _ALLOWED[way]
    # the run itself may have been over by the time it was struck
    if moment == "export":
        allowed = {*allowed, ("ok", 0), ("ok", 3), ("ok", 130), ("ok", 143), ("ok", 2)}
    if (status, exit_status) not in allowed:
        yield f"{status} with exit {exit_status} ({' '.join(told.split())[-160:]})"


_ALLOWED: dict[str, set[tuple[str, int]]] = {
    "kernel": {("died", 3)},
    "sigterm": {("interrupted", 143), ("none", 143)},
    "ctrl-c": {("interrupted", 130), ("none", 130)},
    "server": {("error", 3)},
    "disk": {("none", 2), ("error", 2), ("ok", 2)},
}
"""What run.json and the exit status may say. No run.json at all is the truth where nothing had been run yet, and where
nothing could be written."""


def _status(out: Path) -> str:
    try:
        return str(json.loads((out / "run.json").read_text("utf-8"))["status"])
    except (OSError, ValueError):
        return "none"


def _left(children: list[psutil.Process]) -> Iterator[str]:
    """Kernels, statements and clones that outlived the run; the server gets five seconds to notice a lost client."""
    _, alive = psutil.wait_procs(children, timeout=20)
    if any(one.status() != psutil.STATUS_ZOMBIE for one in alive):
        yield f"{len(alive)} processes were left"
    deadline = time.monotonic() + 5
    with connect(server().conninfo("postgres"), application_name="matrix") as connection:
        connection.autocommit = True
        while True:
            sessions = connection.execute(
                "select count(*) from pg_stat_activity where application_name like 'perfkit%'"
            ).fetchone()
            if not sessions or not sessions[0] or time.monotonic() > deadline:
                break
            time.sleep(0.25)
        if sessions and sessions[0]:
            yield f"{sessions[0]} sessions were left"
        clones = connection.execute("select datname from pg_database where datname like '%clone%'").fetchall()
        if clones:
            yield f"clones were left: {', '.join(str(one[0]) for one in clones)}"


@contextmanager
def _output(way: str, place: Path) -> Iterator[Path]:
    """The folder of the report; for a full disk a tmpfs that holds little more than its own pages."""
    out = place / "out"
    out.mkdir()
    if way != "disk":
        yield out
        return
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32k", "tmpfs", str(out)], check=True)
    try:
        yield out
    finally:
        subprocess.run(["umount", str(out)], check=True)


def _started(process: subprocess.Popen[str], _: Path) -> None:
    """A second after the command began: imports, or the kernel's start."""
    time.sleep(1.0)


def _measuring(process: subprocess.Popen[str], _: Path) -> None:
    """While a statement of perfkit's runs on the server."""
    with connect(server().conninfo("postgres"), application_name="matrix") as connection:
        connection.autocommit = True
        deadline = time.monotonic() + PATIENCE_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            found = connection.execute(
                "select 1 from pg_stat_activity where application_name like 'perfkit capture%' and state = 'active'"
                " and query ilike 'explain (analyze%'"
            ).fetchone()
            if found:
                return
            time.sleep(0.05)


def _exporting(process: subprocess.Popen[str], out: Path) -> None:
    """As soon as run.json is there, or, where the disk is full, once the process is about to end."""
    deadline = time.monotonic() + 2 * PATIENCE_SECONDS
    while process.poll() is None and time.monotonic() < deadline and not any(out.iterdir()):
        time.sleep(0.02)


def _kill_kernel(process: subprocess.Popen[str], children: list[psutil.Process]) -> None:
    deadline = time.monotonic() + 20
    while process.poll() is None and time.monotonic() < deadline:
        found = [one for one in psutil.Process(process.pid).children(recursive=True) if _is_kernel(one)]
        if found:
            found[0].kill()
            children += found
            return
        if children and not found:
            return
        time.sleep(0.05)


def _is_kernel(process: psutil.Process) -> bool:
    try:
        return "ipykernel_launcher" in " ".join(process.cmdline())
    except psutil.Error:
        return False


def _interrupt(process: subprocess.Popen[str], _: list[psutil.Process]) -> None:
    """As a terminal does: to the whole process group."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)


_MOMENTS: dict[str, Callable[[subprocess.Popen[str], Path], None]] = {
    "start": _started,
    "measure": _measuring,
    "export": _exporting,
}
WAYS: dict[str, Callable[[subprocess.Popen[str], list[psutil.Process]], Any]] = {
    "kernel": _kill_kernel,
    "sigterm": lambda process, _: process.send_signal(signal.SIGTERM),
    "ctrl-c": _interrupt,
    "server": lambda process, _: server().stop(),
    "disk": lambda process, _: None,
}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
