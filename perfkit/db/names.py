"""The names in a database that a statement may use: tables and views with their columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from perfkit.db.session import Session, stored_query

MOST_RELATIONS = 5_000
"""More would take seconds to read, and nobody picks from them."""

SYSTEM_SCHEMAS = ("pg_catalog", "information_schema")


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedRelation:
    schema: str
    name: str
    is_visible: bool
    """Whether the search path finds it without its schema."""
    columns: tuple[str, ...]

    @property
    def is_system(self) -> bool:
        return self.schema in SYSTEM_SCHEMAS


def read_names(session: Session) -> tuple[NamedRelation, ...]:
    """The relations of the database, the user's own and visible ones first. One query of the catalog."""
    with session.transaction():
        rows = session.rows(stored_query("names"), {"most": MOST_RELATIONS})
    return tuple(
        NamedRelation(
            schema=str(row["schema"]),
            name=str(row["name"]),
            is_visible=bool(row["is_visible"]),
            columns=tuple(cast(Sequence[str], row["columns"])),
        )
        for row in rows
    )
