"""The fingerprint: equal for statements that do the same with other values, different for others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfkit.sql import parse_statement


def same(left: str, right: str) -> bool:
    return parse_statement(left).fingerprint == parse_statement(right).fingerprint


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("select * from t where a = 1", "SELECT  *\nFROM T WHERE a=-42"),
        ("select * from t where a = 1", "select * from t where a = $1;"),
        ("select * from t where a = 'x'", "select * from t where a = E'\\'y' -- why"),
        ("select * from t where a = 'x'", "select * from t where a = $tag$ y $tag$"),
        ("select * from t where a in (1)", "select * from t where a in (1, $2, -3)"),
        ("select * from t where (a, b) in ((1, 2))", "select * from t where (a, b) in ((1, 2), (3, 4))"),
        ("select * from t where a = any(array[1])", "select * from t where a = any(array[1,2,3])"),
        ("insert into t values (1, 'a')", "insert into t values (2, null), (3, 'c')"),
        ("select * from t where a in ('1'::x)", "select * from t where a in ('1'::x, '2'::x)"),
        ('select "a" from t', "select A from t"),
        ("select * from t where a != 1", "select * from t where a <> 2"),
        ("select * from t where a = true", "select * from t where a = false"),
        ("select 'a'\n'b'", "select 'ab'"),
        ("select 1 - 2", "select 1 -3"),
    ],
)
def test_same(left: str, right: str) -> None:
    assert same(left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("select a from t", "select b from t"),
        ("select a from t", 'select "A" from t'),
        ("select a from t where b is null", "select a from t where b is not null"),
        ("select a from t where b is true", "select a from t where b is false"),
        ("select a from t where b = 1", "select a from t where b > 1"),
        ("select a from t where b in (1, c)", "select a from t where b in (1, 2)"),
        ("select f(1)", "select f(1, 2)"),
        ("select a - 1 from t", "select a from t"),
        ('select "select" from t', "select select from t"),
        ("select a from t limit 1", "select a from t"),
    ],
)
def test_different(left: str, right: str) -> None:
    assert not same(left, right)


TEMPLATE = "select a, lower(b) from t where c = {} and d in ({}) and e like {} limit {}"
NUMBER = st.integers(-(10**9), 10**9).map(str) | st.just("$1")
STRING = st.text(st.characters(blacklist_characters="\0", blacklist_categories=("Cs",)), max_size=12).map(
    lambda text: "'" + text.replace("'", "''") + "'"
)
GAP = st.sampled_from([" ", "\n", "\t  ", " -- note's ; end\n", " /* a /* b */ ' */ "])


@given(NUMBER, st.lists(NUMBER | STRING, min_size=1, max_size=8), STRING, st.integers(0, 1000))
def test_values_do_not_count(value: str, items: list[str], pattern: str, limit: int) -> None:
    text = TEMPLATE.format(value, ", ".join(items), pattern, limit)
    assert same(text, TEMPLATE.format(1, 2, "'x'", 3))


@given(st.data())
def test_white_space_comments_and_case_do_not_count(data: st.DataObject) -> None:
    words = TEMPLATE.format(1, 2, "'x'", 3).split(" ")
    text = "".join(
        (word if word == "'x'" else data.draw(st.sampled_from([word, word.upper(), word.title()])))
        + data.draw(GAP)
        for word in words
    )
    assert same(text, " ".join(words))
