"""A build of the book that is stopped while pages run leaves no copy, no session and no process behind."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from perfkit.book.source import source
from perfkit.db.clone import PREFIX
from perfkit.db.servers import Server
from perfkit.db.session import Session
from perfkit.db.target import Target

pytestmark = [pytest.mark.slow, pytest.mark.server]

PATIENCE_SECONDS = 90.0
PAGES = ("eav-model", "wide-jsonb-core-columns", "char-n")
"""Each works for seconds; with two jobs the third is waiting when the first two are struck."""

CLONES = "select datname from pg_database where starts_with(datname, %s)"
AT_WORK = "select pid from pg_stat_activity where starts_with(datname, %s) and state = 'active'"


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_build_leaves_nothing(server: Server, tmp_path: Path, signum: int) -> None:
    source()
    command = [sys.executable, "-m", "perfkit", "notebook", "book", "--output", str(tmp_path / "site")]
    command += [part for id in PAGES for part in ("--only", id)]
    with Session.open(Target(conninfo=server.conninfo("postgres"))) as session:
        before = {row["datname"] for row in session.rows(CLONES, [PREFIX])}

        def clones() -> set[object]:
            return {row["datname"] for row in session.rows(CLONES, [PREFIX])} - before

        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            waited = wait_for(lambda: len(clones()) == 2 and bool(session.rows(AT_WORK, [PREFIX])), process)
            assert waited, process.communicate()
            children = psutil.Process(process.pid).children(recursive=True)
            process.send_signal(signum)
            said, told = process.communicate(timeout=PATIENCE_SECONDS)
        assert process.returncode == 128 + signum, told
        assert said == ""
        assert "Traceback" not in told
        _, alive = psutil.wait_procs(children, timeout=PATIENCE_SECONDS)
        assert not [one for one in alive if one.status() != psutil.STATUS_ZOMBIE]
        assert clones() == set()
    assert not (tmp_path / "site" / "index.html").exists()


def wait_for(is_so: Callable[[], bool], process: subprocess.Popen[str]) -> bool:
    """Whether it came to be before the process ended or patience did."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while process.poll() is None and time.monotonic() < give_up:
        if is_so():
            return True
        time.sleep(0.02)
    return False
