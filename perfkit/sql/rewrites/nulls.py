"""Which expressions of a query cannot be NULL."""

from __future__ import annotations

from sqlglot import Expr, exp

from perfkit.sql.operands import unwrap
from perfkit.sql.rewrites.draft import Query, ands
from perfkit.sql.rewrites.keys import base_column, never_null


def is_never_null(item: Expr, inner: Query) -> bool:
    """True for a NOT NULL column, and for one that the query's own WHERE keeps from being NULL."""
    if never_null(item, inner.scope):
        return True
    found = base_column(item, inner.scope)
    where = inner.node.args.get("where")
    if found is None or where is None:
        return False
    for part in map(unwrap, ands(where.this)):
        refuses = (
            isinstance(part, (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE))
            or (
                isinstance(part, exp.Not)
                and isinstance(unwrap(part.this), exp.Is)
                and isinstance(unwrap(part.this).expression, exp.Null)
            )
            or (
                isinstance(part, exp.Is) and part.args.get("negate") and isinstance(part.expression, exp.Null)
            )
        )
        sides = [part.this, part.expression] if isinstance(part, exp.Binary) else [unwrap(part.this).this]
        if refuses and any(base_column(side, inner.scope) == found for side in sides):
            return True
    return False
