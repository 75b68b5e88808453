"""Which column a parameter is compared with, and which parameters only count rows."""

from __future__ import annotations

import pytest
from issue_catalog import tracker

from perfkit.sql import parse_statement
from perfkit.sql.compared import compared_columns, counting_parameters


def columns(sql: str) -> dict[int, list[str]]:
    found = compared_columns(parse_statement(sql), tracker())
    return {number: [f"{one.name} {one.operator}" for one in ones] for number, ones in found.items()}


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("project_id = $1", {1: ["issues.project_id ="]}),
        ("$1 = i.project_id", {1: ["issues.project_id ="]}),
        ("project_id = $1::bigint and created_at >= cast($2 as timestamptz)", {1: ["issues.project_id ="], 2: ["issues.created_at >="]}),
        ("created_at between $2 and $1", {1: ["issues.created_at <="], 2: ["issues.created_at >="]}),
        ("$1 > created_at", {1: ["issues.created_at <"]}),
        ("state in ($1, 'closed', $2)", {1: ["issues.state ="], 2: ["issues.state ="]}),
        ("state = any ($1)", {1: ["issues.state = any"]}),
        ("state = any ($1::text[])", {1: ["issues.state = any"]}),
        ("title like $1 and state <> $2", {1: ["issues.title like"], 2: ["issues.state <>"]}),
        ("($1::bigint is null or project_id = $1)", {1: ["issues.project_id ="]}),
        ("(created_at, id) < ($1, $2)", {1: ["issues.created_at <"], 2: ["issues.id <"]}),
        ("lower(title) = $1", {}),
        ("title like $1 || '%'", {}),
        ("created_at > now() - $1::interval", {}),
        ("project_id = coalesce($1, 7)", {}),
        ("title between coalesce('a', $1) and 'z'", {}),
    ],
)  # fmt: skip
def test_what_stands_opposite_a_column(condition: str, found: dict[int, list[str]]) -> None:
    assert columns(f"select * from issues i where {condition}") == found


def test_an_equality_reaches_through_joins() -> None:
    sql = "select * from issues i join projects p on p.id = i.project_id where p.id = $1 and p.id < $2"
    assert columns(sql) == {1: ["projects.id =", "issues.project_id ="], 2: ["projects.id <"]}


def test_what_only_counts() -> None:
    sql = "select * from issues where id = $1 order by id offset $3 limit $2::int"
    assert counting_parameters(parse_statement(sql)) == {2: "LIMIT", 3: "OFFSET"}
    assert counting_parameters(parse_statement("table issues fetch first ($1) rows only")) == {1: "LIMIT"}
