"""Conditions as EXPLAIN prints them, read without a SQL parser."""

from __future__ import annotations

import pytest

from perfkit.catalog import Column, Relation
from perfkit.findings.conditions import read_condition
from perfkit.findings.restrictions import literal, restrictions

USERS = Relation(
    schema="public",
    name="users",
    kind="table",
    rows=10.0,
    pages=1,
    all_visible_pages=1,
    table_bytes=8192,
    columns=(
        Column(name="name", type="character varying(40)", is_not_null=True),
        Column(name="code", type="character(8)", is_not_null=True),
        Column(name="id", type="integer", is_not_null=True),
    ),
)


@pytest.mark.parametrize(
    ("text", "column", "operator", "form", "wrapper"),
    [
        ("(u.id = 5)", "id", "=", "bare", ""),
        ("(5 < u.id)", "id", ">", "bare", ""),
        ("((u.name)::text = 'ann'::text)", "name", "=", "bare", ""),
        ("((u.code)::text = 'ann'::text)", "code", "=", "cast", "text"),
        ("((u.id)::text = '5'::text)", "id", "=", "cast", "text"),
        ("((u.id)::numeric = 5.0)", "id", "=", "cast", "numeric"),
        ("((u.name)::character varying(3) = 'ann'::text)", "name", "=", "bare", ""),
        ("(lower((u.name)::text) = 'ann'::text)", "name", "=", "call", "lower"),
        ("(u.id = ANY ('{1,2}'::integer[]))", "id", "= any", "bare", ""),
        ("('a'::text = ANY (u.tags))", "tags", "any =", "bare", ""),
        ("(u.gone_at IS NULL)", "gone_at", "is null", "bare", ""),
        ("u.is_admin", "is_admin", "is true", "bare", ""),
        ("(NOT u.is_admin)", "is_admin", "is false", "bare", ""),
        ("((u.data ->> 'k'::text) = 'v'::text)", "data", "=", "operator", "->>"),
        ("(EXTRACT(year FROM u.born) = '1990'::numeric)", "born", "=", "call", "EXTRACT"),
        ("((u.born AT TIME ZONE 'UTC'::text) > '2024-01-01 00:00:00'::timestamp without time zone)", "born", ">", "call", "timezone"),
        ('("User Table"."Name" = 3)', "Name", "=", "bare", ""),
        ("(u.id = (InitPlan 1).col1)", "id", "=", "bare", ""),
        ("((u.id % 2) = 0)", "id", "=", "operator", "%"),
    ],
)  # fmt: skip
def test_a_condition_says_how_it_holds_its_column(
    text: str, column: str, operator: str, form: str, wrapper: str
) -> None:
    """Column, operator and what stands around the column, as PostgreSQL prints it."""
    alias = "User Table" if "User Table" in text else "u"
    (found,) = restrictions(text, alias, USERS)
    assert (found.column, found.operator, found.form, found.wrapper) == (column, operator, form, wrapper)


@pytest.mark.parametrize(
    "text",
    [
        "((u.id = 1) OR (u.id = 2))",
        "(NOT (ANY (u.id = (hashed SubPlan 1).col1)))",
        "(NOT EXISTS(SubPlan 1))",
        "(alternatives: SubPlan 1 or hashed SubPlan 2)",
        "(u.id > u.other)",
        "(o.id = 5)",
        "CASE WHEN (u.id > 1) THEN true ELSE false END",
    ],
)
def test_what_restricts_no_single_column_is_left_out(text: str) -> None:
    """Alternatives, subplans, comparisons within the row, and conditions of other relations."""
    assert not restrictions(text, "u", USERS)


@pytest.mark.parametrize(
    "text", ["", "(", "((a = 1)", "a = 'x", ")))", "(a = 1)) AND", "::", "a.", "[1", "'"]
)
def test_damaged_text_is_read_without_a_fault(text: str) -> None:
    """Text cut short by a viewer or a log gives a term, never an exception."""
    assert read_condition(text).text in text


def test_a_subplan_is_nothing_an_index_could_look_up() -> None:
    (found,) = restrictions("(u.id = (SubPlan 1))", "u")
    assert not found.is_ordered


def test_a_string_is_read_with_its_quotes_undone() -> None:
    assert literal(read_condition("('it''s'::character varying)::text")) == "it's"
    assert literal(read_condition("$1")) is None
