"""ORDER BY, GROUP BY and LIMIT of one SELECT, given to the table whose index could serve them."""

from __future__ import annotations

from sqlglot import Expr, exp

from perfkit.sql.operands import bare_column, unwrap
from perfkit.sql.predicates import OrderKey, RowLimit
from perfkit.sql.scope import Occurrence, Scope, identifier, local_nodes
from perfkit.sql.source import SourceText

_FIRST_ROW = RowLimit(sql="1", value=1)


def row_limit(node: object, text: SourceText) -> RowLimit | None:
    """LIMIT, FETCH FIRST or OFFSET as a value; None for none and for LIMIT ALL or NULL."""
    if isinstance(node, exp.Fetch):
        count = node.args.get("count")
    elif isinstance(node, (exp.Limit, exp.Offset)):
        count = node.expression
    else:
        return None
    if count is None:
        return _FIRST_ROW
    count = unwrap(count)
    if isinstance(count, (exp.Null, exp.Var)):
        return None
    is_number = isinstance(count, exp.Literal) and not count.is_string and str(count.this).isdigit()
    return RowLimit(sql=text.of(count), value=int(str(count.this)) if is_number else None)


def read_order(scope: Scope, text: SourceText, limit: RowLimit | None, offset: RowLimit | None) -> None:
    """Give the leading ORDER BY keys that belong to one table to that table, with LIMIT and OFFSET.

    A lone min or max counts as ORDER BY with LIMIT 1, which is how the planner runs it.
    """
    select = scope.select
    if select is None:
        return
    for table in scope.occurrences():
        table.limit, table.offset = limit, offset
    order = select.args.get("order")
    if order is None:
        _read_extreme(scope, select)
        return
    owner: Occurrence | None = None
    keys: list[OrderKey] = []
    for item in order.expressions:
        found = _order_key(item, scope, select, text)
        if found is None or (owner is not None and found[0] is not owner):
            break
        owner = found[0]
        keys.append(found[1])
    if owner is not None:
        owner.order = keys
        owner.is_order_complete = len(keys) == len(order.expressions)
        owner.limit, owner.offset = limit, offset


def _order_key(
    item: Expr, scope: Scope, select: exp.Select, text: SourceText
) -> tuple[Occurrence, OrderKey] | None:
    descending = bool(item.args.get("desc"))
    nulls_first = item.args.get("nulls_first")
    node = output_of(item.this, select, prefers_output=True)
    tables: list[Occurrence] = []
    column: str | None = None
    bare = bare_column(node, scope)
    for inner in local_nodes(node):
        if not isinstance(inner, exp.Column) or isinstance(inner.this, exp.Star):
            continue
        located = scope.locate(inner)
        if len(located) != 1 or not located[0].can_push:
            return None
        tables.append(located[0].table)
        column = located[0].column
    if not tables or any(table is not tables[0] for table in tables):
        return None
    if any(isinstance(inner, (exp.AggFunc, exp.Window)) for inner in local_nodes(node)):
        return None
    key = OrderKey(
        column=column if bare is not None else None,
        expression=column or "" if bare is not None else text.of(node),
        is_descending=descending,
        nulls_first=descending if nulls_first is None else bool(nulls_first),
    )
    return tables[0], key


def read_window(scope: Scope, text: SourceText) -> None:
    """Give the order all window functions of a SELECT ask for to the table it belongs to."""
    select = scope.select
    windows = [
        node
        for item in (select.expressions if select is not None else ())
        for node in local_nodes(item)
        if isinstance(node, exp.Window) and node.args.get("over") and not node.alias
    ]
    if (
        select is None
        or not windows
        or any(_window_keys(node) != _window_keys(windows[0]) for node in windows)
    ):
        return
    found = [_order_key(item, scope, select, text) for item in _window_keys(windows[0])]
    tables = [key[0] for key in found if key is not None]
    if tables and len(tables) == len(found) and all(table is tables[0] for table in tables):
        tables[0].window = [key[1] for key in found if key is not None]


def _window_keys(window: exp.Window) -> list[Expr]:
    order = window.args.get("order")
    parts = [exp.Ordered(this=part.copy()) for part in window.args.get("partition_by") or ()]
    return [*parts, *(order.expressions if order is not None else ())]


def _read_extreme(scope: Scope, select: exp.Select) -> None:
    if len(select.expressions) != 1 or len(scope.sources) != 1:
        return
    if any(select.args.get(part) for part in ("group", "having", "distinct")):
        return
    item = select.expressions[0]
    item = unwrap(item.this if isinstance(item, exp.Alias) else item)
    if not isinstance(item, (exp.Min, exp.Max)) or item.expressions:
        return
    column = bare_column(item.this, scope)
    located = scope.locate(column) if column is not None else ()
    if len(located) != 1 or not located[0].can_push:
        return
    descending = isinstance(item, exp.Max)
    table = located[0].table
    table.order = [
        OrderKey(
            column=located[0].column,
            expression=located[0].column,
            is_descending=descending,
            nulls_first=descending,
        )
    ]
    table.is_order_complete = True
    table.limit = _FIRST_ROW


def group_keys(scope: Scope) -> None:
    """Give GROUP BY, DISTINCT ON or DISTINCT keys that are all columns of one table to that table."""
    select = scope.select
    if select is None:
        return
    keys = _keys(select)
    owner: Occurrence | None = None
    columns: list[str] = []
    for key in keys:
        column = bare_column(output_of(key, select, prefers_output=False), scope)
        located = scope.locate(column) if column is not None else ()
        if (
            len(located) != 1
            or not located[0].can_push
            or (owner is not None and located[0].table is not owner)
        ):
            break
        owner = located[0].table
        if located[0].column not in columns:
            columns.append(located[0].column)
    else:
        if owner is not None:
            owner.is_group_complete = True
    if owner is not None:
        owner.group = columns


def _keys(select: exp.Select) -> list[Expr]:
    group = select.args.get("group")
    if group is not None:
        return list(group.expressions)
    distinct = select.args.get("distinct")
    if distinct is None:
        return []
    on = distinct.args.get("on")
    if isinstance(on, exp.Tuple):
        return list(on.expressions)
    if on is not None:
        return [on]
    return [item.this if isinstance(item, exp.Alias) else item for item in select.expressions]


def output_of(node: Expr, select: exp.Select, *, prefers_output: bool) -> Expr:
    """The expression an ordinal or an output name stands for; the node itself otherwise.

    ORDER BY looks a bare name up among the outputs first; GROUP BY among the columns first, so that there an output
    name counts only where it is an alias that renames.
    """
    node = unwrap(node)
    if isinstance(node, exp.Literal) and not node.is_string and str(node.this).isdigit():
        place = int(str(node.this)) - 1
        if 0 <= place < len(select.expressions):
            item = select.expressions[place]
            return unwrap(item.this if isinstance(item, exp.Alias) else item)
    if isinstance(node, exp.Column) and not node.table:
        name = identifier(node.this)
        for item in select.expressions:
            if isinstance(item, exp.Alias) and identifier(item.args.get("alias")) == name:
                renames = not isinstance(item.this, exp.Column) or identifier(item.this.this) != name
                if prefers_output or renames:
                    return unwrap(item.this)
    return node
