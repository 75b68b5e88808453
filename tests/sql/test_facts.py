"""Facts the text of a statement tells about its cost."""

from __future__ import annotations

import pytest
from issue_catalog import tracker

from perfkit.sql import parse_statement
from perfkit.sql.facts import Facts, read_facts


def facts(sql: str) -> Facts:
    statement = parse_statement(sql)
    assert statement.parse_error is None
    return read_facts(statement, tracker())


def test_limit_and_offset() -> None:
    found = facts("(select * from issues limit 20 offset 4000)")
    assert found.limit is not None
    assert found.offset is not None
    assert (found.limit.value, found.offset.value) == (20, 4000)
    assert found.selects_star
    assert facts("select id from issues limit $1").limit.value is None  # type: ignore[union-attr]
    assert not facts("select count(*) from issues").selects_star


def test_like_patterns() -> None:
    found = facts("select 1 from issues where title like '%x' and not (title ilike 'a_') and title like $1")
    assert [(item.pattern, item.starts_with_wildcard, item.is_negated) for item in found.like_patterns] == [
        ("%x", True, False),
        ("a_", False, True),
        (None, False, False),
    ]


def test_wrapped_columns() -> None:
    (item,) = facts(
        "select 1 from issues i where lower(i.title) = 'x' and title = lower('Y')"
    ).wrapped_columns
    assert (item.relation, item.column, item.wrapped_by, item.expression) == (
        "public.issues",
        "title",
        "lower",
        "lower(title)",
    )


@pytest.mark.parametrize(
    ("inner", "is_nullable"),
    [
        ("select id from issues", False),
        ("select deleted_at from issues", True),
        ("select deleted_at from issues where deleted_at is not null", False),
        ("select deleted_at + interval '1 day' from issues", None),
    ],
)
def test_not_in_knows_whether_the_inner_column_may_be_null(inner: str, is_nullable: bool | None) -> None:
    (item,) = facts(f"select 1 from notes where created_at not in ({inner})").not_in_subqueries
    assert item.is_nullable is is_nullable


def test_or_across_columns_and_tables() -> None:
    columns = facts("select 1 from issues where author_id = 1 or project_id = 2 or author_id = 3")
    assert [item.columns for item in columns.or_across_columns] == [("issues.author_id", "issues.project_id")]
    assert columns.or_across_columns[0].arms == 3
    assert not columns.or_across_tables
    tables = facts(
        "select 1 from issues i join projects p on p.id = i.project_id where p.name = 'x' or i.title = 'y'"
    )
    assert [item.tables for item in tables.or_across_tables] == [("p", "i")]
    assert not facts("select 1 from issues where author_id = 1 or author_id = 2").or_across_columns


def test_list_lengths() -> None:
    found = facts(
        "select 1 from issues where id in (1,2,3) and id = any(array[1,2]) and id in (values (1), (2))"
    )
    assert found.in_list_lengths == (3, 2, 2)
    assert facts("select array[1,2] from issues where id in (select id from notes)").in_list_lengths == ()


@pytest.mark.parametrize(
    ("condition", "counts"),
    [
        ("(select count(*) from notes) > 0", 1),
        ("0 < (select count(id) from notes)", 1),
        ("(select count(*) from notes) >= 1", 1),
        ("(select count(*) from notes) = 0", 1),
        ("(select count(*) from notes) > 1", 0),
        ("(select count(*) from notes) = 1", 0),
        ("(select max(id) from notes) > 0", 0),
    ],
)
def test_counts_compared_with_zero(condition: str, counts: int) -> None:
    assert len(facts(f"select 1 from issues where {condition}").counts_compared_with_zero) == counts


def test_random_order_and_distinct_unions() -> None:
    assert facts("select id from issues order by random() limit 1").orders_by_random
    assert not facts("select random() from issues order by id").orders_by_random
    assert facts("select 1 union select 2 union all select 3").distinct_unions == 1


def test_scalar_subqueries() -> None:
    found = facts(
        "select (select max(id) from notes n where n.issue_id = i.id) from issues i"
        " where i.id = (select max(id) from issues) and exists (select 1 from notes)"
    )
    assert [(item.is_correlated, item.is_selected) for item in found.scalar_subqueries] == [
        (True, True),
        (False, False),
    ]


def test_no_tree_no_facts() -> None:
    assert read_facts(parse_statement("select from where"), tracker()) == Facts()
