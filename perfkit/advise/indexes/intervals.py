"""A value between two columns: a b-tree halves the table at one of the bounds, GiST finds the intervals that hold it.

The index is on a range made of both columns, so the statement has to ask with ``@>``: both go together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from perfkit.advise.indexes.conditions import Conditions
from perfkit.advise.indexes.proposal import Proposal
from perfkit.advise.indexes.rewrite import with_condition
from perfkit.advise.indexes.shape import Key, Shape
from perfkit.catalog import Catalog, Column, Relation
from perfkit.identifier import quote_identifier
from perfkit.sql.predicates import Predicate, TableUse
from perfkit.sql.statement import Statement

_RANGES = {
    "integer": "int4range",
    "bigint": "int8range",
    "numeric": "numrange",
    "date": "daterange",
    "timestamp without time zone": "tsrange",
    "timestamp with time zone": "tstzrange",
}
_LOWER = {"<=": "[", "<": "("}
_UPPER = {">=": "]", ">": ")"}

_PARAMETER = re.compile(r"\$\d+(?:\s*::\s*[\w ]+)?\Z")
_STRING = re.compile(r"'[^']*'(?:\s*::\s*[\w ]+)?\Z")
_INTEGER = re.compile(r"-?\d+\Z")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?\Z")
_MOMENT = re.compile(r"(?:now\(\)|current_timestamp)\Z", re.IGNORECASE)
_CAST = re.compile(r"\s*::\s*[\w ]+\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bound:
    """One comparison of a column with the value looked up."""

    item: Predicate
    sql: str
    """The whole condition: with ``or … is null`` where that belongs to it."""
    is_open_when_null: bool = False


def for_intervals(
    use: TableUse, relation: Relation, conditions: Conditions, statement: Statement, catalog: Catalog
) -> Iterator[Proposal]:
    bounds = [
        *(_Bound(item=item, sql=item.sql) for item in conditions.certain if _is_bound(item)),
        *_open_ended(conditions),
    ]
    for low in bounds:
        for high in bounds:
            if (
                low.item.operator in _LOWER
                and high.item.operator in _UPPER
                and low.item.column != high.item.column
            ):
                found = _proposal(use, relation, low, high, statement, catalog)
                if found is not None:
                    # Beside a selective equality a b-tree leaves few intervals to look at.
                    yield replace(found, weight=0.9) if conditions.many else found
                    return


def _is_bound(item: Predicate) -> bool:
    return (
        item.use == "range"
        and item.wrapped_by is None
        and not item.row_columns
        and (item.is_constant or item.is_join)
    )


def _open_ended(conditions: Conditions) -> Iterator[_Bound]:
    """``(valid_to is null or valid_to > $1)``: a NULL stands for no end, as it does in a range."""
    for test in conditions.alternatives:
        for item in conditions.alternatives:
            is_pair = (item.or_group, item.or_arms, item.column) == (test.or_group, 2, test.column)
            if is_pair and test.operator == "is null" and test.wrapped_by is None and _is_bound(item):
                arms = (test, item) if test.or_arm < item.or_arm else (item, test)
                sql = f"({arms[0].sql} or {arms[1].sql})"
                yield _Bound(item=item, sql=sql, is_open_when_null=True)


def _proposal(
    use: TableUse,
    relation: Relation,
    low_bound: _Bound,
    high_bound: _Bound,
    statement: Statement,
    catalog: Catalog,
) -> Proposal | None:
    low, high = low_bound.item, high_bound.item
    columns = relation.column(low.column), relation.column(high.column)
    if columns[0] is None or columns[1] is None or low.value != high.value or low.value is None:
        return None
    type_name = columns[0].type.partition("(")[0]
    if columns[1].type != columns[0].type or type_name not in _RANGES:
        return None
    point = _point(low, type_name, catalog)
    if point is None:
        return None
    bounds = f"'{_LOWER[low.operator]}{_UPPER[high.operator]}'"
    names = quote_identifier(low.column), quote_identifier(high.column)
    range_sql = f"{_RANGES[type_name]}({names[0]}, {names[1]}, {bounds})"
    qualifier = f"{quote_identifier(use.alias)}."
    if qualifier not in low.sql and qualifier not in high.sql:
        qualifier = ""
    asked = f"{_RANGES[type_name]}({qualifier}{names[0]}, {qualifier}{names[1]}, {bounds}) @> {point}"
    kept = [
        bound.sql
        for bound, column in ((low_bound, columns[0]), (high_bound, columns[1]))
        if not column.is_not_null and not bound.is_open_when_null
    ]
    # A NULL bound fails its comparison but leaves a range open: such a comparison stays.
    rewrite = with_condition(
        statement.text, (low_bound.sql, high_bound.sql), " and ".join([asked, *dict.fromkeys(kept)])
    )
    if rewrite is None:
        return None
    return Proposal(
        shapes=(Shape(relation=relation, equal=(Key(expression=range_sql),), method="gist"),),
        serves=tuple(dict.fromkeys((low_bound.sql, high_bound.sql))),
        cures=("missing-gist-range-index", "missing-index-filter"),
        weight=1.1,
        rewrite=rewrite,
        conditions=(f"{low.column} and {high.column} are asked for the same value",),
        caveats=(
            f"a row whose {low.column} is above its {high.column} makes the build fail, and cannot be stored once the"
            " index stands",
        ),
    )


def _point(item: Predicate, type_name: str, catalog: Catalog) -> str | None:
    """The value as one of the range's own type; None where a cast could change what is compared."""
    value = item.value or ""
    if item.is_join:
        other = item.other
        known = _column(catalog, other.relation, other.column) if other is not None else None
        return value if known is not None and known.type.partition("(")[0] == type_name else None
    if _PARAMETER.match(value) or _STRING.match(value):
        plain = _CAST.sub("", value)
        given = value[len(plain) :].strip(" :").lower()
        aliases = {"timestamptz": "timestamp with time zone", "timestamp": "timestamp without time zone"}
        aliases |= {"int": "integer", "int8": "bigint", "int4": "integer"}
        return (
            f"{plain}::{type_name}" if given in ("", type_name) or aliases.get(given) == type_name else None
        )
    if _INTEGER.match(value) and type_name in ("bigint", "integer", "numeric"):
        return f"{value}::{type_name}"
    if _NUMBER.match(value) and type_name == "numeric":
        return f"{value}::numeric"
    if _MOMENT.match(value) and type_name == "timestamp with time zone":
        return value
    return value if value.lower() == "current_date" and type_name == "date" else None


def _column(catalog: Catalog, qualified: str, name: str) -> Column | None:
    for relation in catalog.relations:
        if relation.qualified_name == qualified:
            return relation.column(name)
    return None
