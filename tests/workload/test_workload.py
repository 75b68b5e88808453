"""A workload is read from a folder, a script, a log or its own file; what cannot be read is told in one sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from perfkit import document
from perfkit.db.session import Session
from perfkit.db.target import Target
from perfkit.errors import CapabilityMissing, PerfkitError, UsageError
from perfkit.workload.queries import MOST_SAMPLES, SCHEMA, Sample, query_of
from perfkit.workload.read import read_workload
from perfkit.workload.statements import read_statements

RECORDED = Path(__file__).parent / "recorded"
LOGS = sorted(path.name for path in RECORDED.iterdir())
LOOK_UP = "select name, balance from perfkit_accounts where id = $1"


def folder(path: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (path / name).write_text(text, encoding="utf-8")
    return path


def test_a_folder(tmp_path: Path) -> None:
    found = read_workload(
        folder(
            tmp_path,
            {
                "a.sql": "-- What is sold.\n-- calls: 120.5\nselect 1 as a from t where b = 2;\n",
                "b.sql": "\ufeffselect * from t where c = $1 and d = $2 and e = any($3)",
                "b.jsonl": '[42, "open", [1, null, "x,y"]]\n\n[null, true, []]\r\n[1.5, {"k": 1}, ["a"]]\n[4, "", []]\n',
                "c.sql": "--CALLS:7\r\nupdate t set a = 1 where b = $1",
                "notes.txt": "nothing of ours",
            },
        )
    )
    assert (found.source, found.skipped) == ("folder", ())
    assert [(one.name, one.kind, one.calls) for one in found.queries] == [
        ("a", "select", 120.5),
        ("b", "select", 1.0),
        ("c", "update", 7.0),
    ]
    assert [one.has_values for one in found.queries] == [True, True, False]
    first, second, third = found.queries
    assert first.samples[0].text.endswith("where b = 2")
    assert first.samples[0].parameters == ()
    assert [one.parameters for one in second.samples] == [
        ("42", "open", '{"1",NULL,"x,y"}'),
        (None, "true", "{}"),
        ("1.5", '{"k": 1}', '{"a"}'),
    ]
    assert third.samples == (Sample(text=third.samples[0].text),)


def test_a_script(tmp_path: Path) -> None:
    path = tmp_path / "script.sql"
    path.write_text(
        "set work_mem = '8MB';\nselect a from t where b = 1;\nselect a from t where b = 2;\ninsert into t values (1);\n"
        "select a from t where b = 1;\nselect a from t where b = 3;\nselect a from t where b = 4;\n"
    )
    found = read_workload(path)
    assert found.source == "script"
    assert [(one.kind, one.calls, one.total_ms) for one in found.queries] == [
        ("select", 5.0, None),
        ("insert", 1.0, None),
    ]
    assert [one.text[-1] for one in found.queries[0].samples] == ["1", "2", "3"]
    assert all(one.has_values for one in found.queries)


@pytest.mark.parametrize("name", LOGS)
def test_a_log(name: str) -> None:
    found = read_workload(RECORDED / name)
    assert found.source == "log"
    look_up = next(one for one in found.queries if one.samples[0].text == LOOK_UP)
    assert (look_up.calls, len(look_up.samples), look_up.has_values) == (12.0, MOST_SAMPLES, True)
    assert len({one.parameters for one in look_up.samples}) == MOST_SAMPLES
    times = [one.ms for one in look_up.samples if one.ms is not None]
    assert times == sorted(times, reverse=True)
    assert look_up.total_ms is not None
    assert look_up.total_ms >= sum(times)
    totals = [one.total_ms or 0.0 for one in found.queries]
    assert totals == sorted(totals, reverse=True)
    assert len({one.fingerprint for one in found.queries}) == len(found.queries)


@pytest.mark.parametrize("name", ["default.log", "default.csv", "default.json"])
def test_a_workload_file(tmp_path: Path, name: str) -> None:
    found = read_workload(RECORDED / name)
    document.write(tmp_path / "workload.json", found, SCHEMA)
    assert read_workload(tmp_path / "workload.json") == found


def edited(*queries: dict[str, object]) -> str:
    """A workload file of these queries, each a statement named a but for what is said."""
    plain = {"name": "a", "fingerprint": "1", "kind": "select", "calls": 1, "samples": [{"text": "select 1"}]}
    document = {"schema": SCHEMA, "source": "log", "queries": [{**plain, **one} for one in queries]}
    return json.dumps(document)


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({}, "holds no .sql file"),
        ({"a.sql": "drop table t"}, "a holds no SELECT, INSERT, UPDATE, DELETE or MERGE"),
        ({"a.sql": ""}, "a holds no SELECT"),
        (
            {"a.sql": "select 1 as a; select 2 as a"},
            "a holds 2 statements: give each a name, or a file, of its own",
        ),
        ({"a.sql": "select 'open"}, "a: the statement has a string that is never closed"),
        ({"a.sql": "select $70000"}, "a: $70000 is no parameter"),
        ({"a.sql": "-- calls: 1.2.3\nselect 1 as a"}, "'1.2.3' is no number of calls in"),
        ({"a.sql": "select $1 as a", "a.jsonl": "[1]\n{"}, "a.jsonl, line 2: no JSON list"),
        ({"a.sql": "select $1 as a", "a.jsonl": '{"a": 1}'}, "a.jsonl, line 1: no JSON list"),
    ],
    ids=str,
)
def test_a_folder_that_cannot_be_read(tmp_path: Path, files: dict[str, str], sentence: str) -> None:
    is_one_sentence(folder(tmp_path, files), sentence)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "holds no SELECT"),
        ("select a from t where b = $1", "gives no values: write them out"),
        ("select 1 as a; drop table t", "for good"),
        ("{", "is not JSON"),
        ('{"schema": "perfkit.capture/1"}', "expected 'perfkit.workload/1'"),
        ('{"schema": "perfkit.workload/1", "source": "log"}', "document is damaged"),
        (
            '{"schema": "perfkit.workload/1", "source": "log", "queries": [{"name": 1}]}',
            "document is damaged",
        ),
        ('{"schema": "perfkit.workload/1", "source": "log", "queries": []}', "given holds no statement"),
        (edited({"samples": []}), "statement a has no sample"),
        (
            edited({"samples": [{"text": "select '"}]}),
            "given: a: the statement has a string that is never closed",
        ),
        (edited({"calls": -1}), "-1.0 is no number of calls of a"),
        (edited({}, {}), "has 2 statements named 'a': give each a name of its own"),
        (
            edited({"samples": [{"text": "select 1 from t where a = $1 and b = $2", "parameters": ["7"]}]}),
            "1 value is given, but statement a takes 2 values ($1 to $2)",
        ),
        ("\0", "given is no text"),
        (
            "2026-11-28 07:24:17 UTC [9] LOG:  checkpoint starting: time",
            "no statement and no wait in 1 message:",
        ),
        (
            "2026-11-28 07:24:17 UTC [9] LOG:  process 9 still waiting for ShareLock on transaction 7 after 200.1 ms",
            "the workload holds no SELECT, INSERT, UPDATE, DELETE or MERGE",
        ),
    ],
)
def test_a_file_that_cannot_be_read(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "given"
    path.write_text(text)
    is_one_sentence(path, sentence)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_bytes(b"select $1 as a")
    (tmp_path / "a.jsonl").write_bytes(b'["\xff"]')
    is_one_sentence(tmp_path, "a.jsonl: its byte 3 is not UTF-8")
    (tmp_path / "a.sql").write_bytes(b"select '\xff' as a")
    is_one_sentence(tmp_path, "cannot read")


def test_what_may_be_edited_in_a_workload_file(tmp_path: Path) -> None:
    path = tmp_path / "workload.json"
    path.write_text(edited({"calls": 0}, {"name": "b", "calls": 2.5}))
    assert [(one.name, one.calls) for one in read_workload(path).queries] == [("a", 0.0), ("b", 2.5)]


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    is_one_sentence(tmp_path / "missing.sql", "there is no file or folder")


def is_one_sentence(path: Path, sentence: str) -> None:
    with pytest.raises(PerfkitError) as caught:
        read_workload(path)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_status == 2


def test_no_more_samples_than_are_of_use() -> None:
    one = query_of("a", "select a from t where b = $1", [[str(n)] for n in range(9)], calls=9)
    assert [sample.parameters for sample in one.samples] == [("0",), ("1",), ("2",)]
    with pytest.raises(UsageError, match="b holds no SELECT"):
        query_of("b", "vacuum")
    with pytest.raises(UsageError, match=r"^0 values are given, but statement a takes 1 value$"):
        query_of("a", "select a from t where b = $1", [["1"], []])


@pytest.mark.server
def test_a_server_that_counts_no_statements(target: Target) -> None:
    with Session.open(target) as session:
        if session.rows("select from pg_extension where extname = 'pg_stat_statements'"):
            pytest.skip("this server counts statements")
        with pytest.raises(CapabilityMissing, match="the server's statements cannot be read") as caught:
            read_statements(session)
    assert "shared_preload_libraries" in str(caught.value)
