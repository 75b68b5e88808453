"""perfkit workload: a log, a script, a folder, a workload file or the server's own counts as one ranked list."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from perfkit import document
from perfkit.cli.main import main
from perfkit.db.session import Session
from perfkit.db.target import Target
from perfkit.workload.queries import SCHEMA, Workload
from tests.scratch import scratch_database

LOG = Path(__file__).parents[1] / "workload" / "recorded" / "session.log"


def call(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["workload", *map(str, words)])
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.out, said.err


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "queries"
    place.mkdir()
    (place / "rare.sql").write_text("select 1 from a where b = 3", encoding="utf-8")
    (place / "usual.sql").write_text("-- calls: 99\nselect * from a where c = $1", encoding="utf-8")
    (place / "usual.jsonl").write_text("[1]\n[2]\n", encoding="utf-8")
    return place


def test_a_log_is_ranked_by_time_and_saved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    saved = tmp_path / "workload.json"
    status, out, err = call(capsys, LOG, "-o", saved)
    assert (status, err) == (0, f"workload: {saved}\n")
    found = document.read(Workload, saved, SCHEMA)
    assert found.source == "log"
    times = [one.total_ms or 0.0 for one in found.queries]
    assert times == sorted(times, reverse=True) and times[0] > 0
    lines = [line for line in out.splitlines() if line.strip()[:1].isdigit()]
    assert "statements of a log" in lines[0]
    assert len(lines) > len(found.queries)
    assert [word in out for word in ("calls", "total time", "share", "statement")] == [True] * 4
    assert "select name, balance from perfkit_accounts where id = ?" in " ".join(out.split())
    assert "perfkit_accounts: select name, balance where id = ? #" in " ".join(out.split())


def test_a_workload_file_is_read_back_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    saved = tmp_path / "workload.json"
    _, first, _ = call(capsys, LOG, "-o", saved)
    assert call(capsys, saved) == (0, first, "")
    status, out, _ = call(capsys, saved, "--json")
    assert status == 0
    assert json.loads(out) == json.loads(saved.read_text("utf-8"))


def test_a_folder_is_ranked_by_calls(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = call(capsys, folder, "--json")
    assert status == 0
    found = json.loads(out)
    assert found["schema"] == SCHEMA
    assert [(one["name"], one["calls"]) for one in found["queries"]] == [("usual", 99.0), ("rare", 1.0)]
    assert [one["parameters"] for one in found["queries"][0]["samples"]] == [["1"], ["2"]]
    _, shown, _ = call(capsys, folder)
    assert "2 statements of a folder of .sql files, 100 calls" in shown
    assert "99 %" in shown


def test_top_says_what_it_left_out(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = call(capsys, folder, "--top", "1")
    assert status == 0
    assert "rare" not in out
    assert out.startswith("The first 1 of 2 statements of a folder of .sql files, 100 calls")
    assert "99 %" in out
    assert "left out: 1 statement after the first 1, 1.0 % of the whole" in out
    assert "left out" not in call(capsys, folder, "--top", "2")[1]


def test_a_script_has_calls_but_no_times(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = tmp_path / "session.sql"
    script.write_text("select 1 from t where a = 1;\nselect 2;\nselect 1 from t where a = 5;\n")
    status, out, _ = call(capsys, script, "--json")
    assert status == 0
    assert [(one["calls"], one["total_ms"]) for one in json.loads(out)["queries"]] == [
        (2.0, None),
        (1.0, None),
    ]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "give a PATH"),
        (("x.log", "--statements"), "give a PATH"),
        (("nowhere",), "there is no file or folder nowhere"),
        (("empty",), "holds no .sql file"),
        (("ddl.sql",), "would change the database for good"),
        (("other.json",), "perfkit.capture/1"),
        (("fine.sql", "-o", "nowhere/workload.json"), "cannot write nowhere/workload.json"),
        (("fine.sql", "--top", "0"), "--top"),
    ],
)
def test_wrong_use_is_one_sentence(
    words: tuple[str, ...],
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "ddl.sql").write_text("create table t (a int);\ncreate table s (a int);\n")
    (tmp_path / "fine.sql").write_text("select 1;\nselect 2 from t;\n")
    (tmp_path / "other.json").write_text('{"schema": "perfkit.capture/1"}')
    status, out, err = call(capsys, *words)
    assert (status, out) == (2, "")
    assert says in err


@pytest.mark.server
def test_the_servers_own_counts(target: Target, capsys: pytest.CaptureFixture[str]) -> None:
    setup = ("create extension pg_stat_statements", "create table ranked_here (a int)")
    with scratch_database(target, "perfkit_test_workload", setup) as place:
        with Session.open(place) as session, session.transaction():
            for number in range(7):
                session.rows("select a from ranked_here where a = %s", [number])
        status, out, err = call(capsys, "--statements", "--dsn", place.conninfo, "--json")
        assert (status, err) == (0, "")
        found = json.loads(out)
    assert found["source"] == "pg_stat_statements"
    (one,) = [query for query in found["queries"] if "ranked_here where" in query["samples"][0]["text"]]
    assert one["calls"] == 7.0
    assert one["total_ms"] > 0
    assert not one["has_values"]
    assert one["name"].startswith("ranked_here: select a where a = ? #")
