"""The files of the site: an index to look through and search, a page for each anti-pattern, and one for each finding."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from perfkit.findings.page import page_of
from perfkit.findings.vocabulary import VOCABULARY
from perfkit.report.export import asset, page_of_cells, page_of_notebook
from perfkit.report.outcome import Run
from perfkit.report.output import write_text
from perfkit.report.site.pages import KINDS, SYMPTOMS, BookPage

INDEX_FILE = "index.html"
FINDINGS_FOLDER = "findings"

TITLE = "Anti-patterns in PostgreSQL, measured"


def write_site(
    pages: Sequence[BookPage], runs: Mapping[str, Run], notebooks: Mapping[str, Path], output: Path
) -> None:
    """Write every file; links between them are relative, so the folder can lie anywhere."""
    (output / FINDINGS_FOLDER).mkdir(exist_ok=True)
    for page, before, after in zip(pages, (None, *pages), (*pages[1:], None), strict=False):
        html = _page(page, runs[page.id], notebooks[page.id], before, after)
        write_text(output / f"{page.id}.html", html)
    for id in VOCABULARY:
        write_text(output / FINDINGS_FOLDER / f"{id}.html", _finding(id, pages))
    write_text(output / INDEX_FILE, _index(pages, runs))


def _page(page: BookPage, run: Run, notebook: Path, before: BookPage | None, after: BookPage | None) -> str:
    from nbformat import read

    return page_of_notebook(
        run,
        read(notebook, as_version=4),
        {
            "title": page.title,
            "tab": page.title,
            "eyebrow": [KINDS[page.kind], page.id, *_since(page)],
            "trail": [
                ("all anti-patterns", INDEX_FILE),
                *((f"finding {id}", f"{FINDINGS_FOLDER}/{id}.html") for id in page.findings),
            ],
            "neighbours": [
                (word, one.title, f"{one.id}.html")
                for word, one in (("before", before), ("next", after))
                if one is not None
            ],
            "has_code": True,
            "code": [],
        },
    )


def _finding(id: str, pages: Sequence[BookPage]) -> str:
    from nbformat.v4 import new_markdown_cell

    page = page_of(id)
    told = [one for one in pages if id in one.findings]
    cells = [
        new_markdown_cell(f"## {one.heading}\n\n{one.markdown.replace('```plan', '```text')}")
        for one in page.sections
    ]
    return page_of_cells(
        cells,
        {
            "title": page.title,
            "eyebrow": ["finding", id],
            "trail": [
                ("all anti-patterns", f"../{INDEX_FILE}"),
                *((f"measured: {one.title}", f"../{one.id}.html") for one in told),
            ],
        },
    )


def _index(pages: Sequence[BookPage], runs: Mapping[str, Run]) -> str:
    from nbformat.v4 import new_code_cell, new_output

    body = "\n".join(_index_parts(pages, runs))
    cell = new_code_cell(outputs=[new_output("display_data", {"text/html": body})])
    return page_of_cells(
        [cell],
        {
            "title": TITLE,
            "eyebrow": ["perfkit", f"{len(pages)} {'page' if len(pages) == 1 else 'pages'}, executed"],
            "script": asset("search.js"),
            "colophon": sorted({part for run in runs.values() for part in _measured_by(run)}),
        },
    )


def _measured_by(run: Run) -> list[str]:
    return [f"perfkit {run.perfkit_version}", f"executed {run.started_at[:10]}"]


def _index_parts(pages: Sequence[BookPage], runs: Mapping[str, Run]) -> Iterator[str]:
    yield (
        '<form class="search" role="search" hidden><label for="words">Search</label>'
        '<input id="words" type="search" autocomplete="off" placeholder="offset, deleted_at, lock …">'
        '<p id="count" aria-live="polite"></p><ol class="leaves" id="found"></ol></form>'
        f'<script type="application/json" id="pages">{_search_index(pages)}</script>'
    )
    yield '<h2 id="kinds">By kind</h2>'
    for kind, title in KINDS.items():
        yield from _group(f"kind-{kind}", title, [one for one in pages if one.kind == kind], runs)
    yield '<h2 id="symptoms">By what you see</h2>'
    for symptom, title in SYMPTOMS.items():
        yield from _group(f"symptom-{symptom}", title, [one for one in pages if symptom in one.symptoms], {})
    told = {id for page in pages for id in page.findings}
    yield '<h2 id="findings">By finding of perfkit</h2><ul class="findings">'
    for id in VOCABULARY:
        mark = ' class="told"' if id in told else ""
        yield f'<li{mark}><a href="{FINDINGS_FOLDER}/{id}.html">{id}</a></li>'
    yield "</ul>"


def _group(id: str, title: str, pages: Sequence[BookPage], runs: Mapping[str, Run]) -> Iterator[str]:
    """Pages under their heading; with ``runs`` also what each begins with, and whether it failed."""
    if not pages:
        return
    yield f'<h3 id="{id}">{escape(title)}</h3><ol class="leaves">'
    for page in pages:
        failed = '<strong class="failed">failed</strong> ' if runs and not runs[page.id].is_ok else ""
        begins = "".join(f"<p>{escape(text)}</p>" for text in (page.summary, *_since(page))) if runs else ""
        yield f'<li>{failed}<a href="{page.id}.html">{escape(page.title)}</a> <code>{page.id}</code>{begins}</li>'
    yield "</ol>"


def _since(page: BookPage) -> Iterator[str]:
    """What a reader with an older server has to know of it."""
    for major in page.since:
        yield f"some claims are made from PostgreSQL {major} on"


def _search_index(pages: Sequence[BookPage]) -> str:
    """What the search looks through, as JSON that cannot end its script element."""
    entries: list[dict[str, Any]] = [
        {
            "id": page.id,
            "title": page.title,
            "summary": page.summary,
            "names": " ".join(
                (page.id, *page.findings, KINDS[page.kind], *(SYMPTOMS[one] for one in page.symptoms))
            ),
            "prose": page.prose,
        }
        for page in pages
    ]
    return json.dumps(entries, ensure_ascii=False).replace("<", "\\u003c")
