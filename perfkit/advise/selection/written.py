"""What a statement writes, as far as it decides how it can be run with a set of indexes and without."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from perfkit.advise.selection.question import Question
from perfkit.advise.selection.writes import WriteLoad
from perfkit.catalog import Catalog

FEW_ROWS = 1_000
PAIRS = 3
PAIRS_OF_MANY = 2
"""Rows that are rolled back stay in the table and its indexes as dead ones, and make all later runs slower: a statement that writes
more than a few is run for fewer pairs."""

MOST_SHARE = 0.2
"""Of a table: what writes more of it than this would leave another table than it found."""

SLIGHT_SHARE = 0.005
"""Of a table: ten runs of a statement that writes no more of it leave no more dead rows than any table has."""

MOST_READ_BYTES = 64 * 1024**2
"""A larger table is not read as a whole, twice, to see that a statement left the same rows in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Of one statement."""

    loads: tuple[WriteLoad, ...]
    rows: float
    """Of one call, in all the tables it writes, as the planner expects them."""
    table_rows: float
    table_bytes: float

    @property
    def tables(self) -> frozenset[str]:
        return frozenset(load.table for load in self.loads)

    @property
    def is_large(self) -> bool:
        return self.rows > FEW_ROWS and self.rows > MOST_SHARE * self.table_rows

    @property
    def is_slight(self) -> bool:
        return self.rows <= SLIGHT_SHARE * self.table_rows

    @property
    def pairs(self) -> int:
        return PAIRS if self.rows <= FEW_ROWS else PAIRS_OF_MANY


def written(
    loads: Sequence[WriteLoad], questions: Sequence[Question], catalog: Catalog
) -> Mapping[int, Written]:
    """By the statements' places; without those of which the table is not known."""
    found: dict[int, list[WriteLoad]] = {}
    for load in loads:
        found.setdefault(load.place, []).append(load)
    tables = {relation.qualified_name: relation for relation in catalog.relations}
    return {
        place: Written(
            loads=tuple(mine),
            rows=sum(load.rows for load in mine) / max(questions[place].weight, 1e-9),
            table_rows=sum(tables[load.table].rows or 0.0 for load in mine if load.table in tables),
            table_bytes=sum(tables[load.table].table_bytes or 0 for load in mine if load.table in tables),
        )
        for place, mine in found.items()
    }
