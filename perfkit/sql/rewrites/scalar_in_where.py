"""A condition that compares with a correlated aggregate, as a join to the grouped values."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import Expr, exp

from perfkit.catalog import Catalog
from perfkit.sql.operands import unwrap
from perfkit.sql.rewrites.correlated import Correlated, read_correlated
from perfkit.sql.rewrites.draft import Draft, Edit, Query, conditions, open_draft
from perfkit.sql.rewrites.grouped import default_name, group
from perfkit.sql.rewrites.joined import joining, outside, place_for
from perfkit.sql.rewrites.names import taken
from perfkit.sql.rewrites.rewrite import Rewrite
from perfkit.sql.scope import local_nodes
from perfkit.sql.statement import Statement

_COMPARISONS = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE)
_STRICT = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Neg, exp.Paren)


def compared_subquery_to_grouped_join(statement: Statement, catalog: Catalog) -> Iterator[Rewrite]:
    draft = open_draft(statement, catalog)
    for query in draft.queries if draft is not None else ():
        if query.node.args.get("locks"):
            continue
        for condition, _ in conditions(query):
            comparison = unwrap(condition)
            if draft is None or not isinstance(comparison, _COMPARISONS):
                continue
            for node in local_nodes(comparison):
                found = read_correlated(node, query.scope, draft)
                if found is not None and _is_strict(found, comparison):
                    yield from _rewrite(draft, query, found)


def _is_strict(found: Correlated, comparison: Expr) -> bool:
    """True when a NULL of the subquery makes the comparison NULL, so that an inner join drops the same rows."""
    above = found.subquery.parent
    while isinstance(above, _STRICT):
        above = above.parent
    inner = found.inner.node
    return (
        above is comparison
        and found.is_null_without_rows
        and not inner.args.get("limit")
        and not inner.args.get("order")
    )


def _rewrite(draft: Draft, query: Query, found: Correlated) -> Iterator[Rewrite]:
    place = place_for(query, found.outer_sources(query.scope), draft)
    if place is None or _is_null_extended(query):
        return
    table = group([found], [default_name(found)], query.scope, draft, taken(draft))
    if table is None:
        return
    edits = joining(query, [(place, draft.own("join ") + table.sql)], table.exposed, draft)
    replaced = Edit(draft.parentheses(found.inner), table.values[0])
    if edits is None:
        return
    sql = draft.edited([*outside(edits, [replaced.span]), replaced])
    if sql is not None:
        yield Rewrite(
            name="compared-subquery-to-grouped-join",
            sql=sql,
            cures=("correlated-subquery-per-row", "many-subplan-loops"),
            rationale="The aggregate of each group is computed once; the subquery computes it again for each row.",
            conditions=(
                "each group has one row, so the join repeats none",
                "a row without a group compares with NULL and is in neither result",
            ),
        )


def _is_null_extended(query: Query) -> bool:
    """True when the join would stand inside a later outer join's reach: RIGHT and FULL joins keep rows it would drop."""
    joins = query.node.args.get("joins") or ()
    return any(str(join.args.get("side") or "").upper() in ("RIGHT", "FULL") for join in joins)
