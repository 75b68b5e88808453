"""What is written about each finding: one page of Markdown for every id, which travels with the package."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from perfkit.errors import UsageError
from perfkit.findings.vocabulary import VOCABULARY
from perfkit.resources import folder
from perfkit.show import Shown

SCHEMA = "perfkit.finding/1"
PAGES = Path(__file__).parent / "pages"

BOOK = "antipatterns"
"""Folder of the anti-pattern book among the notebooks."""

HEADINGS = ("What it is", "How it looks", "The cure", "When it is fine", "Read on")
"""The sections of every page, in this order."""

MOST_OFFERED = 5
"""Ids named to somebody who mistyped one."""

_SECTION = re.compile(r"^## (.+)\n", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSection:
    heading: str
    markdown: str
    """Paragraphs, fenced blocks of ``plan`` or ``sql``, lists of one level, inline code and links; nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Shown):
    """What a finding means, how it looks in a plan, what cures it, and when it needs no cure."""

    id: str
    title: str
    """In general words; the finding's own title has the names and figures of its case."""
    sections: tuple[PageSection, ...]
    markdown: str
    """The whole page as it was written."""
    notebook: str | None = None
    """Name of the page of the anti-pattern book that measures it; None where the book has none of this id."""


@cache
def page_of(id: str) -> Page:
    """The page of a finding; UsageError for an id that perfkit does not know, with those that are spelled alike."""
    if id not in VOCABULARY:
        raise UsageError(f"there is no finding {id!r}; {_offer(id)}")
    markdown = (PAGES / f"{id}.md").read_text(encoding="utf-8")
    head, *parts = _SECTION.split(markdown)
    return Page(
        id=id,
        title=head.removeprefix("# ").strip(),
        sections=tuple(
            PageSection(heading=heading, markdown=body.strip())
            for heading, body in zip(parts[::2], parts[1::2], strict=True)
        ),
        markdown=markdown,
        notebook=_notebook(id),
    )


def _notebook(id: str) -> str | None:
    name = f"{BOOK}/{id}"
    return name if (folder("notebooks") / f"{name}.ipynb").is_file() else None


def _offer(id: str) -> str:
    """Ids spelled alike, else those that have a word of it."""
    wanted = "-".join(id.lower().replace("_", "-").split())
    words = {word for word in wanted.split("-") if len(word) > 2}
    near = get_close_matches(wanted, VOCABULARY, MOST_OFFERED) or [
        known for known in VOCABULARY if words & set(known.split("-"))
    ]
    listed = ", ".join(near[:MOST_OFFERED])
    return f"did you mean {listed}?" if near else "perfkit explain-finding --list names them all"
