"""A column compared as another type than its own: the constant is cast instead."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlglot import Expr, exp

from perfkit.catalog import Catalog
from perfkit.sql.operands import unwrap
from perfkit.sql.rewrites.rewrite import Rewrite
from perfkit.sql.rewrites.search import Search, searches
from perfkit.sql.statement import Statement

_INTEGERS = ("smallint", "integer", "bigint")
_CURES = ("cast-on-column", "implicit-type-mismatch", "expression-no-statistics", "missing-expression-index")
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def constants_to_column_type(statement: Statement, catalog: Catalog) -> Iterator[Rewrite]:
    """``id::text = '42'`` and ``id = 42.0`` as ``id = 42``, and the same with a parameter that is cast."""
    for search in searches(statement, catalog):
        found = _value(search)
        sql = search.replaced(f"{search.name} = {found[0]}") if found is not None else None
        if found is None or sql is None:
            continue
        cures = _CURES + (("partition-pruning-defeated",) if search.is_partition_key else ())
        yield Rewrite(
            name="constant-to-column-type",
            sql=sql,
            cures=cures,
            rationale=f"{search.column.name} is compared as what it is, so that its index serves it",
            conditions=(f"{search.column.name} is of type {search.column.type}",),
            caveats=found[1],
        )


def _value(search: Search) -> tuple[str, tuple[str, ...]] | None:
    """The other side in the column's own type, with what must be told."""
    node = search.node
    if not isinstance(node, exp.EQ):
        return None
    side, other = node.this, node.expression
    if not side.find(exp.Column):
        side, other = other, side
    side, type_ = unwrap(side), search.column.type
    if (
        isinstance(side, exp.Cast)
        and isinstance(unwrap(side.this), exp.Column)
        and side.to.is_type("text", "varchar")
    ):
        return _of_text(unwrap(other), type_)
    if isinstance(side, exp.Cast) and isinstance(unwrap(side.this), exp.Column) and type_ in _INTEGERS:
        is_number = side.to.is_type("decimal", "double", "float", "bigint", "int")
        return _of_number(unwrap(other), type_) if is_number else None
    if isinstance(side, exp.Column) and type_ in _INTEGERS:
        return _of_number(unwrap(other), type_)
    return None


def _of_text(other: Expr, type_: str) -> tuple[str, tuple[str, ...]] | None:
    if isinstance(other, exp.Literal) and other.is_string:
        text = str(other.this)
        if type_ in _INTEGERS and re.fullmatch(r"-?[1-9]\d*|0", text):
            return text, ()
        if (type_ == "uuid" and _UUID.fullmatch(text)) or (type_ == "date" and _DATE.fullmatch(text)):
            return f"'{text}'", () if type_ == "uuid" else ("where DateStyle writes dates as ISO does",)
        return None
    if isinstance(other, exp.Parameter) and (type_ in _INTEGERS or type_ == "uuid"):
        return f"{other.sql(dialect='postgres')}::{type_}", (
            f"the value must be a {type_}: another text is an error",
        )
    return None


def _of_number(other: Expr, type_: str) -> tuple[str, tuple[str, ...]] | None:
    if isinstance(other, exp.Cast):
        inner = unwrap(other.this)
        if isinstance(inner, exp.Parameter) and other.to.is_type("decimal", "double", "float"):
            return f"{inner.sql(dialect='postgres')}::{type_}", (
                "the value must be a whole number: others are an error instead of finding nothing",
            )
        other = inner if other.to.is_type("decimal", "double", "float") else other
    if isinstance(other, exp.Literal):
        whole = re.fullmatch(r"(-?\d+)\.0*", str(other.this))
        if whole is not None and (not other.is_string):
            return whole[1], ()
    return None
