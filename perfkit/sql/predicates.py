"""What a statement asks of one occurrence of a table: predicates, order, groups, columns, as values.

``perfkit.sql.usage.resolve`` makes them. Expressions are given as the user wrote them; less the table's alias, but for
whole conditions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

PredicateUse = Literal[
    "equality",
    "in",
    "range",
    "prefix",
    "pattern",
    "null test",
    "containment",
    "text search",
    "inequality",
    "expression",
]
"""What kind of search a predicate is; ``inequality`` and ``expression`` are those no index answers."""

Clause = Literal["where", "on", "having"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnReference:
    """A column of one occurrence of a table; ``alias`` tells two occurrences apart."""

    relation: str
    alias: str
    column: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicate:
    """One condition on one column of a table. A condition on two columns gives one value for each of them."""

    column: str
    use: PredicateUse
    operator: str
    """As PostgreSQL has it, turned round where the column stands on the right: ``=``, ``>=``, ``like``, ``@>``, ``is null``."""
    expression: str
    """The column's side: ``created_at``, ``lower(title)``, ``metadata ->> 'source'``."""
    value: str | None = None
    """The other side; None where the condition has none (``is null``) or is a whole expression."""
    sql: str
    """The whole condition with its qualifiers, to be shown."""
    wrapped_by: str | None = None
    """Outermost function, cast (``::date``) or operator around the column; None for the bare column."""
    is_constant: bool = False
    """The other side depends on no row: literals, parameters, stable functions, a subquery without outer columns."""
    is_literal: bool = False
    """The other side is written out: a partial index's predicate could hold it."""
    is_join: bool = False
    """The other side is a column of another table of the statement: ``other``."""
    other: ColumnReference | None = None
    clause: Clause = "where"
    or_group: int | None = None
    """Number of the OR it stands under, counted through the statement; None for a condition that must hold."""
    or_arm: int = 0
    or_arms: int = 0
    """How many arms that OR has."""
    row_columns: tuple[str, ...] = ()
    """All columns of a row comparison ``(a, b) > ($1, $2)`` the column takes part in."""

    @property
    def is_under_or(self) -> bool:
        return self.or_group is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderKey:
    """One key of ORDER BY. ``column`` is None for an expression."""

    column: str | None
    expression: str
    is_descending: bool
    nulls_first: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RowLimit:
    """LIMIT, FETCH FIRST or OFFSET. ``value`` is None for a parameter or an expression."""

    sql: str
    value: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TableUse:
    """One occurrence of a table in a statement and what stands on its columns."""

    relation: str
    """``schema.table`` as the catalog has it; as written where the catalog does not know it."""
    schema: str | None
    name: str
    alias: str
    is_known: bool
    """The catalog holds it; else its columns were attributed by qualifiers alone."""
    is_target: bool = False
    """The table an INSERT, UPDATE, DELETE or MERGE changes."""
    is_outer: bool = False
    """The side of an outer join that may be missing (filled with NULL)."""
    depth: int = 0
    """0 in the main query; one more for each subquery, derived table or CTE around it."""
    is_correlated: bool = False
    """It stands in a subquery that reads columns of a query around it: executed once per outer row, unless unnested."""
    predicates: tuple[Predicate, ...] = ()
    order: tuple[OrderKey, ...] = ()
    """The leading ORDER BY keys that are this table's own."""
    is_order_complete: bool = False
    """``order`` is all of ORDER BY."""
    group: tuple[str, ...] = ()
    """Columns among the GROUP BY keys or DISTINCT ON, in the order written."""
    is_group_complete: bool = False
    window: tuple[OrderKey, ...] = ()
    """PARTITION BY and ORDER BY of the query's windows, where they are one and all of this table."""
    columns: tuple[str, ...] = ()
    """Every column the statement reads or sets, in the order of the table."""
    selected: tuple[str, ...] = ()
    """Columns the select list (or RETURNING) reads."""
    selects_star: bool = False
    limit: RowLimit | None = None
    offset: RowLimit | None = None
    is_distinct: bool = False
    is_grouped: bool = False
    """GROUP BY, HAVING or an aggregate stands over it: LIMIT then counts groups and not rows of the table."""
    siblings: int = 0
    """How many other tables, subqueries or functions stand beside it in the same FROM."""
