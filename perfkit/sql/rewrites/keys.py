"""What the catalog promises about columns: which are unique, which are never NULL, which refer to another table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlglot import Expr, exp

from perfkit.catalog import Catalog, ForeignKey, Relation
from perfkit.identifier import quote_identifier
from perfkit.sql.operands import unwrap
from perfkit.sql.scope import Occurrence, Scope, Source, identifier


def unique_keys(relation: Relation) -> list[tuple[str, ...]]:
    """Column sets of which each row has its own, the primary key first; NULLs repeat in those that allow them."""
    found = [
        index
        for index in relation.indexes
        if index.is_unique and index.is_valid and index.predicate is None and None not in index.columns
    ]
    found.sort(key=lambda index: (not index.is_primary, len(index.keys)))
    return [tuple(column for column in index.columns if column is not None) for index in found]


def primary_key(relation: Relation) -> tuple[str, ...] | None:
    """None where it has none."""
    for index in relation.indexes:
        if index.is_primary and None not in index.columns:
            return tuple(column for column in index.columns if column is not None)
    return None


def unique_among(relation: Relation, columns: Iterable[str]) -> tuple[str, ...] | None:
    """A unique key without NULLs within the columns; None where there is none."""
    given = set(columns)
    for key in unique_keys(relation):
        if given.issuperset(key) and all(is_not_null(relation, column) for column in key):
            return key
    return None


def is_not_null(relation: Relation, column: str) -> bool:
    known = relation.column(column)
    if known is None or known.is_not_null:
        return known is not None
    said = f"CHECK (({quote_identifier(column)} IS NOT NULL))"
    return any(one.is_valid and one.definition == said for one in relation.constraints)


def base_column(node: Expr, scope: Scope) -> tuple[Source, str] | None:
    """The item of this very FROM and its column when the expression is a bare column of a base table the catalog knows."""
    node = unwrap(node)
    if not isinstance(node, exp.Column) or isinstance(node.this, exp.Star):
        return None
    source = scope.find(node)
    if source is None or source.table is None or source.table.relation is None or source.column_aliases:
        return None
    name = identifier(node.this)
    return (source, name) if source.table.relation.column(name) is not None else None


def outer_column(node: Expr, scope: Scope) -> tuple[Source, str, Scope] | None:
    """Like ``base_column`` for a column that belongs to a query around this one."""
    node = unwrap(node)
    if not isinstance(node, exp.Column) or isinstance(node.this, exp.Star) or scope.find(node) is not None:
        return None
    for around in list(scope.with_parents())[1:]:
        if around.find(node) is not None:
            found = base_column(node, around)
            return (*found, around) if found is not None else None
    return None


def never_null(node: Expr, scope: Scope) -> bool:
    """True for a NOT NULL column of a table that no outer join extends with NULLs, in this query or one around it, and for
    a constant."""
    node = unwrap(node)
    if isinstance(node, exp.Literal):
        return True
    found = base_column(node, scope)
    if found is None:
        around = outer_column(node, scope)
        found = around[:2] if around is not None else None
    if found is None:
        return False
    occurrence = found[0].table
    return _promises(occurrence, found[1])


def _promises(occurrence: Occurrence | None, column: str) -> bool:
    return (
        occurrence is not None
        and occurrence.relation is not None
        and not occurrence.is_outer
        and is_not_null(occurrence.relation, column)
    )


def foreign_key(catalog: Catalog, relation: Relation, columns: Sequence[str]) -> ForeignKey | None:
    """The foreign key over exactly these columns of the relation."""
    for key in catalog.foreign_keys:
        if key.schema == relation.schema and key.table == relation.name and set(key.columns) == set(columns):
            return key
    return None


def name_of(relation: Relation, columns: Sequence[str]) -> str:
    """``projects.id`` or ``label_links (label_id, issue_id)``, as conditions quote it."""
    return f"{relation.name}.{columns[0]}" if len(columns) == 1 else f"{relation.name} ({', '.join(columns)})"
