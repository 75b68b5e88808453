"""perfkit gate: what it writes, how it ends, and what it says of bad input."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from perfkit import document
from perfkit.cli.main import main
from perfkit.db.target import Target
from perfkit.lab import Lab
from tests.gate.gate_example import baseline, plan

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def gate(capsys: pytest.CaptureFixture[str]) -> Run:
    """The verb as a person runs it: its exit status, what it printed, and what it said beside."""

    def run(*words: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["gate", *map(str, words)])
        said = capsys.readouterr()
        code = ended.value.code
        return code if isinstance(code, int) else 0, said.out, said.err

    return run


@pytest.mark.server
def test_update_then_compare_then_fail(
    gate: Run,
    shop: Target,
    changed: Callable[..., Lab],
    queries: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    status, out, err = gate("queries", "--dsn", shop.conninfo, "--update")
    assert (status, "3 written" in err, "✓ gate open" in out) == (0, True, True)
    status, out, _ = gate("queries", "--dsn", shop.conninfo)
    assert (status, "3 ok" in out) == (0, True)
    worse = changed("drop index orders_customer_id_idx").target.conninfo
    files = ("--junit", "out/j.xml", "--code-quality", "out/c.json", "--sarif", "out/s.sarif")
    status, out, err = gate(
        "queries", "--dsn", worse, *files, "--metrics", "out/m.txt", "--markdown", "out/n.md", "--json"
    )
    assert status == 1
    assert "the gate is closed: " in err
    found = json.loads(out)
    assert (found["schema"], found["is_open"]) == ("perfkit.gate/1", False)
    assert len(list((tmp_path / "out").iterdir())) == 5
    entry = json.loads((tmp_path / "out" / "c.json").read_text())[0]
    assert entry["location"]["path"].startswith("queries/")
    note = (tmp_path / "out" / "n.md").read_text()
    assert "CREATE INDEX orders\\_customer" in note or "CREATE INDEX orders_customer" in note
    status, out, err = gate("queries", "--dsn", worse, "--update")
    assert (status, "✗ gate closed" in out) == (0, True)
    assert gate("queries", "--dsn", worse)[0] == 0


@pytest.mark.server
def test_github_gets_annotations_and_a_summary(
    gate: Run, shop: Target, queries: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (queries / "broken.sql").write_text("-- a comment\n\nselect nothing from orders")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    (tmp_path / "summary.md").write_text("before\n")
    status, out, _ = gate("queries", "--dsn", shop.conninfo, "--github")
    assert status == 1
    assert "::error file=queries/broken.sql,line=3,title=perfkit gate-failed::broken: " in out
    summary = (tmp_path / "summary.md").read_text()
    assert summary.startswith("before\n## Query performance")


@pytest.mark.server
def test_calibration_says_what_moves(gate: Run, shop: Target, queries: Path) -> None:
    status, out, _ = gate(queries, "--dsn", shop.conninfo, "--calibrate", "3")
    assert status == 0
    assert "3 of 3 queries gave the same figures in all 3 rounds" in out
    status, out, _ = gate(queries, "--dsn", shop.conninfo, "--calibrate", "2", "--json")
    found = json.loads(out)
    assert found["schema"] == "perfkit.calibration/1"
    assert found["suggested_toml"] == ""
    assert [one["rounds"] for one in found["noises"]] == [2, 2, 2]


@pytest.mark.server
def test_a_database_that_cannot_be_reached_ends_with_3(gate: Run, queries: Path) -> None:
    status, out, err = gate(queries, "--dsn", "host=/nowhere user=ann password=hush dbname=shop")
    assert (status, out) == (3, "")
    assert "cannot connect to database shop" in err
    assert "hush" not in err


BAD = {
    "folder": (("nowhere",), "there is no folder nowhere; give one that holds .sql files"),
    "empty": (("empty",), "folder empty holds no .sql file"),
    "a file": (("queries/cities.sql",), "is a file; give the folder"),
    "no query": (("nothing",), "holds no SELECT"),
    "broken toml": (("queries", "--config", "broken.toml"), "broken.toml is not TOML"),
    "missing toml": (("queries", "--config", "no.toml"), "cannot read no.toml: No such file"),
    "unknown key": (("queries", "--config", "key.toml"), "does not know 'block'; did you mean blocks?"),
    "unknown table": (
        ("queries", "--config", "table.toml"),
        "does not know 'default'; did you mean defaults?",
    ),
    "unknown query": (("queries", "--config", "query.toml"), "does not know 'citys'; did you mean cities?"),
    "wrong share": (("queries", "--config", "share.toml"), "blocks takes a part of the baseline such as 0.1"),
    "wrong shape": (("queries", "--config", "shape.toml"), 'shape takes "worse", "same" or "any"'),
    "wrong id": (
        ("queries", "--config", "id.toml"),
        "does not know 'seq-scan'; did you mean seq-scan-large?",
    ),
    "other schema": (("queries", "--baseline", "old"), "says schema 'perfkit.baseline/0', expected"),
    "no JSON": (("queries", "--baseline", "damaged"), "is not JSON"),
    "half a baseline": (("queries", "--baseline", "half"), "is damaged"),
    "other name": (("queries", "--baseline", "moved"), "is of the query '../../x'; a baseline's file"),
    "baseline file": (("queries", "--baseline", "key.toml"), "is a file; --baseline takes a folder"),
    "no log": (("--from-log", "no.log", "--baseline", "b"), "there is no file no.log"),
    "log of nothing": (("--from-log", "key.toml", "--baseline", "b"), "is no log of a PostgreSQL server"),
    "nothing": ((), "there is nothing to look at"),
    "json and github": (("queries", "--json", "--github"), "its one document"),
    "update against": (("queries", "--update", "--against", "dbname=x"), "leave out --against"),
    "runs": (("queries", "--runs", "0"), "--runs"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_sentence_and_2(
    name: str, gate: Run, queries: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Told before any server is asked: there is none here."""
    assert queries.is_dir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PERFKIT_DSN", "host=/nowhere")
    for folder in ("empty", "nothing", "old", "damaged", "half", "moved"):
        (tmp_path / folder).mkdir()
    (tmp_path / "nothing" / "a.sql").write_text("-- nothing here\n")
    (tmp_path / "old" / "a.json").write_text('{"schema": "perfkit.baseline/0"}')
    (tmp_path / "damaged" / "a.json").write_text('{"schema": "perf')
    (tmp_path / "half" / "a.json").write_text('{"schema": "perfkit.baseline/1", "query": "a"}')
    moved = document.to_document(baseline("../../x", plan("Seq Scan", 1, 1)), "perfkit.baseline/1")
    (tmp_path / "moved" / "a.json").write_text(document.dumps(moved))
    for file, text in {
        "broken": "[defaults",
        "key": "[defaults]\nblock = 1",
        "table": "[default]\nblocks = 1",
        "query": "[query.citys]\nblocks = 1",
        "share": '[defaults]\nblocks = "much"',
        "shape": '[defaults]\nshape = "good"',
        "id": '[defaults]\nfindings = ["seq-scan"]',
    }.items():
        (tmp_path / f"{file}.toml").write_text(text)
    words, says = BAD[name]
    status, out, err = gate(*words)
    assert (status, out) == (2, "")
    assert says in err
    assert "Traceback" not in err


@pytest.mark.server
def test_times_need_a_second_database(gate: Run, shop: Target, queries: Path) -> None:
    status, _, err = gate(queries, "--dsn", shop.conninfo, "--timing")
    assert (status, "second database" in err) == (2, True)
    words = ("--against", shop.conninfo, "--baseline", queries / "baseline")
    status, _, err = gate(queries, "--dsn", shop.conninfo, *words)
    assert (status, "takes the place of baselines" in err) == (2, True)
    status, _, err = gate(queries, "--dsn", shop.conninfo, "--against", "host=/nowhere", "--timing")
    assert (status, "cannot connect" in err) == (3, True)


@pytest.mark.server
def test_a_file_that_cannot_be_written_is_told(gate: Run, shop: Target, queries: Path) -> None:
    status, _, err = gate(queries, "--dsn", shop.conninfo, "--junit", "/proc/nowhere/j.xml")
    assert (status, "cannot write /proc/nowhere/j.xml" in err) == (2, True)
