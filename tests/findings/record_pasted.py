"""Record the scenarios as people paste plans: the bare text of EXPLAIN, without catalog, statement, VERBOSE or BUFFERS.

    python -m tests.findings.record_pasted DSN DIRECTORY [--parts fires.analyzed clean.analyzed ...] [--ids ID ...]

Writes DIRECTORY/<major>.<fires or clean>.<form>.txt, one plan after the other, each headed by its scenario. What a
statement writes is rolled back. What a server does not know (an older one, or one without ICU) is passed over.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer

import psycopg

from perfkit.db.connection import connect
from perfkit.db.target import Target
from tests.findings.record import BASE_DATABASE, COPY_DATABASE, database, run
from tests.findings.scenarios import BASE, SCENARIOS, Scenario

Connection = psycopg.Connection[tuple[object, ...]]

BLOCKED_SECONDS = 0.3
"""Well above what a slow disk explains."""

HEALTHY = "healthy"
"""Scenarios with nothing wrong; they have no other side."""

MARK = "#### "
"""Heads a plan with the name of its scenario."""

FORMS = {"analyzed": ("analyze",), "untimed": ("analyze", "timing off"), "planned": ()}
"""How people take a plan, and the options of EXPLAIN for it."""

BUFFERS_BY_DEFAULT = 18
"""From this major EXPLAIN (ANALYZE) counts blocks unless told not to; most plans that are passed around lack them."""


def record(server: Target, scenario: Scenario, parts: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each part's name with the plan."""
    with database(server, COPY_DATABASE, BASE_DATABASE) as name:
        target = server.at(name)
        run(server, name, scenario.setup)
        for side in ("fires", "clean"):
            for part in parts:
                if not part.startswith(side) or (scenario.id == HEALTHY and side == "fires"):
                    continue
                with connect(target.conninfo) as connection, blocked(target, scenario, side):
                    yield part, explained(connection, scenario, side, FORMS[part.partition(".")[2]])
            if side == "fires":
                run(server, name, scenario.cure)


def explained(connection: Connection, scenario: Scenario, side: str, options: tuple[str, ...]) -> str:
    """The second run's plan, for the first one fills the caches; of a statement that waits the first."""
    is_clean = side == "clean"
    settings = (is_clean and scenario.clean_settings) or scenario.settings
    query = " ".join(((is_clean and scenario.clean) or scenario.query).split())
    if connection.info.server_version // 10000 >= BUFFERS_BY_DEFAULT and options:
        options = (*options, "buffers off")
    for name, value in settings.items():
        connection.execute(f"set {name} = '{value}'".encode())
    if scenario.prepared:
        connection.execute(f"prepare recorded as {scenario.prepared}".encode())
    words = f"explain ({', '.join(options)})" if options else "explain"
    for _ in range(1 if scenario.blocker else 2):
        with connection.transaction(force_rollback=True):
            rows = connection.execute(f"{words} {query}".encode()).fetchall()
    return "\n".join(str(row[0]) for row in rows)


@contextmanager
def blocked(target: Target, scenario: Scenario, side: str) -> Iterator[None]:
    """While the blocker's transaction is open; it ends by itself."""
    if scenario.blocker is None or side == "clean":
        yield
        return
    with connect(target.conninfo, autocommit=False) as other:
        other.execute(scenario.blocker.encode())
        ending = Timer(BLOCKED_SECONDS, other.rollback)
        ending.start()
        try:
            yield
        finally:
            ending.join()


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    every = [f"{side}.{form}" for side in ("fires", "clean") for form in FORMS]
    arguments.add_argument("dsn")
    arguments.add_argument("directory", type=Path)
    arguments.add_argument("--parts", nargs="*", choices=every, default=every)
    arguments.add_argument("--ids", nargs="*")
    given = arguments.parse_args()
    given.directory.mkdir(parents=True, exist_ok=True)
    server = Target(conninfo=given.dsn, is_scratch=True)
    with connect(given.dsn) as connection:
        major = connection.info.server_version // 10000
    texts: dict[str, list[str]] = {part: [] for part in given.parts}
    with database(server, BASE_DATABASE):
        run(server, BASE_DATABASE, BASE)
        for scenario in SCENARIOS:
            if given.ids and scenario.id not in given.ids:
                continue
            try:
                for part, text in record(server, scenario, given.parts):
                    texts[part].append(f"{MARK}{scenario.name}\n{text}\n")
            except psycopg.Error as error:
                sys.stderr.write(f"{scenario.name}: not on this server: {error}\n")
    for part, found in texts.items():
        (given.directory / f"{major}.{part}.txt").write_text("\n".join(found), encoding="utf-8")


if __name__ == "__main__":
    main()
