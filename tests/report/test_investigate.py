"""The notebook that does the main job, from its defaults to a page, on a real server."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from perfkit.db.servers import Server
from perfkit.errors import ServerError
from perfkit.investigation import Investigation
from perfkit.report import rebuild, require_finished, run_notebook
from perfkit.report.chapters import chapters_of
from perfkit.report.publish import value_of

pytestmark = [pytest.mark.slow, pytest.mark.server]


def test_the_default_query_is_investigated(server: Server, tmp_path: Path) -> None:
    """Evidence, proven advice and the proof are on the page; run.json holds the investigation, and rebuilds both views."""
    outcome = run_notebook("investigate", {"scale": "0.01", "runs": "3"}, tmp_path)
    assert outcome.is_ok, outcome.failure
    found = outcome.results["investigation"]
    assert found["schema"] == "perfkit.investigation/1"
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "cannot show this" not in page
    assert 'class="verdict"' in page
    assert "Time by node" in page and "Planned and actual rows by node" in page, "both pictures of the plan"
    assert page.count("<summary>the same in figures</summary>") == 3
    assert len(page) < 1_000_000
    assert [one.text for one in chapters_of(page) if one.level == 2] == [
        "The statement",
        "The evidence",
        "What to do",
        "The proof",
        "Where this was measured",
    ]
    markdown = (tmp_path / "report.md").read_text("utf-8")
    assert found["query"]["text"].splitlines()[0] in markdown
    investigation = value_of(found)
    assert isinstance(investigation, Investigation)
    require_finished(investigation)
    with pytest.raises(ServerError, match="stopped before all remedies were tried: the server went away"):
        require_finished(replace(investigation, interrupted="the server went away"))
    (tmp_path / "report.ipynb").unlink()
    rebuilt_page, rebuilt_markdown = rebuild(tmp_path)
    assert rebuilt_markdown.read_text("utf-8") == markdown
    assert "cannot show this" not in rebuilt_page.read_text("utf-8")
    assert "<svg" in rebuilt_page.read_text("utf-8")
