"""The conditions on one occurrence of a table, sorted by what a b-tree can do with them, and how much each keeps."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from perfkit.advise.indexes.immutable import is_immutable, own_immutable
from perfkit.advise.indexes.shape import Key, normal_expression
from perfkit.catalog import Function, Relation
from perfkit.identifier import quote_identifier
from perfkit.sql.predicates import Predicate, TableUse

MOST_EQUAL_KEYS = 3
"""A fourth column compared for equality hardly ever removes rows that three left over."""

FEW_VALUES = 50
"""A column with at most so many values adds little to a key that is selective already."""

MOST_STATES = 12
"""A column with at most so many values is a state or a flag, whose values programs name: fit for a partial index's predicate.
With more it is a choice of the user's, and the next statement asks for another one."""

FLAG_SHARE = 0.1
"""A key that keeps a tenth of the rows for each value still leads to nearly every block of the table."""

SELECTIVE_SHARE = 0.5
"""A partial index must leave out at least half of the table to be worth its own place."""

WIDEST_KEY_BYTES = 1000
"""A b-tree entry must fit three times into a page; a column this wide on average has values that do not."""

_UNSORTABLE = re.compile(
    r"(?:jsonb?|xml|point|box|polygon|path|circle|line|lseg|tsvector|tsquery|.*range|.*\[\])\Z"
)
"""Types without a useful b-tree order: jsonb, ranges and arrays have one, which no search for a part of them uses."""

_SHORT_TYPES = (
    "smallint", "integer", "bigint", "numeric", "real", "double precision", "boolean", "date", "time", "uuid", "money",
)  # fmt: skip


class Conditions:
    """The predicates of one use, sorted by what a b-tree can do with them."""

    def __init__(self, use: TableUse, relation: Relation, functions: Collection[Function] = ()) -> None:
        self.own_functions = own_immutable(functions)
        """Functions of the user's own that may stand in an index."""
        certain = [predicate for predicate in use.predicates if not predicate.is_under_or]
        bare = [item for item in certain if item.wrapped_by is None and is_sortable(relation, item.column)]
        constant = [item for item in bare if item.is_constant]
        self.certain = certain
        self.equal = by_selectivity([item for item in constant if item.use == "equality"], relation)
        self.many = [item for item in self.equal if has_many_values(item, relation)]
        """Those of ``equal`` that are worth a place beside a selective key."""
        self.listed = by_selectivity([item for item in constant if item.use == "in"], relation)
        self.ranges = [item for item in constant if item.use == "range"]
        self.prefixes = [item for item in constant if item.use == "prefix"]
        self.joins = [item for item in bare if item.is_join and item.use in ("equality", "in")]
        self.joined_ranges = [item for item in bare if item.is_join and item.use == "range"]
        """Comparisons with a column of the other side: what came after the last visit."""
        self.constant = [item for item in certain if item.is_constant and item.clause != "having"]
        self.expressions = [
            item for item in self.constant if _is_indexed_expression(item, relation, self.own_functions)
        ]
        """Conditions on an expression that a b-tree could hold."""
        self.alternatives = [item for item in use.predicates if item.is_under_or]


_STRICT_USES = ("equality", "in", "range", "prefix", "pattern", "containment")
"""No NULL fulfils them."""


def implied_conditions(use: TableUse) -> frozenset[str]:
    """Normal forms of what every row the statement wants fulfils: a partial index may rest on it."""
    certain = [item for item in use.predicates if not item.is_under_or and item.clause != "having"]
    forms = [fixed_condition(item) for item in certain if item.wrapped_by is None and item.is_constant]
    forms += [f"{quote_identifier(item.column)} IS NOT NULL" for item in certain if item.use in _STRICT_USES]
    forms += [row_condition(item) for item in certain if is_of_one_row(item, use)]
    return frozenset(normal_expression(form) for form in forms)


def is_of_one_row(item: Predicate, use: TableUse) -> bool:
    """True for a comparison of two columns of the same row, which depends on no value of the statement."""
    return (
        item.use in ("equality", "range", "inequality")
        and not item.is_constant
        and item.other is None
        and item.wrapped_by is None
        and item.value in use.columns
        and not item.is_under_or
        and item.clause != "having"
    )


def row_condition(item: Predicate) -> str:
    """A comparison of two columns of one row as an index's predicate has it; of both spellings the one whose first column
    comes first."""
    left, operator, right = item.column, item.operator, item.value or ""
    if right < left:
        left, operator, right = right, _TURNED.get(operator, operator), left
    return f"{quote_identifier(left)} {operator} {quote_identifier(right)}"


_TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}

_EXPRESSION_OPERATORS = frozenset({"=", "<", "<=", ">", ">=", "in", "between", "= any"})


def _is_indexed_expression(item: Predicate, relation: Relation, own: Collection[str]) -> bool:
    """A comparison of an immutable expression, of one column or of several."""
    return (
        item.wrapped_by is not None
        and item.operator in _EXPRESSION_OPERATORS
        and item.use in ("equality", "in", "range", "expression")
        and is_immutable(item.expression, relation, own)
    )


def key_of(item: Predicate) -> Key:
    return Key(column=item.column) if item.wrapped_by is None else Key(expression=item.expression)


def is_sortable(relation: Relation, name: str) -> bool:
    column = relation.column(name)
    if column is None or _UNSORTABLE.match(column.type):
        return False
    return column.statistics is None or column.statistics.average_width <= WIDEST_KEY_BYTES


def is_narrow(relation: Relation, name: str, most_bytes: int) -> bool:
    """True for a column whose values take few bytes; by its type where it was never analysed."""
    column = relation.column(name)
    if column is None:
        return False
    if column.statistics is not None:
        return column.statistics.average_width <= most_bytes
    return column.type.startswith((*_SHORT_TYPES, "timestamp"))


def distinct_values(relation: Relation, name: str) -> float | None:
    """How many values the column has; None when not analysed."""
    column = relation.column(name)
    if column is None or column.statistics is None:
        return None
    distinct = column.statistics.distinct
    if distinct >= 0:
        return distinct
    return None if relation.rows is None else -distinct * relation.rows


def by_selectivity(items: Sequence[Predicate], relation: Relation) -> list[Predicate]:
    """More distinct values first; columns without statistics after them, in the order of the statement."""
    return sorted(items, key=lambda item: -(distinct_values(relation, item.column) or 0.0))


def has_many_values(item: Predicate, relation: Relation) -> bool:
    distinct = distinct_values(relation, item.column)
    return distinct is None or distinct > FEW_VALUES


def distinct_columns(items: Sequence[Predicate]) -> list[Predicate]:
    """One condition for each column or expression, the first."""
    return list({key_of(item).target: item for item in reversed(items)}.values())[::-1]


def names(items: Sequence[Predicate]) -> set[str]:
    """The bare columns among them."""
    return {item.column for item in items if item.wrapped_by is None}


def may_be_predicate(item: Predicate, relation: Relation) -> bool:
    """A fixed condition that keeps a small part of the table, as far as statistics tell without the value itself."""
    column = relation.column(item.column)
    if not item.is_literal or column is None or item.wrapped_by is not None:
        return False
    statistics = column.statistics
    if item.use == "null test":
        if statistics is None:
            return True
        kept = statistics.null_fraction if item.operator == "is null" else 1 - statistics.null_fraction
        return kept <= SELECTIVE_SHARE
    if item.operator in ("<>", "not in"):
        common = statistics.most_common_frequency if statistics is not None else None
        if common is None or common < SELECTIVE_SHARE:
            return False
    elif item.use != "equality" or item.row_columns:
        return False
    distinct = distinct_values(relation, item.column)
    return distinct is not None and 1 < distinct <= MOST_STATES


def is_selective(equal: Sequence[Predicate], relation: Relation) -> bool:
    """False for nothing, and for flags and states alone: those make a partial index's predicate, not keys."""
    kept = 1.0
    for item in equal:
        if not may_be_predicate(item, relation):
            return True
        kept /= max(distinct_values(relation, item.column) or 1.0, 1.0)
    return kept <= FLAG_SHARE


def fixed_condition(item: Predicate) -> str:
    """A condition on a column as an index's predicate has it."""
    column = quote_identifier(item.column)
    if item.use == "null test":
        return f"{column} {item.operator.upper()}"
    if item.value in ("TRUE", "FALSE"):
        return column if item.value == "TRUE" else f"NOT {column}"
    return f"{column} {item.operator} {item.value}"
