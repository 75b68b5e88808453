"""``x NOT IN (SELECT y …)`` as NOT EXISTS: an anti-join, which PostgreSQL never makes of NOT IN."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import Expr, exp

from perfkit.catalog import Catalog
from perfkit.sql.operands import is_stable, unwrap
from perfkit.sql.rewrites.blocks import Span
from perfkit.sql.rewrites.draft import Draft, Edit, Query, conditions, open_draft
from perfkit.sql.rewrites.keys import base_column, name_of, never_null
from perfkit.sql.rewrites.names import qualified, renaming, short_alias, taken
from perfkit.sql.rewrites.nulls import is_never_null
from perfkit.sql.rewrites.rewrite import Rewrite
from perfkit.sql.scope import Scope, aliased, identifier
from perfkit.sql.statement import Statement

_UNFIT = ("group", "having", "limit", "offset", "windows", "with_", "locks")


def not_in_to_not_exists(statement: Statement, catalog: Catalog) -> Iterator[Rewrite]:
    draft = open_draft(statement, catalog)
    holders = (
        [*draft.queries, *([draft.write] if draft.write is not None else [])] if draft is not None else []
    )
    for query in holders:
        for condition, span in conditions(query):
            search = _negated_in(condition)
            inner = draft.query(unwrap_query(search)) if draft is not None and search is not None else None
            if draft is not None and search is not None and inner is not None:
                yield from _rewrite(draft, query.scope, search, span, inner)


def _negated_in(condition: Expr) -> exp.In | None:
    node = unwrap(condition)
    inner = unwrap(node.this) if isinstance(node, exp.Not) else None
    return inner if isinstance(inner, exp.In) and inner.args.get("query") is not None else None


def unwrap_query(node: Expr) -> Expr | None:
    query = node.args.get("query")
    while isinstance(query, exp.Subquery):
        query = query.this
    return query


def _rewrite(draft: Draft, scope: Scope, search: exp.In, span: Span, inner: Query) -> Iterator[Rewrite]:
    operand = unwrap(search.this)
    sought = list(operand.expressions) if isinstance(operand, exp.Tuple) else [operand]
    items = [aliased(item) for item in inner.node.expressions]
    if (
        any(inner.node.args.get(part) for part in _UNFIT)
        or inner.scope.is_grouped
        or len(items) != len(sought)
        or "from" not in inner.block.clauses
        or not all(map(is_stable, (*items, *sought)))
        or any(part.find(exp.Star, exp.Select, exp.Window) for part in (*items, *sought))
    ):
        return
    edits: list[Edit] = []
    renamed: dict[str, str] = {}
    used = taken(draft)
    outer_aliases = {identifier_of(column, scope) for part in sought for column in part.find_all(exp.Column)}
    for source in inner.scope.sources:
        if source.alias in outer_aliases:
            alias = short_alias(source.alias, used)
            more = renaming(inner, source, alias, draft)
            if more is None:
                return
            edits += more
            renamed[source.alias] = alias
    pairs = []
    for item, value in zip(items, sought, strict=True):
        left, right = qualified(item, inner.scope, draft, renamed), qualified(value, scope, draft)
        if left is None or right is None:
            return
        pairs.append((left, right))
    edits = [edit for edit in edits if not _within(edit.span, inner.block.selected.body)]
    selected = inner.block.selected
    edits.append(Edit(Span(selected.whole.start, selected.body.end), draft.own("select") + " 1"))
    opening = draft.parentheses(inner).start
    guards = [
        f"{right} is not null and "
        for (_, right), part in zip(pairs, sought, strict=True)
        if not never_null(part, scope)
    ]
    edits.append(Edit(Span(span.start, opening), draft.own("".join(guards) + "not exists ")))
    tail = draft.text[inner.block.span.end : span.end]
    if tail.strip() != ")":
        edits.append(Edit(Span(inner.block.span.end, span.end), ")"))
    where = inner.clause("where")
    condition = draft.own(" and ").join(f"{left} = {right}" for left, right in pairs)
    if where is not None and isinstance(inner.node.args["where"].this, exp.Or):
        edits += [
            Edit(Span(where.body.start, where.body.start), "("),
            Edit(Span(where.body.end, where.body.end), ")"),
        ]
    end = (where or inner.block.clauses["from"]).whole.end
    word = "and" if where is not None else "where"
    gap = draft.gap((where or inner.block.clauses["from"]).whole.start)
    edits.append(Edit(Span(end, end), gap + draft.own(word) + " " + condition))
    order = inner.clause("order")
    if order is not None:
        edits = [edit for edit in edits if not _within(edit.span, order.whole)]
        edits.append(Edit(Span(end, order.whole.end), ""))
    sql = draft.edited(edits)
    if sql is None:
        return
    safe = [f"{_name(part, scope)} is never NULL" for part in sought if never_null(part, scope)]
    safe += [f"{_name(item, inner.scope)} is never NULL" for item in items if is_never_null(item, inner)]
    caveats = [
        f"where {_name(item, inner.scope)} is NULL in a row, NOT IN returns no rows at all and NOT EXISTS those that have no match: "
        "most likely what was meant"
        for item in items
        if not is_never_null(item, inner)
    ]
    caveats += [
        f"where the subquery finds nothing at all, NOT IN keeps rows whose {_name(part, scope)} is NULL"
        for part in sought
        if not never_null(part, scope)
    ]
    yield Rewrite(
        name="not-in-to-not-exists",
        sql=sql,
        cures=("not-in-nullable-subquery",),
        rationale="NOT EXISTS is planned as an anti-join; NOT IN compares each row with the whole list of the subquery.",
        conditions=tuple(dict.fromkeys(safe)),
        caveats=tuple(dict.fromkeys(caveats)),
    )


def identifier_of(column: exp.Column, scope: Scope) -> str:
    """Alias of the FROM item a column belongs to."""
    for around in scope.with_parents():
        source = around.find(column)
        if source is not None:
            return source.alias
    return identifier(column.args.get("table"))


def _name(node: Expr, scope: Scope) -> str:
    found = base_column(node, scope)
    relation = found[0].table.relation if found is not None and found[0].table is not None else None
    if found is None or relation is None:
        return node.sql(dialect="postgres", comments=False)
    return name_of(relation, (found[1],))


def _within(inner: Span, outer: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end
