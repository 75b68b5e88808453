"""What each rewrite of a query's shape makes of a statement, by golden cases, and that a real server gives the same rows for it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from golden import Case, check, read_cases

from perfkit.db.catalog import read_catalog
from perfkit.db.session import Session
from perfkit.db.target import Target
from perfkit.sql import Statement, parse_statement, table_names
from perfkit.sql.rewrites.catalogue import TRANSFORMS
from perfkit.sql.rewrites.rewrite import Rewrite, Transform
from perfkit.sql.rewrites.shape import SHAPE_TRANSFORMS

pytestmark = pytest.mark.server

HERE = Path(__file__).parent
CASES = read_cases(HERE / "cases")
OF_CONDITIONS = read_cases(HERE / "cases_of_conditions")
OTHERS = tuple(transform for transform in TRANSFORMS if transform not in SHAPE_TRANSFORMS)


@pytest.fixture(scope="module")
def tracker(target: Target) -> Iterator[Session]:
    with Session.open(target) as session:
        session.change("drop database if exists shapes with (force)")
        session.change("create database shapes")
    with Session.open(target.at("shapes")) as session:
        for statement in (HERE / "schema.sql").read_text(encoding="utf-8").split(";\n"):
            if statement.strip():
                session.change(statement)
        session.change("vacuum analyze")
        yield session
    with Session.open(target) as session:
        session.change("drop database shapes with (force)")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_rewrite_is_as_expected_and_gives_the_rows_it_says(case: Case, tracker: Session) -> None:
    check(case, lambda sql: describe(case, sql, tracker, SHAPE_TRANSFORMS))


@pytest.mark.parametrize("case", OF_CONDITIONS, ids=lambda case: case.name)
def test_conditions_groups_and_sets_are_rewritten_as_expected(case: Case, tracker: Session) -> None:
    check(case, lambda sql: describe(case, sql, tracker, OTHERS))


def describe(case: Case, sql: str, session: Session, transforms: Sequence[Transform]) -> list[str]:
    statement = parse_statement(sql)
    assert statement.parse_error is None
    with session.transaction():
        catalog = read_catalog(session, table_names(statement))
    lines: list[str] = []
    for transform in transforms:
        for rewrite in transform(statement, catalog):
            lines += [f"{rewrite.name} ({', '.join(rewrite.cures)})", *rewrite.sql.splitlines()]
            lines += [f"  values: {line}" for line in (rewrite.values_sql or "").splitlines()]
            lines += [f"  if {condition}" for condition in rewrite.conditions]
            lines += [f"  but {caveat}" for caveat in rewrite.caveats]
            lines.append(f"  {compared(statement, rewrite, parameters(case), session)}")
    return lines or ["nothing"]


def parameters(case: Case) -> list[str]:
    """Values for ``$n``, which a case's title ends with: ``… with 10, 40``."""
    found = re.search(r" with ((?:\S+, )*\S+)$", case.title) if "$1" in case.sql else None
    return found.group(1).split(", ") if found else []


def compared(statement: Statement, rewrite: Rewrite, values: list[str], session: Session) -> str:
    """Both statements run: rows that differ are allowed only where the rewrite warned of it."""
    if statement.kind != "select":
        with session.transaction(writes=True):
            old = changed_rows(session, statement.text, values)
        with session.transaction(writes=True):
            new = changed_rows(session, rewrite.sql, values)
    else:
        with session.transaction():
            old = session.run_users("", statement.text, values)
            more = session.run_users("", rewrite.values_sql, values) if rewrite.values_sql else []
            texts = [None if value is None else str(value) for row in more for value in row]
            new = session.run_users("", rewrite.sql, [*values, *texts])
    if rewrite.is_contract_change and rewrite.values_sql is None:
        assert rewrite.caveats
        return "other rows"
    is_same = Counter(map(repr, old)) == Counter(map(repr, new))
    assert is_same or rewrite.caveats, f"other rows without a caveat: {rewrite.sql}"
    assert old or rewrite.caveats, "a case without rows shows nothing"
    is_ordered = bool(re.search(r"order by(?!.*\))", statement.text, re.IGNORECASE | re.DOTALL))
    if is_same and is_ordered and old != new:
        assert rewrite.caveats, f"another order without a caveat: {rewrite.sql}"
        return f"same {len(old)} rows in another order"
    return f"same {len(old)} rows" if is_same else f"{len(new)} rows instead of {len(old)}"


def changed_rows(session: Session, sql: str, values: list[str]) -> list[tuple[object, ...]]:
    return session.run_users("", f"{sql} returning *", values)
