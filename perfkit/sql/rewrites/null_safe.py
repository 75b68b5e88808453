"""IS NOT DISTINCT FROM a constant, for which PostgreSQL searches no index, as =."""

from __future__ import annotations

from sqlglot import exp

from perfkit.sql.operands import unwrap
from perfkit.sql.rewrites.search import Search, Turned, source


def null_safe(search: Search) -> Turned | None:
    """``c is not distinct from 5`` is ``c = 5``; a parameter may be NULL, and then finds NULLs."""
    node = search.node
    if not isinstance(node, exp.NullSafeEQ):
        return None
    side, value = unwrap(node.this), unwrap(node.expression)
    if not isinstance(side, exp.Column):
        side, value = value, side
    if not isinstance(side, exp.Column):
        return None
    written = source(value, search)
    inner = unwrap(value.this) if isinstance(value, exp.Cast) else value
    if isinstance(inner, exp.Literal):
        sql, why = f"{search.name} = {written}", "the value is not NULL"
    elif isinstance(inner, exp.Parameter):
        sql = f"({search.name} = {written} or {search.name} is null and {written} is null)"
        why = f"a NULL as value finds the rows where {search.column.name} is NULL"
    else:
        return None
    return Turned(
        name="not-distinct-to-equal",
        sql=sql,
        rationale=f"an index on {search.column.name} serves =, but not IS NOT DISTINCT FROM",
        cures=("missing-index-filter", "function-on-column"),
        conditions=(why,),
    )
