"""Screenshots for people to look at, kept below ``reports/browser``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

FOLDER = Path(__file__).parents[2] / "reports" / "browser"


def shoot(seen: Page | Locator, name: str) -> None:
    """Keep what stands in the window, or the element."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    seen.screenshot(path=FOLDER / f"{name}.png")


def shoot_whole(page: Page, name: str) -> None:
    """Keep the page from its head to its foot."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=FOLDER / f"{name}.png", full_page=True)
