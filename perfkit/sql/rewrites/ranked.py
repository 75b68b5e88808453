"""A subquery that ranks rows within groups, and the condition outside that keeps the first ranks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlglot import Expr, exp

from perfkit.sql.operands import unwrap
from perfkit.sql.rewrites.blocks import Span
from perfkit.sql.rewrites.draft import Draft, Edit, Query
from perfkit.sql.rewrites.from_items import read_items, row_key
from perfkit.sql.rewrites.keys import base_column
from perfkit.sql.rewrites.names import source_of
from perfkit.sql.scope import Source, aliased, identifier, is_star, local_nodes, output_name
from perfkit.sql.source import SourceText

_UNFIT = ("group", "having", "limit", "offset", "order", "distinct", "windows", "locks", "with_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
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


def read_ranked(
    draft: Draft, outer: Query, tests: Iterable[tuple[Expr, Span]], *, is_joined: bool = False
) -> Ranked | None:
    """The first of these conditions of a query that keeps the first ranks of a subquery; None where none does. A condition
    of the WHERE also drops rows that an outer join made up, and is then no mere limit; ``is_joined`` says that they are of ON.
    """
    for condition, span in tests if not outer.node.args.get("locks") else ():
        test = _limit(unwrap(condition))
        if test is None:
            continue
        column, count = test
        source = outer.scope.find(column)
        if source is None or len(source.branches) != 1 or source.column_aliases:
            continue
        if not is_joined and _may_be_missing(outer, source):
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
        return Ranked(
            outer=outer, inner=inner, source=source, filter=span, count=count, item=place, window=window,
            is_shown=is_shown, in_cte=in_cte,
        )  # fmt: skip
    return None


def _may_be_missing(outer: Query, source: Source) -> bool:
    """Whether an outer join may put NULLs in the place of the subquery's rows."""
    joins, place = outer.node.args.get("joins") or [], outer.scope.sources.index(source)
    if len(joins) != len(outer.scope.sources) - 1:
        return True
    sides = [str(join.side).upper() for join in joins]
    return bool(place and sides[place - 1]) or any(side in ("RIGHT", "FULL") for side in sides[place:])


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


def order_text(draft: Draft, found: Ranked) -> str:
    text = SourceText(draft.text)
    pieces = []
    for key in found.window.args["order"].expressions:
        piece = text.of(key.this, qualified=True) + (" desc" if key.args.get("desc") else "")
        default = bool(key.args.get("desc"))
        first = bool(key.args.get("nulls_first"))
        pieces.append(piece + ("" if first == default else " nulls first" if first else " nulls last"))
    return ", ".join(pieces)


def without_rank(draft: Draft, found: Ranked, order: str) -> list[Edit]:
    """The rank taken out of the inner select list, or counted within the group where it is shown."""
    spans = found.inner.block.selected.items()
    span = spans[found.item]
    if found.is_shown:
        name = output_name(found.inner.node.expressions[found.item])
        return [Edit(span, draft.own(f"row_number() over (order by {order}) as {name}"))]
    if found.item:
        return [Edit(Span(spans[found.item - 1].end, span.end), "")]
    return [Edit(Span(span.start, spans[1].start), "")] if len(spans) > 1 else [Edit(span, "1")]


def ties(draft: Draft, found: Ranked) -> tuple[str, ...]:
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
