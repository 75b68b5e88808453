"""perfkit advise: the answer alone on stdout, the files it writes, and bad arguments told in one sentence."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from scratch import scratch_database

from perfkit.db.target import Target

pytestmark = pytest.mark.server

SETUP = """
create table orders (id int primary key, customer_id int not null, price int not null, note text not null);
insert into orders select i, i * 7 % 5000, i % 997, repeat('x', 80) from generate_series(1, 20000) as i;
"""


def perfkit(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "perfkit", "advise", *words], capture_output=True, text=True, timeout=120
    )


@pytest.fixture(scope="module")
def dsn(target: Target) -> Iterator[str]:
    with scratch_database(target, "advise_cli_test", [SETUP, "vacuum analyze"]) as made:
        yield made.conninfo


@pytest.fixture
def queries(tmp_path: Path) -> Path:
    folder = tmp_path / "queries"
    folder.mkdir()
    (folder / "bought.sql").write_text(
        "-- calls: 120\nselect sum(price) from orders where customer_id = $1\n"
    )
    (folder / "bought.jsonl").write_text("[7]\n[8]\n")
    (folder / "one.sql").write_text("select price from orders where id = 9")
    return folder


def test_help() -> None:
    answer = perfkit("--help")
    assert answer.returncode == 0
    assert "Example:" in answer.stdout
    assert "Exit status:" in answer.stdout
    assert "--storage-mb" in answer.stdout


def test_json_and_every_file(dsn: str, queries: Path, tmp_path: Path) -> None:
    files = {name: tmp_path / name for name in ("advice.json", "advice.html", "indexes.sql")}
    answer = perfkit(
        str(queries), "--dsn", dsn, "--scratch", "--json", "--budget-seconds", "20", "--storage-mb", "50",
        "-o", str(files["advice.json"]), "--report", str(files["advice.html"]), "--migration", str(files["indexes.sql"]),
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    found = json.loads(answer.stdout)
    assert found["schema"] == "perfkit.advice/1"
    assert json.loads(files["advice.json"].read_text()) == found
    assert found["level"] == "executed"
    assert [one["weight"] for one in found["queries"] if one["name"] == "bought"] == [60, 60]
    (advice,) = found["advice"]
    assert "(customer_id)" in advice["sql"]
    assert files["indexes.sql"].read_text() == found["migration"]
    assert "CREATE INDEX CONCURRENTLY" in found["migration"]
    page = files["advice.html"].read_text()
    assert page.lstrip().lower().startswith("<!doctype html>")
    assert advice["sql"].split(" ON ")[0].split()[-1] in page
    assert "http://" not in page.replace("http://www.w3.org/", "")
    assert f"report: {files['advice.html']}" in answer.stderr
    assert f"migration: {files['indexes.sql']}" in answer.stderr


def test_text_for_people(dsn: str, queries: Path) -> None:
    answer = perfkit(str(queries), "--dsn", dsn, "--scratch", "--exclude", "orders", "--budget-seconds", "20")
    assert answer.returncode == 0, answer.stderr
    assert "No index is worth its price for this workload" in answer.stdout


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        ([], 2, "give a workload (a folder, script, log or workload file), or --statements"),
        (["missing.sql"], 2, "there is no file or folder missing.sql"),
        ([str(Path(__file__).parent)], 2, "holds no .sql file"),
        (
            ["QUERIES", "--exclude", "ordres"],
            2,
            "this database has no table ordres; check its name, and its schema",
        ),
        (["QUERIES", "--keep", "orders_pkei"], 2, "this database has no index orders_pkei"),
        (
            ["QUERIES", "--report", "nowhere/page.html"],
            2,
            "cannot write nowhere/page.html: there is no folder nowhere",
        ),
    ],
)
def test_one_sentence(dsn: str, queries: Path, words: list[str], status: int, sentence: str) -> None:
    words = [str(queries) if word == "QUERIES" else word for word in words]
    answer = perfkit(*words, "--dsn", dsn, "--scratch")
    assert (answer.returncode, answer.stdout) == (status, "")
    (said,) = [line for line in answer.stderr.splitlines() if not line.startswith("perfkit: clone")]
    assert sentence in said


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--storage-mb", "0"], "--storage-mb"),
        (["--most-writes", "-1"], "--most-writes"),
        (["--most-writes", "nan"], "nan is no number to count with"),
        (["--tolerance", "inf"], "--tolerance"),
        (["--statement-timeout", "nan"], "--statement-timeout"),
        (["--statement-timeout", "-1"], "--statement-timeout"),
        (["--scale", "nan"], "--scale"),
        (["--budget-seconds", "0"], "--budget-seconds"),
        (["--budget-seconds", "-3"], "--budget-seconds"),
        (["--budget-seconds", "soon"], "--budget-seconds"),
        (["--no-such-option"], "No such option"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_an_option_that_cannot_be_used_is_status_2(words: list[str], sentence: str) -> None:
    answer = perfkit("queries", *words)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert sentence in answer.stderr
    assert "Traceback" not in answer.stderr


def test_statements_of_another_database_are_told_in_one_sentence(dsn: str, tmp_path: Path) -> None:
    (tmp_path / "lost.sql").write_text("select 1 as a from nowhere_to_be_found")
    answer = perfkit(str(tmp_path), "--dsn", dsn, "--scratch")
    assert (answer.returncode, answer.stdout) == (2, "")
    assert 'relation "nowhere_to_be_found" does not exist' in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_server_that_counts_no_statements_is_status_3(dsn: str) -> None:
    answer = perfkit("--statements", "--dsn", dsn)
    assert (answer.returncode, answer.stdout) == (3, "")
    assert "pg_stat_statements" in answer.stderr


def test_a_database_that_may_not_be_changed(dsn: str, queries: Path) -> None:
    """Without HypoPG a copy of schema and statistics is asked."""
    answer = perfkit(str(queries), "--dsn", dsn, "--json")
    assert answer.returncode == 0, answer.stderr
    found = json.loads(answer.stdout)
    assert (found["level"], found["backend"]) == ("planned", "statistics")
    assert [one["proof"]["level"] for one in found["advice"]] == ["planned"] * len(found["advice"])
