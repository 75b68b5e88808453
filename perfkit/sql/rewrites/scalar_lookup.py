"""A correlated subquery that fetches one row per outer row: by a unique key as an outer join, the latest of several as a join
to the first of each group."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from perfkit.catalog import Catalog
from perfkit.identifier import quote_identifier
from perfkit.sql.operands import unwrap
from perfkit.sql.rewrites.correlated import Correlated, read_correlated
from perfkit.sql.rewrites.draft import Draft, Edit, Query, ands, open_draft
from perfkit.sql.rewrites.grouped import default_name
from perfkit.sql.rewrites.joined import joining, outside, place_for
from perfkit.sql.rewrites.keys import base_column, name_of, unique_keys
from perfkit.sql.rewrites.names import column, fresh, qualified, short_alias, taken
from perfkit.sql.rewrites.rewrite import Rewrite
from perfkit.sql.rewrites.scalar_in_list import takes_joins
from perfkit.sql.scope import Source, aliased, identifier, local_nodes, output_name
from perfkit.sql.statement import Statement

_CURES = ("correlated-subquery-per-row", "many-subplan-loops")


def lookup_to_left_join(statement: Statement, catalog: Catalog) -> Iterator[Rewrite]:
    """All lookups of the select list at once, those by the same key through one join."""
    draft = open_draft(statement, catalog)
    for query in draft.queries if draft is not None else ():
        if draft is None or not takes_joins(query):
            continue
        used = _names_outside(draft, query)
        known: dict[tuple[str, ...], str] = {}
        joins: list[tuple[int, str]] = []
        replaced: list[Edit] = []
        exposed: list[str] = []
        reasons: list[str] = []
        for found in _lookups(query, draft):
            reason, place = _unique(found), place_for(query, found.outer_sources(query.scope), draft)
            if reason is None or place is None:
                continue
            source = found.inner.scope.sources[0]
            assert source.table is not None
            assert source.table.relation is not None
            start = found.inner.block.clauses["from"]
            ties = [
                (identifier(tie.inner.this), qualified(tie.outer, query.scope, draft)) for tie in found.ties
            ]
            rest = [_requalified(found, number, draft) for number in range(len(found.rest))]
            if any(outer is None for _, outer in ties) or any(text is None for text in rest):
                continue
            key = (start.tokens[0].name, *map(str, sorted(map(str, ties))), *map(str, rest))
            if key not in known:
                known[key] = alias = _alias(source, used)
                table = source.table.name if source.table.schema is None else None
                named = (
                    draft.cut(start.joined()[0][1]).split()[0]
                    if table is None
                    else quote_identifier(source.table.name)
                )
                ons = [f"{column(alias, name)} = {outer}" for name, outer in ties]
                ons += [str(text).replace("\0", alias) for text in rest]
                joins.append((place, draft.own(f"left join {named} {alias} on {' and '.join(ons)}")))
                exposed += [known_column.name for known_column in source.table.relation.columns]
                reasons.append(reason)
            value = qualified(found.value, found.inner.scope, draft, {source.alias: known[key]})
            if value is None:
                continue
            if _is_whole(query, found):
                value += draft.own(" as ") + quote_identifier(default_name(found))
            replaced.append(Edit(draft.parentheses(found.inner), value))
        edits = joining(query, joins, exposed, draft) if replaced else None
        sql = draft.edited([*outside(edits, [edit.span for edit in replaced]), *replaced]) if edits else None
        if sql is not None:
            yield Rewrite(
                name="lookup-to-left-join",
                sql=sql,
                cures=_CURES,
                rationale="One join finds the rows of all keys; the subquery searches again for each row.",
                conditions=tuple(dict.fromkeys(reasons)),
            )


def latest_to_distinct_on(statement: Statement, catalog: Catalog) -> Iterator[Rewrite]:
    """``(select … order by … limit 1)`` per row as a join to the first row of each group."""
    draft = open_draft(statement, catalog)
    for query in draft.queries if draft is not None else ():
        if draft is None or not takes_joins(query):
            continue
        for found in _lookups(query, draft, limited=True):
            yield from _first_of_group(draft, query, found)


def _first_of_group(draft: Draft, query: Query, found: Correlated) -> Iterator[Rewrite]:
    place = place_for(query, found.outer_sources(query.scope), draft)
    order, start = found.inner.clause("order"), found.inner.block.clauses["from"]
    table = next((source.table for source in found.inner.scope.sources if source.table is not None), None)
    outers = [qualified(tie.outer, query.scope, draft) for tie in found.ties]
    names = [identifier(tie.inner.this) for tie in found.ties]
    keys = [qualified(tie.inner, found.inner.scope, draft) for tie in found.ties]
    value = qualified(found.value, found.inner.scope, draft)
    if place is None or order is None or table is None or value is None or None in outers or None in keys:
        return
    if len(set(names)) != len(names):
        return
    alias = fresh(f"last_{table.name.lower()}", taken(draft))
    output = fresh(default_name(found), set(names))
    key = ", ".join(map(str, keys))
    bare = unwrap(found.value)
    is_named = isinstance(bare, exp.Column) and identifier(bare.this) == output
    named = value if is_named else f"{value} as {quote_identifier(output)}"
    where = "\n  where " + " and ".join(draft.cut(span) for span in found.rest) if found.rest else ""
    on = " and ".join(f"{column(alias, name)} = {outer}" for name, outer in zip(names, outers, strict=True))
    join = (
        f"left join (\n  select distinct on ({key}) {key}, {named}\n"
        f"  from {draft.cut(start.body)}{where}\n  order by {key}, {draft.cut(order.body)}\n) {alias} on {on}"
    )
    new = column(alias, output)
    if _is_whole(query, found):
        new += draft.own(" as ") + quote_identifier(default_name(found))
    replaced = Edit(draft.parentheses(found.inner), new)
    edits = joining(query, [(place, draft.own(join))], [*names, output], draft)
    sql = draft.edited([*outside(edits, [replaced.span]), replaced]) if edits is not None else None
    if sql is None:
        return
    tie = _ordering_key(found)
    yield Rewrite(
        name="latest-to-distinct-on",
        sql=sql,
        cures=_CURES,
        rationale="One sorted pass finds the first row of every group; the subquery sorts or searches for each row.",
        conditions=(
            "DISTINCT ON gives one row of each group",
            *([f"{tie} is unique, so no two rows tie"] if tie else []),
        ),
        caveats=() if tie else ("among rows that tie in the order either may be picked, as before",),
    )


def _ordering_key(found: Correlated) -> str | None:
    """The unique column the order ends in; None where rows may tie."""
    order = found.inner.node.args.get("order")
    for key in order.expressions if order is not None else ():
        place = base_column(key.this, found.inner.scope)
        relation = place[0].table.relation if place is not None and place[0].table is not None else None
        if (
            place is not None
            and relation is not None
            and len(found.inner.scope.sources) == 1
            and (place[1],) in unique_keys(relation)
        ):
            return name_of(relation, (place[1],))
    return None


def _lookups(query: Query, draft: Draft, *, limited: bool = False) -> Iterator[Correlated]:
    for item in query.node.expressions:
        for node in local_nodes(item):
            found = read_correlated(node, query.scope, draft)
            if found is None or found.is_aggregate:
                continue
            limit, order = found.inner.node.args.get("limit"), found.inner.node.args.get("order")
            is_latest = order is not None and isinstance(limit, exp.Limit) and limit.expression.name == "1"
            if (
                is_latest
                if limited
                else order is None and limit is None and len(found.inner.scope.sources) == 1
            ):
                yield found


def _unique(found: Correlated) -> str | None:
    """The unique key that the ties and the comparisons with constants cover."""
    source = found.inner.scope.sources[0]
    relation = source.table.relation if source.table is not None and not source.column_aliases else None
    names = {identifier(tie.inner.this) for tie in found.ties}
    key = (
        next((key for key in unique_keys(relation) if names.issuperset(key)), None)
        if relation is not None
        else None
    )
    return f"{name_of(relation, key)} is unique" if relation is not None and key is not None else None


def _requalified(found: Correlated, number: int, draft: Draft) -> str | None:
    """A condition of the subquery with the mark NUL for the alias the table is to have."""
    span = found.rest[number]
    where = found.inner.node.args["where"].this
    nodes = list(ands(where))
    place = found.inner.block.clauses["where"].conjuncts().index(span)
    if nodes[place].find(exp.Select):
        return None
    copy = nodes[place].copy()
    for node in copy.find_all(exp.Column):
        node.set("table", exp.to_identifier("perfkit_alias"))
    return copy.sql(dialect="postgres", comments=False).replace("perfkit_alias", "\0")


def _is_whole(query: Query, found: Correlated) -> bool:
    return any(
        aliased(item) is found.subquery and not isinstance(item, exp.Alias) and not output_name(unwrap(item))
        for item in query.node.expressions
    )


def _names_outside(draft: Draft, query: Query) -> set[str]:
    """Every name of the statement but those that only its lookups use."""
    inside = {
        id(node) for found in _lookups(query, draft) for node in found.subquery.find_all(exp.Identifier)
    }
    return {identifier(node) for node in draft.tree.find_all(exp.Identifier) if id(node) not in inside}


def _alias(source: Source, used: set[str]) -> str:
    """The subquery's own alias where nobody else has it."""
    assert source.table is not None
    if (
        source.alias in used
        or source.alias == source.table.name
        or quote_identifier(source.alias) != source.alias
    ):
        return short_alias(source.table.name, used)
    used.add(source.alias)
    return source.alias
