"""Scripts and logs of real sessions, investigated on the database they are of, and on one they are not of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from perfkit import document
from perfkit.db.session import Session
from perfkit.db.target import Target
from perfkit.errors import PerfkitError
from perfkit.investigation import SCHEMA, Investigation
from perfkit.lab import Lab
from tests.workload.record import SCHEMA as TABLES

pytestmark = pytest.mark.server

RECORDED = Path(__file__).parent / "recorded"
LIST = "select id, account_id from perfkit_orders where id <= 30;\n"
LOOK_UPS = "".join(f"select name from perfkit_accounts where id = {n};\n" for n in range(1, 31))


@pytest.fixture(scope="module")
def shop(target: Target) -> Iterator[Lab]:
    """A scratch database with the tables of the recordings."""
    with Session.open(target) as session:
        session.change("drop database if exists shop_test with (force)")
        session.change("create database shop_test")
    place = target.at("shop_test")
    with Session.open(place) as session:
        for sql in (*TABLES[1:], "vacuum analyze"):
            session.change(sql)
    yield Lab(place)


def is_shown(found: Investigation) -> None:
    loaded = document.from_document(Investigation, document.to_document(found, SCHEMA), SCHEMA)
    assert loaded == found
    for shown in found._repr_mimebundle_().values():
        assert "cannot show" not in shown


def test_a_script_with_a_loop(shop: Lab) -> None:
    found = shop.investigate(LIST + LOOK_UPS, runs=1)
    finding = found.findings[0]
    assert (finding.id, finding.severity, finding.evidence["calls"]) == ("n-plus-one-queries", "warning", 30)
    assert finding.evidence["list_query"] == "select id , account_id from perfkit_orders where id <= ?"
    (advice,) = [one for one in found.advice if "n-plus-one-queries" in one.cures]
    assert finding.advice == (advice.id,)
    assert advice.sql == "select id, name from perfkit_accounts where id = any($1)"
    assert (advice.proof.level, advice.proof.verdict, advice.proof.same_result) == (
        "executed",
        "improves",
        True,
    )
    assert advice.proof.blocks_ratio is not None
    assert advice.proof.blocks_ratio < 0.5
    assert advice.sql in found.verdict
    assert found.session is not None
    assert (found.session.source, found.session.runs) == ("script", 31)
    is_shown(found)


def test_a_loop_of_executes(shop: Lab) -> None:
    script = (
        LIST
        + "prepare one (bigint) as select name from perfkit_accounts where id = $1;"
        + "".join(f"execute one({n});" for n in range(1, 13))
        + "deallocate one;"
    )
    found = shop.investigate(script, runs=1)
    assert (found.findings[0].id, found.findings[0].evidence["calls"]) == ("n-plus-one-queries", 12)
    assert found.advice[0].proof.same_result is True


def test_rows_that_would_differ_are_not_advised(shop: Lab) -> None:
    """The first note of each account: all of them are other rows."""
    script = LIST + "".join(
        f"select note from perfkit_orders where account_id = {n} limit 1;\n" for n in range(1, 13)
    )
    found = shop.investigate(script, runs=1)
    assert not [one for one in found.advice if "n-plus-one-queries" in one.cures]


def test_a_script_without_a_loop_is_its_worst_statement(shop: Lab) -> None:
    script = """
        set work_mem = '8MB';
        select * from perfkit_accounts where id = 4;
        select count(*) from perfkit_orders a join perfkit_orders b on a.id + b.id = 30000 + a.account_id;
        select * from perfkit_accounts where id = 4;
    """
    found = shop.investigate(script, runs=1)
    assert "join" in found.query.text
    assert "n-plus-one-queries" not in {one.id for one in found.findings}
    assert [one.kind for one in found.setup.statements] == ["set"]
    assert found.session is not None
    assert {one.calls for one in found.session.statements} == {1, 2}
    is_shown(found)


def test_a_script_that_writes_is_not_run(shop: Lab) -> None:
    found = shop.investigate("delete from perfkit_orders; delete from perfkit_accounts", runs=1)
    assert [note for note in found.notes if "it would change data" in note]
    assert not found.before.plan.is_analyzed
    with shop.session() as session:
        assert session.rows("select count(*) as n from perfkit_orders") == [{"n": 2000}]
    is_shown(found)


@pytest.mark.parametrize("name", ["default.log", "default.csv", "default.json", "rds.log", "bare.log"])
def test_a_log_of_this_database(shop: Lab, name: str) -> None:
    found = shop.investigate((RECORDED / name).read_text(encoding="utf-8"), runs=1)
    ids = [one.id for one in found.findings if one.severity != "info"]
    assert {"lock-wait", "idle-in-transaction", "n-plus-one-queries"} <= set(ids)
    (advice,) = [one for one in found.advice if "n-plus-one-queries" in one.cures]
    assert (advice.proof.verdict, advice.proof.same_result) == ("improves", True)
    assert found.session is not None
    assert found.session.source == "log"
    assert found.query.kind == "select"
    is_shown(found)


def test_a_log_of_another_database_keeps_its_findings(target: Target) -> None:
    found = Lab(target).investigate((RECORDED / "default.log").read_text(encoding="utf-8"), runs=1)
    assert {"lock-wait", "idle-in-transaction", "n-plus-one-queries"} <= {one.id for one in found.findings}
    assert [note for note in found.notes if "does not exist" in note]
    (advice,) = [one for one in found.advice if "n-plus-one-queries" in one.cures]
    assert advice.proof.level == "none"
    is_shown(found)


def test_a_log_of_one_lock_wait(shop: Lab) -> None:
    text = (RECORDED / "default.log").read_text(encoding="utf-8")
    lines = text.splitlines()
    start = next(place for place, line in enumerate(lines) if "still waiting for" in line)
    end = next(place for place, line in enumerate(lines) if "duration: " in line and place > start)
    found = shop.investigate("\n".join(lines[start:end]), runs=1)
    assert [one.id for one in found.findings if one.severity != "info"] == ["lock-wait"]
    assert found.query.kind == "update"
    assert found.verdict.startswith("Process ")
    is_shown(found)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("select 1 as a; select * from perfkit_orders where id = $1", "has parameters"),
        ("select 1 as a; select 2 as a; do $$ begin end $$", "DO is no statement"),
        ("select 1 as a; select 2 as a; drop table perfkit_orders", "for good"),
        ("select 1 as a; select 2 as a; \\timing", "psql command"),
        ("2026-11-28 07:24:17 UTC [9] LOG:  checkpoint starting: time", "no statement and no wait"),
    ],
)
def test_what_cannot_be_read_is_told_in_a_sentence(shop: Lab, text: str, sentence: str) -> None:
    with pytest.raises(PerfkitError, match=sentence) as caught:
        shop.investigate(text, runs=1)
    assert caught.value.exit_status == 2
    assert "\n" not in str(caught.value)
