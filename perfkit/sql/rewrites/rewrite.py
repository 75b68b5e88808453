"""What a rewrite is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from perfkit.catalog import Catalog
from perfkit.sql.statement import Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite:
    """Another statement for the same rows."""

    name: str
    """``not-in-to-not-exists``"""
    sql: str
    """The whole new statement as a person would write it, with every ``$n`` of the old one in its place."""
    cures: tuple[str, ...]
    """Ids of the findings it answers."""
    rationale: str
    """One sentence: what it spares PostgreSQL."""
    conditions: tuple[str, ...] = ()
    """What makes it equal, each shown by the catalog or the text: ``projects.id is unique``."""
    caveats: tuple[str, ...] = ()
    """What could not be shown, or what callers must change; without any, it is equal by its conditions."""
    is_contract_change: bool = False
    """Callers must ask in another way: pass the last row seen instead of an OFFSET."""
    values_sql: str | None = None
    """A query whose one row gives the values of the parameters after the statement's own (``$n+1`` …)."""


Transform = Callable[[Statement, Catalog], Iterator[Rewrite]]
"""Yields nothing where its form does not occur, or where it would not be sure to read the statement rightly."""
