"""What the indexes of a relation could serve."""

from __future__ import annotations

from collections.abc import Iterable

from perfkit.catalog import Index, Relation
from perfkit.findings.restrictions import EQUALITY, Restriction, prefix

DEFAULT_RANGE_SELECTIVITY = 1 / 3
"""What PostgreSQL assumes of an inequality it knows nothing about (DEFAULT_INEQ_SEL)."""

UNKNOWN_EQUALITY_SELECTIVITY = 1 / 6
"""Between a key, where an equality keeps one row, and a state of a handful of values; mostly it keeps less than a range."""

FLAG_SELECTIVITY = 1 / 2
"""A flag or a NULL parts the rows in two; which part is the small one is not known."""


BYTE_COLLATIONS = frozenset({"C", "POSIX", "ucs_basic", "pg_c_utf8", "pg_unicode_fast"})
"""Collations of which PostgreSQL knows that they sort by code point, so that a prefix is a range. The operating system's
C.UTF-8 does too, but PostgreSQL (up to 18) does not rely on it."""


def leading(relation: Relation, column: str, operator: str = "=") -> Index | None:
    """A valid index over all rows that an ordered comparison on the column can start from; None without one.

    Partial indexes do not count: whether their predicate follows from the statement is PostgreSQL's to prove.
    """
    methods = {"btree", "hash"} if operator in {"=", "= any"} else {"btree"}
    for index in relation.indexes:
        if (
            index.is_valid
            and index.predicate is None
            and index.method in methods
            and index.keys
            and index.keys[0].column == column
        ):
            return index
    return None


def covering_keys(relation: Relation, columns: Iterable[str]) -> Index | None:
    """A valid b-tree whose first keys are these columns, in any order."""
    wanted = set(columns)
    for index in relation.indexes:
        if (
            index.is_valid
            and index.predicate is None
            and index.method == "btree"
            and set(index.columns[: len(wanted)]) == wanted
        ):
            return index
    return None


def on_expression(relation: Relation, wrapped: str) -> Index | None:
    """An index that has the expression among its keys, compared without qualifiers, brackets and spaces."""
    wanted = _bare(wrapped)
    for index in relation.indexes:
        for key in index.keys:
            if key.expression and _bare(key.expression) == wanted:
                return index
    return None


def with_class(relation: Relation, column: str, classes: Iterable[str]) -> Index | None:
    """An index on the column with one of the operator classes."""
    names = set(classes)
    for index in relation.indexes:
        if any(key.column == column and key.operator_class in names for key in index.keys):
            return index
    return None


def with_method(relation: Relation, column: str, method: str) -> Index | None:
    for index in relation.indexes:
        if index.method == method and column in index.columns:
            return index
    return None


def is_prefix_range(relation: Relation, restriction: Restriction) -> bool:
    """Whether the condition asks for a prefix of a column sorted by code point, which a plain b-tree finds."""
    column = relation.column(restriction.column)
    return column is not None and column.collation in BYTE_COLLATIONS and prefix(restriction) is not None


def selectivity(relation: Relation | None, restriction: Restriction) -> float:
    """Share of rows a condition is likely to keep, from the catalog's statistics; to compare conditions, not to state."""
    column = relation.column(restriction.column) if relation else None
    statistics = column.statistics if column else None
    if prefix(restriction):
        return UNKNOWN_EQUALITY_SELECTIVITY
    if restriction.operator not in EQUALITY:
        return DEFAULT_RANGE_SELECTIVITY
    if restriction.operator in {"is true", "is false"} or (
        statistics is None and restriction.operator == "is null"
    ):
        return FLAG_SELECTIVITY
    if statistics is None:
        return UNKNOWN_EQUALITY_SELECTIVITY
    if restriction.operator == "is null":
        return statistics.null_fraction
    rows = relation.rows if relation and relation.rows else 1.0
    distinct = statistics.distinct if statistics.distinct > 0 else -statistics.distinct * rows
    return 1.0 / max(distinct, 1.0)


def most_selective(relation: Relation | None, candidates: Iterable[Restriction]) -> Restriction | None:
    return min(candidates, key=lambda restriction: selectivity(relation, restriction), default=None)


def column_list(candidates: Iterable[Restriction]) -> str:
    """Columns in the order an index wants them: equality before ranges.

    >>> from perfkit.findings.restrictions import restrictions
    >>> column_list(restrictions("((i.at > 5) AND (i.kind = 3))", "i"))
    'kind, at'
    """
    ordered = sorted(candidates, key=lambda restriction: restriction.operator not in EQUALITY)
    return ", ".join(dict.fromkeys(restriction.column for restriction in ordered))


def _bare(expression: str) -> str:
    parts = (
        part.rpartition(".")[2] if "." in part else part
        for part in expression.replace("(", " ").replace(")", " ").split()
    )
    return "".join(parts).lower()
