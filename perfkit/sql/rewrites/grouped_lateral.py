"""A join to a grouped derived table, computed for the rows that survive the other filters instead of for all groups."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import Expr, exp

from perfkit.catalog import Catalog
from perfkit.sql.operands import is_stable, unwrap
from perfkit.sql.rewrites.blocks import Span
from perfkit.sql.rewrites.draft import Draft, Edit, Query, addition, open_draft
from perfkit.sql.rewrites.from_items import Items, read_items
from perfkit.sql.rewrites.keys import base_column
from perfkit.sql.rewrites.names import qualified
from perfkit.sql.rewrites.rewrite import Rewrite
from perfkit.sql.scope import identifier
from perfkit.sql.statement import Statement

_UNFIT = ("having", "limit", "offset", "order", "distinct", "windows", "locks", "with_")


def grouped_table_to_lateral(statement: Statement, catalog: Catalog) -> Iterator[Rewrite]:
    draft = open_draft(statement, catalog)
    for query in draft.queries if draft is not None else ():
        is_narrowed = query.clause("where") is not None or query.clause("limit") is not None
        items = read_items(query, draft) if draft is not None and is_narrowed else None
        for place in range(1, len(items.sources)) if items is not None else ():
            if draft is not None and items is not None:
                yield from _rewrite(draft, items, place)


def _rewrite(draft: Draft, items: Items, place: int) -> Iterator[Rewrite]:
    source = items.sources[place]
    inner = draft.query(source.branches[0].select) if len(source.branches) == 1 else None
    if inner is None or not isinstance(inner.node.parent, exp.Subquery) or source.column_aliases:
        return
    group = inner.node.args.get("group")
    if (
        group is None
        or any(inner.node.args.get(part) for part in _UNFIT)
        or items.sides[place] not in ("", "LEFT")
    ):
        return
    opening = draft.parentheses(inner).start
    if items.spans[place].start != opening or not all(map(is_stable, inner.node.find_all(exp.Func))):
        return
    ties = _ties(draft, items, place, inner)
    keys = [unwrap(key) for key in group.expressions]
    own = [condition for condition in items.conditions if condition.item == place]
    if (
        ties is None
        or len(ties) != len(own)
        or not keys
        or {id(key) for key, _ in ties} != {id(key) for key in keys}
    ):
        return
    inner_aliases = {found.alias for found in inner.scope.sources}
    outers = {
        table
        for _, outer in ties
        for node in outer.find_all(exp.Column)
        if (table := _alias(node, items)) is not None
    }
    texts = [
        (qualified(key, inner.scope, draft), qualified(outer, items.query.scope, draft))
        for key, outer in ties
    ]
    if inner_aliases & outers or any(left is None or right is None for left, right in texts):
        return
    condition = draft.own(" and ").join(f"{left} = {right}" for left, right in texts)
    first, last = own[0].span, own[-1].span
    sql = draft.edited(
        [
            Edit(Span(opening, opening), draft.own("lateral ")),
            addition(inner, condition, draft),
            Edit(Span(first.start, last.end), draft.own("true")),
        ]
    )
    if sql is not None:
        yield Rewrite(
            name="grouped-table-to-lateral",
            sql=sql,
            cures=("late-filter",),
            rationale="Only the groups of rows that pass the other conditions are computed, instead of all before the join.",
            conditions=("the join is on all columns the table is grouped by",),
        )


def _alias(node: exp.Column, items: Items) -> str | None:
    source = items.query.scope.find(node)
    return source.alias if source is not None else None


def _ties(draft: Draft, items: Items, place: int, inner: Query) -> list[tuple[Expr, Expr]] | None:
    """Each condition of the join as a column the table is grouped by and what it equals; None where one is another."""
    found = []
    group = [unwrap(key) for key in inner.node.args["group"].expressions]
    for condition in items.conditions:
        if condition.item != place:
            continue
        node = unwrap(condition.node)
        if not isinstance(node, exp.EQ):
            return None
        for left, right in ((node.this, node.expression), (node.expression, node.this)):
            column = unwrap(left)
            if (
                not isinstance(column, exp.Column)
                or items.query.scope.find(column) is not items.sources[place]
            ):
                continue
            value = inner.scope.output(identifier(column.this))
            where = base_column(value, inner.scope) if value is not None else None
            key = next(
                (key for key in group if where is not None and base_column(key, inner.scope) == where), None
            )
            others = items.read(right, draft)
            if key is not None and others and max(others) < place:
                found.append((key, right))
                break
        else:
            return None
    return found
