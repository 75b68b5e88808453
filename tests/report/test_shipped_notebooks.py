"""Every notebook that comes with perfkit runs on the data set tracker with a small set of parameters, and gives a page."""

from __future__ import annotations

from pathlib import Path

import pytest

from perfkit.db.servers import Server
from perfkit.report import available, rebuild, run_notebook
from perfkit.report.chapters import chapters_of
from perfkit.report.notebooks import find, name_of, smoke_of
from perfkit.report.parameters import bind, describe
from perfkit.report.publish import value_of

pytestmark = [pytest.mark.slow, pytest.mark.server]

NAMES = tuple(name for name in map(name_of, available()) if "/" not in name)
LARGE = {"investigate", "index_advice", "tour"}
"""Those have tests of their own, and the tour ends with words, not with a verdict."""


@pytest.mark.parametrize("name", NAMES)
def test_each_has_a_smoke_set_that_fits(name: str) -> None:
    path = find(name)
    smoke = smoke_of(path)
    assert smoke is not None
    assert bind(describe(path), smoke, name) == smoke


@pytest.mark.parametrize("name", sorted(set(NAMES) - LARGE))
def test_it_tells_its_story(server: Server, tmp_path: Path, name: str) -> None:
    """Verdict on top, chapters below, every part shown; run.json alone gives the page again."""
    run = run_notebook(name, smoke_of(find(name)) or {}, tmp_path)
    assert run.is_ok, run.failure
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "cannot show" not in page
    assert 'class="verdict"' in page
    assert len(page) < 1_000_000
    assert "What to do" in [one.text for one in chapters_of(page)]
    published = next(iter(run.results.values()))
    assert published["schema"].startswith("perfkit.")
    assert value_of(published)
    rebuild(tmp_path)
    assert "cannot show" not in (tmp_path / "report.html").read_text("utf-8")
    assert (tmp_path / "report.md").stat().st_size < 60_000
