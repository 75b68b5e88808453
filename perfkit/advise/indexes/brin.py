"""Indexes that are small where a b-tree would be large: BRIN for a table in order, hash for long values."""

from __future__ import annotations

from collections.abc import Iterator

from perfkit.advise.indexes.conditions import WIDEST_KEY_BYTES, Conditions, distinct_columns
from perfkit.advise.indexes.proposal import Proposal, proposal
from perfkit.advise.indexes.shape import Key, Shape
from perfkit.catalog import Relation

IN_ORDER = 0.95
"""Correlation from which the rows of a range lie on adjacent pages."""

LARGE_TABLE_BLOCKS = 10_000
"""80 MB: below that a b-tree is small enough too."""


def for_rows_in_order(relation: Relation, conditions: Conditions) -> Iterator[Proposal]:
    """A range of a column in whose order the rows lie: one entry for some dozen pages finds its slice."""
    if relation.pages < LARGE_TABLE_BLOCKS:
        return
    for item in distinct_columns(conditions.ranges):
        column = relation.column(item.column)
        statistics = column.statistics if column is not None else None
        if statistics is None or abs(statistics.correlation or 0.0) <= IN_ORDER or item.row_columns:
            continue
        shape = Shape(relation=relation, equal=(Key(column=item.column),), method="brin")
        yield proposal(shape, [item], ["missing-brin-index", "missing-index-filter"], 0.75)


def for_long_values(relation: Relation, conditions: Conditions) -> Iterator[Proposal]:
    """Equality on values too long for a b-tree: a hash index holds four bytes of each."""
    for item in conditions.certain:
        column = relation.column(item.column)
        statistics = column.statistics if column is not None else None
        is_long = statistics is not None and statistics.average_width > WIDEST_KEY_BYTES
        if is_long and item.use == "equality" and item.wrapped_by is None and item.is_constant:
            shape = Shape(relation=relation, equal=(Key(column=item.column),), method="hash")
            yield proposal(shape, [item], ["missing-index-filter"], 1.0)
