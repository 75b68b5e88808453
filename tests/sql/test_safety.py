"""What is refused before it is sent: by tokens, so that it holds where no parser does."""

from __future__ import annotations

import pytest

from perfkit.errors import UnsafeStatement
from perfkit.sql import dangers, parse_statement, refuse_unless_safe

READS = [
    "select * from issues where id = $1",
    "values (1), (2)",
    "table issues",
    "with a as (select 1) select * from a",
    "select nextval, setval from counters",
    "select 'delete from t; nextval(1)', $$ insert into t $$ from t -- drop table t",
    'select "delete", "into" from "update" where "for" = 1',
    "select t.into, t.for, 1 as into, 2 as for from t",
    "select update, delete, insert, merge, copy, call from t",
    "select (delete), f(update) from t",
    "select substring(name from 1 for 3), overlay(a placing b from 1 for update), substring(a for share) from t",
    "select extract(year from created_at), trim(both from a) from t",
    "select my_nextval(1), nextval_of(2), xpg_notify() from t",
    "select lo_get(1), pg_sleep(0), pg_advisory_xact_lock(1), pg_read_file('x'), currval('s')",
    "select * from f() as nextval(a int)",
    "select count(*) filter (where a > 1) from t for_update",
]

WRITES = [
    ("insert into t values (1)", "INSERT changes rows"),
    ("UPDATE t set a = 1", "UPDATE changes rows"),
    ("delete from t", "DELETE changes rows"),
    ("merge into t using s on true when matched then delete", "MERGE changes rows"),
    ("with a as (delete from t returning *) select * from a", "a CTE with DELETE changes rows"),
    ("with a as not materialized (insert into t select 1 returning *) select 1", "a CTE with INSERT"),
    ("with a as (with b as (select 1) update t set x = 1 returning *) select 1", "a CTE with UPDATE"),
    ("with a as (select 1) delete from t", "DELETE changes rows"),
    ("select * from t for update", "FOR UPDATE locks rows"),
    ("select * from t for no key update of t nowait", "FOR NO KEY UPDATE locks rows"),
    ("select * from (select * from t FOR SHARE) x", "FOR SHARE locks rows"),
    ("with a as (select * from t for key share skip locked) select * from a", "FOR KEY SHARE locks rows"),
]

NEVER = [
    ("create index on t (a)", "CREATE is no query"),
    ("drop table t", "DROP is no query"),
    ("truncate t", "TRUNCATE is no query"),
    ("vacuum t", "VACUUM is no query"),
    ("set work_mem = '1GB'", "SET is no query"),
    ("refresh materialized view v", "REFRESH is no query"),
    ("listen x", "LISTEN is no query"),
    ("prepare p as select 1", "PREPARE is no query"),
    ("execute p (1)", "EXECUTE runs code"),
    ("call p()", "CALL runs code"),
    ("do $$ begin delete from t; end $$", "DO runs code"),
    ("copy t to stdout", "COPY moves data"),
    ("copy t from program 'rm x'", "COPY … PROGRAM runs a program"),
    ("begin", "BEGIN controls the transaction"),
    ("rollback to savepoint x", "ROLLBACK controls the transaction"),
    ("commit", "COMMIT controls the transaction"),
    ("select * into copy_of_t from t", "SELECT INTO creates a table"),
    ("with a as (select 1) select * into x from a", "SELECT INTO creates a table"),
    ("select nextval('s')", "nextval moves a sequence"),
    ("select NextVal ('s')", "nextval moves a sequence"),
    ("select pg_catalog.nextval('s')", "nextval moves a sequence"),
    ('select "pg_catalog" . "nextval" (\'s\')', "nextval moves a sequence"),
    ("select nextval/* hidden */('s')", "nextval moves a sequence"),
    ("select U&\"\\006eextval\"('s')", "hides its name"),
    ("insert into t values (setval('s', 1))", "setval moves a sequence"),
    ("select pg_terminate_backend(1)", "signals another session"),
    ("select pg_reload_conf()", "acts on the whole server"),
    ("select * from pg_logical_slot_get_changes('s', null, null)", "changes replication"),
    ("select pg_create_logical_replication_slot('a', 'b')", "changes replication"),
    ("select lo_import('/etc/passwd')", "large objects or server files"),
    ("select * from dblink('x', 'delete from t') as t(a int)", "another connection"),
    ("select dblink_exec('delete from t')", "another connection"),
    ("select pg_advisory_lock(1)", "a lock that outlives the transaction"),
    ("select pg_try_advisory_lock_shared(1)", "a lock that outlives the transaction"),
    ("select pg_notify('a', 'b')", "notifies other sessions"),
    ("select set_config('a', 'b', false)", "changes a setting"),
    ("select pg_stat_reset()", "resets statistics"),
    ("select query_to_xml('delete from t', true, true, '')", "runs SQL given as text"),
    ("select * from crosstab('delete from t')", "runs SQL given as text"),
]


@pytest.mark.parametrize("text", READS)
def test_a_read_passes(text: str) -> None:
    statement = parse_statement(text)
    assert dangers(statement) == ()
    refuse_unless_safe(statement, allow_writes=False)


@pytest.mark.parametrize(("text", "reason"), WRITES)
def test_what_a_rollback_undoes_needs_the_flag(text: str, reason: str) -> None:
    statement = parse_statement(text)
    with pytest.raises(UnsafeStatement, match="--allow-writes") as caught:
        refuse_unless_safe(statement, allow_writes=False)
    assert reason in str(caught.value)
    assert caught.value.query == statement.text
    refuse_unless_safe(statement, allow_writes=True)


@pytest.mark.parametrize(("text", "reason"), NEVER)
def test_the_rest_is_refused_with_and_without_the_flag(text: str, reason: str) -> None:
    statement = parse_statement(text)
    for allow_writes in (False, True):
        with pytest.raises(UnsafeStatement) as caught:
            refuse_unless_safe(statement, allow_writes=allow_writes)
        assert reason in str(caught.value)
        assert "--allow-writes" not in str(caught.value)


def test_it_holds_where_sqlglot_cannot_parse() -> None:
    statement = parse_statement("select nextval('s') from t order by a using > for update")
    assert statement.tree is None
    assert dangers(statement) == (
        "the function nextval moves a sequence, which no rollback undoes",
        "FOR UPDATE locks rows",
    )
