"""A setup shapes its session, leaves nothing behind, and takes no guard rail away."""

from __future__ import annotations

import pytest

from perfkit.capture.session_setup import apply, replay
from perfkit.errors import CaptureError, PerfkitError, UnsafeStatement, UsageError
from perfkit.lab import Lab
from perfkit.sql.session_setup import read_setup

pytestmark = pytest.mark.server


def test_settings_and_temporary_tables_reach_the_statement(production: Lab) -> None:
    setup = """
        begin;
        set local work_mem = '123MB';
        create temporary table wanted (id, note) as select id, 'x' from prices where id <= 10;
        insert into wanted select 11, 'y';
        create index on wanted (id);
        analyze wanted;
        commit;
    """
    found = production.explain("select * from wanted join prices using (id)", setup=setup, runs=1)
    assert found.plan.root.total_rows == 11
    assert found.environment.settings["work_mem"].startswith(str(123 * 1024))
    assert [one.kind for one in found.setup.statements] == [
        "transaction", "set", "temp object", "temp data", "temp upkeep", "temp upkeep", "transaction",
    ]  # fmt: skip
    relation = found.catalog.relation("wanted")
    assert relation is not None
    assert (relation.schema, relation.rows) == ("pg_temp", 11)
    assert " ON pg_temp.wanted " in relation.indexes[0].definition
    assert {node.schema for node in found.plan.walk() if node.relation == "wanted"} == {"pg_temp"}


def test_guard_rails_are_up_again(production: Lab) -> None:
    setup = read_setup(
        "set statement_timeout = 0; set lock_timeout = 0; set default_transaction_read_only = off;"
        " select set_config('idle_in_transaction_session_timeout', '0', false); set enable_seqscan = off"
    )
    names = (
        "statement_timeout", "lock_timeout", "default_transaction_read_only", "idle_in_transaction_session_timeout",
    )  # fmt: skip
    with production.session() as session:
        before = {name: session.rows(f"show {name}") for name in names}
        apply(session, setup)
        assert {name: session.rows(f"show {name}") for name in names} == before
        assert session.rows("show enable_seqscan") == [{"enable_seqscan": "off"}]


@pytest.mark.parametrize(
    "sql",
    [
        "insert into prices values (0, 0)",
        "create table more (id int)",
        "create index on prices (amount)",
        "analyze prices",
        "analyze",
        "drop table prices",
        "select 1 as a into more",
        "create materialized view m as select 1",
        "alter system set work_mem = '1GB'",
        "select nextval('jobs_id_seq')",
        "create temp table t as select nextval('jobs_id_seq')",
        "create temp table t as select pg_terminate_backend(1)",
        "create temp table t on commit drop as select 1 as a",
        "do $$ begin end $$",
        "copy prices to program 'cat'",
        "prepare transaction 'x'",
        "lock table prices",
        "set standard_conforming_strings = off",
        "rollback",
        "vacuum prices",
    ],
)
def test_what_would_last_is_refused_in_a_sentence(production: Lab, sql: str) -> None:
    with pytest.raises(UnsafeStatement, match="the setup is refused") as caught:
        production.explain("select 1 as a", setup=sql, runs=1)
    assert "\n" not in str(caught.value)
    with production.session() as session:
        assert session.rows("select count(*) as n, to_regclass('more') as made from prices") == [
            {"n": 1000, "made": None}
        ]


@pytest.mark.parametrize(
    "sql", ["create temp table t as select writes()", "select writes()", "create temp table t as select 1 as a; "
            "insert into t select writes()"],
)  # fmt: skip
def test_a_function_that_writes_cannot(production: Lab, sql: str) -> None:
    """What no text shows, the server's read-only transaction stops."""
    with pytest.raises((CaptureError, UnsafeStatement)):
        production.explain("select 1 as a", setup=sql, runs=1)
    with production.session() as session:
        assert session.rows("select count(*) as n from prices") == [{"n": 1000}]


@pytest.mark.parametrize(
    ("sql", "sentence"),
    [
        ("\\timing on", "psql command"),
        ("set work_mem = 'much'", "invalid value"),
        ("select 'a", "never closed"),
    ],
)
def test_a_setup_that_cannot_run_is_told(production: Lab, sql: str, sentence: str) -> None:
    with pytest.raises(PerfkitError, match=sentence) as caught:
        production.explain("select 1 as a", setup=sql, runs=1)
    assert caught.value.exit_status == 2


def test_a_scratch_database_may_be_changed(scratch: Lab) -> None:
    found = scratch.explain(
        "select * from kept",
        setup="create table kept (id int); insert into kept values (1); analyze kept",
        runs=1,
    )
    assert found.plan.root.total_rows == 1
    with scratch.session() as session:
        replay(session, found.setup)
        assert session.rows("select count(*) as n from kept") == [{"n": 1}]
        session.change("drop table kept")


def test_a_replay_brings_the_same_state(production: Lab) -> None:
    setup = read_setup("set jit = off; create temp table t as select 1 as a; prepare q as select a from t")
    with production.session() as session:
        replay(session, setup)
        assert session.rows("execute q") == [{"a": 1}]
        assert session.rows("show jit") == [{"jit": "off"}]


def test_execute_is_looked_at_with_its_values(production: Lab) -> None:
    text = (
        "prepare q (text, int) as select * from jobs where state = $1 limit $2; execute q('ra' || 're', 3);"
    )
    found = production.explain(text, runs=1)
    assert found.query.text == "select * from jobs where state = $1 limit $2::integer"
    assert found.query.parameters == ("rare", "3")
    assert found.plan.root.total_rows == 3


def test_declared_types_stay(production: Lab) -> None:
    """numeric against an integer column keeps the index from being used, as it does for the application."""
    text = "prepare q (numeric) as select * from prices where id = $1; execute q(7)"
    found = production.explain(text, runs=1)
    assert found.query.text == "select * from prices where id = $1::numeric"
    assert [node.node_type for node in found.plan.walk()] == ["Seq Scan"]


def test_what_stands_behind_the_statement_is_left_out(production: Lab) -> None:
    found = production.explain(
        "begin; set local jit = off; select * from prices where id = 3; rollback; reset all;", runs=1
    )
    assert found.query.text == "select * from prices where id = 3"
    assert [one.kind for one in found.setup.statements] == ["transaction", "set"]


def test_a_prepare_takes_params_too(production: Lab) -> None:
    found = production.explain("prepare q (int) as select * from prices where id = $1", [7], runs=1)
    assert found.query.parameters == ("7",)
    assert found.plan.root.index == "prices_pkey"


@pytest.mark.parametrize(
    ("sql", "params", "sentence"),
    [
        ("execute q(1)", [], "has no PREPARE before it"),
        ("prepare q as select $1::int", [], "is never executed"),
        ("prepare q as select $1::int; execute q(1)", [1], "either these or params"),
        ("prepare q as select $1::int; execute q(1, 2)", [], "gives 2 values"),
        ("prepare q as select $1::int; execute q('x')", [], "invalid input syntax"),
        ("prepare q as select $1::int; execute q((select nextval('jobs_id_seq')))", [], "nextval"),
        ("prepare q as drop table prices; execute q", [], "syntax error|DROP"),
        ("select 1; select 2", [], "give exactly one"),
    ],
)
def test_an_execute_that_cannot_be_looked_at_is_told(
    production: Lab, sql: str, params: list[object], sentence: str
) -> None:
    with pytest.raises((UsageError, CaptureError), match=sentence) as caught:
        production.explain(sql, params, runs=1)
    assert caught.value.exit_status == 2
