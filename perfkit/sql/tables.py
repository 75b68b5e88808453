"""Which relations a statement names."""

from __future__ import annotations

from perfkit.identifier import quote_identifier
from perfkit.sql.statement import Statement


def table_names(statement: Statement) -> tuple[str, ...]:
    """Names of tables and views as regclass reads them, in order of appearance; CTEs of the statement left out.

    Empty where sqlglot could not read the statement.
    """
    if statement.tree is None:
        return ()
    from sqlglot import exp

    tree = statement.tree
    ctes = {cte.alias for cte in tree.find_all(exp.CTE)}
    names = (
        table
        for table in tree.find_all(exp.Table)
        if isinstance(table.this, exp.Identifier) and (table.db or table.name not in ctes)
    )
    return tuple(
        dict.fromkeys(
            ".".join(_as_regclass(part) for part in (table.args.get("db"), table.this) if part)
            for table in names
        )
    )


def _as_regclass(identifier: object) -> str:
    from sqlglot import exp

    assert isinstance(identifier, exp.Identifier)
    name: str = identifier.this
    return quote_identifier(name if identifier.args.get("quoted") else name.lower())
