"""Two statements run in turns on a real server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

import perfkit
from perfkit.cli.main import main
from perfkit.db.servers import Server
from perfkit.errors import UnsafeStatement, UsageError
from perfkit.lab import Lab

SLOW = "select count(note) from reading where (id + 0) = $1"
FAST = "select count(note) from reading where id = $1"


@pytest.fixture(scope="module")
def dsn(server: Server) -> Iterator[str]:
    with psycopg.connect(server.conninfo("postgres"), autocommit=True) as connection:
        connection.execute("create database compared")
        with psycopg.connect(server.conninfo("compared"), autocommit=True) as own:
            own.execute(
                "create table reading as select n as id, repeat('x', 100) as note from generate_series(1, 100000) n"
            )
            own.execute("alter table reading add primary key (id)")
            own.execute("vacuum analyze reading")
        yield server.conninfo("compared")
        connection.execute("drop database compared with (force)")


@pytest.fixture(scope="module")
def lab(dsn: str) -> Lab:
    return perfkit.connect(dsn, progress=False)


def test_a_rewrite_is_faster_and_returns_the_same_rows(lab: Lab) -> None:
    found = lab.compare(SLOW, FAST, [42], runs=5)
    assert found.same_result is True
    assert "✓ same result" in str(found)
    assert found.runs is not None
    assert found.runs.is_interleaved
    assert (len(found.runs.before.samples.values), len(found.runs.after.counters)) == (5, 5)
    assert found.runs.times.verdict == "faster"
    blocks = next(one for one in found.runs.counters if one.name == "shared_blocks")
    assert blocks.direction == "falls"
    assert "access-method-changed" in [kind for edit in found.edits for kind in edit.kinds]
    assert [one.kind for one in found.causes] == ["statement"]


def test_other_rows_are_told(lab: Lab) -> None:
    found = lab.compare(FAST, "select count(note) + 1 from reading where id = $1", [42], runs=1)
    assert found.same_result is False
    assert found.verdict.startswith("The rows returned are not the same")
    assert "✗ other result" in str(found)


def test_captures_stand_for_their_statements(lab: Lab) -> None:
    slow, fast = (lab.explain(sql, [7], runs=1) for sql in (SLOW, FAST))
    found = lab.compare(slow, fast, runs=2)
    assert found.runs is not None
    assert found.runs.times.verdict == "too noisy to tell", "two runs are too few"
    with pytest.raises(UsageError, match="compares what they recorded"):
        lab.compare(slow, lab.explain(SLOW, [7], runs=1))


def test_a_statement_that_writes_is_refused_and_else_undone(lab: Lab) -> None:
    writing = "delete from reading where id < 10"
    with pytest.raises(UnsafeStatement):
        lab.compare(writing, writing, runs=1)
    found = lab.compare(writing, "delete from reading where id < 5", runs=1, allow_writes=True)
    assert found.same_result is None
    assert lab.compare(FAST, FAST, [5], runs=1).totals.rows.after == 1


def test_the_command_runs_two_sql_files(dsn: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    slow, fast = tmp_path / "slow.sql", tmp_path / "fast.sql"
    slow.write_text(SLOW)
    fast.write_text(FAST)
    with pytest.raises(SystemExit) as ended:
        main(["diff", str(slow), str(fast), "--dsn", dsn, "--params", "[42]", "--runs", "5", "--json"])
    assert ended.value.code == 0
    document = json.loads(capsys.readouterr().out)
    assert document["times"]["verdict"] == "faster"
    assert document["same_result"] is True
    assert document["samples"]["is_interleaved"] is True
    assert len(document["samples"]["before"]) == 5
