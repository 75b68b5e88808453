"""What each rewrite of a condition makes of a statement, by golden cases, and that a real server gives the same rows for it.

The session's time zone has clock changes (Europe/Berlin), and the rows stand on both sides of them, at midnight and a microsecond
before; columns hold NULLs and rows repeat.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from golden import Case, check, read_cases

from perfkit.db.catalog import read_catalog
from perfkit.db.session import Session
from perfkit.db.target import Target
from perfkit.sql import Statement, parse_statement, table_names
from perfkit.sql.rewrites.catalogue import TRANSFORMS
from perfkit.sql.rewrites.rewrite import Rewrite
from perfkit.sql.rewrites.shape import SHAPE_TRANSFORMS
from perfkit.sql.rewrites.unchanged_rows import unchanged_rows_left

pytestmark = pytest.mark.server

HERE = Path(__file__).parent
CASES = read_cases(HERE / "cases")
CONDITION_TRANSFORMS = tuple(
    transform for transform in TRANSFORMS if transform not in (*SHAPE_TRANSFORMS, unchanged_rows_left)
)


@pytest.fixture(scope="module")
def events(target: Target) -> Iterator[Session]:
    with Session.open(target) as session:
        session.change("drop database if exists conditions with (force)")
        session.change("create database conditions")
        session.change("alter database conditions set timezone = 'Europe/Berlin'")
    with Session.open(target.at("conditions")) as session:
        for statement in (HERE / "schema.sql").read_text(encoding="utf-8").split(";\n"):
            if statement.strip():
                session.change(statement)
        session.change("vacuum analyze")
        yield session
    with Session.open(target) as session:
        session.change("drop database conditions with (force)")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_rewrite_is_as_expected_and_gives_the_rows_it_says(case: Case, events: Session) -> None:
    check(case, lambda sql: describe(case, sql, events))


def describe(case: Case, sql: str, session: Session) -> list[str]:
    statement = parse_statement(sql)
    assert statement.parse_error is None
    with session.transaction():
        catalog = read_catalog(session, table_names(statement))
    lines: list[str] = []
    for transform in CONDITION_TRANSFORMS:
        for rewrite in transform(statement, catalog):
            lines += [f"{rewrite.name} ({', '.join(rewrite.cures)})", *rewrite.sql.splitlines()]
            lines += [f"  if {condition}" for condition in rewrite.conditions]
            lines += [f"  but {caveat}" for caveat in rewrite.caveats]
            lines.append(f"  {compared(statement, rewrite, parameters(case), session)}")
    return lines or ["nothing"]


def parameters(case: Case) -> list[str]:
    """Values for ``$n``, which a case's title ends with: ``… with 10, 40``."""
    found = re.search(r".* with (.+)$", case.title) if "$1" in case.sql else None
    return found.group(1).split(", ") if found else []


def compared(statement: Statement, rewrite: Rewrite, values: list[str], session: Session) -> str:
    """Both statements run: other rows are allowed only where the rewrite warned of it."""
    old, new = (run(session, sql, statement.kind, values) for sql in (statement.text, rewrite.sql))
    is_same = Counter(map(repr, old)) == Counter(map(repr, new))
    assert is_same or rewrite.caveats, f"other rows without a caveat: {rewrite.sql}"
    assert old, "a case without rows shows nothing"
    is_ordered = bool(re.search(r"order by(?!.*\))", statement.text, re.IGNORECASE | re.DOTALL))
    assert not (is_same and is_ordered) or old == new, f"another order: {rewrite.sql}"
    if re.search(r"\b(now|current_\w+)\b", statement.text, re.IGNORECASE):
        return "rows that may differ" if rewrite.caveats else "same rows"
    return f"same {len(old)} rows" if is_same else f"{len(new)} rows instead of {len(old)}"


def run(session: Session, sql: str, kind: str, values: list[str]) -> list[tuple[object, ...]]:
    if kind == "select":
        with session.transaction():
            return session.run_users("", sql, values)
    with session.transaction(writes=True):
        return session.run_users("", f"{sql} returning *", values)


def test_what_must_stay_stays() -> None:
    kept = [case for case in CASES if case.path.stem == "nothing" or case.title.endswith(": nothing")]
    assert len(kept) > 25
    assert all(case.expected == ("nothing",) for case in kept)
