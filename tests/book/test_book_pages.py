"""The book's pages stay clean, thin and whole, whoever writes them; that they are true is shown by executing them."""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from perfkit.findings.vocabulary import VOCABULARY
from perfkit.report.site import book_pages
from perfkit.report.site.pages import KINDS, SYMPTOMS, read_page
from perfkit.resources import folder

CODE_LINES, LINE_LENGTH = 5, 118
FEWEST_CELLS, MOST_CELLS = 9, 18
SECTIONS = {"When it is fine", "How perfkit sees it"}
"""Under these every page tells where its advice ends; the other headings are its own."""

PAGES = sorted((folder("notebooks") / "antipatterns").glob("*.ipynb"))
every_page = pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)


def document(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def sources(path: Path, kind: str) -> list[str]:
    return ["".join(cell["source"]) for cell in document(path)["cells"] if cell["cell_type"] == kind]


def calls(path: Path) -> Counter[str]:
    """How often each method of the page is called."""
    tree = ast.parse("\n".join(sources(path, "code")))
    return Counter(
        node.func.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    )


@every_page
def test_nothing_is_stored_but_the_source(path: Path) -> None:
    found = document(path)
    assert set(found["metadata"]) == {"kernelspec", "language_info", "perfkit"}
    assert set(found["metadata"]["perfkit"]) == {"kind", "symptoms", "findings"}
    for cell in found["cells"]:
        assert not cell["metadata"]
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            assert cell["execution_count"] is None
    text = path.read_text(encoding="utf-8")
    assert text == json.dumps(found, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


@every_page
def test_a_page_is_thin(path: Path) -> None:
    cells = document(path)["cells"]
    assert FEWEST_CELLS <= len(cells) <= MOST_CELLS
    ids = [cell["id"] for cell in cells]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z][a-z-]*", id) for id in ids)
    for source in sources(path, "code"):
        lines = [line for line in _without_strings(source).splitlines() if line.strip()]
        assert len(lines) <= CODE_LINES, source
        assert max(map(len, source.splitlines())) <= LINE_LENGTH, source
        assert not re.search(r"^\s*[%!]", source, re.MULTILINE)


def _without_strings(source: str) -> str:
    """The code with the SQL in triple quotes cut out, which is not logic."""
    return re.sub(r'"""(.*?)"""', '""', source, flags=re.DOTALL)


@every_page
def test_a_page_is_whole(path: Path) -> None:
    """Story, both forms, claims about them, when it is fine, and how perfkit sees it; under its own id."""
    text = "\n\n".join(sources(path, "markdown"))
    assert text.startswith("# ")
    assert len(re.findall(r"^# ", text, re.MULTILINE)) == 1
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert set(headings) >= SECTIONS
    assert len(headings) >= 4
    code = "\n".join(sources(path, "code"))
    assert f'open_page("{path.stem}")' in code
    used = calls(path)
    assert used["claim"] >= 2
    assert used["measure"] + used["client"] + used["rows"] >= 2
    for claims in re.findall(r"^(display\()?page\.claim", code, re.MULTILINE):
        assert claims in ("", "display(")
    for source in sources(path, "code"):
        shown = ast.parse(source).body[-1]
        number = source.count("page.claim(")
        if number:
            assert isinstance(shown, ast.Expr), f"a claim that no one sees: {source}"
            assert number == 1 or source.split("page.claim(")[0].rstrip().endswith("display("), source


@every_page
def test_no_figure_of_a_run_is_typed(path: Path) -> None:
    """Times and counts belong to the run; prose that names them would be wrong on the next machine."""
    for text in sources(path, "markdown"):
        assert not re.search(r"\d[\d,.]*\s?(ms|MB|kB|GB)\b", text), text


@every_page
def test_a_page_is_found(path: Path) -> None:
    page = read_page(path)
    assert page.kind in KINDS
    assert set(page.symptoms) <= set(SYMPTOMS)
    if page.id in VOCABULARY:
        assert page.id in page.findings
    assert 80 <= len(page.summary) <= 700
    assert set(page.since) <= set(range(13, 19))
    code = "\n".join(sources(path, "code"))
    assert "page.major <" not in code, "a claim that is only made on some majors says since="


def test_titles_and_openings_are_each_their_own() -> None:
    pages = book_pages()
    assert len({page.title for page in pages}) == len(pages)
    assert len({" ".join(page.summary.split()[:3]) for page in pages}) >= 0.9 * len(pages)
