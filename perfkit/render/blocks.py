"""What a page is made of: the one structure that text, Markdown and HTML are written from.

Text in a block is plain: writers escape it, nobody else does. Tones say what a piece of text means, writers decide
how that looks; nothing is said by a tone alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Tone = Literal["plain", "muted", "strong", "code", "bar", "good", "warn", "bad"]
Align = Literal["left", "right"]


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text of one meaning. A badge stands out from its line; its text says all that its colour says."""

    text: str
    tone: Tone = "plain"
    badge: bool = False
    href: str = ""
    """Where a plain run leads to: an address of our own making, https or relative; never one from foreign text."""


Text: TypeAlias = tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A cell that hangs in a tree: ``guide`` leads its first line, ``under`` the notes below it."""

    guide: str
    under: str
    label: Text
    notes: tuple[Text, ...] = ()
    details: tuple[Block, ...] = ()
    """Folded away in HTML, left out of text, where the tree must stay readable."""


Cell: TypeAlias = "Text | Branch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    title: str
    align: Align = "left"
    wraps: bool = False
    """True for prose and code: gives way first when the table is too wide."""
    note: str = ""
    """What the column holds, in a sentence; shown on demand."""
    gives_way: bool = False
    """True for figures that follow from their neighbours: left out of text that would be too wide, from the left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    cells: tuple[Cell, ...]
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    text: str
    level: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    text: str
    language: str = "sql"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Names and values, one pair a line."""

    pairs: tuple[tuple[str, Text], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    kind: str = "table"
    """Names what the table shows; becomes part of a class in HTML."""
    is_list: bool = False
    """True where each row stands for itself, so that a reader may put them in another order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """Blocks that a reader may want, folded where folding is possible."""

    summary: Text
    blocks: tuple[Block, ...]
    elsewhere: Text = ()
    """Says where else to read the blocks, and stands for them where nothing folds; empty where they stand there themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Blocks that belong together under one line, such as a finding with its evidence."""

    head: Text
    blocks: tuple[Block, ...]
    tone: Tone = "plain"
    kind: str = "panel"


Block: TypeAlias = Heading | Paragraph | Code | Facts | Table | Details | Panel
Blocks: TypeAlias = tuple[Block, ...]


def text(*parts: str | Span) -> Text:
    """Spans from strings and spans.

    >>> text("took ", Span("3 ms", "strong"))
    (Span(text='took ', tone='plain', badge=False, href=''), Span(text='3 ms', tone='strong', badge=False, href=''))
    """
    return tuple(Span(part) if isinstance(part, str) else part for part in parts)


def joined(parts: list[Text], separator: str = " · ") -> Text:
    """The parts in one line with a quiet separator between them."""
    spans: list[Span] = []
    for part in parts:
        if spans:
            spans.append(Span(separator, "muted"))
        spans.extend(part)
    return tuple(spans)


def paragraph(*parts: str | Span) -> Paragraph:
    return Paragraph(text=text(*parts))
