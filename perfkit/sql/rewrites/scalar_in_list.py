"""Correlated subqueries of the select list, one run per row, as one join to a grouped derived table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlglot import Expr, exp

from perfkit.catalog import Catalog
from perfkit.identifier import quote_identifier
from perfkit.sql.operands import unwrap
from perfkit.sql.rewrites.blocks import Span
from perfkit.sql.rewrites.correlated import Correlated, read_correlated
from perfkit.sql.rewrites.draft import Draft, Edit, Query, open_draft
from perfkit.sql.rewrites.grouped import Grouped, default_name, group, same_rows
from perfkit.sql.rewrites.joined import joining, outside, place_for
from perfkit.sql.rewrites.names import taken
from perfkit.sql.rewrites.rewrite import Rewrite
from perfkit.sql.scope import aliased, local_nodes, output_name
from perfkit.sql.statement import Statement

_CURES = ("correlated-subquery-per-row", "many-subplan-loops")


def subqueries_to_grouped_join(statement: Statement, catalog: Catalog) -> Iterator[Rewrite]:
    draft = open_draft(statement, catalog)
    for query in draft.queries if draft is not None else ():
        if draft is None or not query.scope.sources or not takes_joins(query):
            continue
        found = [
            item
            for item in _aggregates(query, draft)
            if place_for(query, item.outer_sources(query.scope), draft) is not None
        ]
        if found:
            yield from _rewrites(draft, query, found)


def takes_joins(query: Query) -> bool:
    """False where rows are grouped or locked, and where LIMIT leaves few of them before the select list is computed."""
    return not query.scope.is_grouped and not query.node.args.get("locks") and not _is_cut_before(query)


def _is_cut_before(query: Query) -> bool:
    """True when LIMIT leaves few rows before the select list is computed: no key of the order is one of its subqueries."""
    if not query.node.args.get("limit"):
        return False
    order = query.node.args.get("order")
    computed = {
        output_name(item)
        for item in query.node.expressions
        if any(isinstance(node, exp.Select | exp.Subquery) for node in local_nodes(item))
    }
    places = {
        str(number) for number, item in enumerate(query.node.expressions, 1) if output_name(item) in computed
    }
    keys = [unwrap(key.this) for key in order.expressions] if order is not None else []
    return not any(
        (isinstance(key, exp.Column) and output_name(key) in computed)
        or (isinstance(key, exp.Literal) and str(key.this) in places)
        or key.find(exp.Select)
        for key in keys
    )


def _aggregates(query: Query, draft: Draft) -> list[Correlated]:
    found = []
    for item in query.node.expressions:
        for node in local_nodes(item):
            correlated = read_correlated(node, query.scope, draft)
            if (
                correlated is not None
                and correlated.is_aggregate
                and not correlated.inner.node.args.get("limit")
                and not correlated.inner.node.args.get("order")
                and (
                    correlated.is_count or correlated.is_null_without_rows or _default(correlated) is not None
                )
            ):
                found.append(correlated)
    return found


def _default(correlated: Correlated) -> Expr | None:
    """The constant of ``coalesce(aggregate, constant)``; None for anything else."""
    node = unwrap(correlated.value)
    if not isinstance(node, exp.Coalesce) or len(node.expressions) != 1:
        return None
    constant = unwrap(node.expressions[0])
    inner = Correlated(
        subquery=correlated.subquery, inner=correlated.inner, value=node.this, ties=correlated.ties, rest=()
    )
    return constant if isinstance(constant, exp.Literal) and inner.is_null_without_rows else None


def _groups(found: Sequence[Correlated], query: Query, draft: Draft) -> list[list[Correlated]]:
    groups: list[list[Correlated]] = []
    for member in found:
        for others in groups:
            if same_rows(others[0], member, query.scope, draft) and (
                len(member.rest) == len(others[0].rest) == 0 or _default(member) is None
            ):
                others.append(member)
                break
        else:
            groups.append([member])
    return groups


def _rewrites(draft: Draft, query: Query, found: Sequence[Correlated]) -> Iterator[Rewrite]:
    groups = _groups(found, query, draft)
    used = taken(draft)
    names = [[_wanted(member) for member in members] for members in groups]
    tables = [
        group(members, wanted, query.scope, draft, used)
        for members, wanted in zip(groups, names, strict=True)
    ]
    parts = [(members, table) for members, table in zip(groups, tables, strict=True) if table is not None]
    if not parts:
        return
    sql = _joined(draft, query, parts, is_lateral=False)
    if sql is not None:
        yield Rewrite(
            name="subqueries-to-grouped-join",
            sql=sql,
            cures=_CURES,
            rationale="One pass over the table computes the values of all rows; the subquery runs once for each of them.",
            conditions=("each group has one row, so the join repeats none",),
        )
    if any(len(members) > 1 for members, _ in parts):
        sql = _joined(draft, query, parts, is_lateral=True)
        if sql is not None:
            yield Rewrite(
                name="subqueries-to-lateral",
                sql=sql,
                cures=_CURES,
                rationale="One subquery for each row computes all its values, where several read the same rows again.",
                conditions=("an aggregate without GROUP BY gives one row",),
            )


def _joined(
    draft: Draft, query: Query, parts: Sequence[tuple[Sequence[Correlated], Grouped]], *, is_lateral: bool
) -> str | None:
    joins: list[tuple[int, str]] = []
    exposed: list[str] = []
    replaced: list[Edit] = []
    for members, table in parts:
        join = (
            draft.own("cross join lateral ") + table.lateral
            if is_lateral
            else draft.own("left join ") + table.sql
        )
        place = place_for(query, members[0].outer_sources(query.scope), draft)
        assert place is not None
        joins.append((place, join))
        exposed += table.exposed
        for member, value in zip(members, table.values, strict=True):
            replaced.append(_replacement(draft, query, member, value, is_lateral))
    edits = joining(query, joins, exposed, draft)
    if edits is None:
        return None
    return draft.edited([*outside(edits, [edit.span for edit in replaced]), *replaced])


def _replacement(draft: Draft, query: Query, member: Correlated, value: str, is_lateral: bool) -> Edit:
    default = _default(member)
    if not is_lateral and member.is_count:
        value = draft.own(f"coalesce({value}, 0)")
    elif not is_lateral and default is not None:
        value = draft.own(f"coalesce({value}, {default.sql(dialect='postgres')})")
    if any(
        aliased(item) is member.subquery and not isinstance(item, exp.Alias)
        for item in query.node.expressions
    ):
        value += draft.own(" as ") + quote_identifier(default_name(member))
    return Edit(_place(draft, member), value)


def _place(draft: Draft, member: Correlated) -> Span:
    return draft.parentheses(member.inner)


def _wanted(member: Correlated) -> str:
    above = member.subquery.parent
    while isinstance(above, exp.Coalesce | exp.Paren):
        above = above.parent
    return output_name(above) if isinstance(above, exp.Alias) else default_name(member)
