"""The probes of tests/probes on the data set tracker: their time without the hand-written indexes and with them.

python -m tests.bench.probes [--check] [--scale 0.2] [--only NAME_OR_CLASS] [--json FILE]

--check exits with status 1 where a hand-written index is not used. PERFKIT_POSTGRES names another PostgreSQL to start.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import psycopg

from perfkit.dataset import find_all, load
from perfkit.db.servers import Server
from perfkit.db.servers import server as server_named
from tests.bench.probe_run import ProbeRun, lacking, run
from tests.bench.process import say
from tests.probes_case import Probe, read_probes

LEAST_GAIN = 5.0
"""An index that an expert bothers with makes the statement this many times as fast …"""
SLOW_MS, FAST_MS = 2.0, 1.0
"""… or takes it from above the one to below the other."""


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="exit 1 where a hand-written index is not used")
    parser.add_argument("--scale", type=float, default=0.2)
    parser.add_argument("--only", default="", help="a probe's name, or a class")
    parser.add_argument("--json", type=Path, help="write the runs there")
    given = parser.parse_args(words)
    probes = [one for one in read_probes() if given.only in ("", one.name, one.kind)]
    server = server_named().start()
    say(f"PostgreSQL {server.provider.version()}, tracker at scale {given.scale:g}")
    runs = measure(probes, server.conninfo(database_of(server, given.scale)))
    for line in totals(runs):
        say(line)
    if given.json:
        given.json.write_text(json.dumps([asdict(one) for one in runs]), encoding="utf-8")
    return int(given.check and not all(one.is_used for one in runs))


def database_of(server: Server, scale: float) -> str:
    """A database that holds tracker at this scale, loaded where there is none."""
    with psycopg.connect(server.conninfo("postgres"), autocommit=True) as session:
        for database, dataset in find_all(session):
            if (dataset.name, dataset.scale, dataset.seed) == ("tracker", scale, 1):
                return database
    return load("tracker", server.conninfo, scale=scale, database=f"tracker_{scale:g}").database


def measure(probes: Sequence[Probe], conninfo: str) -> list[ProbeRun]:
    runs = []
    with psycopg.connect(conninfo, autocommit=True) as connection:
        say(
            f"{'name':<36}{'class':<16}{'rows':>8}{'ms without':>12}{'ms with':>10}{'times':>8}{'MB':>8}  used"
        )
        for probe in probes:
            if missing := lacking(probe, connection):
                say(f"{probe.name:<36}{probe.kind:<16}skipped: the server has no {', '.join(missing)}")
                continue
            runs.append(run(probe, connection))
            say(line(runs[-1]))
    return runs


def line(one: ProbeRun) -> str:
    start = f"{one.probe.name:<36}{one.probe.kind:<16}{one.rows:>8}{one.ms_without:>12.2f}"
    if one.ms_with is None:
        return f"{start}{'':>10}{'':>8}{'':>8}  none wanted"
    unused = "".join(f"; unused: {index.sql}" for index in one.indexes if not index.is_used)
    small = "" if is_worth_it(one) else "; gains little"
    return (
        f"{start}{one.ms_with:>10.2f}{one.ms_without / one.ms_with:>8.0f}{one.size_bytes / 2**20:>8.2f}"
        f"  {'yes' if one.is_used else 'no'}{unused}{small}"
    )


def is_worth_it(one: ProbeRun) -> bool:
    if one.ms_with is None:
        return True
    return one.ms_without >= LEAST_GAIN * one.ms_with or (one.ms_without > SLOW_MS and one.ms_with < FAST_MS)


def totals(runs: Sequence[ProbeRun]) -> list[str]:
    wanted = [one for one in runs if one.ms_with is not None]
    sizes = {index.sql: index.size_bytes for one in wanted for index in one.indexes}
    after = sum(one.ms_without if one.ms_with is None else one.ms_with for one in runs)
    return [
        f"{len(runs)} probes: {sum(one.ms_without for one in runs):.1f} ms without, {after:.1f} ms with",
        f"{len(wanted)} of them with indexes: {sum(one.ms_without for one in wanted):.1f} ms without,"
        f" {sum(one.ms_with or 0.0 for one in wanted):.1f} ms with",
        f"{len(sizes)} different indexes, {sum(sizes.values()) / 2**20:.1f} MB;"
        f" used: {sum(one.is_used for one in wanted)} of {len(wanted)} probes,"
        f" fast enough: {sum(is_worth_it(one) for one in wanted)}",
    ]


if __name__ == "__main__":
    sys.exit(main())
