"""Options beyond what one statement's own advice proposes: more orders of the keys, and indexes that hold all a statement
reads of a table. One statement does not justify their price; a workload may."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import permutations

from perfkit.advise.indexes.conditions import (
    Conditions,
    distinct_columns,
    fixed_condition,
    is_of_one_row,
    is_sortable,
    may_be_predicate,
    row_condition,
)
from perfkit.advise.indexes.shape import Key, Shape
from perfkit.catalog import Relation
from perfkit.sql.predicates import TableUse

MOST_KEYS = 3
MOST_COMPARED = 5
"""Columns of one table whose orders are all tried; more are rare, and their orders many."""

MOST_HELD_SHARE = 0.7
"""An index that would hold more of the row than this is the table once more."""

MOST_INCLUDED = 10
_ROW_OVERHEAD_BYTES = 24


def wide_shapes(
    use: TableUse, relation: Relation, conditions: Conditions, *, is_fixed: bool
) -> Iterator[Shape]:
    """B-trees on the compared, joined and grouped columns in every sensible order, plain and with the rest of what is read; and
    the same for the rows alone that conditions without a value of the caller's keep, where ``is_fixed`` says that what is written
    out is always asked for."""
    predicate, fixed = _fixed(use, relation, conditions, is_fixed=is_fixed)
    for keys in _orders(use, relation, conditions):
        shape = Shape(relation=relation, equal=(), then=tuple(Key(column=name) for name in keys))
        yield from _with_rest(shape, use.columns, use)
        if predicate and not set(keys) & fixed:
            read = [name for name in use.columns if name not in fixed or name in use.selected]
            yield from _with_rest(replace(shape, predicate=predicate), read, use)


def _with_rest(shape: Shape, columns: Sequence[str], use: TableUse) -> Iterator[Shape]:
    yield shape
    held = covering(shape, columns) if not use.selects_star else None
    if held is not None:
        yield held


def _fixed(
    use: TableUse, relation: Relation, conditions: Conditions, *, is_fixed: bool
) -> tuple[tuple[str, ...], set[str]]:
    """What a partial index may rest on, and the columns that nothing else in the statement compares."""
    of_rows = [item for item in conditions.certain if is_of_one_row(item, use)]
    constant = [item for item in conditions.constant if is_fixed and may_be_predicate(item, relation)]
    if use.is_outer:
        constant = [item for item in constant if item.use != "null test"]
    found = (*map(fixed_condition, constant), *map(row_condition, of_rows))
    resting = {id(item) for item in (*of_rows, *constant)}
    others = {item.column for item in use.predicates if id(item) not in resting}
    own = {item.column for item in (*of_rows, *constant)}
    return tuple(dict.fromkeys(found)), own - others - set(use.group) - {key.column for key in use.order}


def covering(shape: Shape, columns: Sequence[str]) -> Shape | None:
    """The shape with the rest of these columns included; None where none is left, or it would be as wide as the table."""
    rest = tuple(sorted(set(columns) - shape.holds))
    if not 0 < len(rest) <= MOST_INCLUDED:
        return None
    wide = replace(shape, included=tuple(sorted({*shape.included, *rest})))
    return wide if held_share(wide) <= MOST_HELD_SHARE else None


def held_share(shape: Shape) -> float:
    """How much of a row of the table the index repeats."""
    relation = shape.relation
    row = sum(_width(relation, column.name) for column in relation.columns) + _ROW_OVERHEAD_BYTES
    return sum(_width(relation, name) for name in shape.holds) / row


def _orders(use: TableUse, relation: Relation, conditions: Conditions) -> Iterator[tuple[str, ...]]:
    equal = [item.column for item in distinct_columns([*conditions.equal, *conditions.listed])]
    ranges = list(dict.fromkeys(item.column for item in (*conditions.ranges, *conditions.joined_ranges)))
    joins = list(dict.fromkeys(item.column for item in conditions.joins))
    under_or = [item.column for item in conditions.alternatives if item.wrapped_by is None]
    groups = [name for name in use.group if is_sortable(relation, name)]
    compared = list(dict.fromkeys([*equal, *joins, *ranges, *under_or]))
    compared = [name for name in compared if is_sortable(relation, name)][:MOST_COMPARED]
    found: dict[tuple[str, ...], None] = {}
    for name in dict.fromkeys([*compared, *groups[:1]]):
        found[(name,)] = None
    for pair in permutations(compared, 2):
        found[pair] = None
    exact = [name for name in compared if name in equal or name in joins]
    for triple in permutations(exact, 3):
        found[triple] = None
    for first in permutations(exact, 2):
        found.update(
            dict.fromkeys((*first, name) for name in ranges if name in compared and name not in first)
        )
    if groups and len(groups) <= MOST_KEYS:
        found[tuple(dict.fromkeys([*equal[:1], *groups]))] = None
    yield from found


def _width(relation: Relation, name: str) -> float:
    column = relation.column(name)
    if column is None or column.statistics is None:
        return 8.0
    return float(column.statistics.average_width)
