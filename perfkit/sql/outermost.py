"""What the outermost query of a statement orders by, and which table it writes."""

from __future__ import annotations

from perfkit.identifier import quote_identifier
from perfkit.sql.statement import Statement


def order_of(statement: Statement) -> str | None:
    """ORDER BY of the outermost query as text, for comparison only; None without one.

    >>> from perfkit.sql import parse_statement
    >>> order_of(parse_statement("select a from t order by a desc")), order_of(parse_statement("select a from t"))
    ('ORDER BY a DESC', None)
    """
    order = statement.tree.args.get("order") if statement.tree is not None else None
    return str(order.sql(dialect="postgres")).strip() if order is not None else None


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
