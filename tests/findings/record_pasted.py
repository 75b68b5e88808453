"""Record the scenarios as people paste plans: the bare text of EXPLAIN, without catalog, statement, VERBOSE or BUFFERS.

    python -m tests.findings.record_pasted DSN DIRECTORY [--forms analyzed untimed planned] [--ids ID ...]

DIRECTORY/<id>.<fires or clean>.<form>.txt. Of a statement that writes, what it did is rolled back. What a server
does not know (an older one, or one without ICU) is passed over.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import psycopg

from perfkit.db.connection import connect
from perfkit.db.target import Target
from tests.findings.record import BASE_DATABASE, COPY_DATABASE, database, run
from tests.findings.scenarios import BASE, SCENARIOS, Scenario

FORMS = {"analyzed": ("analyze",), "untimed": ("analyze", "timing off"), "planned": ()}
"""How people take a plan, and the options of EXPLAIN for it."""

BUFFERS_BY_DEFAULT = 18
"""From this major EXPLAIN (ANALYZE) counts blocks unless told not to; most plans that are passed around lack them."""


def record(server: Target, scenario: Scenario, directory: Path, forms: Iterable[str]) -> None:
    with database(server, COPY_DATABASE, BASE_DATABASE) as name:
        target = server.at(name)
        for side, before, query, settings in (
            ("fires", scenario.setup, scenario.query, scenario.settings),
            (
                "clean",
                scenario.cure,
                scenario.clean or scenario.query,
                scenario.clean_settings or scenario.settings,
            ),
        ):
            run(server, name, before)
            for form in forms:
                text = explained(target, " ".join(query.split()), settings, FORMS[form])
                (directory / f"{scenario.id}.{side}.{form}.txt").write_text(text + "\n", encoding="utf-8")


def explained(target: Target, query: str, settings: Mapping[str, str], options: tuple[str, ...]) -> str:
    """The second run's plan: the first one fills the caches."""
    with connect(target.conninfo) as connection:
        if connection.info.server_version // 10000 >= BUFFERS_BY_DEFAULT and options:
            options = (*options, "buffers off")
        for name, value in settings.items():
            connection.execute(f"set {name} = '{value}'".encode())
        words = f"explain ({', '.join(options)})" if options else "explain"
        for _ in range(2):
            with connection.transaction(force_rollback=True):
                rows = connection.execute(f"{words} {query}".encode()).fetchall()
    return "\n".join(str(row[0]) for row in rows)


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("dsn")
    arguments.add_argument("directory", type=Path)
    arguments.add_argument("--forms", nargs="*", choices=FORMS, default=list(FORMS))
    arguments.add_argument("--ids", nargs="*")
    given = arguments.parse_args()
    given.directory.mkdir(parents=True, exist_ok=True)
    server = Target(conninfo=given.dsn, is_scratch=True)
    with database(server, BASE_DATABASE):
        run(server, BASE_DATABASE, BASE)
        for scenario in SCENARIOS:
            if given.ids and scenario.id not in given.ids:
                continue
            try:
                record(server, scenario, given.directory, given.forms)
            except psycopg.Error as error:
                sys.stderr.write(f"{scenario.id}: not on this server: {error}\n")


if __name__ == "__main__":
    main()
