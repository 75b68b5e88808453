"""A window computed over a whole table, joined by what it is partitioned by: computed for the rows of the other table alone."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import Expr, exp

from perfkit.catalog import Catalog
from perfkit.sql.operands import is_stable, unwrap
from perfkit.sql.rewrites.blocks import Span
from perfkit.sql.rewrites.draft import Draft, Edit, Query, addition, ands, is_sound, open_draft
from perfkit.sql.rewrites.names import qualified, source_of
from perfkit.sql.rewrites.rewrite import Rewrite
from perfkit.sql.scope import Source, aliased, identifier, is_star, local_nodes, output_name
from perfkit.sql.statement import Statement

_UNFIT = ("group", "having", "limit", "offset", "order", "distinct", "windows", "locks", "with_")


def windowed_join_to_lateral(statement: Statement, catalog: Catalog) -> Iterator[Rewrite]:
    """``from (select …, sum(x) over (partition by g order by o) from t) b join a on a.id = b.g where a.name = 'n'`` as
    ``from a cross join lateral (select … from t where g = a.id) b``: whole partitions are wanted or none of their rows.

    For a join of two items, one of them such a subquery.
    """
    draft = open_draft(statement, catalog)
    for outer in draft.queries if draft is not None else ():
        sources = outer.scope.sources
        if draft is None or not isinstance(outer.node, exp.Select) or len(sources) != 2:
            continue
        for source, other in ((sources[0], sources[1]), (sources[1], sources[0])):
            sql = _rewritten(draft, outer, source, other)
            if sql is not None and is_sound(draft.statement, sql):
                yield Rewrite(
                    name="windowed-join-to-lateral",
                    sql=sql,
                    cures=("late-filter",),
                    rationale="the window is computed for the partitions that are wanted, which an index leads to, not for all",
                    conditions=(
                        "the subquery is joined by a column that every window of it is partitioned by",
                    ),
                )


def _rewritten(draft: Draft, outer: Query, source: Source, other: Source) -> str | None:
    start, joins = outer.clause("from"), outer.node.args.get("joins") or []
    items = start.joined() if start is not None else []
    inner = draft.query(source.branches[0].select) if len(source.branches) == 1 else None
    if start is None or inner is None or len(items) != 2 or len(joins) != 1 or other.table is None:
        return None
    join, place = joins[0], outer.scope.sources.index(source)
    if join.side or join.args.get("using") or join.args.get("on") is None or source.column_aliases:
        return None
    if isinstance(inner.node.parent, exp.CTE) or any(inner.node.args.get(part) for part in _UNFIT):
        return None
    spans = start.on_conditions(*items[1])
    given = list(ands(join.args["on"]))
    windows = [one for one in _windows(inner.node)]
    if len(spans) != len(given) or not windows or not all(map(is_stable, inner.node.find_all(exp.Func))):
        return None
    keys: list[str] = []
    rest: list[str] = []
    for node, span in zip(given, spans, strict=True):
        condition = _key(draft, outer, inner, source, other, node, windows)
        (keys if condition is not None else rest).append(condition or draft.cut(span))
    if not keys:
        return None
    block = inner.block.span
    more = addition(inner, " and ".join(keys), draft)
    query = (
        draft.text[block.start : more.span.start] + more.new + draft.text[more.span.end : block.end].rstrip()
    )
    item = draft.cut(items[place][1])
    alias = item[draft.parentheses(inner).end - items[place][1].start :].strip()
    head = "join lateral" if rest else "cross join lateral"
    tail = draft.own(" on ") + draft.own(" and ").join(rest) if rest else ""
    gap = draft.gap(start.whole.start)
    first = draft.cut(items[1 - place][1])
    body = f"{first}{gap}{draft.own(head)} ({query}) {alias}{tail}"
    return draft.edited([Edit(Span(items[0][1].start, items[1][0].end), body)])


def _windows(select: Expr) -> Iterator[exp.Window]:
    for item in select.expressions:
        yield from (node for node in local_nodes(item) if isinstance(node, exp.Window))


def _key(
    draft: Draft,
    outer: Query,
    inner: Query,
    source: Source,
    other: Source,
    node: Expr,
    windows: list[exp.Window],
) -> str | None:
    """The join's equality as a condition within the subquery; None where it is of another kind."""
    node = unwrap(node)
    if not isinstance(node, exp.EQ):
        return None
    for one, two in ((node.this, node.expression), (node.expression, node.this)):
        own, partner = unwrap(one), unwrap(two)
        if not isinstance(own, exp.Column) or not isinstance(partner, exp.Column):
            continue
        if source_of(own, outer.scope) is not source or source_of(partner, outer.scope) is not other:
            continue
        value = _item(inner, identifier(own.this))
        if value is None or any(
            value not in map(unwrap, one.args.get("partition_by") or []) for one in windows
        ):
            continue
        inside, outside = qualified(value, inner.scope, draft), qualified(partner, outer.scope, draft)
        if inside is None or outside is None or any(one.alias == other.alias for one in inner.scope.sources):
            continue
        return f"{inside} = {outside}"
    return None


def _item(inner: Query, name: str) -> Expr | None:
    """What the subquery calls so, where it is a bare column."""
    for item in inner.node.expressions:
        value = unwrap(aliased(item))
        if not is_star(item) and output_name(item) == name and isinstance(value, exp.Column):
            return value
    return None
