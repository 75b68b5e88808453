"""Load for the gate's measure: processes that burn CPU, and sessions that read, evict and analyse what others read."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from perfkit.db.target import Target

_SPIN = "while True: sum(i * i for i in range(10_000))"

_READ = """
import sys, random, psycopg
with psycopg.connect(sys.argv[1], autocommit=True) as session:
    while True:
        session.execute(random.choice((
            "select count(*) from notes", "select count(*) from builds where status = 'failed'",
            "select max(body) from notes", "select count(*) from events", "analyze label_links",
            "create temporary table t as select * from issues; drop table t",
        )))
"""


@contextmanager
def loaded(target: Target, processes: int, *, is_reading: bool = True) -> Iterator[None]:
    """Half of the processes burn CPU and half work on the database for as long as the block lasts; where a clone of it is to
    be made, nobody may be connected: then all burn CPU."""
    commands = [
        [sys.executable, "-c", _READ, target.conninfo]
        if is_reading and number % 2
        else [sys.executable, "-c", _SPIN]
        for number in range(processes)
    ]
    started = [subprocess.Popen(command, stderr=subprocess.DEVNULL) for command in commands]
    try:
        yield
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait()
