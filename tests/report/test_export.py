"""Pages stand alone: nothing is fetched, nothing foreign runs, and a stored run rebuilds them."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from perfkit.report import Run, read_run, rebuild, run_notebook
from perfkit.report.chapters import chapters_of
from perfkit.report.export import markdown_of, page_of_notebook, page_of_run
from perfkit.report.outcome import Failure

NOTEBOOKS = Path(__file__).parent / "notebooks"


class Elements(HTMLParser):
    """Every element with its attributes, and the text outside of style and script."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self._inside = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))
        self._inside = tag

    def handle_data(self, data: str) -> None:
        if self._inside not in ("style", "script"):
            self.text += data

    def all(self, tag: str) -> Iterator[dict[str, str]]:
        return (attributes for name, attributes in self.found if name == tag)


def a_run(**changed: Any) -> Run:
    plain: dict[str, Any] = {
        "status": "ok", "notebook": "made", "title": "Made <up>", "parameters": {"who": "<b>me</b>", "n": 1},
        "started_at": "2026-01-02T03:04:05Z", "finished_at": "2026-01-02T03:04:15Z", "seconds": 10.0, "cells": 2,
        "cells_run": 2, "perfkit_version": "9.9", "python_version": "3.11.0",
        "results": {"figures": {"rows": 3, "note": "a | b <i>"}},
    }  # fmt: skip
    return Run(**(plain | changed))


def notebook_of(*cells: tuple[str, str, list[Any]]) -> Any:
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

    return new_notebook(
        cells=[
            new_markdown_cell(source, id=name)
            if name.startswith("md")
            else new_code_cell(source, id=name, outputs=outputs)
            for name, source, outputs in cells
        ]
    )


def shows(**data: str) -> Any:
    from nbformat.v4 import new_output

    return new_output("display_data", {name.replace("_", "/", 1): text for name, text in data.items()})


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of a real run."""
    folder = tmp_path_factory.mktemp("fine")
    assert run_notebook(NOTEBOOKS / "fine.ipynb", {"name": "<i>you</i>"}, folder).is_ok
    return (folder / "report.html").read_text("utf-8")


@pytest.mark.slow
def test_the_page_needs_nothing_but_itself(page: str) -> None:
    elements = Elements(page)
    for tag, attributes in elements.found:
        for name in ("src", "href", "data", "action", "poster", "srcset"):
            value = attributes.get(name, "")
            assert value.startswith(("#", "data:")) or not value, f"<{tag} {name}={value}>"
    assert "@import" not in page
    assert "url(" not in page


@pytest.mark.slow
def test_only_our_script_may_run(page: str) -> None:
    """The policy names the digest of the one script, and forbids loading anything."""
    policy = next(one["content"] for one in Elements(page).all("meta") if "http-equiv" in one)
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert len(scripts) == 1
    digest = base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()
    assert policy.startswith("default-src 'none';")
    assert f"script-src 'sha256-{digest}'" in policy
    assert "alert(1)" not in page[: page.index('class="made"')], (
        "a script among the formats of an output is not taken"
    )


@pytest.mark.slow
def test_what_the_page_shows(page: str) -> None:
    """Title once, the verdict's cell on top, chapters linked, code and parameters folded away, pictures described."""
    elements = Elements(page)
    assert page.count("A fine notebook</h1>") == 1
    assert page.index("hello &lt;i&gt;you&lt;/i&gt;") < page.index("<main>")
    assert [(one.id, one.level) for one in chapters_of(page)] == [("First-chapter", 2), ("Second-chapter", 2)]
    assert [one["href"] for one in elements.all("a") if one.get("class") != "anchor-link"] == [
        "#First-chapter",
        "#Second-chapter",
    ]
    assert "<b>bold</b>" in page
    assert "<svg" in page
    assert "<?xml" not in page
    assert [one["alt"] for one in elements.all("img")] == ["one red dot"]
    folded = page[page.index('<details class="made">') :]
    assert "print(f" in folded
    assert "print(f" not in page[: page.index('<details class="made">')]
    assert "times: int = 2" not in page, "the parameters cell is not shown, its values are"
    assert "<code>&lt;i&gt;you&lt;/i&gt;</code>" in folded


def test_a_failed_run_says_so_on_top_and_shows_what_was_reached() -> None:
    failure = Failure(
        error="ValueError: <x>", cell=3, cell_id="two", source="boom()", traceback="in boom <there>"
    )
    run = a_run(status="error", failure=failure, cells_run=1)
    notebook = notebook_of(
        ("md1", "# Made <up>\n\nwords", []),
        ("one", "1", [shows(text_plain="reached")]),
        ("two", "boom()", [shows(text_plain="half way")]),
        ("md2", "## Never reached", []),
    )
    html = page_of_notebook(run, notebook)
    text = Elements(html).text
    assert html.index("This run failed") < html.index("<main>")
    assert "made failed in cell 3: ValueError: <x>" in text
    assert "in boom <there>" in text
    assert "reached" in text
    assert "half way" in text
    assert "Never reached" not in text
    assert "figures" in text, "what was published but not shown follows"


def test_a_stored_run_is_enough(tmp_path: Path) -> None:
    """run.json alone gives the page and the Markdown; both escape what they show."""
    from perfkit.report.outcome import write_run

    write_run(a_run(), tmp_path)
    html, markdown = rebuild(tmp_path / "run.json")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.html", "report.md", "run.json"]
    assert html.read_text("utf-8") == page_of_run(read_run(tmp_path))
    text = Elements(html.read_text("utf-8")).text
    assert "Made <up>" in text
    assert "a | b <i>" in text
    assert "<i>" not in html.read_text("utf-8")
    assert markdown.read_text("utf-8") == markdown_of(read_run(tmp_path))
    assert markdown.read_text("utf-8") == (
        "# Made \\<up\\>\n\n| | |\n|---|---|\n| rows | 3 |\n| note | a \\| b \\<i\\> |\n\n"
        "perfkit 9.9 · Python 3.11.0 · 2 of 2 cells in 10.0 s · 2026-01-02T03:04:15Z\n"
    )


def test_a_run_of_another_schema_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(json.dumps({"schema": "perfkit.run/99"}))
    with pytest.raises(ValueError, match=r"perfkit\.run/99"):
        rebuild(tmp_path)


def test_formats_of_an_output_best_first() -> None:
    notebook = notebook_of(
        ("one", "1", [shows(text_plain="plain", text_html="<em>rich</em>")]),
        ("two", "2", [shows(text_plain="<plain>")]),
        ("three", "3", [shows(text_markdown="some *words*", text_plain="no")]),
        ("four", "4", [shows(application_javascript="evil()")]),
    )
    html = page_of_notebook(a_run(), notebook)
    assert "<em>rich</em>" in html
    assert "plain</pre>" not in html.split("<em>rich</em>")[1].split("&lt;plain&gt;")[0]
    assert '<pre class="text">&lt;plain&gt;</pre>' in html
    assert "<em>words</em>" in html
    assert "evil()" not in html
