"""The notebook that advises indexes for a workload, on a real server."""

from __future__ import annotations

from pathlib import Path

import pytest

from perfkit.db.servers import Server
from perfkit.index_advice import IndexAdvice
from perfkit.report import rebuild, run_notebook
from perfkit.report.chapters import chapters_of
from perfkit.report.publish import value_of

pytestmark = [pytest.mark.slow, pytest.mark.server]

QUERIES = {
    "by_commit": "-- calls: 50\nselect id, status from builds where commit_sha = 'beef'",
    "by_person": "select id, name from builds where user_id = 12",
    "note": "update notes set body = body || '!' where id = 7",
}


def test_the_notebook_advises_indexes_for_a_folder(server: Server, tmp_path: Path) -> None:
    """Verdict, picture, indexes, statements and migration are on the page; run.json brings the advice back."""
    folder, out = tmp_path / "queries", tmp_path / "out"
    folder.mkdir()
    for name, text in QUERIES.items():
        (folder / f"{name}.sql").write_text(text, encoding="utf-8")
    outcome = run_notebook(
        "index_advice",
        {"workload": str(folder), "scale": "0.01", "storage_mb": "5", "budget_seconds": "15"},
        out,
    )
    assert outcome.is_ok, outcome.failure
    found = value_of(outcome.results["advice"])
    assert isinstance(found, IndexAdvice)
    assert found.level == "executed"
    assert any("(commit_sha" in one.sql for one in found.advice)
    assert found.size_bytes <= 5 * 1024**2
    assert "clone" not in found.environment.database
    page = (out / "report.html").read_text("utf-8")
    assert "cannot show this" not in page
    assert 'class="verdict"' in page
    assert "Cost of the workload by the size" in page
    assert page.count("<summary>the same in figures</summary>") == 1
    assert [one.text for one in chapters_of(page) if one.level == 2] == [
        "What each size buys",
        "The indexes",
        "The statements",
        "The migration",
        "Where this was measured",
    ]
    assert "CREATE INDEX CONCURRENTLY" in (out / "report.md").read_text("utf-8")
    (out / "report.ipynb").unlink()
    rebuilt, _ = rebuild(out)
    assert "cannot show this" not in rebuilt.read_text("utf-8")
    assert "Cost of the workload by the size" in rebuilt.read_text("utf-8")
