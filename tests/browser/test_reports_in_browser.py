"""Reports in a real browser: no fault, nothing loaded, SQL to copy, and nothing that keeps people from reading them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copyfile
from typing import TYPE_CHECKING, Literal

import pytest
import shown_examples as examples
from accessibility import violations
from screenshots import shoot_whole

from perfkit.comparison import diff
from perfkit.db.servers import Server
from perfkit.findings.page import page_of
from perfkit.render.diff_report import DiffReport
from perfkit.render.finding_page import page_blocks
from perfkit.render.html import write_html_page
from perfkit.report import available, run_notebook, write_page
from perfkit.report.comparison import write_comparison
from perfkit.report.index import write_index
from perfkit.report.notebooks import find, name_of, smoke_of
from perfkit.report.site import build_site, chosen_pages

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

Scheme = Literal["light", "dark"]
Open = Callable[..., "Page"]

NOTEBOOKS = tuple(name for name in map(name_of, available()) if "/" not in name)
REPORTS = ("investigation", "index-advice", "diff", "finding", *NOTEBOOKS)
RUNS = "index"
BOOK = ("book/index", "book/function-on-column", "book/findings/function-on-column")
SHADE = ".perfkit-scroll { background: none !important }"
"""Without it: axe cannot tell what lies behind the text on a gradient."""


@pytest.fixture(scope="module")
def pages(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of each kind in one folder: of recorded values, and of a notebook that was run."""
    folder = tmp_path_factory.mktemp("pages")
    write_page(examples.investigation(), folder / "investigation.html")
    write_page(examples.index_advice(), folder / "index-advice.html")
    comparison = diff(examples.slow_plan(), examples.fast_plan())
    write_comparison(DiffReport(comparison=comparison, before="before", after="after"), folder / "diff.html")
    finding = page_of("sort-spill")
    (folder / "finding.html").write_text(
        write_html_page(page_blocks(finding), finding.title), encoding="utf-8"
    )
    for name in NOTEBOOKS:
        run = run_notebook(name, smoke_of(find(name)) or {}, folder / name)
        assert run.is_ok, run.failure
        copyfile(folder / name / "report.html", folder / f"{name}.html")
    write_index(folder)
    build_site(chosen_pages(["function-on-column"]), folder / "book")
    return folder


@pytest.fixture
def opened(chromium: Browser, pages: Path) -> Iterator[Open]:
    """Open a page of the folder; at the end nothing may have failed there, and nothing have been loaded."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_page(name: str, *, scheme: Scheme = "light", width: int = 1400, script: bool = True) -> Page:
        context = chromium.new_context(
            color_scheme=scheme, viewport={"width": width, "height": 1000}, java_script_enabled=script
        )
        contexts.append(context)
        address = (pages / f"{name}.html").as_uri()
        page = context.new_page()
        page.on("console", lambda said: faults.append(f"{said.type}: {said.text}"))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "request",
            lambda asked: (
                None if asked.url.startswith(("data:", address)) else faults.append(f"loads {asked.url}")
            ),
        )
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


@pytest.mark.parametrize("name", (*REPORTS, RUNS, *BOOK))
def test_nothing_keeps_people_from_reading(opened: Open, name: str) -> None:
    """No grave word of axe with everything unfolded: on a wide light window, and on a telephone in the dark."""
    looks: tuple[tuple[Scheme, int], ...] = (("light", 1400), ("dark", 390))
    for scheme, width in looks:
        page = opened(name, scheme=scheme, width=width)
        shoot_whole(page, f"{name.replace('/', '-')}-{scheme}")
        page.add_style_tag(content=SHADE)
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
            "the page scrolls sideways"
        )


def test_sql_is_copied(opened: Open) -> None:
    page = opened("investigation")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    code = page.locator(".copyable").first
    code.get_by_role("button", name="copy").click()
    code.get_by_role("button", name="copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == code.locator("pre").text_content()


def test_the_contents_lead_to_their_chapters(opened: Open) -> None:
    """By keyboard too."""
    page = opened("investigate")
    link = page.locator("nav a").last
    link.focus()
    page.keyboard.press("Enter")
    target = (link.get_attribute("href") or "").removeprefix("#")
    assert target
    assert page.evaluate("id => location.hash === '#' + id && document.getElementById(id) !== null", target)


def test_a_list_is_put_in_another_order(opened: Open) -> None:
    """Figures by what they are worth, the largest first, by mouse or keyboard; the third turn gives back what was."""
    page = opened("workload")
    table = page.locator("table.perfkit-survey")
    place = table.locator("thead tr > *").all_text_contents().index("time")
    head = table.locator("thead tr > *").nth(place)

    def column() -> list[str]:
        return [row.locator("td").nth(place).inner_text() for row in table.locator("tbody tr").all()]

    given = column()
    assert len(given) > 2
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    milliseconds = [_milliseconds(one) for one in column()]
    assert milliseconds == sorted(milliseconds, reverse=True)
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    milliseconds = [_milliseconds(one) for one in column()]
    assert milliseconds == sorted(milliseconds)
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") is None
    assert column() == given


def _milliseconds(said: str) -> float:
    value, unit = said.split()
    return float(value) * {"ms": 1, "s": 1000}[unit]


def test_a_tree_keeps_its_order(opened: Open) -> None:
    page = opened("investigation")
    assert page.locator("table.perfkit-plan").count()
    assert page.locator("table.perfkit-plan .sort").count() == 0


@pytest.mark.parametrize("name", REPORTS)
def test_all_is_there_without_script(opened: Open, name: str) -> None:
    page = opened(name)
    page.evaluate("document.querySelectorAll('button.copy').forEach((one) => one.remove())")
    with_script = page.locator("main, .perfkit-page").inner_text()
    without = opened(name, script=False).locator("main, .perfkit-page").inner_text()
    assert without.split() == with_script.split()
