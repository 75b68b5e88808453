"""A stored run once more: from its JSON or its page, with what was masked given again, and what changed told."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from perfkit.db.servers import Server
from perfkit.db.session import Session
from perfkit.db.target import Target
from perfkit.errors import UsageError
from perfkit.report import find, read_run, rebuild, run_notebook
from perfkit.report.again import read_stored, run_again
from perfkit.report.changes import changes_between, write_changes
from perfkit.report.notebooks import digest_of, read
from perfkit.report.outcome import write_run
from perfkit.report.skeleton import new_notebook
from tests.scratch import scratch_database

NOTEBOOKS = Path(__file__).parent / "notebooks"


@pytest.mark.slow
def test_a_page_carries_its_run(tmp_path: Path) -> None:
    """report.html alone is enough, also one that was made again from run.json, whatever its texts hold."""
    run = run_notebook(NOTEBOOKS / "fine.ipynb", {"name": "</script><b>"}, tmp_path)
    assert run.source == (NOTEBOOKS / "fine.ipynb").as_posix()
    assert run.digest == digest_of(read(NOTEBOOKS / "fine.ipynb"))
    assert read_stored(tmp_path) == read_stored(tmp_path / "run.json") == run
    assert read_stored(tmp_path / "report.html") == run
    rebuild(tmp_path)
    assert read_stored(tmp_path / "report.html") == run


@pytest.mark.slow
def test_a_repeated_run_says_what_is_not_the_same(tmp_path: Path) -> None:
    before = run_notebook(NOTEBOOKS / "fine.ipynb", {"times": 3}, tmp_path / "one")
    after, changes = run_again(before, tmp_path / "two")
    assert after.parameters == before.parameters
    assert (changes.changes, changes.notes) == ((), ())
    older = replace(before, perfkit_version="0.0.1", digest="0" * 16)
    _, changes = run_again(older, tmp_path / "two", parameters={"times": 4})
    assert changes.notes == (
        f"perfkit 0.0.1 then, {before.perfkit_version} now",
        "the notebook itself has changed since",
        "parameter times: 3 then, 4 now",
    )


@pytest.mark.slow
def test_what_is_masked_or_gone_must_be_given(tmp_path: Path) -> None:
    before = run_notebook(
        NOTEBOOKS / "fine.ipynb", {"name": "select 'Zebulonia'"}, tmp_path / "one", redact=True
    )
    assert before.masked == ("name",)
    with pytest.raises(UsageError, match=r"has name masked.*give it with -p name=…"):
        run_again(before, tmp_path / "two")
    after, changes = run_again(before, tmp_path / "two", parameters={"name": "select 'Zebulonia'"})
    assert after.is_redacted
    assert changes.notes == ("parameter name was masked in the report; the value given now was used",)
    with pytest.raises(UsageError, match=r"which is not there; give its path with --notebook"):
        run_again(replace(before, source="gone.ipynb"), tmp_path / "two", parameters={"name": ""})


@pytest.mark.parametrize(("name", "text"), [("a.html", "<p>no</p>"), ("b.json", "{}"), ("c.html", None)])
def test_what_is_no_report_is_refused(tmp_path: Path, name: str, text: str | None) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(UsageError):
        read_stored(tmp_path / name)


@pytest.mark.slow
@pytest.mark.server
def test_an_investigation_repeated_after_the_cure(
    target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Verdict, finding, advice and blocks changed, the new index is named as the cause, and the page shows both plans."""
    setup = (
        "create table parcels (id int primary key, code text, note text)",
        "insert into parcels select n, 'c' || n, repeat('x', 300) from generate_series(1, 30000) n",
        "analyze parcels",
    )
    (tmp_path / "q.sql").write_text("select id from parcels where code = 'c77'")
    with scratch_database(target, "again", setup) as place:
        monkeypatch.setenv("PARCELS_DSN", place.conninfo)
        parameters = {
            "query": str(tmp_path / "q.sql"), "dataset": "", "dsn_variable": "PARCELS_DSN", "scratch": True, "runs": 2,
            "budget_seconds": 20,
        }  # fmt: skip
        before = run_notebook("investigate", parameters, tmp_path / "one")
        assert before.is_ok
        with Session.open(place) as session:
            session.change("create index parcels_code on parcels (code)")
        after, changes = run_again(read_stored(tmp_path / "one" / "report.html"), tmp_path / "two")
    assert after.is_ok
    kinds = {one.kind for one in changes.changes}
    assert {"verdict", "finding", "advice", "blocks"} <= kinds
    assert any("parcels_code" in str(cause) for cause in changes.comparisons["investigation"].causes)
    page = write_changes(changes, tmp_path / "two").read_text("utf-8")
    assert "parcels_code" in page and "cannot show" not in page
    json.dumps(changes.to_document())


CHANGED: dict[str, tuple[dict[str, object], str, set[str]]] = {
    "workload": (
        {"workload": "q.sql"},
        "create index parcels_code on parcels (code)",
        {"finding", "blocks of parcels: select id where code = ? #fcd9"},
    ),
    "health": ({}, "create index parcels_id_again on parcels (id)", {"finding"}),
    "settings_experiment": (
        {"query": "q.sql", "settings": ["enable_indexscan=off; enable_bitmapscan=off"], "runs": 5},
        "create index parcels_code on parcels (code)",
        {"blocks", "time"},
    ),
}
"""By notebook its parameters, what is done to the database between two runs, and the kinds of change that follow."""


@pytest.mark.slow
@pytest.mark.server
@pytest.mark.parametrize("name", CHANGED)
def test_other_notebooks_say_what_changed_too(
    target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    setup = (
        "create table parcels (id int primary key, code text, note text)",
        "insert into parcels select n, 'c' || n, repeat('x', 300) from generate_series(1, 30000) n",
        "analyze parcels",
    )
    (tmp_path / "q.sql").write_text("select id from parcels where code = 'c77'")
    parameters, deed, kinds = CHANGED[name]
    with scratch_database(target, "again", setup) as place:
        monkeypatch.setenv("PARCELS_DSN", place.conninfo)
        monkeypatch.chdir(tmp_path)
        given = {"dataset": "", "dsn_variable": "PARCELS_DSN", **parameters}
        before = run_notebook(name, given, tmp_path / "one")
        assert before.is_ok, before.failure
        with Session.open(place) as session:
            session.change(deed)
        after, changes = run_again(before, tmp_path / "two")
    assert after.is_ok, after.failure
    assert kinds <= {one.kind for one in changes.changes}, changes.text()


def test_a_result_on_one_side_only(tmp_path: Path) -> None:
    from tests.report.test_fleet import a_run

    one = a_run(1)
    found = changes_between(one, replace(one, status="error", results={}))
    assert [change.kind for change in found.changes] == ["status", "result"]
    write_run(one, tmp_path)
    assert read_run(tmp_path) == one


@pytest.mark.slow
@pytest.mark.server
def test_a_new_notebook_runs_as_it_is(server: Server, tmp_path: Path) -> None:
    """It is stripped, takes the usual parameters, and gives a page; a second one of the name is refused."""
    path = new_notebook("slow-mondays", tmp_path / "books")
    text = path.read_text("utf-8")
    assert text == json.dumps(json.loads(text), indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    assert find(path) == path
    run = run_notebook(path, {"scale": 0.01}, tmp_path / "out")
    assert run.is_ok, run.failure
    assert run.title == "Slow mondays"
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    for heading in ("The question", "The evidence", "The answer", "What to do"):
        assert heading in page
    with pytest.raises(UsageError, match="is there already"):
        new_notebook("slow-mondays.ipynb", tmp_path / "books")
    with pytest.raises(UsageError, match="is no name"):
        new_notebook("../x", tmp_path)
