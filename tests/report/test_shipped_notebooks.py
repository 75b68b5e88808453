"""Every notebook that comes with perfkit runs on the data set tracker with a small set of parameters, and gives a page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from perfkit.db.servers import Server
from perfkit.report import available, rebuild, run_notebook
from perfkit.report.chapters import chapters_of
from perfkit.report.notebooks import name_of
from perfkit.report.publish import value_of

pytestmark = [pytest.mark.slow, pytest.mark.server]

SMOKE: dict[str, dict[str, Any]] = {
    "compare": {"runs": 5},
    "health": {},
    "parameter_sensitivity": {},
    "settings_experiment": {"settings": ["work_mem=1MB; jit=off", "enable_hashjoin=off"], "runs": 5},
    "workload": {"top": 3},
}
"""Parameters beside the scale. The two large ones, investigate and index_advice, have tests of their own."""


def test_every_notebook_has_a_smoke_run() -> None:
    named = {name_of(path) for path in available() if "/" not in name_of(path)}
    assert named - {"investigate", "index_advice", "tour"} <= set(SMOKE)


@pytest.mark.parametrize("name", SMOKE)
def test_it_tells_its_story(server: Server, tmp_path: Path, name: str) -> None:
    """Verdict on top, chapters below, every part shown; run.json alone gives the page again."""
    run = run_notebook(name, {"scale": 0.01} | SMOKE[name], tmp_path)
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
