"""Which columns an UPDATE sets."""

from __future__ import annotations

from perfkit.sql.scope import identifier
from perfkit.sql.statement import Statement


def set_columns(statement: Statement) -> frozenset[str]:
    """Names of the columns that an UPDATE assigns; empty for other statements and where it could not be read.

    >>> from perfkit.sql import parse_statement
    >>> sorted(set_columns(parse_statement("update t set a = 1, b = b + 1 where c = 2")))
    ['a', 'b']
    """
    from sqlglot import exp

    if not isinstance(statement.tree, exp.Update):
        return frozenset()
    targets = [one.this for one in statement.tree.expressions if isinstance(one, exp.EQ)]
    return frozenset(
        identifier(column.this)
        for target in targets
        for column in target.find_all(exp.Column)
        if column is target or isinstance(target, exp.Tuple)
    )
