"""Hostile names, conditions and query text stay text in every format."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import mistune
import pytest
import shown_examples as examples
from fragment import Fragment
from hypothesis import given, settings
from hypothesis import strategies as st

from perfkit.plan import diff
from perfkit.render.blocks import Blocks, Details, Heading, Panel
from perfkit.render.bundle import blocks_of
from perfkit.render.html import write_html
from perfkit.render.markdown import write_markdown
from perfkit.render.text import write_text

MARKUP = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</td></tr></table>",
    "</pre>",
    "</details>",
    "<!-- x",
    "&lt;b&gt;",
    '" onclick="x',
    "'",
    "|",
    "\\|",
    "`",
    "``` \n# heading\n",
    "\n\n# heading\n\n",
    "\n- item",
    "\n---\n",
    "~~~",
    "**",
    "_x_",
    "[a](javascript:alert(1))",
    "![a](http://x)",
    "<http://x>",
    "$$x$$",
    "\x1b[31m",
    "\x00",
    "\u202e",
    "\t",
    "日本",
    "\\",
    " ",
    "x",
)
HOSTILE = st.lists(st.sampled_from(MARKUP) | st.text(max_size=8), min_size=1, max_size=5).map("".join)

VALUES = {
    "investigation": examples.investigation(),
    "capture": examples.capture(),
    "parallel": examples.parallel_plan(),
    "partitioned": examples.partitioned_plan(12),
    "estimated": examples.estimated_plan(),
    "rejected": examples.rejected(),
    "diff": diff(examples.slow_plan(), examples.fast_plan()),
}

MARKDOWN_TAGS = frozenset(
    [
        "p",
        "h2",
        "h3",
        "strong",
        "code",
        "pre",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "ul",
        "li",
        "details",
        "summary",
    ]
)


def poisoned(value: Any, strings: Any) -> Any:
    """The value with every text in it, also the keys of mappings, replaced."""
    if isinstance(value, str):
        return next(strings)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {
            field.name: poisoned(getattr(value, field.name), strings)
            for field in dataclasses.fields(value)
            if field.init and field.name != "captured_at"
        }
        return dataclasses.replace(value, **fields)
    if isinstance(value, tuple):
        return tuple(poisoned(item, strings) for item in value)
    if isinstance(value, Mapping):
        return {f"{key}{next(strings)}": poisoned(item, strings) for key, item in value.items()}
    return value


def hostile(value: object, words: list[str]) -> object:
    """The value with the words in turn wherever it has text."""

    def turns() -> Any:
        while True:
            yield from words

    return poisoned(value, turns())


def test_a_lone_surrogate_becomes_a_visible_mark() -> None:
    """No encoding takes it, and JSON can hold it."""
    finding = dataclasses.replace(examples.findings()[0], title="a\ud800b")
    for write in (write_text, write_markdown, write_html):
        assert "a�b" in write(blocks_of(finding))


def headings(blocks: Blocks) -> int:
    return sum(
        isinstance(block, Heading) + (headings(block.blocks) if isinstance(block, Details | Panel) else 0)
        for block in blocks
    )


def markdown_fragment(source: str) -> Fragment:
    render = mistune.create_markdown(escape=False, plugins=["table", "strikethrough"])
    rendered = render(source)
    assert isinstance(rendered, str)
    return Fragment(rendered)


@pytest.mark.parametrize("name", VALUES)
@settings(max_examples=12, deadline=None)
@given(words=st.lists(HOSTILE, min_size=1, max_size=7))
def test_html_has_only_what_perfkit_wrote(name: str, words: list[str]) -> None:
    fragment = Fragment(write_html(blocks_of(hostile(VALUES[name], words)), words[0]))
    faults = [fault for fault in fragment.faults if not fault.startswith("class ")]
    assert not faults


@pytest.mark.parametrize("name", VALUES)
@settings(max_examples=12, deadline=None)
@given(words=st.lists(HOSTILE, min_size=1, max_size=7))
def test_markdown_has_only_what_perfkit_wrote(name: str, words: list[str]) -> None:
    blocks = blocks_of(hostile(VALUES[name], words))
    fragment = markdown_fragment(write_markdown(blocks))
    assert set(fragment.tags) <= MARKDOWN_TAGS
    assert sum(tag in ("h1", "h2", "h3") for tag in fragment.tags) == headings(blocks)


@pytest.mark.parametrize("name", VALUES)
@settings(max_examples=12, deadline=None)
@given(words=st.lists(HOSTILE, min_size=1, max_size=7))
def test_text_never_moves_the_cursor(name: str, words: list[str]) -> None:
    text = write_text(blocks_of(hostile(VALUES[name], words)))
    assert "cannot show this part" not in text
    assert not {character for character in text if ord(character) < 32 and character != "\n"}
    assert "\x1b" not in text
    assert "\u202e" not in text
    text.encode("utf-8")


@settings(max_examples=30, deadline=None)
@given(words=st.lists(HOSTILE, min_size=1, max_size=7))
def test_markdown_tables_keep_their_columns(words: list[str]) -> None:
    """Whatever stands in the cells, every row of the table of rejected candidates has five of them."""
    fragment = markdown_fragment(write_markdown(blocks_of(hostile(examples.rejected(), words))))
    assert fragment.tags.count("tr") == 1 + len(examples.rejected())
    assert fragment.tags.count("th") == 5
    assert fragment.tags.count("td") == 5 * len(examples.rejected())


def test_text_is_shown_not_swallowed() -> None:
    """Escaping keeps what was written: the reader sees the very characters."""
    title = "<script>alert('|`x`|')</script> & \"more\""
    finding = dataclasses.replace(examples.findings()[0], title=title)
    assert title in Fragment(write_html(blocks_of(finding))).text
    assert title in write_text(blocks_of(finding))
    assert title in markdown_fragment(write_markdown(blocks_of(finding))).text
