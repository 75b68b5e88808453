"""The first rows of each group picked by row_number(), fetched group by group instead."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from perfkit.catalog import Catalog
from perfkit.sql.operands import is_stable
from perfkit.sql.rewrites.blocks import Span
from perfkit.sql.rewrites.draft import Draft, Edit, addition, conditions, open_draft, removal
from perfkit.sql.rewrites.group_list import by_jumps, from_referenced_table
from perfkit.sql.rewrites.joined import laid_out
from perfkit.sql.rewrites.keys import base_column
from perfkit.sql.rewrites.names import fresh, qualified, taken
from perfkit.sql.rewrites.nulls import is_never_null
from perfkit.sql.rewrites.ranked import Ranked, order_text, read_ranked, ties, without_rank
from perfkit.sql.rewrites.rewrite import Rewrite
from perfkit.sql.scope import identifier, is_star, output_name
from perfkit.sql.source import SourceText
from perfkit.sql.statement import Statement

_CURES = ("top-n-per-group-window",)


def first_of_group_to_lateral(statement: Statement, catalog: Catalog) -> Iterator[Rewrite]:
    draft = open_draft(statement, catalog)
    for outer in draft.queries if draft is not None else ():
        found = read_ranked(draft, outer, conditions(outer)) if draft is not None else None
        if draft is None or found is None:
            continue
        yield from _lateral(draft, found, catalog)
        if found.count == "1" and not found.is_shown:
            yield from _distinct_on(draft, found)


def _lateral(draft: Draft, found: Ranked, catalog: Catalog) -> Iterator[Rewrite]:
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
    order = order_text(draft, found)
    edits += without_rank(draft, found, order)
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
            caveats=ties(draft, found),
        )


def _outer_edits(draft: Draft, found: Ranked) -> list[Edit] | None:
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


def _distinct_on(draft: Draft, found: Ranked) -> Iterator[Rewrite]:
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
        *without_rank(draft, found, ""),
        Edit(Span(place, place), draft.own(f" distinct on ({key})")),
        Edit(
            Span(end, end),
            draft.gap(start.whole.start) + draft.own(f"order by {key}, {order_text(draft, found)}"),
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
            caveats=ties(draft, found),
        )
