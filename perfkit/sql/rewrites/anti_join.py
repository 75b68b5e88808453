"""An outer join whose matches are counted to keep those with none, as NOT EXISTS."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import Expr, exp

from perfkit.catalog import Catalog
from perfkit.sql.operands import is_stable, unwrap
from perfkit.sql.rewrites.blocks import Span
from perfkit.sql.rewrites.draft import Draft, Edit, Query, conditions, drop, open_draft
from perfkit.sql.rewrites.from_items import Items, read_items, row_key, with_conditions
from perfkit.sql.rewrites.keys import base_column, is_not_null, name_of
from perfkit.sql.rewrites.rewrite import Rewrite
from perfkit.sql.scope import is_aggregate, local_nodes
from perfkit.sql.statement import Statement


def counted_to_not_exists(statement: Statement, catalog: Catalog) -> Iterator[Rewrite]:
    draft = open_draft(statement, catalog)
    for query in draft.queries if draft is not None else ():
        counted = _counted(query)
        items = read_items(query, draft) if draft is not None and counted is not None else None
        if draft is not None and counted is not None and items is not None:
            yield from _rewrite(draft, items, counted)


def _counted(query: Query) -> exp.Column | None:
    """The column whose count the HAVING wants to be 0, when it wants nothing else."""
    found = conditions(query, "having")
    group = query.node.args.get("group")
    if len(found) != 1 or group is None or query.node.args.get("distinct"):
        return None
    if any(isinstance(key, (exp.Rollup, exp.Cube, exp.GroupingSets)) for key in group.expressions):
        return None
    node = unwrap(found[0][0])
    value = unwrap(node.this) if isinstance(node, (exp.EQ, exp.LT, exp.Is)) else None
    other = unwrap(node.expression) if isinstance(node, (exp.EQ, exp.LT, exp.Is)) else None
    if isinstance(node, exp.Is):
        wants_none = (
            isinstance(value, (exp.Max, exp.Min))
            and isinstance(other, exp.Null)
            and not node.args.get("negate")
        )
    else:
        limit = "0" if isinstance(node, exp.EQ) else "1"
        wants_none = isinstance(value, exp.Count) and isinstance(other, exp.Literal) and other.name == limit
    if not wants_none or value is None:
        return None
    inner = value.this
    if isinstance(inner, exp.Distinct) and len(inner.expressions) == 1:
        inner = inner.expressions[0]
    inner = unwrap(inner) if isinstance(inner, Expr) else inner
    return inner if isinstance(inner, exp.Column) else None


def _rewrite(draft: Draft, items: Items, counted: exp.Column) -> Iterator[Rewrite]:
    query = items.query
    column = base_column(counted, query.scope)
    group, having = query.clause("group"), query.clause("having")
    if column is None or group is None or having is None:
        return
    place = items.sources.index(column[0])
    own = [condition for condition in items.conditions if condition.item == place]
    read = [condition for condition in items.conditions if place in condition.sources]
    if items.sides[place] != "LEFT" or read != [item for item in read if item in own] or not own:
        return
    if place != len(items.sources) - 1 and any(
        condition.item in range(place + 1, len(items.sources)) for condition in read
    ):
        return
    keys = [unwrap(key) for key in query.node.args["group"].expressions]
    rest = [part for name in ("order", "expressions") for part in _parts(query, name)]
    if any(place in items.read(part, draft) for part in (*keys, *rest)) or any(map(_spoils, rest)):
        return
    keyed = _keyed(items, keys)
    if not keyed or items.determined(frozenset(keyed)) | {place} != frozenset(range(len(items.sources))):
        return
    if not _shows_a_match(items, place, column[1]) or not all(is_stable(condition.node) for condition in own):
        return
    conditions_text = draft.own(" and ").join(
        f"({draft.cut(part.span)})" if isinstance(part.node, exp.Or) else draft.cut(part.span) for part in own
    )
    not_exists = (
        draft.own(f"not exists (select 1 from {draft.cut(items.spans[place])} where ") + conditions_text + ")"
    )
    whole = items.wholes[place]
    edits = [
        Edit(Span(len(draft.text[: whole.start].rstrip()), whole.end), ""),
        *with_conditions(draft, query, (), (not_exists,)),
        drop(group, draft),
        drop(having, draft),
    ]
    sql = draft.edited(edits)
    if sql is None:
        return
    first, key = next(iter(keyed.items()))
    table, other = items.sources[first].table, column[0].table
    assert table is not None and table.relation is not None
    assert other is not None and other.relation is not None
    yield Rewrite(
        name="counted-to-not-exists",
        sql=sql,
        cures=("antijoin-by-aggregate",),
        rationale="An anti-join stops at the first match; the aggregate joins, groups and counts all of them to keep those with none.",
        conditions=(
            f"{name_of(table.relation, key)} is grouped by and unique, so each group is one row",
            f"{name_of(other.relation, (column[1],))} is never NULL in a match",
        ),
    )


def _spoils(part: Expr) -> bool:
    """True for what is computed of a group, and for the columns of every item."""
    computes = any(is_aggregate(node) or isinstance(node, exp.Window) for node in local_nodes(part))
    return computes or isinstance(part, exp.Star)


def _parts(query: Query, name: str) -> list[Expr]:
    value = query.node.args.get(name)
    return list(value) if isinstance(value, list) else [value] if isinstance(value, Expr) else []


def _keyed(items: Items, keys: list[Expr]) -> dict[int, tuple[str, ...]]:
    """Items whose unique key is among the grouped columns."""
    names: dict[int, set[str]] = {}
    for key in keys:
        column = base_column(key, items.query.scope)
        if column is not None:
            names.setdefault(items.sources.index(column[0]), set()).add(column[1])
    found = {
        place: row_key(items, place, columns) for place, columns in names.items() if not items.sides[place]
    }
    return {place: key for place, key in found.items() if key is not None}


def _shows_a_match(items: Items, place: int, name: str) -> bool:
    """True when the counted column is not NULL in a row that met the ON."""
    table = items.sources[place].table
    relation = table.relation if table is not None else None
    return relation is not None and (
        is_not_null(relation, name) or any(name == column for column, _, _ in items.equalities(place))
    )
