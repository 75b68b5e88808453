"""The greatest or the first row of each group, looked up group by group; the values of a column, found by jumps along an index."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import Expr, exp

from perfkit.catalog import Catalog
from perfkit.identifier import quote_identifier
from perfkit.sql.operands import is_stable, unwrap
from perfkit.sql.rewrites.blocks import Span
from perfkit.sql.rewrites.draft import Draft, Edit, Query, open_draft
from perfkit.sql.rewrites.group_list import by_jumps, from_referenced_table, jumps
from perfkit.sql.rewrites.joined import laid_out
from perfkit.sql.rewrites.keys import base_column, name_of, never_null, unique_among
from perfkit.sql.rewrites.names import column, fresh, taken
from perfkit.sql.rewrites.nulls import is_never_null
from perfkit.sql.rewrites.rewrite import Rewrite
from perfkit.sql.scope import aliased, identifier, is_star, output_name
from perfkit.sql.statement import Statement

_CURES = ("groupwise-max-full-scan",)


def greatest_of_group_to_lateral(statement: Statement, catalog: Catalog) -> Iterator[Rewrite]:
    """``SELECT g, max(o) FROM t GROUP BY g``."""
    draft = open_draft(statement, catalog)
    query = draft.main if draft is not None else None
    if (
        draft is None
        or query is None
        or any(query.node.args.get(part) for part in ("having", "distinct", "windows", "with_"))
    ):
        return
    group, start = query.node.args.get("group"), query.clause("from")
    keys = list(group.expressions) if group is not None else []
    found = base_column(keys[0], query.scope) if len(keys) == 1 else None
    if found is None or start is None or len(query.scope.sources) != 1 or found[0].table is None:
        return
    source, name = found
    values = []
    for item in query.node.expressions:
        node = unwrap(aliased(item))
        if base_column(node, query.scope) == found:
            continue
        inner = node.this if isinstance(node, (exp.Max, exp.Min)) and not node.expressions else None
        if inner is None:
            return
        values.append((item, output_name(item) or node.key, never_null(inner, query.scope)))
    if not values or not is_never_null(keys[0], query) or len({name for _, name, _ in values}) != len(values):
        return
    order = query.node.args.get("order")
    outputs = {output_name(item) for item in query.node.expressions}
    if order is not None and not all(_is_output(key.this, outputs) for key in order.expressions):
        return
    used = taken(draft)
    groups = from_referenced_table(found[0].table, name, catalog, used) or by_jumps(
        found[0].table, draft.cut(start.body).split()[0], name, used
    )
    if groups is None or not all(map(is_stable, query.node.find_all(exp.Func))):
        return
    alias = fresh("found", used)
    texts = dict(
        zip(map(id, query.node.expressions), map(draft.cut, query.block.selected.items()), strict=True)
    )
    inner_list = ", ".join(
        texts[id(item)] if output_name(item) else f"{texts[id(item)]} as {output}"
        for item, output, _ in values
    )
    shown = []
    for item in query.node.expressions:
        output = next((output for value, output, _ in values if value is item), None)
        if output is not None:
            shown.append(column(alias, output))
        else:
            wanted = output_name(item)
            is_same = groups.value.endswith("." + quote_identifier(wanted))
            shown.append(groups.value if is_same else f"{groups.value} as {quote_identifier(wanted)}")
    where = query.clause("where")
    own = quote_identifier(source.alias) + "." + quote_identifier(name)
    condition = _where(draft, query, f"{own} = {groups.value}")
    shows_rows = next((output for _, output, is_certain in values if is_certain), None)
    has_rows = f"exists (select 1 from {draft.cut(start.body)} {condition})"
    if shows_rows is not None:
        has_rows = f"{column(alias, shows_rows)} is not null"
    sql = (
        f"select {', '.join(shown)}\nfrom {groups.item}\ncross join lateral (\n  select {inner_list}\n  from {draft.cut(start.body)}\n"
        f"  {condition}\n) {alias}\nwhere {has_rows}"
    )
    end = max(
        clause.whole.end for clause in (query.block.clauses["group"], where, start) if clause is not None
    )
    new = draft.edited(
        [Edit(Span(query.block.span.start, end), draft.own(laid_out(sql, _gap(draft, query))))]
    )
    if new is not None:
        yield Rewrite(
            name="greatest-of-group-to-lateral",
            sql=new,
            cures=_CURES,
            rationale="One look into an index on the group and the value finds each group's first; grouping reads every row.",
            conditions=(
                groups.condition,
                f"{own} is never NULL",
                "a group without rows is left out, as before",
            ),
        )


def _is_output(node: Expr, outputs: set[str]) -> bool:
    node = unwrap(node)
    return (isinstance(node, exp.Literal) and not node.is_string) or (
        isinstance(node, exp.Column) and not node.table and identifier(node.this) in outputs
    )


def _where(draft: Draft, query: Query, condition: str) -> str:
    where = query.clause("where")
    if where is None:
        return f"where {condition}"
    text = draft.cut(where.body)
    return (
        f"where ({text}) and {condition}"
        if isinstance(query.node.args["where"].this, exp.Or)
        else f"where {text} and {condition}"
    )


def _gap(draft: Draft, query: Query) -> str:
    return draft.gap(query.block.clauses["from"].whole.start)


def distinct_on_to_lateral(statement: Statement, catalog: Catalog) -> Iterator[Rewrite]:
    """``SELECT DISTINCT ON (g) … FROM t ORDER BY g, o``."""
    draft = open_draft(statement, catalog)
    for query in draft.queries if draft is not None else ():
        distinct, order = query.node.args.get("distinct"), query.node.args.get("order")
        on = distinct.args.get("on") if distinct is not None else None
        start, clause = query.clause("from"), query.clause("order")
        if (
            draft is None
            or on is None
            or order is None
            or start is None
            or clause is None
            or query.scope.is_grouped
        ):
            continue
        keys = list(on.expressions) if isinstance(on, exp.Tuple) else [on]
        found = base_column(keys[0], query.scope) if len(keys) == 1 else None
        names = [output_name(item) for item in query.node.expressions]
        stars = [is_star(item) for item in query.node.expressions]
        if (
            found is None
            or found[0].table is None
            or len(query.scope.sources) != 1
            or len(order.expressions) < 2
        ):
            continue
        if (any(stars) and len(stars) > 1) or ("" in names and not any(stars)) or query.node.find(exp.Window):
            continue
        first = order.expressions[0]
        if base_column(first.this, query.scope) != found or not is_never_null(keys[0], query):
            continue
        used = taken(draft)
        groups = from_referenced_table(found[0].table, found[1], catalog, used)
        if groups is None or not all(map(is_stable, query.node.find_all(exp.Func))):
            continue
        alias = fresh("latest", used)
        items = clause.items()
        rest = draft.text[items[1].start : clause.body.end]
        own = column(found[0].alias, found[1])
        shown = f"{alias}.*" if any(stars) else ", ".join(column(alias, name) for name in names)
        sql = (
            f"select {shown}\nfrom {groups.item}\ncross join lateral (\n  select {draft.cut(query.block.selected.body)}\n"
            f"  from {draft.cut(start.body)}\n  {_where(draft, query, f'{own} = {groups.value}')}\n  order by {rest}\n  limit 1\n) {alias}\n"
            f"order by {groups.value}{' desc' if first.args.get('desc') else ''}"
        )
        text = draft.own(laid_out(sql, _gap(draft, query)))
        new = draft.edited([Edit(Span(query.block.span.start, clause.whole.end), text)])
        if new is not None:
            relation = found[0].table.relation
            ordered = {
                place[1]
                for key in order.expressions
                if (place := base_column(key.this, query.scope)) is not None
            }
            is_total = relation is not None and unique_among(relation, ordered) is not None
            yield Rewrite(
                name="distinct-on-to-lateral",
                sql=new,
                cures=_CURES,
                rationale="One look into an index on the group and its order finds each group's first row; DISTINCT ON passes all rows.",
                conditions=(groups.condition, f"{own} is never NULL"),
                caveats=()
                if is_total
                else ("among rows that tie in the order either may be picked, as before",),
            )


def values_by_jumps(statement: Statement, catalog: Catalog) -> Iterator[Rewrite]:
    """``SELECT DISTINCT g FROM t``, or grouped by g."""
    draft = open_draft(statement, catalog)
    query = draft.main if draft is not None else None
    if draft is None or query is None or len(query.scope.sources) != 1 or len(query.node.expressions) != 1:
        return
    if any(query.node.args.get(part) for part in ("with_", "having", "limit", "offset", "windows")):
        return
    distinct, group, start = (
        query.node.args.get("distinct"),
        query.node.args.get("group"),
        query.clause("from"),
    )
    item = query.node.expressions[0]
    found = base_column(aliased(item), query.scope)
    is_distinct = distinct is not None and not distinct.args.get("on") and group is None
    is_grouped = (
        distinct is None
        and group is not None
        and [unwrap(key) for key in group.expressions] == [unwrap(aliased(item))]
    )
    if found is None or start is None or not (is_distinct or is_grouped) or found[0].table is None:
        return
    relation = found[0].table.relation
    where, order = query.clause("where"), query.node.args.get("order")
    if (
        relation is None
        or found[0].alias != found[0].table.name
        or relation.kind not in ("table", "materialized view", "partitioned table")
    ):
        return
    if where is not None and (
        query.node.args["where"].find(exp.Select) or not is_stable(query.node.args["where"].this)
    ):
        return
    if order is not None and not all(_is_output(key.this, {output_name(item)}) for key in order.expressions):
        return
    name, table, text = found[1], draft.cut(start.body), draft.cut(where.body) if where is not None else ""
    text = f"({text})" if where is not None and isinstance(query.node.args["where"].this, exp.Or) else text
    groups, key = fresh("groups", taken(draft)), quote_identifier(name)
    output = f"{key} as {quote_identifier(output_name(item))}" if output_name(item) != name else key
    sql = f"{jumps(table, name, text, groups)}\nselect {output} from {groups} where {key} is not null"
    is_safe = is_never_null(aliased(item), query)
    if not is_safe:
        known = relation.column(name)
        also = f" and {text}" if text else ""
        sql += f"\nunion all\nselect null::{known.type if known is not None else 'text'} where exists (select 1 from {table} where {key} is null{also})"
    end = max(clause.whole.end for clause in (query.clause("group"), where, start) if clause is not None)
    new = draft.edited(
        [Edit(Span(query.block.span.start, end), draft.own(laid_out(sql, _gap(draft, query))))]
    )
    if new is not None:
        yield Rewrite(
            name="values-by-jumps",
            sql=new,
            cures=_CURES,
            rationale="An index on the column leads from each value straight to the next; DISTINCT reads every row.",
            conditions=(
                f"{name_of(relation, (name,))} is never NULL" if is_safe else "NULL is looked for apart",
            ),
        )
