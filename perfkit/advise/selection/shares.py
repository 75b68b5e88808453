"""How much of its table a partial index would hold, counted in a sample of the table's pages: statistics do not know how two columns of
a row compare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from perfkit.advise.selection.option import Option
from perfkit.catalog import Catalog, Relation
from perfkit.db.session import Session
from perfkit.errors import CaptureError
from perfkit.identifier import quote_qualified
from perfkit.units import BLOCK_BYTES

SAMPLE_PAGES = 1_000
"""8 MB: the share is then known within a few hundredths of itself where it is not tiny."""

MOST_AT_ONCE = 50
"""Predicates that are counted in one pass."""


def with_shares(session: Session, options: Sequence[Option], catalog: Catalog) -> tuple[Option, ...]:
    """The options with ``kept`` known of the partial ones. Reads about ``SAMPLE_PAGES`` pages of each of their tables, once for
    ``MOST_AT_ONCE`` predicates, in the transaction that the caller opened; where that cannot be done they stay as they are."""
    asked: dict[str, dict[tuple[str, ...], None]] = {}
    relations: dict[str, Relation] = {}
    for option in options:
        if option.shape.predicate:
            relations[option.table] = option.shape.relation
            asked.setdefault(option.table, {})[option.shape.predicate] = None
    shares = {
        (table, predicate): share
        for table, predicates in asked.items()
        for predicate, share in _shares(
            session, relations[table], _pages(relations[table], catalog), list(predicates)
        ).items()
    }
    return tuple(
        replace(option, kept=shares.get((option.table, option.shape.predicate))) for option in options
    )


def _shares(
    session: Session, relation: Relation, pages: float, predicates: Sequence[tuple[str, ...]]
) -> dict[tuple[str, ...], float]:
    name = quote_qualified(relation.schema, relation.name)
    percent = min(100.0, 100 * SAMPLE_PAGES / max(pages, 1.0))
    found: dict[tuple[str, ...], float] = {}
    for start in range(0, len(predicates), MOST_AT_ONCE):
        some = predicates[start : start + MOST_AT_ONCE]
        counts = ", ".join(f"count(*) filter (where ({') and ('.join(one)}))" for one in some)
        try:
            with session.savepoint():
                row = session.run_users(
                    "",
                    f"select count(*), {counts} from {name} tablesample system ({percent:.6f}) repeatable (0)",
                )[0]
        except CaptureError:
            continue
        total, *kept = (int(str(value)) for value in row)
        if total:
            found.update({one: count / total for one, count in zip(some, kept, strict=True)})
    return found


def _pages(relation: Relation, catalog: Catalog) -> float:
    """On disk, of all partitions."""
    parts = [part for part in catalog.relations if part.partition_of == relation.qualified_name] or [relation]
    return sum(max(part.pages, (part.table_bytes or 0) / BLOCK_BYTES) for part in parts)
