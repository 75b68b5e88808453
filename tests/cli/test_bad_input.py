"""Bad input gives one clear sentence on stderr and its exit status, never a traceback."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from perfkit.db.target import Target

pytestmark = pytest.mark.server


def perfkit(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "perfkit", *words], capture_output=True, text=True, timeout=120
    )


@pytest.fixture(scope="module")
def dsn(target: Target) -> str:
    return target.conninfo


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (["missing.sql"], 2, "there is no file missing.sql"),
        (["selec 1 from t"], 2, "SELEC is no query"),
        (["select 1 from from t"], 2, 'syntax error at or near "from" at character 15'),
        (["select 1\n  from from t"], 2, 'syntax error at or near "from" at line 2, character 8'),
        (["select * from nowhere_to_be_found"], 2, 'relation "nowhere_to_be_found" does not exist'),
        (["select $1::int"], 2, "has 1 parameter"),
        (["select 1 as a", "--params", "[1]"], 2, "has 0 parameters"),
        (["select 1 as a", "--params", "{"], 2, "params takes a JSON list"),
        (["  "], 2, "empty"),
        (["/* only a comment */"], 2, "empty"),
        (["explain select 1"], 2, "EXPLAIN"),
        (["drop table t"], 2, "DROP"),
        (["."], 2, "folder"),
        (["select 1 as a", "--setup", "missing.sql"], 2, "there is no file missing.sql"),
        (["select $1::int", "--params", "missing.jsonl"], 2, "there is no file missing.jsonl"),
        (["execute q(1)"], 2, "has no PREPARE before it"),
    ],
    ids=lambda value: value[0][:24] if isinstance(value, list) else None,
)
@pytest.mark.parametrize("verb", ["explain", "investigate"])
def test_one_sentence(dsn: str, verb: str, words: list[str], status: int, sentence: str) -> None:
    answer = perfkit(verb, *words, "--dsn", dsn)
    assert (answer.returncode, answer.stdout) == (status, "")
    assert sentence.lower() in answer.stderr.lower()
    assert "Traceback" not in answer.stderr
    complaints = [line for line in answer.stderr.splitlines() if not line.startswith("perfkit: capture")]
    assert len(complaints) == 1, answer.stderr


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ("{", "line 1 is no JSON"),
        ("[1]\n[1, 2]", "has 1 values in its first set and 2 in set 2"),
        ('{"1": 1, "3": 2}', "they must be 1 to 2"),
        ("7", "neither a JSON object nor a list"),
        ("\n", "holds no set"),
        ("[1]\n[2]", "explain takes one set"),
    ],
)
def test_a_file_of_parameters_that_cannot_be_used(
    dsn: str, tmp_path: Path, lines: str, sentence: str
) -> None:
    (tmp_path / "sets.jsonl").write_text(lines)
    answer = perfkit("explain", "select $1::int", "--params", str(tmp_path / "sets.jsonl"), "--dsn", dsn)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert sentence in answer.stderr
    assert "Traceback" not in answer.stderr


def test_explain_takes_one_statement(dsn: str) -> None:
    """Several are a session, which is investigated as one."""
    answer = perfkit("explain", "select 1; select 2", "--dsn", dsn)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "give exactly one" in answer.stderr


def test_a_session_from_files(dsn: str, tmp_path: Path) -> None:
    """--setup, --params FILE and a script of several statements, each as one JSON document."""
    (tmp_path / "setup.sql").write_text(
        "set work_mem = '9MB'; create temp table t as select 1 as a, 'x' as b"
    )
    (tmp_path / "sets.jsonl").write_text('{"$2": "x", "$1": 1}\n{"a": 2, "b": "y"}\n[3, "z"]\n')
    answer = perfkit(
        "investigate", "select * from t where a = $1 and b = $2", "--setup", str(tmp_path / "setup.sql"),
        "--params", str(tmp_path / "sets.jsonl"), "--json", "--dsn", dsn,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    found = json.loads(answer.stdout)
    assert found["schema"] == "perfkit.investigation/1"
    assert [one["parameters"] for one in found["sensitivity"]["runs"]] == [["1", "x"], ["2", "y"], ["3", "z"]]
    assert found["setup"]["statements"][0] == {"kind": "set", "text": "set work_mem = '9MB'"}
    (tmp_path / "session.sql").write_text("select 1 as a; select 2 as b, 3 as c;")
    answer = perfkit("investigate", str(tmp_path / "session.sql"), "--json", "--dsn", dsn)
    assert answer.returncode == 0, answer.stderr
    assert json.loads(answer.stdout)["session"]["source"] == "script"


def test_an_unreachable_server_is_status_3() -> None:
    answer = perfkit("explain", "select 1 as a", "--dsn", "host=/nonexistent")
    assert answer.returncode == 3
    assert answer.stderr.startswith("perfkit: cannot connect to the default database on /nonexistent")


def test_an_unknown_option_is_status_2() -> None:
    answer = perfkit("explain", "select 1 as a", "--no-such-option")
    assert answer.returncode == 2
    assert "Traceback" not in answer.stderr


def test_debug_shows_the_traceback() -> None:
    answer = perfkit("--debug", "explain", "select 1 as a", "--dsn", "host=/nonexistent")
    assert "Traceback" in answer.stderr


def test_json_is_the_only_word_on_stdout(dsn: str, tmp_path: Path) -> None:
    saved = tmp_path / "capture.json"
    answer = perfkit("explain", "select 1 as a", "--json", "--dsn", dsn, "-o", str(saved))
    assert answer.returncode == 0
    document = json.loads(answer.stdout)
    assert document["schema"] == "perfkit.capture/1"
    assert json.loads(saved.read_text()) == document


def test_diff_reads_what_explain_saved(dsn: str, tmp_path: Path) -> None:
    saved = tmp_path / "capture.json"
    perfkit("explain", "select 1 as a", "--dsn", dsn, "-o", str(saved))
    answer = perfkit("diff", str(saved), str(saved), "--json")
    assert answer.returncode == 0, answer.stderr
    assert json.loads(answer.stdout)["schema"] == "perfkit.diff/1"


@pytest.mark.parametrize("verb", ["investigate", "explain", "diff", "dataset", "server", "notebook", "lab"])
def test_help_gives_an_example(verb: str) -> None:
    answer = perfkit(verb, "--help")
    assert answer.returncode == 0
    assert f"perfkit {verb}" in answer.stdout.split("Options:")[0].split("\n", 1)[1]
