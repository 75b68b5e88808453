"""``value = ANY (array column)`` as containment, which GIN serves."""

from __future__ import annotations

import re

from sqlglot import Expr, exp

from perfkit.sql.operands import unwrap
from perfkit.sql.rewrites.search import Search, Turned, source
from perfkit.sql.tokens import fold


def containment(search: Search) -> Turned | None:
    """All such conditions of the statement: one that stays keeps the index from being used."""
    node = search.node
    value = unwrap(node.this) if isinstance(node, exp.EQ) else None
    if value is None or searched_array(node.expression) is None or not search.column.type.endswith("[]"):
        return None
    type_ = element_type(search.column.type)
    if not _keeps_its_value(value, type_):
        return None
    written = source(value, search)
    return Turned(
        name="any-to-containment",
        rationale=f"a GIN index on {search.column.name} serves @>, which asks the same as = ANY",
        sql=f"{search.name} @> array[{written}]::{type_}[]",
        cures=("any-array-not-indexable", "expression-no-statistics"),
        conditions=("a NULL, as value or as array, is found by neither",),
    )


def searched_array(side: Expr) -> exp.Column | None:
    """The bare column in ``ANY (column)`` or ``SOME (column)``."""
    if isinstance(side, exp.Any):
        array = unwrap(side.this)
    elif isinstance(side, exp.Anonymous) and fold(str(side.this)) == "some" and len(side.expressions) == 1:
        array = unwrap(side.expressions[0])
    else:
        return None
    return array if isinstance(array, exp.Column) else None


def element_type(type_: str) -> str:
    """Of an array type, without a length that a cast would cut values to.

    >>> [element_type(type_) for type_ in ("integer[]", "character varying(20)[]", "character(3)[]")]
    ['integer', 'character varying', 'bpchar']
    """
    base = re.sub(r"\(.*?\)", "", type_.removesuffix("[]"))
    return "bpchar" if base == "character" else base


def _keeps_its_value(value: Expr, type_: str) -> bool:
    """True for constants that mean the same once they are of the elements' type."""
    if isinstance(value, exp.Parameter):
        return True
    if isinstance(value, exp.Cast):
        inner = unwrap(value.this)
        is_same = not value.to.expressions and exp.DataType.build(
            type_, dialect="postgres", udt=True
        ).is_type(value.to)
        return is_same and isinstance(inner, (exp.Literal, exp.Parameter))
    if not isinstance(value, exp.Literal):
        return False
    is_integer = type_ in ("smallint", "integer", "bigint")
    return value.is_string or (str(value.this).isdigit() if is_integer else type_ == "numeric")
