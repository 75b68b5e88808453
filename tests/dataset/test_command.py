"""perfkit dataset: what it prints, what it answers in JSON, how it ends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from perfkit.cli.main import main
from perfkit.dataset import LoadedDataset, describe, slow_queries
from perfkit.db.servers import Server


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["dataset", *arguments])
    output = capsys.readouterr()
    return int(ended.value.code or 0), output.out, output.err


def answered(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    """The one JSON document on stdout."""
    status, out, _ = run(capsys, *arguments, "--json")
    assert status == 0
    document: dict[str, Any] = json.loads(out)
    assert document["schema"] == "perfkit.dataset/1"
    return document


@pytest.mark.server
def test_load_check_drop(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    """The way of a data set, by the command line alone."""
    where = ("--database", "tracker_commanded")
    loaded = answered(capsys, "load", "tracker", "--scale", "0.001", *where)
    assert (loaded["name"], loaded["scale"], loaded["seed"], loaded["was_there"]) == (
        "tracker",
        0.001,
        1,
        False,
    )
    assert answered(capsys, "load", "tracker", "--scale", "0.001", *where)["was_there"]
    status, _, err = run(capsys, "load", "tracker", "--scale", "0.002", *where)
    assert status == 3
    assert err.count("\n") == 1
    assert "database tracker_commanded" in [
        f"database {entry['database']}" for entry in answered(capsys, "list")["databases"]
    ]
    checked = answered(capsys, "check", "tracker", *where)
    assert (len(checked["checksum"]), checked["matches"]) == (64, None)
    assert answered(capsys, "drop", "tracker", *where)["database"] == "tracker_commanded"
    assert run(capsys, "drop", "tracker", *where)[0] == 3
    assert run(capsys, "check", "tracker", *where)[0] == 3


@pytest.mark.server
def test_check_knows_the_published_digest(
    small_tracker: LoadedDataset, capsys: pytest.CaptureFixture[str]
) -> None:
    assert answered(capsys, "check", "tracker", "--database", small_tracker.database)["matches"]


@pytest.mark.server
@pytest.mark.parametrize("verb", ["load", "drop"])
def test_a_server_of_the_users_is_changed_only_with_scratch(
    server: Server, capsys: pytest.CaptureFixture[str], verb: str
) -> None:
    status, _, err = run(capsys, verb, "tracker", "--dsn", server.conninfo())
    assert status == 2
    assert "--scratch" in err


@pytest.mark.server
def test_a_named_server_that_is_scratch(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    where = ("--database", "tracker_named", "--dsn", server.conninfo(), "--scratch")
    loaded = answered(capsys, "load", "tracker", "--scale", "0.001", *where)
    assert loaded["conninfo"] is None
    assert answered(capsys, "drop", "tracker", *where)["name"] == "tracker"


def test_list_needs_no_server(capsys: pytest.CaptureFixture[str]) -> None:
    (tracker,) = (one for one in answered(capsys, "list")["datasets"] if one["name"] == "tracker")
    assert tracker["queries"] == len(slow_queries(describe("tracker")))


def test_queries_are_listed_and_copied(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each line is name, path and title; copies are equal, and a file that is there already is kept."""
    status, out, _ = run(capsys, "queries", "tracker")
    assert status == 0
    lines = [line.split("\t") for line in out.splitlines()]
    assert all(Path(path).is_file() and title for _, path, title in lines)
    folder = tmp_path / "mine" / "queries"
    folder.mkdir(parents=True)
    (folder / "builds_of_a_day.sql").write_text("mine", encoding="utf-8")
    copied = answered(capsys, "queries", "tracker", "--copy", str(folder))["queries"]
    for entry, (name, original, _) in zip(copied, lines, strict=True):
        expected = "mine" if name == "builds_of_a_day" else Path(original).read_text(encoding="utf-8")
        assert Path(entry["path"]).read_text(encoding="utf-8") == expected


@pytest.mark.parametrize(
    "arguments", [("queries", "nothing"), ("load",), ("load", "tracker", "--scale", "big")]
)
def test_wrong_usage_ends_with_2(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]) -> None:
    assert run(capsys, *arguments)[0] == 2


@pytest.mark.parametrize("verb", ["list", "load", "check", "drop", "queries"])
def test_help_has_an_example(capsys: pytest.CaptureFixture[str], verb: str) -> None:
    status, out, _ = run(capsys, verb, "--help")
    assert status == 0
    assert f"perfkit dataset {verb}" in out.partition("Example:")[2]
