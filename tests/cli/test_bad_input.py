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
        (["select 1; select 2"], 2, "give exactly one"),
        (["drop table t"], 2, "DROP"),
        (["."], 2, "folder"),
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
