"""Record the plans of scenarios.sql and scenarios_rare.sql on a server, as its EXPLAIN gives them.

    python tests/plan/record.py DSN [DIRECTORY]

Makes the schema ``plans`` anew in that database, with foreign servers that lead back to it. Beside each JSON document stands the text of the same statement with
COSTS OFF, which shows how PostgreSQL heads each node's line. ``record_formats`` gives the same plan in all four
formats, with options whose output is the same each time.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

HERE = Path(__file__).parent
EVERYTHING = "analyze, buffers, verbose, settings, wal, memory, serialize text"
SINCE = {"memory": 17, "serialize text": 17, "generic_plan": 16, "wal": 13, "settings": 12}
"""Major version in which each option of EXPLAIN came."""

STEADY = {
    "plain": "",
    "verbose": "verbose, settings, memory",
    "costs_off": "analyze, costs off, timing off, summary off, buffers off",
    "buffers": "analyze, buffers, verbose, wal, settings, serialize text, timing off, summary off",
    "generic": "generic_plan, verbose",
}
"""Sets of options without times, so that two runs of one statement say the same."""

FORMATS = {"json": "json", "txt": "text", "yaml": "yaml", "xml": "xml"}
"""Suffix of a recording to PostgreSQL's name of the format."""

MISSING = (
    psycopg.errors.UndefinedObject,
    psycopg.errors.UndefinedFunction,
    psycopg.errors.UndefinedColumn,
    psycopg.errors.SyntaxError,
    psycopg.errors.FeatureNotSupported,
)
"""What a server says to a statement or setting of a later major."""

_FIGURES = re.compile(r" \((actual .*|never executed)\)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    name: str
    statement: str
    options: tuple[str, ...]
    settings: tuple[tuple[str, str], ...]
    arguments: str | None
    before: tuple[str, ...]
    """Statements that have to run first, in the same transaction."""
    is_rare: bool

    @property
    def has_jit(self) -> bool:
        """Whether it is about code that the server compiles."""
        return ("jit", "on") in self.settings


def scenarios() -> list[Scenario]:
    """The statements of both scenario files with what their headers say."""
    return [*_scenarios("scenarios.sql", is_rare=False), *_scenarios("scenarios_rare.sql", is_rare=True)]


def _scenarios(file: str, *, is_rare: bool) -> list[Scenario]:
    found = []
    for part in re.split(r"^-- name: ", (HERE / file).read_text(), flags=re.MULTILINE)[1:]:
        name, *lines = part.splitlines()
        headers = dict(re.findall(r"^-- (\w+): (.*)$", part, flags=re.MULTILINE))
        settings = re.findall(r"(\w+) = ([^,]+)", headers.get("set", ""))
        found.append(
            Scenario(
                name=name,
                statement="\n".join(line for line in lines if not line.startswith("-- ")).strip().rstrip(";"),
                options=tuple(headers.get("explain", EVERYTHING).split(", ")),
                settings=tuple((key, value.strip("'")) for key, value in settings),
                arguments=headers.get("prepare"),
                before=tuple(filter(None, headers.get("before", "").split("; "))),
                is_rare=is_rare,
            )
        )
    return found


def record(
    connection: psycopg.Connection[tuple[object, ...]], scenario: Scenario
) -> tuple[object, str] | None:
    """The plan as JSON and as text; None when the server has no such option, setting or statement."""
    if not _has_jit(connection, scenario):
        return None
    major = connection.info.server_version // 10000
    options = _known(scenario.options, major)
    if "generic_plan" in scenario.options and major < SINCE["generic_plan"]:
        return None
    brief = ["costs off", "verbose", *(option for option in options if option == "generic_plan")]
    if "analyze" in options:
        brief += ["analyze", "timing off", "summary off", "buffers off"]
    try:
        with connection.transaction(force_rollback=True):
            document = _explain(connection, scenario, [*options, "format json"])
        with connection.transaction(force_rollback=True):
            text = _explain(connection, scenario, brief)
    except MISSING:
        return None
    return document[0], _FIGURES.sub("", "\n".join(map(str, text)))


def record_formats(
    connection: psycopg.Connection[tuple[object, ...]], scenario: Scenario, options: str
) -> dict[str, str] | None:
    """The plan in each format, by suffix; None when the server cannot give it, or not the same twice."""
    if not _has_jit(connection, scenario):
        return None
    words = _known(tuple(filter(None, options.split(", "))), connection.info.server_version // 10000)
    if "generic_plan" in options and ("generic_plan" not in words or "$1" not in scenario.statement):
        return None
    found: list[tuple[str, str]] = []
    try:
        for suffix in ("json", *FORMATS, "json"):  # the first run fills caches
            with connection.transaction(force_rollback=True):
                answer = _explain(connection, scenario, [*words, f"format {FORMATS[suffix]}"])
            text = json.dumps(answer[0], indent=1) if suffix == "json" else "\n".join(map(str, answer))
            found.append((suffix, text + "\n"))
    except (*MISSING, psycopg.errors.UndefinedParameter):
        return None
    return dict(found) if found[1] == found[-1] else None


def _has_jit(connection: psycopg.Connection[tuple[object, ...]], scenario: Scenario) -> bool:
    """Whether the server can compile, when the scenario is about that."""
    if not scenario.has_jit:
        return True
    found = connection.execute("select pg_jit_available()").fetchone()
    return found == (True,)


def _known(options: tuple[str, ...], major: int) -> list[str]:
    return [option for option in options if SINCE.get(option, 0) <= major]


def _explain(
    connection: psycopg.Connection[tuple[object, ...]], scenario: Scenario, options: list[str]
) -> list[object]:
    for name, value in scenario.settings:
        connection.execute(sql.SQL("set local {} = {}").format(sql.Identifier(name), sql.Literal(value)))
    for first in scenario.before:
        connection.execute(first.encode())
    statement = scenario.statement
    if scenario.arguments:
        connection.execute(f"prepare recorded as {statement}".encode())
        statement = f"execute recorded {scenario.arguments}"
    try:
        rows = connection.execute(f"explain ({', '.join(options)}) {statement}".encode()).fetchall()
    finally:
        if scenario.arguments:
            connection.execute("deallocate all")
    return [row[0] for row in rows]


def main(dsn: str, directory: Path = HERE / "recorded", chosen: Sequence[Scenario] | None = None) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    with prepared(dsn) as connection:
        for scenario in scenarios() if chosen is None else chosen:
            recorded = record(connection, scenario)
            if recorded is None:
                sys.stderr.write(f"{scenario.name}: not on this server\n")
                continue
            document, text = recorded
            (directory / f"{scenario.name}.json").write_text(json.dumps(document, indent=1) + "\n")
            (directory / f"{scenario.name}.txt").write_text(text + "\n")


@contextmanager
def prepared(dsn: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """A connection to the server with the schema made and the search path set."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        for file in ("schema.sql", "schema_rare.sql"):
            for part in re.split(r";\n(?!    |begin|end)", (HERE / file).read_text()):
                if part.strip():
                    connection.execute(part.encode())
        connection.execute("set search_path = plans")
        connection.execute("set max_parallel_workers_per_gather = 0")
        yield connection


if __name__ == "__main__":
    main(sys.argv[1], *(Path(argument) for argument in sys.argv[2:3]))
