"""The tree of a statement with parameters, and where its names stand in the text."""

from __future__ import annotations

import pytest
from sqlglot import exp

from perfkit.sql import parse_statement
from perfkit.sql.read import read


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("insert into t values ($1,$2)", "INSERT INTO t VALUES ($1, $2)"),
        ("insert into t (a, b) values ($1,$2),($3,$4)", "INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4)"),
        ("select 1 from t where a IN ($1,$2,$3)", "SELECT 1 FROM t WHERE a IN ($1, $2, $3)"),
        ("select 1 from t where (a,b) < ($1,$2)", "SELECT 1 FROM t WHERE (a, b) < ($1, $2)"),
        ("select $1::int,$2::text", "SELECT CAST($1 AS INT), CAST($2 AS TEXT)"),
        ("select $1+$2", "SELECT $1 + $2"),
        ("select a[$1],b[$2:$3] from t", "SELECT a[$1], b[$2:$3] FROM t"),
        ("select $tag$body, $1,$2$tag$,$1,$2", "SELECT 'body, $1,$2', $1, $2"),
        ("select $$body$$,$1,$2", "SELECT 'body', $1, $2"),
        ("select '$1,$2',\"$1,$2\",a$1 from t", "SELECT '$1,$2', \"$1,$2\", a$1 FROM t"),
        ("select 1 from t where a=$1", "SELECT 1 FROM t WHERE a = $1"),
    ],
)
def test_parameters_are_read_with_no_space_after_them(text: str, read_as: str) -> None:
    statement = parse_statement(text)
    assert statement.parse_error is None
    assert statement.tree is not None
    assert statement.tree.sql("postgres") == read_as


def test_names_have_their_places_in_the_text_as_written() -> None:
    text = "select id from issues where (state,kind)=($1,$2) and\n project_id=$3 and ($4,$5)<(opened,id)"
    names = [name for name in read(text).find_all(exp.Identifier) if "start" in name.meta]
    assert {text[name.meta["start"] : name.meta["end"] + 1] for name in names} == {
        "id", "issues", "state", "kind", "project_id", "opened",
    }  # fmt: skip
    assert all(text[name.meta["start"] : name.meta["end"] + 1] == name.name for name in names)
