"""Record what the rules are tested on, from a real server.

    python -m tests.findings.record DSN [--other-dsn DSN] [--ids ID ...]

The role must be allowed to create databases; ``perfkit_findings_*`` databases are made and dropped. The server needs
pg_trgm. What needs LLVM or ICU is recorded from the other server, where one is named.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from perfkit import document
from perfkit.capture import SCHEMA, capture
from perfkit.db.connection import connect
from perfkit.db.session import Session
from perfkit.db.target import Target
from perfkit.sql import parse_statement
from tests.findings.scenarios import BASE, SCENARIOS, Scenario

RECORDED = Path(__file__).parent / "recorded"
BASE_DATABASE = "perfkit_findings_base"
COPY_DATABASE = "perfkit_findings_copy"


def run(server: Target, database: str, statements: Iterable[str]) -> None:
    with connect(server.at(database).conninfo) as connection:
        for statement in statements:
            connection.execute(statement.encode())


@contextmanager
def database(server: Target, name: str, template: str = "template0") -> Iterator[str]:
    run(
        server, "postgres", (f"drop database if exists {name}", f"create database {name} template {template}")
    )
    try:
        yield name
    finally:
        run(server, "postgres", (f"drop database {name}",))


def record(server: Target, scenario: Scenario) -> None:
    folder = RECORDED / scenario.id
    folder.mkdir(parents=True, exist_ok=True)
    with database(server, COPY_DATABASE, BASE_DATABASE) as name:
        run(server, name, scenario.setup)
        _capture(server.at(name), scenario.query, scenario.settings, scenario.writes, folder / "fires.json")
        run(server, name, scenario.cure)
        _capture(
            server.at(name),
            scenario.clean or scenario.query,
            scenario.clean_settings or scenario.settings,
            scenario.writes,
            folder / "clean.json",
        )


def _capture(target: Target, query: str, settings: Mapping[str, str], writes: bool, path: Path) -> None:
    with Session.open(target, purpose="recording") as session:
        for name, value in settings.items():
            session.execute(f"set {name} = '{value}'")
        found = capture(session, parse_statement(" ".join(query.split())), runs=1, allow_writes=writes)
    document.write(path, found, SCHEMA)


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("dsn")
    arguments.add_argument("--other-dsn")
    arguments.add_argument("--ids", nargs="*")
    given = arguments.parse_args()
    wanted = [s for s in SCENARIOS if not s.pasted_only and (not given.ids or s.id in given.ids)]
    for dsn, scenarios in (
        (given.dsn, [s for s in wanted if not s.needs_llvm_icu]),
        (given.other_dsn, [s for s in wanted if s.needs_llvm_icu]),
    ):
        if dsn is None or not scenarios:
            continue
        server = Target(conninfo=dsn, is_scratch=True)
        with database(server, BASE_DATABASE):
            run(server, BASE_DATABASE, BASE)
            for scenario in scenarios:
                sys.stderr.write(f"{scenario.id}\n")
                record(server, scenario)


if __name__ == "__main__":
    main()
