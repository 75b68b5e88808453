"""What the statements inside a trigger's function search without an index: EXPLAIN shows their time, but not their plans."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from perfkit.catalog import Catalog, Relation
from perfkit.catalog import Trigger as Definition
from perfkit.plan.model import Trigger
from perfkit.sql.predicates import TableUse
from perfkit.sql.trigger_body import statements_of
from perfkit.sql.usage import resolve

FEWEST_ROWS = 1_000
"""A smaller table is read in a fraction of a millisecond."""

FEW_ROWS = 100
"""An index that leads to so few rows needs no second column."""

MOST_COLUMNS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A table that a trigger reads from end to end for what an index would find."""

    relation: Relation
    columns: tuple[str, ...]
    """Compared with = by a statement of the trigger, the most selective first."""
    sql: str
    """That statement, with NEW, OLD and variables as parameters."""


def unindexed_search(catalog: Catalog | None, fired: Trigger) -> Search | None:
    """The search of the largest table; None where the trigger is unknown or each of its statements finds an index."""
    found = [
        search for definition in _definitions(catalog, fired) for search in _searches(catalog, definition)
    ]
    return max(found, key=lambda search: search.relation.rows or 0.0, default=None)


def _definitions(catalog: Catalog | None, fired: Trigger) -> Iterator[Definition]:
    for relation in catalog.relations if catalog is not None else ():
        if fired.relation in (None, relation.name):
            yield from (one for one in relation.triggers if one.name == fired.name)


def _searches(catalog: Catalog | None, definition: Definition) -> Iterator[Search]:
    for statement in statements_of(definition.body or ""):
        for use in resolve(statement, catalog) if catalog is not None else ():
            relation = catalog.relation(use.name, use.schema) if catalog is not None else None
            columns = _columns(use, relation) if relation is not None else ()
            if relation is not None and columns:
                yield Search(relation=relation, columns=columns, sql=statement.text)


def _columns(use: TableUse, relation: Relation) -> tuple[str, ...]:
    """Columns an index should lead with; empty where one helps already, or none would."""
    sure = [one for one in use.predicates if not one.is_under_or and (one.is_constant or one.is_join)]
    led = {index.keys[0].column for index in relation.indexes if index.is_valid and index.keys}
    if (relation.rows or 0.0) < FEWEST_ROWS or any(one.column in led for one in sure):
        return ()
    equal = {one.column for one in sure if one.use == "equality" and one.is_constant and not one.wrapped_by}
    ordered = sorted(equal, key=lambda column: (_rows_each(relation, column), column))
    if not ordered or _rows_each(relation, ordered[0]) <= FEW_ROWS:
        return tuple(ordered[:1])
    return tuple(ordered[:MOST_COLUMNS])


def _rows_each(relation: Relation, column: str) -> float:
    """Rows that share a value of the column, by its statistics; all where there are none."""
    known = relation.column(column)
    rows = relation.rows or 0.0
    if known is None or known.statistics is None:
        return rows
    distinct = known.statistics.distinct
    return rows / max(distinct if distinct > 0 else -distinct * rows, 1.0)
