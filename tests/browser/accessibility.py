"""axe-core's word on a page: what would keep people from reading it or from using it with a keyboard or screen reader."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

GRAVE = ("serious", "critical")


def violations(page: Page, within: str = "html", *, rules: tuple[str, ...] = ()) -> list[str]:
    """Grave violations within the first elements of that selector, one line each with the elements; ``rules`` alone where given."""
    from axe_playwright_python.sync_playwright import Axe

    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = {"type": "rule", "values": list(rules)}
    found = Axe().run(page, context={"include": [[within]]}, options=options).response["violations"]
    return [
        f"{one['id']} ({one['impact']}): {node['html'][:160]} – {node['any'][0]['message'] if node['any'] else ''}"
        for one in found
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]
