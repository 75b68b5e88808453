"""Forms in which one cause is met: other spellings, views, CTEs, DML, quoted names, partitions; and healthy neighbours.

A case names the causes of which one must be found, and ``also`` what may stand above information beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from golden import Case, read_cases

from perfkit.capture import capture
from perfkit.db.servers import Server
from perfkit.db.session import Session
from perfkit.db.target import Target
from perfkit.findings import examine
from perfkit.sql import parse_statement

FOLDER = Path(__file__).parent / "variations"
CASES = read_cases(FOLDER)
DATABASE = "variations"


@pytest.fixture(scope="module")
def shop(server: Server) -> Iterator[Target]:
    with psycopg.connect(server.conninfo("postgres"), autocommit=True) as connection:
        connection.execute(f"create database {DATABASE}")
    try:
        with psycopg.connect(server.conninfo(DATABASE), autocommit=True) as connection:
            for statement in (
                (FOLDER.parent / "variations_schema.sql").read_text(encoding="utf-8").split(";\n")
            ):
                connection.execute(statement.encode())
        yield Target(conninfo=server.conninfo(DATABASE), is_scratch=True)
    finally:
        with psycopg.connect(server.conninfo("postgres"), autocommit=True) as connection:
            connection.execute(f"drop database {DATABASE} with (force)")


def wanted(case: Case) -> tuple[set[str], set[str]]:
    causes = set(case.expected[0].split(" | "))
    also = {name for line in case.expected[1:] for name in line.removeprefix("also ").split(", ")}
    return causes, also


def found(target: Target, sql: str) -> dict[str, str]:
    """Severity of each finding's id."""
    *settings, text = [part for part in sql.split(";") if part.strip()]
    with Session.open(target, purpose="variations") as session:
        for setting in settings:
            session.execute(setting)
        statement = parse_statement(text.strip())
        captured = capture(session, statement, runs=1, allow_writes=True)
    findings = examine(captured.plan, statement, captured.catalog)
    return {finding.id: finding.severity for finding in reversed(findings)}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_cause_is_named_and_little_else(shop: Target, case: Case) -> None:
    causes, also = wanted(case)
    severities = found(shop, case.sql)
    loud = {id for id, severity in severities.items() if severity != "info"}
    assert "nothing" in causes or causes & loud, severities
    assert loud <= causes | also, severities


UNREAD = {
    "select * from only (crm.orders) where customer_id = 77": "missing-index-filter",
    "select id, total from crm.orders order by total using > limit 10": "missing-index-order-limit",
    "select cast(array[id] as bigint[3]) from crm.orders where created_at::date = '2023-05-05'": "cast-on-column",
    "select json_query(settings, '$.plan' with wrapper) from crm.customers where lower(email) = 'x'": "case-insensitive-match",
    "insert into crm.items overriding system value select id + 1000000, id, 1, 1, 1 from crm.orders where customer_id = 5":
    "missing-index-filter",
}  # fmt: skip
"""Statements that PostgreSQL accepts and sqlglot cannot read."""


@pytest.mark.parametrize("sql", UNREAD)
def test_what_cannot_be_read_is_judged_by_plan_and_catalog(shop: Target, sql: str) -> None:
    with Session.open(shop, purpose="variations") as session:
        statement = parse_statement(sql)
        captured = capture(session, statement, runs=1, allow_writes=True)
    loud = {one.id for one in examine(captured.plan, statement, captured.catalog) if one.severity != "info"}
    assert statement.tree is None
    assert [note for note in captured.notes if "could not be read in full" in note]
    assert loud == {UNREAD[sql]}
