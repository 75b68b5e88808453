"""Any plan can be shown, and nothing in its names, conditions and settings becomes markup."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

from hypothesis import given, settings
from strategies import plan_documents

from perfkit.plan import diff, read_json
from perfkit.render.bundle import blocks_of
from perfkit.render.html import write_html
from perfkit.render.markdown import write_markdown
from perfkit.render.plan_page import PlanChart, page_parts
from perfkit.render.text import write_text

TAGS = frozenset(
    [
        "div",
        "p",
        "h1",
        "h2",
        "h3",
        "h4",
        "span",
        "strong",
        "code",
        "pre",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "details",
        "summary",
    ]
)
ATTRIBUTES = frozenset({"class", "style", "title"})

few = settings(max_examples=40, deadline=None)


class Faults(HTMLParser):
    """What a fragment has that no renderer writes."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.open: list[str] = []
        self.feed(source)
        self.close()
        self.found += self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        if tag == "a" and [name for name, _ in attrs] == ["href"]:
            # to the manual, from the page of a finding
            if not (attrs[0][1] or "").startswith("https://www.postgresql.org/docs/"):
                self.found.append(f"{tag} {attrs}")
            return
        if tag not in TAGS or not ATTRIBUTES.issuperset(name for name, _ in attrs):
            self.found.append(f"{tag} {attrs}")

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.found.append(f"/{tag}")

    def handle_comment(self, data: str) -> None:
        self.found.append(data)


def assert_is_shown(value: object) -> None:
    blocks = blocks_of(value)
    html, text = write_html(blocks), write_text(blocks)
    assert Faults(html).found == []
    assert write_markdown(blocks)
    assert "cannot show this part" not in html + text
    assert not {mark for mark in text if ord(mark) < 32 and mark != "\n"}


@few
@given(plan_documents())
def test_any_plan_is_shown(document: list[dict[str, Any]]) -> None:
    plan = read_json(document)
    assert_is_shown(plan)
    for part in page_parts(plan):
        if isinstance(part, PlanChart):
            ElementTree.fromstring(part.svg())
            assert part.alt
        else:
            assert_is_shown(part)


@few
@given(plan_documents(room=5), plan_documents(room=5))
def test_any_diff_is_shown(one: list[dict[str, Any]], other: list[dict[str, Any]]) -> None:
    assert_is_shown(diff(read_json(one), read_json(other)))
