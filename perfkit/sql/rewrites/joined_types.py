"""Columns of different types joined with each other: the one that has the index is left alone, and the other is cast."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import Expr, exp

from perfkit.catalog import Catalog, Column, Relation
from perfkit.sql.operands import unwrap
from perfkit.sql.rewrites.draft import Edit, edited
from perfkit.sql.rewrites.rewrite import Rewrite
from perfkit.sql.rewrites.search import owner_of, place_of, single_conditions
from perfkit.sql.scope import Scope
from perfkit.sql.statement import Statement

_INTEGERS = ("smallint", "integer", "bigint")
_TEXTS = ("text", "character varying")
_CURES = ("implicit-type-mismatch", "cast-on-column", "missing-index-join", "missing-expression-index")


def joins_to_indexed_type(statement: Statement, catalog: Catalog) -> Iterator[Rewrite]:
    """``a.id::text = b.ref`` as ``a.id = b.ref::bigint``; ``a.id = b.number`` with a numeric as ``a.id = b.number::bigint``."""
    for node, scope in single_conditions(statement, catalog):
        if not isinstance(node, exp.EQ):
            continue
        for mine, other in ((node.this, node.expression), (node.expression, node.this)):
            found = _turned(unwrap(mine), unwrap(other), scope)
            span = place_of(node, statement.text) if found is not None else None
            if found is None or span is None:
                continue
            name, cast, owner, caveat = found
            sides = (name, cast) if mine is node.this else (cast, name)
            sql = edited(statement, [Edit(span, " = ".join(sides))])
            if sql is not None:
                yield Rewrite(
                    name="join-to-indexed-type",
                    sql=sql,
                    cures=_CURES,
                    rationale=f"the index on {owner[0].name}.{owner[1].name} can serve the join",
                    conditions=(f"{owner[1].name} is of type {owner[1].type}",),
                    caveats=(caveat,),
                )


def joined_columns(
    statement: Statement, catalog: Catalog
) -> Iterator[tuple[tuple[Relation, Column], tuple[Relation, Column]]]:
    """Bare columns of two tables that an equality compares, the one without an index first, the one that leads one second."""
    for node, scope in single_conditions(statement, catalog):
        if not isinstance(node, exp.EQ):
            continue
        for mine, other in ((node.this, node.expression), (node.expression, node.this)):
            column, key = unwrap(mine), unwrap(other)
            if not isinstance(column, exp.Column) or not isinstance(key, exp.Column):
                continue
            owner, partner = owner_of(column, scope), owner_of(key, scope)
            if owner is not None and partner is not None and _leads_an_index(*partner):
                yield owner, partner


def _turned(mine: Expr, other: Expr, scope: Scope) -> tuple[str, str, tuple[Relation, Column], str] | None:
    """The indexed column, the other one with its cast, the owner of the first, and what must be told."""
    column = unwrap(mine.this) if isinstance(mine, exp.Cast) and mine.to.is_type("text", "varchar") else mine
    if not isinstance(column, exp.Column) or not isinstance(other, exp.Column):
        return None
    owner, partner = owner_of(column, scope), owner_of(other, scope)
    if owner is None or partner is None or not _leads_an_index(*owner):
        return None
    type_, their_type, their_name = owner[1].type, partner[1].type, partner[1].name
    cast: str | None = None
    caveat = ""
    if column is not mine and their_type.startswith(_TEXTS) and type_ in (*_INTEGERS, "uuid"):
        cast = type_
        caveat = f"equal where every {their_name} is written as PostgreSQL writes a {type_}; another text becomes an error"
    elif column is mine and type_ in _INTEGERS and their_type.startswith(("numeric", "double", "real")):
        cast, caveat = type_, f"equal where every {their_name} is a whole number of type {type_}"
    elif column is mine and type_.startswith("character(") and their_type.startswith(_TEXTS):
        cast, caveat = "bpchar", f"spaces at the end of {their_name} no longer count"
    if cast is None:
        return None
    return column.sql(dialect="postgres"), f"{other.sql(dialect='postgres')}::{cast}", owner, caveat


def _leads_an_index(relation: Relation, column: Column) -> bool:
    return any(
        index.is_valid and index.predicate is None and index.columns[:1] == (column.name,)
        for index in relation.indexes
    )
