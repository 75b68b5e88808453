"""What advice for a workload costs as the workload grows: a made-up database of 500 tables, and 100 to 10,000 different statements.

python -m tests.bench.advise_scale [--sizes 100,1000,10000] [--tables 500] [--seconds 600] [--profile FILE]

Each size is a process of its own. Run it with a PERFKIT_HOME of its own: the database scale_500 is made there and kept.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg

from perfkit.db.servers import server as server_named
from perfkit.db.target import Target
from perfkit.index_advice import advise
from perfkit.progress import Lines
from tests.bench.process import say
from tests.bench.scale_database import ScaleTable, made_tables, statements_of_database
from tests.bench.scale_workload import workload

TICKS = os.sysconf("SC_CLK_TCK")
SAMPLE_SECONDS = 0.5

COLUMNS = (
    ("size", 7), ("wall s", 8), ("CPU s", 8), ("server s", 9), ("calls", 9), ("options", 8), ("RSS MB", 8),
    ("indexes", 8), ("before", 13), ("after", 13), ("gap", 7),
)  # fmt: skip


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default="100,300,1000,3000,10000")
    parser.add_argument("--tables", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--child", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--profile", type=Path, help="of the child process, for pstats")
    given = parser.parse_args(words)
    server = server_named().start()
    tables = made_tables(given.tables)
    conninfo = server.conninfo(_loaded(server.conninfo("postgres"), tables))
    if given.child:
        say(json.dumps(_advised(conninfo, tables, given.child, given.seconds, given.profile)))
        return
    say("".join(f"{name:>{width}}" for name, width in COLUMNS))
    for size in map(int, given.sizes.split(",")):
        found = _in_a_child(size, given)
        say("".join(f"{found[name]:>{width}}" for name, width in COLUMNS))


def _loaded(conninfo: str, tables: Sequence[ScaleTable]) -> str:
    """The name of the database, made and analysed where it is not there."""
    name = f"scale_{len(tables)}"
    with psycopg.connect(conninfo, autocommit=True) as admin:
        if admin.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
            return name
        admin.execute(f"create database {name}_half".encode())
    started = time.monotonic()
    with psycopg.connect(conninfo, dbname=f"{name}_half", autocommit=True) as session:
        for sql in statements_of_database(tables):
            session.execute(sql.encode())
        session.execute("vacuum (analyze)")
    with psycopg.connect(conninfo, autocommit=True) as admin:
        admin.execute(f"alter database {name}_half rename to {name}".encode())
    say(f"made database {name} in {time.monotonic() - started:.0f} s")
    return name


def _in_a_child(size: int, given: argparse.Namespace) -> dict[str, Any]:
    """The figures of one size, the CPU seconds of the server's backends among them."""
    command = [sys.executable, "-m", "tests.bench.advise_scale", "--child", str(size)]
    command += ["--tables", str(given.tables), "--seconds", str(given.seconds)]
    if given.profile:
        command += ["--profile", f"{given.profile}.{size}"]
    postmaster = int((server_named().data_directory / "postmaster.pid").read_text().split()[0])
    spent: dict[int, float] = {}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        while child.poll() is None:
            spent.update(_backends(postmaster))
            time.sleep(SAMPLE_SECONDS)
        assert child.stdout is not None
        said = child.stdout.read()
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, command)
    found: dict[str, Any] = json.loads(said.splitlines()[-1])
    return {**found, "server s": f"{sum(spent.values()):.0f}"}


def _backends(postmaster: int) -> Iterator[tuple[int, float]]:
    """CPU seconds of the server's processes that work on a clone."""
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(fields[1]) == postmaster and b"perfkit_clone" in (folder / "cmdline").read_bytes():
                yield int(folder.name), (int(fields[11]) + int(fields[12])) / TICKS
        except OSError:
            continue


def _advised(
    conninfo: str, tables: Sequence[ScaleTable], size: int, seconds: float, profile: Path | None
) -> dict[str, str]:
    asked = workload(tables, size)
    started, spent = time.monotonic(), time.process_time()
    target = Target(conninfo=conninfo, is_scratch=True)
    if profile is None:
        found = advise(target, asked, seconds=seconds, progress=Lines())
    else:
        import cProfile

        profiler = cProfile.Profile()
        try:
            found = profiler.runcall(advise, target, asked, seconds=seconds, progress=Lines())
        finally:
            profiler.dump_stats(profile)
    created = sum(one.sql.lower().startswith("create") for one in found.advice)
    return {
        "size": f"{size:,}",
        "wall s": f"{time.monotonic() - started:.1f}",
        "CPU s": f"{time.process_time() - spent:.1f}",
        "calls": f"{found.what_if_calls:,}",
        "options": f"{found.options:,}",
        "RSS MB": f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f}",
        "indexes": f"{created:,}",
        "before": f"{found.cost_before:,.0f}",
        "after": f"{found.cost_after:,.0f}",
        "gap": "-" if found.gap is None else f"{found.gap:.1%}",
    }


if __name__ == "__main__":
    main()
