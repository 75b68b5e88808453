"""Reading the text of one statement: what it is, and what is refused with which sentence."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfkit.errors import UsageError
from perfkit.sql import Statement, parse_statement


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("  select 1 ;\n", "select 1"),
        ("select 1;;", "select 1"),
        ("; select 1", "select 1"),
        ("-- why\nselect 1 -- because", "-- why\nselect 1 -- because"),
        ("select 1; -- done; really", "select 1"),
        ("select ';' as a, $$;$$ as b, \"x;y\"", "select ';' as a, $$;$$ as b, \"x;y\""),
        ("select E'it\\'s; fine'", "select E'it\\'s; fine'"),
        ("select /* ; /* nested ; */ ; */ 1", "select /* ; /* nested ; */ ; */ 1"),
        ("select $tag$ $$;$$ $tag$;", "select $tag$ $$;$$ $tag$"),
    ],
)
def test_text_stays_as_written_but_for_the_semicolon(text: str, kept: str) -> None:
    assert parse_statement(text).text == kept


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("SELECT 1", "select"),
        ("(select 1) union (select 2)", "select"),
        ("values (1)", "select"),
        ("table issues", "select"),
        ("insert into t select 1", "insert"),
        ("Update t set a = 1", "update"),
        ("delete from t", "delete"),
        ("merge into t using s on true when matched then do nothing", "merge"),
        ("with a as (delete from t returning *) select * from a", "select"),
        ("with a as (select 1) insert into t select * from a", "insert"),
        ('with recursive update (select) as (select 1), "values" as (select 2) delete from t', "delete"),
        ("with a as materialized (select 1) (select * from a)", "select"),
        (
            "with recursive a as (select 1 as id) search depth first by id set ordercol cycle id set seen using path"
            " update t set b = 1",
            "update",
        ),
        ("create index on t (a)", "other"),
        ("vacuum", "other"),
    ],
)
def test_kind(text: str, kind: str) -> None:
    assert parse_statement(text).kind == kind


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "the statement is empty"),
        (" \n\t ", "the statement is empty"),
        ("-- only /* comments */\n/* here */ ;;", "the statement is empty"),
        ("select 1; select 2", "the text holds 2 statements"),
        ("select 1;\n-- x\n;select 2;drop table t", "the text holds 3 statements"),
        ("EXPLAIN analyze select 1", "perfkit adds EXPLAIN itself"),
        ("/* x */ explain (analyze) select 1", "perfkit adds EXPLAIN itself"),
        (r"\d issues", r"\d is a psql command"),
        (r"\copy t from 'x'", r"\copy is a psql command"),
        (r"select 1 \gexec", "psql command"),
        ("select 'abc", "a string that is never closed; it opens at line 1, column 8"),
        ("select 1,\n $x$ abc", "a string that is never closed; it opens at line 2, column 2"),
        ('select "abc', "a quoted identifier that is never closed"),
        ("select /* /* */ 1", "a comment that is never closed; it opens at line 1, column 8"),
        ("select \0", "a NUL character"),
        ("select $0", "$0 is no parameter"),
        ("select $65536", "$65536 is no parameter"),
        ("select * from t where a = %s", "the placeholder %s"),
        ("select * from t where a =%s", "the placeholder %s"),
        ("select * from t where a in (%(ids)s)", "the placeholder %(ids)s"),
        ("select * from t where a = :name limit :n", "the placeholder :name"),
        ("select * from t where a = :'name'", "the placeholder :'name'"),
        ("select * from t where a = ?", "the placeholder ?"),
        ("select * from t where a=? and b between ? and ?", "the placeholder ?"),
        ("insert into t values (?, ?)", "the placeholder ?"),
        ("select * from t limit ?", "the placeholder ?"),
    ],
)
def test_refused_with_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_statement(text)
    message = str(caught.value)
    assert sentence in message
    assert "\n" not in message
    assert not message.endswith(".")


@pytest.mark.parametrize(
    "text",
    [
        "select * from t where a like '%s' and b = '%(x)s' and c = ':x' and d = '?'",
        "select metadata ? 'key', metadata ?| array['a'], metadata ?& array['a'], metadata @? '$.a' from t",
        "select a::int, '1'::text, b[1:2], b[:2], b[lower(c):upper(c)] from t",
        "select a % 3, (a) %3, a %s from t",
        "select 'word' <% body, body %> 'word' from t",
        "select json_object('a': b, 'c': d) from t",
        "select * from f(x := 1, y => 2)",
        "select -- ? :x %s\n 1 /* ? */",
    ],
)
def test_operators_casts_and_strings_are_no_placeholders(text: str) -> None:
    assert parse_statement(text).text == text


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("select 1", 0),
        ("select $1, $3, $2", 3),
        ("select '$4', $$ $5 $$, \"$6\" /* $7 */ -- $8", 0),
        ("select a$9 from t where b = $1", 1),
    ],
)
def test_parameter_count(text: str, count: int) -> None:
    assert parse_statement(text).parameter_count == count


@pytest.mark.parametrize(
    "text",
    [
        "selec 1",
        "select from where and",
        "select " + "(" * 3000 + "1" + ")" * 3000,
        "select " + "- " * 3000 + "1",
        "select * from t order by a using >",
        "create table t (a int)",
    ],
)
def test_what_sqlglot_cannot_read_keeps_the_rest(text: str) -> None:
    statement = parse_statement(text)
    assert statement.tree is None
    assert statement.parse_error
    assert "\n" not in statement.parse_error
    assert "\x1b" not in statement.parse_error
    assert len(statement.fingerprint) == 16


SCRAPS_TEXT = (
    "select from where with as ( ) [ ] , ; ' '' \" $$ $a$ $1 $0 -- /* */ \\ ? % %s :x :: := E' U& 1.5e3 . .. insert "
    "update delete into for t.a \"b\" 'x' in values array null not is and or \n {} @> ->> é \0 \ud800"
)
SCRAPS = st.lists(st.sampled_from(SCRAPS_TEXT.split(" ")), max_size=25).map(" ".join)


@given(SCRAPS | st.text(max_size=80))
def test_any_text_is_a_statement_or_a_usage_error(text: str) -> None:
    """Nothing but UsageError leaves the parser, whatever the text."""
    try:
        statement = parse_statement(text)
    except UsageError as error:
        assert str(error)
    else:
        assert isinstance(statement, Statement)
        assert statement.text in text
        assert parse_statement(statement.text).fingerprint == statement.fingerprint


def test_the_package_loads_no_parser() -> None:
    """Importing perfkit.sql and refusing a statement leaves sqlglot unloaded."""
    script = (
        "import sys; import perfkit.sql as sql;"
        "s = sql.Statement(text='drop table t', kind='other', fingerprint='', parameter_count=0);"
        "assert sql.dangers(s); assert 'sqlglot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
