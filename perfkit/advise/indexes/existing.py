"""Which existing index already does the work of one to be, or would be made redundant by it."""

from __future__ import annotations

import re

from perfkit.advise.indexes.shape import Key, Shape, normal_expression, same_order
from perfkit.catalog import Index, IndexKey, Relation

_SAME_WORK = {"gin_trgm_ops": frozenset({"gin_trgm_ops", "gist_trgm_ops"})}
"""Operator classes that serve what the first one is proposed for."""

_SAME_METHODS = {
    "gin": frozenset({"gin", "gist"}),
    "gist": frozenset({"gist", "spgist"}),
    "hash": frozenset({"hash", "btree"}),
    "brin": frozenset({"brin", "btree"}),
}


def covering_index(shape: Shape, implied: frozenset[str]) -> Index | None:
    """An existing index that does the work of the shape: same leading keys, or at most one row for the equal keys.

    ``implied`` are the normal forms of conditions the statement guarantees: a partial index may rest on them.
    """
    if shape.method != "btree":
        return _other_method(shape, implied)
    equal = {key.identity for key in shape.equal}
    for index in _usable(shape.relation, implied):
        keys = tuple(existing_key(key) for key in index.keys)
        if finds_one_row(index, shape):
            return index
        if shape.predicate and index.predicate is None:
            continue
        if not set(shape.included) <= {*index.columns, *index.included}:
            continue
        if {key.identity for key in keys[: len(shape.equal)]} != equal:
            continue
        if same_order(shape.then, keys[len(shape.equal) : len(shape.keys)]):
            return index
    return None


def _other_method(shape: Shape, implied: frozenset[str]) -> Index | None:
    for index in shape.relation.indexes:
        rests = index.predicate is None or _parts(index.predicate) <= implied
        if not index.is_valid or not rests or index.method not in _SAME_METHODS[shape.method]:
            continue
        # A column stands anywhere in a GIN or BRIN index, and leads in the others.
        keys = index.keys if index.method in ("gin", "brin") else index.keys[:1]
        if all(any(_does(mine, theirs) for theirs in keys) for mine in shape.keys):
            return index
    return None


def _does(mine: Key, theirs: IndexKey) -> bool:
    if mine.target != existing_key(theirs).target:
        return False
    if theirs.is_default_class:
        return mine.operator_class in (None, "jsonb_path_ops")
    return theirs.operator_class in _SAME_WORK.get(mine.operator_class or "", {mine.operator_class})


def finds_one_row(index: Index, shape: Shape) -> bool:
    """True when the index is unique over columns that are all compared for equality."""
    equal = {key.identity for key in shape.equal}
    return (
        index.is_unique
        and index.predicate is None
        and {existing_key(key).identity for key in index.keys} <= equal
    )


def replaced_index(shape: Shape) -> Index | None:
    """An existing index that the new one makes redundant: its keys are the first of the shape's, in the same order, under the
    same predicate, and the new one holds whatever else it holds.

    Never one that enforces a constraint or is unique (so no replica identity either), nor a partition's, which belongs to
    the parent's index.
    """
    if shape.method != "btree" or shape.relation.partition_of is not None:
        return None
    for index in shape.relation.indexes:
        keys = tuple(existing_key(key) for key in index.keys)
        if index.is_unique or index.enforces_constraint or index.method != "btree" or not index.is_valid:
            continue
        wanted = frozenset(normal_expression(part) for part in shape.predicate)
        if (_parts(index.predicate) if index.predicate is not None else frozenset()) != wanted:
            continue
        is_longer = len(keys) < len(shape.keys) or (
            len(keys) == len(shape.keys) and not set(shape.included) <= set(index.included)
        )
        if not is_longer or not set(index.included) <= shape.holds:
            continue
        if same_order(keys, _as_ordered(shape.keys[: len(keys)])):
            return index
    return None


def reordered_index(shape: Shape) -> Index | None:
    """An existing index on the same columns in an order that does not serve."""
    names = [key.identity for key in shape.keys]
    if shape.method != "btree" or shape.predicate:
        return None
    for index in shape.relation.indexes:
        keys = [existing_key(key).identity for key in index.keys]
        if (
            index.method == "btree"
            and index.is_valid
            and index.predicate is None
            and set(keys) == set(names)
            and keys != names
        ):
            return index
    return None


def existing_key(key: IndexKey) -> Key:
    return Key(
        column=key.column,
        expression=key.expression,
        is_ordered=True,
        is_descending=key.is_descending,
        nulls_first=key.nulls_first,
        operator_class=None if key.is_default_class else key.operator_class,
    )


def _as_ordered(keys: tuple[Key, ...]) -> tuple[Key, ...]:
    return tuple(
        Key(
            column=key.column,
            expression=key.expression,
            is_ordered=True,
            is_descending=key.is_descending,
            nulls_first=key.nulls_first,
            operator_class=key.operator_class,
        )
        for key in keys
    )


def _usable(relation: Relation, implied: frozenset[str]) -> list[Index]:
    return [
        index
        for index in relation.indexes
        if index.method == "btree"
        and index.is_valid
        and (index.predicate is None or _parts(index.predicate) <= implied)
    ]


def _parts(predicate: str) -> frozenset[str]:
    return frozenset(
        normal_expression(part) for part in re.split(r"\s+AND\s+", predicate, flags=re.IGNORECASE)
    )
