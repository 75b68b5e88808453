"""Which pages the book has, and under what a reader finds them."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from perfkit.errors import UsageError
from perfkit.findings.page import BOOK
from perfkit.findings.vocabulary import VOCABULARY
from perfkit.report.notebooks import heading_of, read
from perfkit.resources import folder

KINDS = {
    "schema": "Schema",
    "index": "Indexes",
    "query": "Queries",
    "pagination": "Pagination",
    "soft-delete": "Soft delete",
    "plan": "Plans and estimates",
    "transaction": "Transactions and locks",
    "configuration": "Configuration and upkeep",
}

SYMPTOMS = {
    "reads-too-much": "A query reads far more than it returns",
    "slower-as-data-grows": "It was fast once, and gets slower as the data grows",
    "index-ignored": "There is an index, and it is not used",
    "estimates-off": "The planner expects other numbers of rows than come",
    "plan-flips": "The same query is fast at one time and slow at another",
    "spills": "Temporary files are written",
    "many-queries": "Every query is fast, and yet the whole is slow",
    "planning": "Planning takes longer than running",
    "slow-writes": "Inserts, updates or deletes are slow",
    "waiting": "Sessions wait for one another",
    "disk-grows": "Tables and indexes grow faster than the data",
    "wrong-rows": "Rows are missing, doubled, or change from run to run",
}
"""What somebody sees before they know the cause."""

_MARKUP = re.compile(r"[*`#]|\[([^\]]*)\]\([^)]*\)")


_SINCE = re.compile(r"\bsince=(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class BookPage:
    path: Path
    title: str
    kind: str
    symptoms: tuple[str, ...]
    findings: tuple[str, ...]
    """Ids of what perfkit says about the bad form; empty where no rule tells of it."""
    summary: str
    """The first paragraph, without markup."""
    prose: str
    """All that is written, without markup."""
    since: tuple[int, ...] = ()
    """Majors from which on some of its claims are made; on older ones these are left open."""

    @property
    def id(self) -> str:
        return self.path.stem


def book_pages() -> tuple[BookPage, ...]:
    """The pages by kind, in the order of ``KINDS``, then by id."""
    order = list(KINDS)
    found = [read_page(path) for path in (folder("notebooks") / BOOK).glob("*.ipynb")]
    return tuple(sorted(found, key=lambda page: (order.index(page.kind), page.id)))


def chosen_pages(ids: Collection[str]) -> tuple[BookPage, ...]:
    """The pages of these ids; all where none is named. UsageError for an id that the book does not have."""
    pages = book_pages()
    unknown = sorted(set(ids) - {page.id for page in pages})
    if unknown:
        known = ", ".join(page.id for page in pages)
        raise UsageError(f"the book has no page {', '.join(unknown)}; it has {known}")
    return tuple(page for page in pages if page.id in ids or not ids)


def read_page(path: Path) -> BookPage:
    """A page as its file describes it; UsageError says what its metadata lacks."""
    document = read(path)
    about = document["metadata"].get("perfkit", {})
    unknown = [
        *({about.get("kind")} - set(KINDS)),
        *(set(about.get("symptoms", ())) - set(SYMPTOMS)),
        *(set(about.get("findings", ())) - set(VOCABULARY)),
    ]
    if unknown or not about.get("symptoms"):
        raise UsageError(
            f"{path.name} has no kind and symptoms that the book knows: {unknown or 'no symptom'}"
        )
    texts = ["".join(cell["source"]) for cell in document["cells"] if cell["cell_type"] == "markdown"]
    code = "\n".join("".join(cell["source"]) for cell in document["cells"] if cell["cell_type"] == "code")
    plain = [_plain(block) for text in texts for block in text.split("\n\n") if not block.startswith("#")]
    return BookPage(
        path=path,
        title=heading_of(texts[0]),
        kind=about["kind"],
        symptoms=tuple(about["symptoms"]),
        findings=tuple(about["findings"]),
        summary=plain[0],
        prose=" ".join(map(_plain, texts)),
        since=tuple(sorted({int(major) for major in _SINCE.findall(code)})),
    )


def _plain(markdown: str) -> str:
    """Words without their markup.

    >>> _plain("Read `EXPLAIN` *twice*, see [it](https://…)")
    'Read EXPLAIN twice, see it'
    """
    return " ".join(_MARKUP.sub(lambda match: match[1] or "", markdown).split())
