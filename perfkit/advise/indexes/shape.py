"""An index that does not exist yet: its keys, what it holds beside them, and its DDL."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from perfkit.advise.indexes.name import expression_part, index_name
from perfkit.catalog import Relation
from perfkit.identifier import quote_identifier, quote_qualified

Method = Literal["btree", "gin", "gist", "brin", "hash"]

_CALL = re.compile(r"[a-z_][a-z0-9_$]*\([^()]*\)\Z", re.IGNORECASE)
_STORED_CAST = re.compile(
    r"::(?:text|character varying|bpchar|name)(?:\(\d+\))?(?!\[)|(?<=')::[\w. ]+?(?=[)\s]*(?:$|\)|,))"
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
    def target(self) -> str:
        """The column or expression in a form that PostgreSQL's spelling shares."""
        return (
            f"column {self.column}" if self.column is not None else normal_expression(self.expression or "")
        )

    @property
    def identity(self) -> str:
        """What it sorts by, less the direction."""
        return f"{self.target} {self.operator_class or ''}"

    @property
    def name_part(self) -> str:
        return self.column if self.column is not None else expression_part(self.expression or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """An index to be: first the keys compared for equality, whose order is free, then the rest."""

    relation: Relation
    equal: tuple[Key, ...]
    then: tuple[Key, ...] = ()
    predicate: tuple[str, ...] = ()
    """Conditions of a partial index, joined by AND."""
    included: tuple[str, ...] = ()
    """Columns held for reading alone (INCLUDE)."""
    method: Method = "btree"
    given_name: str | None = None
    """None for the name PostgreSQL would choose first."""

    @property
    def keys(self) -> tuple[Key, ...]:
        return self.equal + self.then

    @property
    def name_parts(self) -> tuple[str, ...]:
        return (*(key.name_part for key in self.keys), *self.included)

    @property
    def name(self) -> str:
        return self.given_name or index_name(self.relation.name, self.name_parts)

    @property
    def qualified_name(self) -> str:
        """As SQL has it: an index lives in the schema of its table."""
        return quote_qualified(self.relation.schema, self.name)

    @property
    def sql(self) -> str:
        return self.create()

    def create(self, *, concurrently: bool = False, only: bool = False) -> str:
        """The DDL; ``only`` leaves a partitioned table's partitions alone."""
        how = "CONCURRENTLY " if concurrently else ""
        table = ("ONLY " if only else "") + quote_qualified(self.relation.schema, self.relation.name)
        return f"CREATE INDEX {how}{quote_identifier(self.name)} ON {table} {self.body}"

    @property
    def body(self) -> str:
        """What follows the table's name."""
        method = "" if self.method == "btree" else f"USING {self.method} "
        keys = ", ".join(key.sql for key in self.keys)
        included = f" INCLUDE ({', '.join(map(quote_identifier, self.included))})" if self.included else ""
        where = f" WHERE {' AND '.join(self.predicate)}" if self.predicate else ""
        return f"{method}({keys}){included}{where}"

    @property
    def holds(self) -> frozenset[str]:
        """Columns an index-only scan could read from it."""
        return frozenset((*(key.column for key in self.keys if key.column is not None), *self.included))

    def is_prefix_of(self, other: Shape) -> bool:
        """True when the other index serves all this one would: the same leading keys under the same predicate."""
        mine, theirs = self.keys, other.keys[: len(self.keys)]
        if (self.relation, self.predicate, self.method, self.included) != (
            other.relation,
            other.predicate,
            other.method,
            other.included,
        ):
            return False
        if len(mine) != len(theirs):
            return False
        if {key.identity for key in self.equal} != {key.identity for key in theirs[: len(self.equal)]}:
            return False
        return same_order(self.then, theirs[len(self.equal) :])


def normal_expression(text: str) -> str:
    """An expression in a form that PostgreSQL's spelling of it shares: no blanks, parentheses, quotes, text casts.

    >>> normal_expression("lower(email)") == normal_expression("lower((email)::text)")
    True
    >>> normal_expression("to_tsvector('english', b)") == normal_expression("to_tsvector('english'::regconfig, b)")
    True
    """
    return _NOISE.sub("", _STORED_CAST.sub("", text)).lower()


def same_order(wanted: tuple[Key, ...], given: tuple[Key, ...]) -> bool:
    """True when the given keys deliver the wanted order, read forward or backward."""
    if [key.identity for key in wanted] != [key.identity for key in given]:
        return False
    turns = {
        (theirs.is_descending != mine.is_descending, theirs.nulls_first != mine.nulls_first)
        for mine, theirs in zip(wanted, given, strict=True)
        if mine.is_ordered
    }
    return turns <= {(False, False)} or turns == {(True, True)}
