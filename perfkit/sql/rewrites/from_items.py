"""The items of a FROM with their conditions: which are joined, by what, and which of them a condition reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from sqlglot import Expr, exp

from perfkit.sql.rewrites.blocks import Span
from perfkit.sql.rewrites.draft import Draft, Edit, Query, ands, conditions
from perfkit.sql.rewrites.keys import base_column, is_not_null, unique_keys
from perfkit.sql.rewrites.names import source_of
from perfkit.sql.scope import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    node: Expr
    span: Span
    sources: frozenset[int]
    """Places in the FROM of the items it reads."""
    item: int | None
    """The item whose ON it belongs to; None for one of the WHERE."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    query: Query
    wholes: tuple[Span, ...]
    spans: tuple[Span, ...]
    sides: tuple[str, ...]
    """``""`` for the first, a comma, an inner or a cross join; else LEFT, RIGHT or FULL."""
    conditions: tuple[Condition, ...]

    @property
    def sources(self) -> list[Source]:
        return self.query.scope.sources

    def read(self, node: Expr, draft: Draft) -> frozenset[int]:
        """Places of the items an expression reads."""
        places = set()
        for column in node.find_all(exp.Column):
            holder = draft.query(column.find_ancestor(exp.Select))
            source = source_of(column, holder.scope) if holder is not None else None
            if source in self.sources:
                places.add(self.sources.index(source))
        return frozenset(places)

    def equalities(self, place: int) -> list[tuple[str, Expr, int | None]]:
        """Column, other side and the other side's one item (None for a constant) of each equality on a bare column of the
        item, from its ON or, for an inner item, from WHERE."""
        found = []
        for condition in self.conditions:
            node = condition.node
            if not isinstance(node, exp.EQ) or (self.sides[place] and condition.item != place):
                continue
            for left, right in ((node.this, node.expression), (node.expression, node.this)):
                column = base_column(left, self.query.scope)
                if column is None or column[0] is not self.sources[place]:
                    continue
                others = condition.sources - {place}
                has_own = any(
                    self.query.scope.find(inner) is self.sources[place]
                    for inner in right.find_all(exp.Column)
                )
                if not has_own and len(others) < 2:
                    found.append((column[1], right, next(iter(others), None)))
        return found

    def unique_key(self, place: int, known: frozenset[int]) -> tuple[str, ...] | None:
        """A unique key of the item that is fixed by constants and the known items: it has one row at most for each of theirs."""
        source = self.sources[place]
        relation = source.table.relation if source.table is not None and not source.column_aliases else None
        if relation is None:
            return None
        fixed = {name for name, _, other in self.equalities(place) if other is None or other in known}
        return next((key for key in unique_keys(relation) if fixed.issuperset(key)), None)

    def determined(self, start: frozenset[int]) -> frozenset[int]:
        """The items that have at most one row for each combination of rows of the given ones, with these."""
        known = start
        while True:
            more = {
                place
                for place in range(len(self.sources))
                if place not in known and self.unique_key(place, known)
            }
            if not more:
                return known
            known |= more


def read_items(query: Query, draft: Draft) -> Items | None:
    """None for USING, NATURAL, joins in parentheses, and where text and tree differ."""
    start = query.clause("from")
    pieces = start.joined() if start is not None else []
    joins = query.node.args.get("joins") or []
    if start is None or len(pieces) != len(query.scope.sources) or len(joins) != len(pieces) - 1:
        return None
    if any(join.args.get("using") or join.args.get("method") for join in joins):
        return None
    found: list[tuple[Expr, Span, int | None]] = []
    for place, join in enumerate(joins, 1):
        nodes, spans = list(ands(join.args.get("on"))), start.on_conditions(*pieces[place])
        if len(nodes) != len(spans):
            return None
        found += [(node, span, place) for node, span in zip(nodes, spans, strict=True)]
    where = conditions(query)
    if query.clause("where") is not None and not where:
        return None
    found += [(node, span, None) for node, span in where]
    sides = ("", *(str(join.args.get("side") or "").upper() for join in joins))
    bare = Items(
        query=query,
        wholes=tuple(whole for whole, _ in pieces),
        spans=tuple(span for _, span in pieces),
        sides=sides,
        conditions=(),
    )
    return Items(
        query=query,
        wholes=bare.wholes,
        spans=bare.spans,
        sides=sides,
        conditions=tuple(
            Condition(node=node, span=span, sources=bare.read(node, draft), item=place)
            for node, span, place in found
        ),
    )


def row_key(items: Items, place: int, columns: set[str] | None) -> tuple[str, ...] | None:
    """A unique key without NULLs of an item among these columns (None for all of them); None where there is none."""
    source = items.sources[place]
    relation = source.table.relation if source.table is not None and not source.column_aliases else None
    if relation is None:
        return None
    for key in unique_keys(relation):
        if (columns is None or columns.issuperset(key)) and all(is_not_null(relation, name) for name in key):
            return key
    return None


def with_conditions(draft: Draft, query: Query, moved: Sequence[Span], added: Sequence[str]) -> list[Edit]:
    """Edits that replace the moved conditions of the WHERE by the added ones, at the place of the first of them."""
    if not added:
        return []
    where, start = query.clause("where"), query.block.clauses["from"]
    if where is None:
        gap, end = draft.gap(start.whole.start), start.whole.end
        text = (gap + draft.own("and ")).join(added)
        return [Edit(Span(end, end), gap + draft.own("where ") + text)]
    ands = [token.start for token in where.tokens if token.is_word("and")]
    glue = (draft.gap(ands[-1]) if ands else " ") + draft.own("and ")
    text = glue.join(added)
    if not moved:
        body = draft.cut(where.body)
        is_or = isinstance(query.node.args["where"].this, exp.Or)
        return [Edit(where.body, (f"({body})" if is_or else body) + glue + text)]
    spans = where.conjuncts()
    first = min(moved, key=lambda span: span.start)
    edits = [Edit(first, text)]
    for before, span in pairwise(spans):
        if span in moved and span != first:
            edits.append(Edit(Span(before.end, span.end), ""))
    return edits
