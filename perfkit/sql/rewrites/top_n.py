"""The first rows of each group picked by row_number(), fetched group by group instead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import Expr, exp

from perfkit.catalog import Catalog
from perfkit.sql.operands import is_stable, unwrap
from perfkit.sql.rewrites.blocks import Span
from perfkit.sql.rewrites.draft import Draft, Edit, Query, addition, conditions, open_draft, removal
from perfkit.sql.rewrites.from_items import read_items, row_key
from perfkit.sql.rewrites.group_list import by_jumps, from_referenced_table
from perfkit.sql.rewrites.joined import laid_out
from perfkit.sql.rewrites.keys import base_column
from perfkit.sql.rewrites.names import fresh, qualified, source_of, taken
from perfkit.sql.rewrites.nulls import is_never_null
from perfkit.sql.rewrites.rewrite import Rewrite
from perfkit.sql.scope import Source, aliased, identifier, is_star, local_nodes, output_name
from perfkit.sql.source import SourceText
from perfkit.sql.statement import Statement

_CURES = ("top-n-per-group-window",)
_UNFIT = ("group", "having", "limit", "offset", "order", "distinct", "windows", "locks", "with_")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ranked:
    """``SELECT … FROM (SELECT …, row_number() OVER (PARTITION BY g ORDER BY o) AS rn FROM …) x WHERE rn <= n``."""

    outer: Query
    inner: Query
    source: Source
    """The item of the outer FROM."""
    filter: Span
    count: str
    item: int
    """Place of the rank in the inner select list."""
    window: exp.Window
    is_shown: bool
    """The rank is read by more than the filter."""
    in_cte: bool


def first_of_group_to_lateral(statement: Statement, catalog: Catalog) -> Iterator[Rewrite]:
    draft = open_draft(statement, catalog)
    for outer in draft.queries if draft is not None else ():
        found = _read(draft, outer) if draft is not None else None
        if draft is None or found is None:
            continue
        yield from _lateral(draft, found, catalog)
        if found.count == "1" and not found.is_shown:
            yield from _distinct_on(draft, found)


def _read(draft: Draft, outer: Query) -> _Ranked | None:
    for condition, span in conditions(outer) if not outer.node.args.get("locks") else ():
        test = _limit(unwrap(condition))
        if test is None:
            continue
        column, count = test
        source = outer.scope.find(column)
        if source is None or len(source.branches) != 1 or source.column_aliases:
            continue
        inner = draft.query(source.branches[0].select)
        if inner is None or any(inner.node.args.get(part) for part in _UNFIT) or inner.scope.is_grouped:
            continue
        items = inner.node.expressions
        name = identifier(column.this)
        place = next((number for number, item in enumerate(items) if output_name(item) == name), None)
        window = unwrap(aliased(items[place])) if place is not None else None
        windows = [node for item in items for node in local_nodes(item) if isinstance(node, exp.Window)]
        if place is None or not isinstance(window, exp.Window) or windows != [window]:
            continue
        if (
            not isinstance(window.this, exp.RowNumber)
            or not window.args.get("order")
            or window.args.get("spec")
        ):
            continue
        in_cte = isinstance(inner.node.parent, exp.CTE)
        if in_cte and _references(draft.tree, inner.node.parent) != 1:
            continue
        readers = [node for node in outer.node.find_all(exp.Column) if _means(draft, node, source, name)]
        is_shown = len(readers) > 1 or any(is_star(item) for item in outer.node.expressions)
        return _Ranked(
            outer=outer, inner=inner, source=source, filter=span, count=count, item=place, window=window,
            is_shown=is_shown, in_cte=in_cte,
        )  # fmt: skip
    return None


def _limit(node: Expr) -> tuple[exp.Column, str] | None:
    """The column and the highest rank a condition lets through, as SQL."""
    column, bound = (
        (unwrap(node.this), unwrap(node.expression)) if isinstance(node, exp.Binary) else (node, node)
    )
    if not isinstance(column, exp.Column):
        return None
    if isinstance(node, exp.EQ) and isinstance(bound, exp.Literal) and bound.name == "1":
        return column, "1"
    if (
        isinstance(node, exp.LTE)
        and isinstance(bound, exp.Literal)
        and bound.name.isdigit()
        and int(bound.name)
    ):
        return column, bound.name
    if isinstance(node, exp.LTE) and isinstance(bound, exp.Parameter):
        return column, f"${bound.name}"
    if (
        isinstance(node, exp.LT)
        and isinstance(bound, exp.Literal)
        and bound.name.isdigit()
        and int(bound.name) > 1
    ):
        return column, str(int(bound.name) - 1)
    return None


def _references(tree: Expr, cte: Expr | None) -> int:
    name = identifier(cte.args["alias"].this) if cte is not None else ""
    return sum(
        identifier(table.this) == name and not table.args.get("db") for table in tree.find_all(exp.Table)
    )


def _means(draft: Draft, node: exp.Column, source: Source, name: str) -> bool:
    holder = draft.query(node.find_ancestor(exp.Select))
    return holder is not None and identifier(node.this) == name and source_of(node, holder.scope) is source


def _lateral(draft: Draft, found: _Ranked, catalog: Catalog) -> Iterator[Rewrite]:
    keys = found.window.args.get("partition_by") or []
    column = base_column(keys[0], found.inner.scope) if len(keys) == 1 else None
    start = found.inner.clause("from")
    if column is None or column[0].table is None or start is None or not is_never_null(keys[0], found.inner):
        return
    used = taken(draft)
    groups = from_referenced_table(column[0].table, column[1], catalog, used)
    if groups is None and len(found.inner.scope.sources) == 1:
        groups = by_jumps(column[0].table, draft.cut(start.body).split()[0], column[1], used)
    key = qualified(keys[0], found.inner.scope, draft)
    if groups is None or key is None or not all(map(is_stable, found.inner.node.find_all(exp.Func))):
        return
    edits = _outer_edits(draft, found)
    if edits is None:
        return
    block = found.inner.block
    order = _order_text(draft, found)
    edits += _without_rank(draft, found, order)
    edits.append(addition(found.inner, f"{key} = {groups.value}", draft))
    end = (found.inner.clause("where") or start).whole.end
    gap = draft.gap(start.whole.start)
    item = laid_out(groups.item, draft.gap((found.outer.clause("from") or start).whole.start))
    edits.append(Edit(Span(end, end), draft.own(f"{gap}order by {order}{gap}limit {found.count}")))
    if found.in_cte:
        alias = fresh("ranked", used)
        edits.append(
            Edit(
                Span(block.span.start, block.span.start),
                draft.own(f"select {alias}.* from {item} cross join lateral ("),
            )
        )
        edits.append(Edit(Span(block.span.end, block.span.end), f") {alias}"))
    else:
        opening = draft.parentheses(found.inner).start
        edits.append(Edit(Span(opening, opening), draft.own(f"{item} cross join lateral ")))
    sql = draft.edited(edits)
    if sql is not None:
        yield Rewrite(
            name="top-n-to-lateral",
            sql=sql,
            cures=_CURES,
            rationale=f"For each group an index on the group and its order gives the first {found.count} rows; row_number() numbers all rows.",
            conditions=(groups.condition, f"{key} is never NULL"),
            caveats=_ties(draft, found),
        )


def _outer_edits(draft: Draft, found: _Ranked) -> list[Edit] | None:
    """The filter on the rank gone, and, where another table comes into the FROM, names that say whose they are."""
    where = found.outer.clause("where")
    if where is None:
        return None
    edits = removal(where, [found.filter], draft)
    if found.in_cte:
        return edits
    start = found.outer.clause("from")
    items = start.joined() if start is not None else []
    sources = found.outer.scope.sources
    if len(items) != len(sources) or (
        sources.index(found.source) and draft.text[items[sources.index(found.source)][0].start] != ","
    ):
        return None
    for item, span in zip(found.outer.node.expressions, found.outer.block.selected.items(), strict=True):
        if is_star(item) and not isinstance(item, exp.Column):
            edits.append(Edit(span, ", ".join(f"{source.alias}.*" for source in sources)))
    outputs = {output_name(item) for item in found.outer.node.expressions}
    for node in found.outer.node.find_all(exp.Column):
        if node.table or is_star(node) or draft.query(node.find_ancestor(exp.Select)) is not found.outer:
            continue
        place = node.this.meta.get("start")
        source = found.outer.scope.find(node)
        if source is None or place is None or found.filter.start <= place < found.filter.end:
            continue
        if isinstance(node.parent, exp.Ordered) and identifier(node.this) in outputs:
            continue
        edits.append(Edit(Span(place, place), f"{source.alias}."))
    return edits


def _order_text(draft: Draft, found: _Ranked) -> str:
    text = SourceText(draft.text)
    pieces = []
    for key in found.window.args["order"].expressions:
        piece = text.of(key.this, qualified=True) + (" desc" if key.args.get("desc") else "")
        default = bool(key.args.get("desc"))
        first = bool(key.args.get("nulls_first"))
        pieces.append(piece + ("" if first == default else " nulls first" if first else " nulls last"))
    return ", ".join(pieces)


def _without_rank(draft: Draft, found: _Ranked, order: str) -> list[Edit]:
    """The rank taken out of the inner select list, or counted within the group where it is shown."""
    spans = found.inner.block.selected.items()
    span = spans[found.item]
    if found.is_shown:
        name = output_name(found.inner.node.expressions[found.item])
        return [Edit(span, draft.own(f"row_number() over (order by {order}) as {name}"))]
    if found.item:
        return [Edit(Span(spans[found.item - 1].end, span.end), "")]
    return [Edit(Span(span.start, spans[1].start), "")] if len(spans) > 1 else [Edit(span, "1")]


def _distinct_on(draft: Draft, found: _Ranked) -> Iterator[Rewrite]:
    keys = found.window.args.get("partition_by") or []
    where, start = found.outer.clause("where"), found.inner.clause("from")
    if not keys or where is None or start is None or len(found.inner.node.expressions) < 2:
        return
    text = SourceText(draft.text)
    key = ", ".join(text.of(node, qualified=True) for node in keys)
    selected = found.inner.block.selected
    end = (found.inner.clause("where") or start).whole.end
    place = selected.whole.start + len("select")
    edits = [
        *removal(where, [found.filter], draft),
        *_without_rank(draft, found, ""),
        Edit(Span(place, place), draft.own(f" distinct on ({key})")),
        Edit(
            Span(end, end),
            draft.gap(start.whole.start) + draft.own(f"order by {key}, {_order_text(draft, found)}"),
        ),
    ]
    sql = draft.edited(edits)
    if sql is not None:
        yield Rewrite(
            name="top-1-to-distinct-on",
            sql=sql,
            cures=_CURES,
            rationale="DISTINCT ON keeps the first row of each group as it passes, and numbers none.",
            conditions=("DISTINCT ON keeps the row that row_number() calls 1",),
            caveats=_ties(draft, found),
        )


def _ties(draft: Draft, found: _Ranked) -> tuple[str, ...]:
    """A warning unless the order within a group leaves no ties."""
    items = read_items(found.inner, draft)
    keys = [
        *(found.window.args.get("partition_by") or ()),
        *(key.this for key in found.window.args["order"].expressions),
    ]
    columns = [base_column(key, found.inner.scope) for key in keys]
    if items is not None:
        for place, source in enumerate(items.sources):
            own = {column[1] for column in columns if column is not None and column[0] is source}
            if row_key(items, place, own) and len(items.determined(frozenset({place}))) == len(items.sources):
                return ()
    return ("among rows that tie in the order either may be picked, as before",)
