"""An OR over several columns of one table of a query that groups, counts or orders: the table gives way to one query for each arm."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import Expr, exp

from perfkit.catalog import Catalog
from perfkit.sql.conditions import columns_of
from perfkit.sql.rewrites.arms import Alternative, alternatives, or_to_union_all
from perfkit.sql.rewrites.draft import Draft, Edit, Query, open_draft, removal
from perfkit.sql.rewrites.names import source_of
from perfkit.sql.rewrites.rewrite import Rewrite
from perfkit.sql.scope import SYSTEM_COLUMNS, Source, identifier, is_aggregate
from perfkit.sql.statement import Statement
from perfkit.sql.tokens import scan


def or_to_united_table(statement: Statement, catalog: Catalog) -> Iterator[Rewrite]:
    """``from t where t.a = 1 or t.b = 2`` as ``from (select * from t where a = 1 union all select * from t where …) t``.

    Where the whole query cannot be written once for each arm.
    """
    draft = open_draft(statement, catalog)
    if draft is None or next(or_to_union_all(statement, catalog), None) is not None:
        return
    for query in draft.queries:
        for found in alternatives(draft, query):
            source = _only_source(query, found)
            sql = _united(draft, query, found, source) if source is not None else None
            if sql is not None and source is not None:
                yield Rewrite(
                    name="or-to-united-table",
                    sql=sql,
                    cures=("or-across-columns", "order-by-limit-wrong-index"),
                    rationale="each part can use the index of its own column",
                    conditions=("each part leaves out what the ones before it gave",),
                )


def _only_source(query: Query, found: Alternative) -> Source | None:
    """The base table of this FROM that all columns of the OR belong to; None where they are of several, or NULLs may be
    joined in its place."""
    sources = {
        id(source): source
        for arm in found.arms
        for column in columns_of(arm)
        if (source := source_of(column, query.scope))
    }
    if len(sources) != 1:
        return None
    (source,) = sources.values()
    table = source.table
    if source not in query.scope.sources or table is None or table.is_outer or table.relation is None:
        return None
    return None if source.column_aliases or query.node.args.get("locks") else source


def _united(draft: Draft, query: Query, found: Alternative, source: Source) -> str | None:
    start, where = query.clause("from"), query.clause("where")
    items = start.joined() if start is not None else []
    if where is None or found.span not in where.conjuncts() or len(items) != len(query.scope.sources):
        return None
    item = items[query.scope.sources.index(source)][1]
    written = draft.cut(item)
    if any(token.text == "(" for token in scan(written)) or not _reads_as_table(draft, query, source):
        return None
    parts = []
    for place, arm in enumerate(found.texts):
        guards = "".join(
            draft.own(" and ") + f"({earlier})" + draft.own(" is not true") for earlier in found.texts[:place]
        )
        parts.append(draft.own("select * from ") + written + draft.own(" where ") + arm + guards)
    gap = draft.gap(start.whole.start) if start is not None else " "
    inner = f"{gap}  " if "\n" in gap else " "
    united = f"{inner}{draft.own('union all')}{inner}".join(parts)
    name = _alias_as_written(written)
    table = f"({inner if inner != ' ' else ''}{united}{gap if inner != ' ' else ''}) {name}"
    return draft.edited([Edit(item, table), *removal(where, [found.span], draft)])


def _alias_as_written(item: str) -> str:
    """The alias, or the table's own name without its schema."""
    return scan(item)[-1].text


def _reads_as_table(draft: Draft, query: Query, source: Source) -> bool:
    """False where the query asks for what only a table has: its rows as values, system columns, keys that stand for a row."""
    group = query.node.args.get("group")
    keys = {key.sql() for key in group.expressions} if group is not None else set()
    if group is not None and any(part for part in group.args if part != "expressions" and group.args[part]):
        return False
    for column in query.node.find_all(exp.Column):
        name = identifier(column.this)
        inner = draft.query(column.find_ancestor(exp.Select))
        if inner is None or (not column.table and name == source.alias):
            return False
        if source_of(column, inner.scope) is not source:
            continue
        if name in SYSTEM_COLUMNS or (group is not None and not _is_grouped(column, query, keys)):
            return False
    return True


def _is_grouped(column: Expr, query: Query, keys: set[str]) -> bool:
    """True where a column stands in an aggregate, in a key, or before grouping."""
    node: Expr = column
    while node is not query.node and node.parent is not None:
        if (
            node.sql() in keys
            or is_aggregate(node)
            or isinstance(node, (exp.Where, exp.Join, exp.Group, exp.From))
        ):
            return True
        node = node.parent
    return False
