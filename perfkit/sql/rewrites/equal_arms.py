"""An OR with many arms that ask for equality on the same columns, as one list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlglot import Expr, exp

from perfkit.catalog import Catalog
from perfkit.sql.conditions import flatten
from perfkit.sql.operands import unwrap
from perfkit.sql.rewrites.draft import Edit, conditions, open_draft
from perfkit.sql.rewrites.rewrite import Rewrite
from perfkit.sql.rewrites.row_lists import CURES, first_row_casts
from perfkit.sql.scope import Scope
from perfkit.sql.statement import Statement

FEWEST_ARMS = 10


def equal_arms_to_list(statement: Statement, catalog: Catalog) -> Iterator[Rewrite]:
    """``a = 1 or a = 2 or …`` as ``a in (1, 2, …)``, ``(a = 1 and b = 2) or …`` as ``(a, b) in (values (1, 2), …)``."""
    draft = open_draft(statement, catalog)
    for query in draft.queries if draft is not None else ():
        for condition, span in conditions(query):
            arms = list(flatten(unwrap(condition), exp.Or))
            rows = [_equalities(arm) for arm in arms] if len(arms) >= FEWEST_ARMS else []
            known = [row for row in rows if row is not None]
            if (
                draft is None
                or not known
                or len(known) != len(arms)
                or len({tuple(row) for row in known}) != 1
            ):
                continue
            written = _list(known, query.scope)
            sql = draft.edited([Edit(span, draft.own(written))]) if written is not None else None
            if sql is not None:
                yield Rewrite(
                    name="equal-arms-to-list",
                    sql=sql,
                    cures=CURES,
                    rationale="one list is planned and searched at once, not one condition for each value",
                    conditions=("each arm asks for equality on the same columns",),
                )


def _equalities(arm: Expr) -> dict[str, tuple[exp.Column, Expr]] | None:
    """The columns of an arm, sorted, with what each must equal; None where it asks for anything else."""
    found: dict[str, tuple[exp.Column, Expr]] = {}
    for part in flatten(arm, exp.And):
        if not isinstance(part, exp.EQ):
            return None
        column, value = unwrap(part.this), unwrap(part.expression)
        if not isinstance(column, exp.Column):
            column, value = value, column
        plain = value.this if isinstance(value, exp.Neg) else value
        if not isinstance(column, exp.Column) or not isinstance(plain, (exp.Literal, exp.Parameter)):
            return None
        if column.sql() in found:
            return None
        found[column.sql()] = (column, value)
    return dict(sorted(found.items()))


def _list(rows: Sequence[dict[str, tuple[exp.Column, Expr]]], scope: Scope) -> str | None:
    columns = [column for column, _ in rows[0].values()]
    cells = [[value for _, value in row.values()] for row in rows]
    names = ", ".join(column.sql(dialect="postgres") for column in columns)
    texts = [[cell.sql(dialect="postgres") for cell in row] for row in cells]
    if len(columns) == 1:
        return f"{names} in ({', '.join(row[0] for row in texts)})"
    casts = first_row_casts(columns, cells, scope)
    if casts is None:
        return None
    texts[0] = [text + cast for text, cast in zip(texts[0], casts, strict=True)]
    return f"({names}) in (values {', '.join('(' + ', '.join(row) + ')' for row in texts)})"
