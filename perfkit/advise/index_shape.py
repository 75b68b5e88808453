"""An index that does not exist yet: its keys, its DDL, and which existing index already does its work."""

from __future__ import annotations

import re
from dataclasses import dataclass

from perfkit.catalog import Index, IndexKey, Relation
from perfkit.identifier import quote_identifier, quote_qualified

LOCK_TIMEOUT = "5s"
"""A waiting ALTER or CREATE makes everything behind it wait too; five seconds are the most a busy table bears."""

_CALL = re.compile(r"[a-z_][a-z0-9_$]*\([^()]*\)\Z", re.IGNORECASE)
_STORED_CAST = re.compile(
    r"::(?:text|character varying|bpchar|name)(?:\(\d+\))?(?!\[)|(?<=')::[\w. ]+?(?=[)\s]*(?:$|\)))"
)
_NOISE = re.compile(r"[\s()\"]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key: a column or an expression. Order matters only where ``is_ordered``."""

    column: str | None = None
    expression: str | None = None
    is_ordered: bool = False
    is_descending: bool = False
    nulls_first: bool = False
    operator_class: str | None = None

    @property
    def sql(self) -> str:
        if self.column is not None:
            text = quote_identifier(self.column)
        else:
            expression = self.expression or ""
            text = expression if _CALL.match(expression) else f"({expression})"
        if self.operator_class:
            text += f" {self.operator_class}"
        if self.is_descending:
            text += " DESC"
        if self.nulls_first != self.is_descending:
            text += " NULLS FIRST" if self.nulls_first else " NULLS LAST"
        return text

    @property
    def identity(self) -> str:
        """What it sorts by, less the direction."""
        name = (
            f"column {self.column}" if self.column is not None else normal_expression(self.expression or "")
        )
        return f"{name} {self.operator_class or ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A b-tree index to be: first the keys compared for equality, whose order is free, then the rest."""

    relation: Relation
    equal: tuple[Key, ...]
    then: tuple[Key, ...] = ()
    predicate: tuple[str, ...] = ()
    """Conditions of a partial index, joined by AND."""

    @property
    def keys(self) -> tuple[Key, ...]:
        return self.equal + self.then

    @property
    def sql(self) -> str:
        return f"CREATE INDEX ON {self._rest}"

    @property
    def safe_sql(self) -> str:
        """The form for a busy server. A partitioned parent knows no CONCURRENTLY (up to 18)."""
        how = "" if self.relation.kind == "partitioned table" else "CONCURRENTLY "
        return f"SET lock_timeout = '{LOCK_TIMEOUT}'; CREATE INDEX {how}ON {self._rest}"

    @property
    def _rest(self) -> str:
        table = quote_qualified(self.relation.schema, self.relation.name)
        keys = ", ".join(key.sql for key in self.keys)
        where = f" WHERE {' AND '.join(self.predicate)}" if self.predicate else ""
        return f"{table} ({keys}){where}"

    @property
    def identity(self) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
        return self.relation.qualified_name, tuple(key.sql for key in self.keys), self.predicate

    def is_prefix_of(self, other: Shape) -> bool:
        """True when the other index serves all this one would: the same leading keys under the same predicate."""
        mine, theirs = self.keys, other.keys[: len(self.keys)]
        if self.relation != other.relation or self.predicate != other.predicate or len(mine) != len(theirs):
            return False
        if {key.identity for key in self.equal} != {key.identity for key in theirs[: len(self.equal)]}:
            return False
        return _same_order(self.then, theirs[len(self.equal) :])


def covering_index(shape: Shape, implied: frozenset[str]) -> Index | None:
    """An existing index that does the work of the shape: same leading keys, or at most one row for the equal keys.

    ``implied`` are the normal forms of conditions the statement guarantees: a partial index may rest on them.
    """
    equal = {key.identity for key in shape.equal}
    for index in _usable(shape.relation, implied):
        keys = tuple(_existing(key) for key in index.keys)
        if finds_one_row(index, shape):
            return index
        if shape.predicate and index.predicate is None:
            continue
        if {key.identity for key in keys[: len(shape.equal)]} != equal:
            continue
        if _same_order(shape.then, keys[len(shape.equal) : len(shape.keys)]):
            return index
    return None


def finds_one_row(index: Index, shape: Shape) -> bool:
    """True when the index is unique over columns that are all compared for equality."""
    equal = {key.identity for key in shape.equal}
    return (
        index.is_unique
        and index.predicate is None
        and {_existing(key).identity for key in index.keys} <= equal
    )


def extended_index(shape: Shape) -> Index | None:
    """An existing index whose keys are the first of the shape's: the new one would make it redundant.

    Never one that enforces a constraint.
    """
    names = [key.identity for key in shape.keys]
    for index in _usable(shape.relation, frozenset()):
        keys = [_existing(key).identity for key in index.keys]
        if (
            not index.is_unique
            and not shape.predicate
            and keys == names[: len(keys)]
            and len(keys) < len(names)
        ):
            return index
    return None


def normal_expression(text: str) -> str:
    """An expression in a form that PostgreSQL's spelling of it shares: no blanks, parentheses, quotes, text casts.

    >>> normal_expression("lower(email)") == normal_expression("lower((email)::text)")
    True
    """
    return _NOISE.sub("", _STORED_CAST.sub("", text)).lower()


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


def _existing(key: IndexKey) -> Key:
    return Key(
        column=key.column,
        expression=key.expression,
        is_ordered=True,
        is_descending=key.is_descending,
        nulls_first=key.nulls_first,
        operator_class=None if key.is_default_class else key.operator_class,
    )


def _same_order(wanted: tuple[Key, ...], given: tuple[Key, ...]) -> bool:
    """True when the given keys deliver the wanted order, read forward or backward."""
    if [key.identity for key in wanted] != [key.identity for key in given]:
        return False
    turns = {
        (theirs.is_descending != mine.is_descending, theirs.nulls_first != mine.nulls_first)
        for mine, theirs in zip(wanted, given, strict=True)
        if mine.is_ordered
    }
    return turns <= {(False, False)} or turns == {(True, True)}
