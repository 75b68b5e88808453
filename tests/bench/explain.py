"""``perfkit explain`` beside ``psql`` running the same EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON), in turns."""

from __future__ import annotations

import itertools
import shutil
import sys
import time

from perfkit.capture.explain import analyze, plan_only, run_once
from perfkit.db.catalog import read_catalog
from perfkit.db.servers import server
from perfkit.db.session import Session
from perfkit.lab import connect
from perfkit.sql import parse_statement
from perfkit.stats import median
from tests.bench.process import Cost, run, say

ROUNDS = 9


def main() -> None:
    lab = connect(dataset="tracker", progress=False)
    conninfo = lab.target.conninfo
    psql = shutil.which("psql") or str(next(server().provider.bin_directory.glob("psql")))
    for name in ("light", "heavy"):
        text = QUERIES[name]
        say(f"explain, a {name} query: {text}")
        ours: list[Cost] = []
        theirs: list[Cost] = []
        for _ in range(ROUNDS):
            theirs.append(run([psql, "-XAtqc", f"explain (analyze, buffers, format json) {text}", conninfo]))
            ours.append(
                run(
                    [
                        sys.executable,
                        "-m",
                        "perfkit",
                        "explain",
                        text,
                        "--json",
                        "--runs",
                        "1",
                        "--dsn",
                        conninfo,
                    ]
                )
            )
        for unit in ("wall_ms", "cpu_ms"):
            a = median([getattr(cost, unit) for cost in ours])
            b = median([getattr(cost, unit) for cost in theirs])
            say(f"  {unit:<8} perfkit {a:7.0f}  psql {b:7.0f}  ratio {a / b:.1f}")
        _parts(lab.target.conninfo, text)


QUERIES = {
    "light": "select count(*) from projects",
    "heavy": "select state, count(*) from issues group by state",
}


def _parts(conninfo: str, text: str) -> None:
    """Where a call in a warm process spends its time."""
    from perfkit.db.target import Target

    marks = [("start", time.perf_counter())]

    def mark(name: str) -> None:
        marks.append((name, time.perf_counter()))

    statement = parse_statement(text)
    mark("parse")
    with Session.open(Target(conninfo=conninfo)) as session:
        mark("connect")
        with session.transaction():
            plan_only(session, statement, [])
            mark("plan")
            read_catalog(session, ["issues", "projects"])
            mark("catalog")
            run_once(session, statement, [])
            mark("warm-up run")
            analyze(session, statement, [])
            mark("analyzed run")
            run_once(session, statement, [])
            mark("sample")
    pairs = itertools.pairwise(marks)
    parts = ", ".join(f"{name} {(at - before) * 1000:.1f}" for (_, before), (name, at) in pairs)
    say(f"  inside a warm process, ms: {parts}")
