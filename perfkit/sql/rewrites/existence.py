"""A count that only asks whether there is any row, as EXISTS, which stops at the first."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import Expr, exp

from perfkit.catalog import Catalog
from perfkit.sql.operands import unwrap
from perfkit.sql.rewrites.blocks import Span
from perfkit.sql.rewrites.draft import Draft, Edit, Query, conditions, open_draft
from perfkit.sql.rewrites.keys import never_null
from perfkit.sql.rewrites.rewrite import Rewrite
from perfkit.sql.scope import aliased
from perfkit.sql.statement import Statement

_SOME: dict[type[Expr], tuple[str, ...]] = {exp.GT: ("0",), exp.GTE: ("1",), exp.NEQ: ("0",)}
_NONE: dict[type[Expr], tuple[str, ...]] = {exp.EQ: ("0",), exp.LT: ("1",), exp.LTE: ("0",)}
_TURNED: dict[type[Expr], type[Expr]] = {exp.GT: exp.LT, exp.LT: exp.GT, exp.GTE: exp.LTE, exp.LTE: exp.GTE}
_UNFIT = ("group", "having", "limit", "offset", "distinct", "windows", "with_", "locks")


def count_to_exists(statement: Statement, catalog: Catalog) -> Iterator[Rewrite]:
    """``(SELECT count(*) …) > 0`` between the ANDs of a WHERE."""
    draft = open_draft(statement, catalog)
    for query in draft.queries if draft is not None else ():
        for condition, span in conditions(query):
            found = _compared(condition)
            if draft is None or found is None:
                continue
            subquery, is_some = found
            inner = draft.query(subquery)
            sql = _rewritten(draft, inner, span, is_some) if inner is not None else None
            if sql is not None:
                yield Rewrite(
                    name="count-to-exists",
                    sql=sql,
                    cures=("count-used-as-exists", "correlated-subquery-per-row", "many-subplan-loops"),
                    rationale="EXISTS stops at the first row, and can be planned as a semi-join",
                    conditions=("a count is above zero just where there is a row",),
                )


def _compared(condition: Expr) -> tuple[exp.Select, bool] | None:
    """The counting subquery, and whether some row is asked for rather than none."""
    node = unwrap(condition)
    if not isinstance(node, exp.Binary):
        return None
    kind: type[Expr] = type(node)
    side, other = unwrap(node.this), unwrap(node.expression)
    if isinstance(other, (exp.Subquery, exp.Select)):
        side, other, kind = other, side, _TURNED.get(kind, kind)
    while isinstance(side, exp.Subquery):
        side = side.this
    if not isinstance(side, exp.Select) or not isinstance(other, exp.Literal) or other.is_string:
        return None
    number = str(other.this)
    if number in _SOME.get(kind, ()):
        return side, True
    return (side, False) if number in _NONE.get(kind, ()) else None


def _rewritten(draft: Draft, inner: Query, span: Span, is_some: bool) -> str | None:
    node = inner.node
    if any(node.args.get(part) for part in _UNFIT) or len(node.expressions) != 1:
        return None
    counted = unwrap(aliased(node.expressions[0]))
    if not isinstance(counted, exp.Count) or counted.expressions:
        return None
    if not isinstance(counted.this, exp.Star) and not never_null(counted.this, inner.scope):
        return None
    around = draft.parentheses(inner)
    word = "exists " if is_some else "not exists "
    return draft.edited(
        [
            Edit(Span(span.start, around.start), draft.own(word)),
            Edit(inner.block.selected.body, "1"),
            Edit(Span(around.end, span.end), ""),
        ]
    )
