"""The page of a finding: whole, as ``perfkit explain-finding`` shows it, and folded below the finding in a report."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from perfkit.render.blocks import (
    Block,
    Blocks,
    Code,
    Details,
    Heading,
    Paragraph,
    Span,
    Text,
    paragraph,
    text,
)

if TYPE_CHECKING:
    from perfkit.findings.page import Page

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`]+)`|\[([^\]]+)\]\((https://[^)\s]+)\)")


def page_blocks(page: Page) -> Blocks:
    """The page under its title, each section under its heading."""
    blocks: list[Block] = [Heading(text=page.title, level=2), paragraph(Span(page.id, "code"))]
    for section in page.sections:
        blocks.append(Heading(text=section.heading, level=3))
        blocks.extend(_written(section.markdown))
    if page.notebook:
        command = f"perfkit notebook run {page.notebook}"
        blocks.append(paragraph(Span("measured in the anti-pattern book: ", "muted"), Span(command, "code")))
    return tuple(blocks)


def page_details(id: str) -> Blocks:
    """The page folded away, where folding is possible; elsewhere the command that shows it. Nothing for an id that has
    no page: a stored investigation may be of another version."""
    from perfkit.findings.page import page_of
    from perfkit.findings.vocabulary import VOCABULARY

    if id not in VOCABULARY:
        return ()
    page = page_of(id)
    blocks: list[Block] = []
    for section in page.sections:
        blocks.append(paragraph(Span(section.heading, "strong")))
        blocks.extend(_written(section.markdown))
    return (
        Details(
            summary=text("about ", Span(id, "code"), f": {page.title}"),
            blocks=tuple(blocks),
            elsewhere=text(Span("its page: ", "muted"), Span(f"perfkit explain-finding {id}", "code")),
        ),
    )


def _written(markdown: str) -> Iterator[Block]:
    """The blocks of one section's Markdown, of the kinds that pages are written in."""
    at = 0
    for fence in _FENCE.finditer(markdown):
        yield from _prose(markdown[at : fence.start()])
        yield Code(text=fence[2].rstrip("\n"), language=fence[1] or "text")
        at = fence.end()
    yield from _prose(markdown[at:])


def _prose(markdown: str) -> Iterator[Block]:
    for block in markdown.strip().split("\n\n"):
        items = re.split(r"^- ", block, flags=re.MULTILINE)
        for number, item in enumerate(items):
            words = " ".join(item.split())
            if words:
                yield Paragraph(text=(*((Span("• "),) if number else ()), *_inline(words)))


def _inline(words: str) -> Text:
    spans: list[Span] = []
    at = 0
    for match in _INLINE.finditer(words):
        spans.append(Span(words[at : match.start()]))
        spans.append(Span(match[1], "code") if match[1] else Span(match[2], href=match[3]))
        at = match.end()
    spans.append(Span(words[at:]))
    return tuple(span for span in spans if span.text)
