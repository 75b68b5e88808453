"""What the outermost query of a statement orders by, and which table it writes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from perfkit.identifier import quote_identifier
from perfkit.sql.statement import Statement

if TYPE_CHECKING:
    from sqlglot import Expr


def order_of(statement: Statement) -> str | None:
    """ORDER BY of the outermost query as text, for comparison only; None without one.

    What it names of the columns that are put out stands there by number, however it is written: a union can only name them
    without their table.

    >>> from perfkit.sql import parse_statement
    >>> order_of(parse_statement("select a, t.b from t order by t.b desc, c")), order_of(parse_statement("select a from t"))
    ('2 DESC, c', None)
    >>> order_of(parse_statement("select a, b from t union select a, b from s order by b desc"))
    '2 DESC'
    """
    from sqlglot import exp

    order = statement.tree.args.get("order") if statement.tree is not None else None
    if order is None:
        return None
    query: Expr | None = statement.tree
    while isinstance(query, (exp.SetOperation, exp.Subquery)):
        query = query.this
    items = query.expressions if isinstance(query, exp.Select) else []
    keys = []
    for key in order.copy().expressions:
        place = _place(key.this, items) if isinstance(key, exp.Ordered) else None
        if place is not None:
            key.set("this", exp.Literal.number(place))
        keys.append(str(key.sql(dialect="postgres")))
    return ", ".join(keys)


def _place(key: Expr, items: Sequence[Expr]) -> int | None:
    """The number of the one output column that a key of an ORDER BY is; None where it is none, or where stars hide the numbers."""
    from sqlglot import exp

    from perfkit.sql.scope import aliased, identifier, is_star, output_name

    if any(map(is_star, items)):
        return None
    named, same = [], []
    for number, item in enumerate(items, 1):
        if isinstance(key, exp.Column) and not key.table and output_name(item) == identifier(key.this):
            named.append(number)
        if aliased(item) == key:
            same.append(number)
    found = named or same
    return found[0] if len(found) == 1 else None


def target_of(statement: Statement) -> str | None:
    """The table an INSERT, UPDATE, DELETE or MERGE writes, as SQL names it; None for other statements.

    >>> from perfkit.sql import parse_statement
    >>> target_of(parse_statement("update Sales.orders as o set a = 1")), target_of(parse_statement("select 1"))
    ('sales.orders', None)
    """
    from sqlglot import exp

    tree = statement.tree
    if tree is None or not isinstance(tree.this, (exp.Table, exp.Schema)):
        return None
    table = tree.this.find(exp.Table)
    if table is None:
        return None
    parts = [part for part in (table.args.get("db"), table.this) if isinstance(part, exp.Identifier)]
    return ".".join(
        quote_identifier(part.this if part.args.get("quoted") else part.this.lower()) for part in parts
    )
