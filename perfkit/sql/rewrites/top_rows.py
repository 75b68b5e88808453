"""The first rows of each group by LATERAL, which reads just these where row_number() numbers all."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import Expr, exp

from perfkit.catalog import Catalog
from perfkit.identifier import quote_identifier
from perfkit.sql.operands import unwrap
from perfkit.sql.rewrites.draft import Draft, Query, ands, open_draft
from perfkit.sql.rewrites.groups import Groups, groups_of
from perfkit.sql.rewrites.rewrite import Rewrite
from perfkit.sql.scope import aliased, identifier, is_star, output_name
from perfkit.sql.statement import Statement

_UNFIT = ("group", "having", "limit", "offset", "distinct", "with_", "locks", "joins")


def numbered_to_lateral(statement: Statement, catalog: Catalog) -> Iterator[Rewrite]:
    """``SELECT … FROM (SELECT …, row_number() OVER (PARTITION BY g ORDER BY o) AS n FROM t) WHERE n <= k``."""
    draft = open_draft(statement, catalog)
    outer = draft.main if draft is not None else None
    if draft is None or outer is None or any(outer.node.args.get(part) for part in _UNFIT):
        return
    derived = outer.node.args["from_"].this if outer.node.args.get("from_") else None
    inner = draft.query(derived.this) if isinstance(derived, exp.Subquery) else None
    if inner is None or any(inner.node.args.get(part) for part in _UNFIT) or inner.node.args.get("order"):
        return
    window = _window(inner)
    limit = _limit(outer, window[0]) if window is not None else None
    if window is None or limit is None:
        return
    name, key, order = window
    groups = groups_of(inner, key, catalog)
    sql = _written(draft, outer, inner, groups, name, order, limit) if groups is not None else None
    if groups is None or sql is None:
        return
    unique = "where rows of one group tie in the order, row_number() picks any of them and so does LIMIT"
    yield Rewrite(
        name="numbered-to-lateral",
        sql=sql,
        cures=("top-n-per-group-window",),
        rationale="each group's first rows are read from the index, and no others",
        conditions=groups.conditions
        if groups.dimension is None
        else (f"every group is a row of {groups.dimension[0]}",),
        caveats=(unique,),
    )


def _window(inner: Query) -> tuple[str, exp.Column, str] | None:
    """Name of the number, the group, and ORDER BY within it, of the query's one window."""
    found = [
        (output_name(item), aliased(item))
        for item in inner.node.expressions
        if aliased(item).find(exp.Window)
    ]
    if len(found) != 1 or not isinstance(found[0][1], exp.Window):
        return None
    name, window = found[0]
    if not isinstance(window.this, exp.RowNumber) or window.args.get("spec"):
        return None
    parts, order = window.args.get("partition_by") or [], window.args.get("order")
    key = unwrap(parts[0]) if len(parts) == 1 else None
    if not isinstance(key, exp.Column) or order is None:
        return None
    return name, key, str(order.sql(dialect="postgres")).strip()


def _limit(outer: Query, name: str) -> str | None:
    """k of the one condition ``n <= k``, ``n < k + 1`` or ``n = 1``."""
    where = outer.node.args.get("where")
    parts = [unwrap(part) for part in ands(where.this)] if where is not None else []
    if len(parts) != 1 or not isinstance(parts[0], (exp.LTE, exp.LT, exp.EQ)):
        return None
    column, value = unwrap(parts[0].this), unwrap(parts[0].expression)
    if not isinstance(column, exp.Column) or identifier(column.this) != name:
        return None
    if isinstance(value, exp.Parameter) and isinstance(parts[0], exp.LTE):
        return str(value.sql(dialect="postgres"))
    if not isinstance(value, exp.Literal) or value.is_string or not str(value.this).isdigit():
        return None
    number = int(value.this) - isinstance(parts[0], exp.LT)
    return str(number) if number >= 1 and not (isinstance(parts[0], exp.EQ) and number != 1) else None


def _written(
    draft: Draft, outer: Query, inner: Query, groups: Groups, name: str, order: str, limit: str
) -> str | None:
    shown = [item for item in outer.node.expressions]
    if any(is_star(item) for item in shown) or any(_names(item, name) for item in shown):
        return None
    clause, where = inner.clause("from"), inner.clause("where")
    if clause is None:
        return None
    items = [
        item.sql(dialect="postgres", comments=False)
        for item in inner.node.expressions
        if not aliased(item).find(exp.Window)
    ]
    if any(is_star(item) for item in inner.node.expressions) and len(items) > 1:
        return None
    alias = quote_identifier(inner.scope.sources[0].alias)
    conditions = f"{alias}.{groups.column} = {{group}}"
    if where is not None:
        conditions += f" and ({draft.cut(where.body)})"
    derived = quote_identifier(outer.scope.sources[0].alias or "found")
    body = f"select {', '.join(items)} {draft.cut(clause.whole)} where {conditions} {order.lower()[:8]}{order[8:]} limit {limit}"
    selected = draft.cut(outer.block.selected.body)
    tail = outer.clause("order")
    ending = "\n" + draft.cut(tail.whole) if tail is not None else ""
    lateral = body.replace("{group}", "grp.val")
    joined = f"cross join lateral (\n  {lateral}\n) as {derived}"
    if groups.dimension is not None:
        table, key = groups.dimension
        return f"select {selected}\nfrom (select {key} as val from {table}) as grp {joined}{ending}"
    if groups.is_nullable:
        return None
    return f"{groups.listing}\nselect {selected}\nfrom grp {joined}\nwhere grp.val is not null{ending}"


def _names(item: Expr, name: str) -> bool:
    return any(identifier(column.this) == name for column in item.find_all(exp.Column))
