"""How public analysers of EXPLAIN plans do on the cases of tests/cases, beside tests.bench.diagnosis for perfkit.

python -m tests.bench.peers [--major 15] [--only CATEGORY[/NAME]] [--tools DIR] [--plans DIR] [--verbose] [--json FILE]

Each tool is given the plan of the case's statement, EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON), as its user would. Without --tools,
a folder with bin/querysense and bin/dataxplan, they are installed into a temporary virtual environment. Left out are cases whose
statement is a log or several statements, and those that want another session's lock: one plan cannot show them.

cause      a rule of the tool may be said to name the cause (peer_tools.CAUSES, in the tool's favour)
remedy     any of its text matches a right remedy, prose and comments too; nobody has executed it
as SQL     a statement of the right kind matches, ready to run
restraint  no statement matches what must not be advised; where nothing may be, there is no statement at all
noise      findings above information a case that name neither the cause nor what is right beside it; and of how many rules
unread     cases without a plan within a minute, or whose plan the tool could not read

postgres-mcp's analysers are not among them: it wants Python 3.12 at least, and perfkit is measured on 3.11 here.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import psycopg
from psycopg import sql

from perfkit.db.servers import Server
from perfkit.db.servers import server as server_named
from perfkit.db.servers.home import Home
from perfkit.db.servers.known import every_server
from tests.bench.peer_tools import CAUSES, Found, ask, version
from tests.bench.process import say
from tests.diagnosis.case import Case, Remedy, every_case
from tests.diagnosis.run import made, statements

TIMEOUT_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerScore:
    case: Case
    cause: bool | None
    """None where there is none to name; so for the remedy."""
    remedy: bool | None
    as_sql: bool | None
    restraint: bool
    noise: int
    noisy_rules: int
    """Rules that the noise is of: one that fires for each partition is one."""
    said: str
    error: str | None = None
    """There was no plan, or the tool could not read it; nothing was said then."""


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--major", type=int)
    parser.add_argument("--only", default="")
    parser.add_argument("--tools", type=Path, help="a folder with bin/querysense and bin/dataxplan")
    parser.add_argument(
        "--plans", type=Path, help="keep the plans there, and take those that are there already"
    )
    parser.add_argument("--verbose", action="store_true", help="what was said of every case")
    parser.add_argument("--json", type=Path, help="write the scores there")
    given = parser.parse_args(words)
    with _home(), _tools(given.tools) as tools:
        scores = measure(given.major, given.only, tools, given.plans, verbose=given.verbose)
        for tool, of_tool in scores.items():
            say(f"\n{version(tool, tools)}")
            for line in table(of_tool):
                say(line)
    if given.json:
        given.json.write_text(
            json.dumps({tool: [_plain(one) for one in part] for tool, part in scores.items()}),
            encoding="utf-8",
        )


def measure(
    major: int | None, only: str, tools: Path, plans: Path | None, *, verbose: bool
) -> dict[str, list[PeerScore]]:
    server = server_named(major=major).start() if major else server_named().start()
    say(f"PostgreSQL {server.provider.version()}")
    scores: dict[str, list[PeerScore]] = {tool: [] for tool in CAUSES}
    left_out: list[str] = []
    for case in every_case(only):
        if case.majors and (major or server.provider.major) not in case.majors:
            continue
        if case.log or case.blocker or not case.sql:
            left_out.append(case.name)
            continue
        plan, error = _kept_plan(case, server, plans)
        for tool in CAUSES:
            one = _score(tool, tools, case, plan, error)
            scores[tool].append(one)
            if verbose or one.error:
                say(_line(tool, one))
    say(f"{len(left_out)} left out, of a log, several statements or a lock: {' '.join(left_out)}")
    return scores


def _kept_plan(case: Case, server: Server, folder: Path | None) -> tuple[str, str | None]:
    if folder is None:
        return _plan(case, server)
    kept = folder / f"{server.provider.major}" / f"{case.name}.json"
    if kept.exists():
        return kept.read_text(encoding="utf-8"), None
    plan, error = _plan(case, server)
    if not error:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(plan, encoding="utf-8")
    return plan, error


def _plan(case: Case, server: Server) -> tuple[str, str | None]:
    """The plan as JSON, of the slowest set of parameters where there are several; or why there is none."""
    database = made(case, server)
    try:
        sets = case.param_sets or (case.params,)
        plans = [_explained(case, one, server.conninfo(database)) for one in sets]
    except psycopg.Error as problem:
        return "", str(problem).splitlines()[0]
    finally:
        with psycopg.connect(server.conninfo("postgres"), autocommit=True) as session:
            session.execute(
                sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(database))
            )
    return json.dumps(max(plans, key=lambda plan: plan[0]["Execution Time"])), None


def _explained(case: Case, parameters: Sequence[Any], conninfo: str) -> list[dict[str, Any]]:
    """What the statement writes is rolled back; the case's session is set up before it."""
    with psycopg.connect(conninfo, autocommit=True) as session:
        session.execute(f"set statement_timeout = '{TIMEOUT_SECONDS}s'".encode())
        for statement in statements(case.session):
            session.execute(statement.encode())
        [wanted] = statements(case.sql)
        if parameters:
            session.execute(f"prepare peers as {wanted}".encode())
            values = sql.SQL(", ").join(map(sql.Literal, map(_text, parameters)))
            wanted = sql.SQL("execute peers({})").format(values).as_string(session)
        session.execute("begin")
        row = session.execute(f"explain (analyze, buffers, format json) {wanted}".encode()).fetchone()
        session.execute("rollback")
    if row is None:
        raise psycopg.DataError("no plan")
    return cast("list[dict[str, Any]]", row[0])


def _text(value: Any) -> Any:
    """As text the literal takes the parameter's type, whatever that is."""
    return value if value is None or isinstance(value, list) else str(value)


def _score(tool: str, tools: Path, case: Case, plan: str, error: str | None) -> PeerScore:
    found: list[Found] = []
    if not error:
        with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
            file.write(plan)
            file.flush()
            try:
                found = ask(tool, tools, Path(file.name))
            except ValueError as problem:
                error = str(problem)
    proposed = [pair for one in found for pair in one.statements]
    wrong = [pair for pair in proposed if any(_says(entry, *pair) for entry in case.must_not)]
    right = {*case.cause, *case.also}
    noise = [one.rule for one in found if one.is_loud and not right & set(one.causes)]
    return PeerScore(
        case=case,
        cause=any(set(one.causes) & set(case.cause) for one in found) if case.cause else None,
        remedy=any(_mentions(entry, one.text) for entry in case.remedy for one in found)
        or any(_says(entry, *pair) for entry in case.remedy for pair in proposed)
        if case.remedy
        else None,
        as_sql=any(_says(entry, *pair) for entry in case.remedy for pair in proposed)
        if case.remedy
        else None,
        restraint=not (wrong if case.remedy else proposed),
        noise=len(noise),
        noisy_rules=len(set(noise)),
        said="; ".join(f"{one.rule} [{' | '.join(text for _, text in one.statements)}]" for one in found),
        error=error,
    )


def _mentions(entry: Remedy, text: str) -> bool:
    """A remedy that any text would match, which the kind alone describes, is mentioned by none."""
    return entry.sql != "." and bool(re.search(entry.sql, text, re.IGNORECASE | re.DOTALL))


def _says(entry: Remedy, kind: str, statement: str) -> bool:
    return entry.kind == kind and bool(re.search(entry.sql, statement, re.IGNORECASE | re.DOTALL))


def _line(tool: str, one: PeerScore) -> str:
    marks = f"cause {one.cause} remedy {one.remedy} restraint {one.restraint} noise {one.noise}"
    return f"{tool} {one.case.name}: {marks} {'ERROR ' + one.error if one.error else one.said}"


def _plain(one: PeerScore) -> dict[str, Any]:
    return {
        "case": one.case.name, "kind": one.case.kind, "cause": one.cause, "remedy": one.remedy, "as_sql": one.as_sql,
        "restraint": one.restraint, "noise": one.noise, "noisy_rules": one.noisy_rules, "said": one.said, "error": one.error,
    }  # fmt: skip


def table(scores: Sequence[PeerScore]) -> list[str]:
    """By category, and for traps and healthy statements wherever they are: right of those that have one; noise a case."""
    lines = [
        f"{'category':<16}{'cases':>6}{'cause':>10}{'remedy':>10}{'as SQL':>10}{'restraint':>11}{'noise':>8}{'rules':>7}{'unread':>8}"
    ]
    groups = {name: [one for one in scores if one.case.category == name] for name in _categories(scores)}
    groups["traps, healthy"] = [one for one in scores if one.case.kind != "problem"]
    groups["all"] = list(scores)
    for name, part in groups.items():
        if part:
            lines.append(
                f"{name:<16}{len(part):>6}{_of([one.cause for one in part]):>10}{_of([one.remedy for one in part]):>10}"
                f"{_of([one.as_sql for one in part]):>10}{_of([one.restraint for one in part]):>11}"
                f"{sum(one.noise for one in part) / len(part):>8.2f}"
                f"{sum(one.noisy_rules for one in part) / len(part):>7.2f}{sum(one.error is not None for one in part):>8}"
            )
    return lines


def _categories(scores: Sequence[PeerScore]) -> list[str]:
    return list(dict.fromkeys(one.case.category for one in scores))


def _of(values: Sequence[bool | None]) -> str:
    known = [value for value in values if value is not None]
    return f"{sum(known)}/{len(known)}"


@contextmanager
def _home() -> Iterator[None]:
    """The servers of PERFKIT_HOME, or of a folder of our own that goes away with them."""
    if "PERFKIT_HOME" in os.environ:
        yield
        return
    folder = Path(tempfile.mkdtemp(prefix="pk-", dir="/tmp"))
    folder.chmod(0o711)
    os.environ["PERFKIT_HOME"] = str(folder)
    try:
        yield
    finally:
        for found in every_server(Home(folder=folder)):
            found.remove()
        shutil.rmtree(folder)


@contextmanager
def _tools(given: Path | None) -> Iterator[Path]:
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="peers-") as folder:
        started = time.perf_counter()
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([f"{folder}/bin/python", "-m", "pip", "install", "--quiet", *CAUSES], check=True)
        say(f"installed {' and '.join(CAUSES)} in {time.perf_counter() - started:.0f} s")
        yield Path(folder)


if __name__ == "__main__":
    main()
