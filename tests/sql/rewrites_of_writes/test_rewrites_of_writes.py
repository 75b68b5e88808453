"""What a rewrite makes of a statement that writes, by golden cases, and that a real server has the same table after it."""

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
from perfkit.sql import parse_statement, table_names
from perfkit.sql.outermost import target_of
from perfkit.sql.rewrites.unchanged_rows import unchanged_rows_left

pytestmark = pytest.mark.server

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def members(target: Target) -> Iterator[Session]:
    with Session.open(target) as session:
        session.change("drop database if exists writes with (force)")
        session.change("create database writes")
    with Session.open(target.at("writes")) as session:
        for statement in (HERE / "schema.sql").read_text(encoding="utf-8").split(";\n"):
            session.change(statement)
        session.change("vacuum analyze")
        yield session
    with Session.open(target) as session:
        session.change("drop database writes with (force)")


@pytest.mark.parametrize("case", read_cases(HERE / "cases"), ids=lambda case: case.name)
def test_a_rewrite_is_as_expected_and_leaves_the_rows_it_says(case: Case, members: Session) -> None:
    check(case, lambda sql: describe(case, sql, members))


def describe(case: Case, sql: str, session: Session) -> list[str]:
    statement = parse_statement(sql)
    assert statement.parse_error is None
    table = target_of(statement)
    assert table is not None
    found = re.search(r".* with (.+)$", case.title) if "$1" in sql else None
    values = found.group(1).split(", ") if found else []
    with session.transaction():
        catalog = read_catalog(session, table_names(statement))
    lines: list[str] = []
    for rewrite in unchanged_rows_left(statement, catalog):
        lines += [f"{rewrite.name} ({', '.join(rewrite.cures)})", *rewrite.sql.splitlines()]
        lines += [f"  if {condition}" for condition in rewrite.conditions]
        lines += [f"  but {caveat}" for caveat in rewrite.caveats]
        old_rows, old = written(session, statement.text, values, table)
        new_rows, new = written(session, rewrite.sql, values, table)
        assert old == new or len(rewrite.caveats) > 1, f"other rows without a caveat: {rewrite.sql}"
        assert new_rows < old_rows, "a case in which nothing is left out shows nothing"
        lines.append(f"  {'same' if old == new else 'other'} rows, {new_rows} of {old_rows} written")
    return lines or ["nothing"]


def written(session: Session, sql: str, values: list[str], table: str) -> tuple[int, Counter[str]]:
    """How many rows the statement wrote, and the table after it, before all is undone."""
    with session.transaction(writes=True):
        rows = session.run_users("", f"{sql} returning 1", values)
        return len(rows), Counter(
            str(row[0]) for row in session.run_users("", f"select t::text from {table} t")
        )
