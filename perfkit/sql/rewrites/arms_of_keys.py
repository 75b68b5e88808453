"""An OR with a subquery among its arms: the keys of each arm's rows are collected, and the rows with these keys are read."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import Expr, exp

from perfkit.catalog import Catalog
from perfkit.sql.conditions import flatten
from perfkit.sql.operands import is_stable, unwrap
from perfkit.sql.rewrites.arms import MOST_ARMS, arm_texts
from perfkit.sql.rewrites.blocks import Span
from perfkit.sql.rewrites.draft import Draft, Edit, Query, conditions, is_sound, open_draft
from perfkit.sql.rewrites.keys import primary_key
from perfkit.sql.rewrites.names import column, source_of
from perfkit.sql.rewrites.rewrite import Rewrite
from perfkit.sql.scope import Source
from perfkit.sql.statement import Statement
from perfkit.sql.tokens import scan


def or_to_united_keys(statement: Statement, catalog: Catalog) -> Iterator[Rewrite]:
    """``where d.owner = 1 or exists (select … where s.doc = d.id)`` as ``where d.id in (select d.id from docs d where
    d.owner = 1 union select d.id from docs d where exists (…))``: a subquery under an OR is no join, one alone is.

    The arms keep their text, as the table has the same alias within. It must have a primary key of one column.
    """
    draft = open_draft(statement, catalog)
    for query in draft.queries if draft is not None else ():
        if draft is None or not isinstance(query.node, exp.Select) or query.node.args.get("locks"):
            continue
        for condition, span in conditions(query):
            arms = tuple(flatten(unwrap(condition), exp.Or))
            if not 2 <= len(arms) <= MOST_ARMS or not any(arm.find(exp.Select) for arm in arms):
                continue
            source = _only_source(draft, query, condition)
            texts = arm_texts(draft, span, len(arms))
            if source is None or texts is None or not is_stable(condition):
                continue
            found = _united(draft, query, source, span, texts)
            if found is None or not is_sound(draft.statement, found[0]):
                continue
            sql, key = found
            yield Rewrite(
                name="or-to-united-keys",
                sql=sql,
                cures=("or-across-tables", "or-across-columns", "many-subplan-loops"),
                rationale="each part alone can use its index, where the OR has every row of the table checked",
                conditions=(f"{key} is the primary key",),
            )


def _only_source(draft: Draft, query: Query, condition: Expr) -> Source | None:
    """The base table of this FROM that the OR is about; None where it is of several, of a query around, or not known."""
    found: dict[int, Source] = {}
    for node in condition.find_all(exp.Column):
        holder = draft.query(node.find_ancestor(exp.Select))
        source = source_of(node, holder.scope) if holder is not None else None
        if holder is None or source is None:
            return None
        if source in query.scope.sources:
            found[id(source)] = source
        elif holder is query or not any(
            source in each.scope.sources for each in draft.queries if _within(each, condition)
        ):
            return None
    source = next(iter(found.values()), None)
    if len(found) != 1 or source is None or source.table is None or source.column_aliases:
        return None
    return None if source.table.is_outer or source.table.relation is None else source


def _within(query: Query, condition: Expr) -> bool:
    node: Expr | None = query.node
    while node is not None and node is not condition:
        node = node.parent
    return node is condition


def _united(
    draft: Draft, query: Query, source: Source, span: Span, texts: list[str]
) -> tuple[str, str] | None:
    """The statement, and the key as a condition names it."""
    relation = source.table.relation if source.table is not None else None
    key = primary_key(relation) if relation is not None else None
    start = query.clause("from")
    items = start.joined() if start is not None else []
    if relation is None or key is None or len(key) != 1 or len(items) != len(query.scope.sources):
        return None
    written = draft.cut(items[query.scope.sources.index(source)][1])
    if any(token.text == "(" for token in scan(written)):
        return None
    name = column(source.alias, key[0])
    parts = [
        draft.own("select ") + name + draft.own(" from ") + written + draft.own(" where ") + text
        for text in texts
    ]
    gap = draft.gap(start.whole.start) if start is not None else " "
    inner = f"{gap}  " if "\n" in gap else " "
    united = f"{inner}{draft.own('union')}{inner}".join(parts)
    opening, closing = (inner, gap) if "\n" in gap else ("", "")
    new = name + draft.own(" in ") + f"({opening}{united}{closing})"
    sql = draft.edited([Edit(span, new)])
    return (sql, f"{relation.name}.{key[0]}") if sql is not None else None
