"""The page of a finding: whole, folded below a finding, and named where nothing folds."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import shown_examples as examples
from fragment import Fragment

from perfkit.findings import VOCABULARY
from perfkit.findings.page import page_of
from perfkit.render import to_html, to_markdown, to_text
from perfkit.render.finding_page import page_blocks
from perfkit.render.html import write_html_page
from perfkit.render.text import write_text

CODE = re.compile(r"^ {4}")


@pytest.mark.parametrize("id", VOCABULARY)
def test_every_page_is_shown_whole(id: str) -> None:
    """Nothing of the page's words is lost, and no mark of Markdown is left over; prose fits the terminal."""
    page = page_of(id)
    lines = write_text(page_blocks(page), 80).split("\n")
    text = "\n".join(lines)
    source = re.sub(r"^(```\w*|#+ .*|- )", "", page.markdown, flags=re.MULTILINE)
    words = re.sub(r"`([^`]*)`|\[([^\]]*)\]\(([^)]*)\)", r"\1\2 \3", source).split()
    glued = "".join(text.split())
    assert not [word for word in words if word not in glued]
    assert "```" not in text
    assert "](" not in text
    assert not [line for line in lines if len(line) > 80 and not CODE.match(line) and "https://" not in line]
    shown = Fragment(to_html(page))
    assert not shown.faults
    assert all(section.heading in shown.text for section in page.sections)


def test_a_page_of_its_own_needs_nothing_else() -> None:
    html = write_html_page(page_blocks(page_of("sort-spill")), "a <b> title")
    assert html.startswith("<!DOCTYPE html>")
    assert "<title>a &lt;b&gt; title</title>" in html
    assert not re.search(r"<script|<link|src=|url\(|@import", html)


def test_findings_carry_their_pages_once() -> None:
    """Folded in HTML below the first finding of an id; in text and Markdown the command stands for it."""
    first = examples.findings()[0]
    found = (first, replace(first, title="the same again"))
    html, text, markdown = to_html(found), to_text(found), to_markdown(found)
    assert html.count("<details") == 1
    assert page_of(first.id).title in html
    assert html.count("When it is fine") == 1
    assert text.count(f"perfkit explain-finding {first.id}") == 1
    assert f"`perfkit explain-finding {first.id}`" in markdown
    for other in (text, markdown):
        assert "When it is fine" not in other


def test_an_id_of_another_version_has_no_page() -> None:
    foreign = replace(examples.findings()[0], id="<b>not-yet-known</b>")
    html = to_html(foreign)
    assert "<details" not in html
    assert "<b>" not in html
    assert "explain-finding" not in to_text(foreign)
