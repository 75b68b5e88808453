"""How perfkit does on the cases of tests/cases: cause, remedy, restraint, noise by category, and the time to a verdict.

python -m tests.bench.diagnosis [--major 15] [--only CATEGORY[/NAME]] [--verbose] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median

from perfkit.db.servers import server as server_named
from perfkit.db.servers.home import Home
from perfkit.db.servers.known import every_server
from tests.bench.process import say
from tests.diagnosis.case import every_case
from tests.diagnosis.run import run
from tests.diagnosis.score import Score


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--major", type=int)
    parser.add_argument("--only", default="")
    parser.add_argument("--verbose", action="store_true", help="what was said of every case")
    parser.add_argument("--json", type=Path, help="write the scores there")
    given = parser.parse_args(words)
    own_home = "PERFKIT_HOME" not in os.environ
    if own_home:
        os.environ["PERFKIT_HOME"] = tempfile.mkdtemp(prefix="pk-", dir="/tmp")
        Path(os.environ["PERFKIT_HOME"]).chmod(0o711)
    try:
        scores = measure(given.major, given.only, verbose=given.verbose)
    finally:
        if own_home:
            for found in every_server(Home(folder=Path(os.environ["PERFKIT_HOME"]))):
                found.remove()
            shutil.rmtree(os.environ["PERFKIT_HOME"])
    for line in table(scores):
        say(line)
    if given.json:
        given.json.write_text(json.dumps([asdict(one) for one in scores], default=str), encoding="utf-8")


def measure(major: int | None, only: str, *, verbose: bool) -> list[Score]:
    server = server_named(major=major).start() if major else server_named().start()
    say(f"PostgreSQL {server.provider.version()}")
    scores = []
    for case in every_case(only):
        if case.majors and (major or server.provider.major) not in case.majors:
            continue
        one = run(case, server)
        scores.append(one)
        if verbose or not one.is_perfect:
            say(_line(one))
            say(one.said)
    return scores


def _line(one: Score) -> str:
    wrong = [
        name
        for name, is_wrong in (
            (f"cause {' | '.join(one.case.cause)}", one.cause is False),
            (f"remedy {' | '.join(entry.sql for entry in one.case.remedy)}", one.remedy is False),
            ("restraint", not one.restraint),
            (f"noise {one.noise}", bool(one.noise)),
        )
        if is_wrong
    ]
    error = f" ERROR {one.error}" if one.error else ""
    return f"{'ok  ' if one.is_perfect else 'MISS'} {one.case.name} ({one.seconds:.1f} s){error} {'; '.join(wrong)}"


def table(scores: Sequence[Score]) -> list[str]:
    """By category: right of those that have one; noise a case; median seconds and the database's share of them."""
    lines = [
        f"{'category':<14}{'cases':>6}{'cause':>10}{'remedy':>10}{'restraint':>11}{'noise':>8}{'median s':>10}{'in db':>7}"
    ]
    names = list(dict.fromkeys(one.case.category for one in scores))
    for name in (*names, "all"):
        part = [one for one in scores if name in ("all", one.case.category)]
        if not part:
            continue
        cause = [one.cause for one in part if one.cause is not None]
        remedy = [one.remedy for one in part if one.remedy is not None]
        lines.append(
            f"{name:<14}{len(part):>6}{_of(cause):>10}{_of(remedy):>10}{_of([one.restraint for one in part]):>11}"
            f"{sum(one.noise for one in part) / len(part):>8.2f}{median(one.seconds for one in part):>10.1f}"
            f"{sum(one.database_share * one.seconds for one in part) / sum(one.seconds for one in part):>7.0%}"
        )
    return lines


def _of(values: Sequence[bool]) -> str:
    return f"{sum(values)}/{len(values)}"


if __name__ == "__main__":
    main()
