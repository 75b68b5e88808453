"""The tour in a real JupyterLab: Run All, Tab, an error, both themes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from accessibility import violations
from lab_server import jupyterlab
from screenshots import shoot

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytest.importorskip("jupyterlab", reason="JupyterLab is not installed: pip install 'perfkit[lab]'")

RUN_MS = 60_000
IDLE = "text=Python 3 (ipykernel) | Idle"
ERROR = ".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.error'], .jp-OutputArea-output[data-mime-type='application/vnd.jupyter.stderr']"


@pytest.fixture(scope="module")
def tour(chromium: Browser, perfkit_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The tour, every cell run, on a small data set."""
    folder = tmp_path_factory.mktemp("lab")
    with jupyterlab(folder) as address:
        copy = folder / "work" / "tour.ipynb"
        copy.write_text(
            copy.read_text("utf-8").replace("scale: float = 0.1 ", "scale: float = 0.01 "), encoding="utf-8"
        )
        page = chromium.new_page(viewport={"width": 1400, "height": 2600})
        page.goto(address)
        page.wait_for_selector(IDLE, timeout=RUN_MS)
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        page.wait_for_selector(f".perfkit-help, {ERROR}", timeout=RUN_MS)
        yield page
        page.close()


def command(page: Page, name: str, **arguments: object) -> None:
    """What a menu of JupyterLab would do."""
    page.evaluate("([name, given]) => window.jupyterapp.commands.execute(name, given)", [name, arguments])


def type_cell(page: Page, text: str) -> None:
    """A new cell at the end, with this text and the cursor behind it."""
    command(page, "notebook:move-cursor-down")
    page.locator(".jp-Notebook .jp-Cell").last.click()
    command(page, "notebook:insert-cell-below")
    command(page, "notebook:enter-edit-mode")
    page.wait_for_selector(".jp-Notebook .jp-Cell:last-child .cm-focused")
    page.keyboard.type(text)


def offers(page: Page) -> list[str]:
    """What Tab offers, each with its kind."""
    page.keyboard.press("Tab")
    page.wait_for_selector(".jp-Completer-item", timeout=10_000)
    shoot(page, "lab-tab")
    found = page.locator(".jp-Completer-item").evaluate_all(
        "all => all.map(one => one.querySelector('.jp-Completer-match').textContent + ' '"
        " + one.querySelector('.jp-Completer-typeExtended').textContent)"
    )
    page.keyboard.press("Escape")
    return [str(one) for one in found]


def test_run_all_shows_every_value(tour: Page) -> None:
    """No cell failed; each value is its table, not its repr."""
    assert tour.locator(ERROR).all_inner_texts() == []
    kinds = ("capture", "tuple", "changetrial", "investigation", "comparison", "help")
    assert [kind for kind in kinds if not tour.locator(f".jp-OutputArea .perfkit-{kind}").count()] == []
    assert tour.locator(".jp-OutputArea table.dataframe").count() == 1
    assert tour.locator("mjx-container").count() == 0, "$1 was set as a formula"


@pytest.mark.parametrize("look", ["Light", "Dark"])
def test_what_is_shown_can_be_read(tour: Page, look: str) -> None:
    """Every text of ours stands out from what is behind it, in both of JupyterLab's themes."""
    command(tour, "apputils:change-theme", theme=f"JupyterLab {look}")
    tour.wait_for_function(
        "light => document.body.dataset.jpThemeLight === light", arg="true" if look == "Light" else "false"
    )
    for number, cell in enumerate(tour.locator(".jp-OutputArea .perfkit").all()):
        shoot(cell, f"lab-{look.lower()}-{number}")
    assert violations(tour, ".jp-OutputArea .perfkit", rules=("color-contrast",)) == []


def test_tab_offers_tables_columns_and_options(tour: Page) -> None:
    type_cell(tour, "%%explain --")
    assert {"--params option", "--runs option", "--try option", "--diff option"} <= set(offers(tour))
    tour.keyboard.type("diff ")
    assert {"slow value", "found value"} <= set(offers(tour))
    tour.keyboard.type("slow\nselect * from merge_req")
    assert offers(tour)[0] == "merge_requests table"
    tour.keyboard.type("uests as m where m.tit")
    assert offers(tour)[0] == "title column"


def test_an_error_is_one_sentence_with_its_place(tour: Page) -> None:
    type_cell(tour, "%%explain\nselect id,\n  nope\nfrom notes")
    tour.keyboard.press("Shift+Enter")
    tour.wait_for_selector(ERROR, timeout=RUN_MS)
    assert tour.locator(ERROR).all_inner_texts()[-1].rstrip().splitlines() == [
        'perfkit: column "nope" does not exist at line 2, character 3',
        "  nope",
        "  ^",
    ]
    shoot(tour, "lab-error")
