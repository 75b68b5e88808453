"""``value = ANY (array column)`` as containment, which GIN serves."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from perfkit.catalog import Catalog
from perfkit.sql.operands import unwrap
from perfkit.sql.rewrites.rewrite import Rewrite
from perfkit.sql.rewrites.search import Search, searches
from perfkit.sql.statement import Statement


def any_to_containment(statement: Statement, catalog: Catalog) -> Iterator[Rewrite]:
    """All such conditions of the statement at once: one that stays keeps the index from being used."""
    found = [search for search in searches(statement, catalog) if _is_any(search)]
    if not found:
        return
    sql: str | None = statement.text
    for search in sorted(found, key=lambda one: -one.span.start):
        value = unwrap(search.node.this).sql(dialect="postgres")
        condition = f"{search.name} @> array[{value}]::{search.column.type}"
        sql = sql[: search.span.start] + condition + sql[search.span.end :] if sql is not None else None
    first = found[0]
    checked = first.replaced(statement.text[first.span.start : first.span.end])
    if sql is None or checked is None:
        return
    yield Rewrite(
        name="any-to-containment",
        sql=sql,
        cures=("any-array-not-indexable", "expression-no-statistics"),
        rationale=f"a GIN index on {first.column.name} serves @>, which asks the same as = ANY",
        conditions=("the value is not NULL",),
    )


def _is_any(search: Search) -> bool:
    node = search.node
    return (
        isinstance(node, exp.EQ)
        and isinstance(node.expression, exp.Any)
        and isinstance(unwrap(node.expression.this), exp.Column)
        and search.column.type.endswith("[]")
        and isinstance(unwrap(node.this), (exp.Literal, exp.Parameter, exp.Cast))
    )
