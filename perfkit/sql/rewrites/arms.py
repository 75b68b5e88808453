"""An OR over several columns as one query for each arm: each can use the index of its own column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlglot import Expr, exp

from perfkit.catalog import Catalog
from perfkit.sql.conditions import columns_of, flatten
from perfkit.sql.operands import is_stable, unwrap
from perfkit.sql.rewrites.blocks import Span
from perfkit.sql.rewrites.draft import Draft, Query, ands, conditions, is_sound, open_draft
from perfkit.sql.rewrites.names import fresh, taken
from perfkit.sql.rewrites.rewrite import Rewrite
from perfkit.sql.scope import aliased, identifier, is_aggregate, is_star, local_nodes, output_name
from perfkit.sql.statement import Statement
from perfkit.sql.tokens import scan

MOST_ARMS = 4
"""Each arm repeats the query: beyond a handful nobody would write it so."""

_CURES = ("or-across-tables", "or-across-columns", "order-by-limit-wrong-index", "late-filter")
_UNFIT = ("group", "having", "windows", "with_", "locks", "offset")


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """An OR over different columns that rows of a query must meet."""

    arms: tuple[Expr, ...]
    span: Span
    texts: tuple[str, ...]
    """Of each arm."""
    is_join: bool
    """It is the condition of a join, not of the WHERE."""


def or_to_union_all(statement: Statement, catalog: Catalog) -> Iterator[Rewrite]:
    """One SELECT with an OR over different columns between the ANDs of its WHERE, or of the ON of an inner join. Later arms
    leave out what earlier ones gave, so that the rows are the same, copies included; under DISTINCT, UNION does that."""
    draft = open_draft(statement, catalog)
    query = draft.main if draft is not None else None
    if draft is None or query is None or any(query.node.args.get(part) for part in _UNFIT):
        return
    distinct = query.node.args.get("distinct")
    is_counted = _is_count(query)
    if distinct is not None and (distinct.args.get("on") is not None or is_counted):
        return
    if not is_counted and any(_spoils(item) for item in query.node.expressions):
        return
    tail = _tail(draft, query)
    for found in alternatives(draft, query) if tail is not None else ():
        sql = _united(draft, query, found, tail or ("", ""), is_counted)
        if sql is None or not is_sound(draft.statement, sql):
            continue
        tables = {identifier(column.args.get("table")) for arm in found.arms for column in columns_of(arm)}
        yield Rewrite(
            name="or-to-union-all" if distinct is None else "or-to-union",
            sql=sql,
            cures=(*_CURES, "cartesian-join") if found.is_join else _CURES,
            rationale="each part can use the index of its own column"
            + (" and joins only its few rows" if len(tables) > 1 else ""),
            conditions=(
                "each part leaves out what the ones before it gave"
                if distinct is None
                else "UNION removes copies as DISTINCT did",
            ),
        )


def alternatives(draft: Draft, query: Query) -> Iterator[Alternative]:
    """The ORs of a query that can be taken apart, in the order of the text."""
    joins = [(*found, True) for found in on_conditions(query)]
    for condition, span, is_join in (*joins, *((*found, False) for found in conditions(query))):
        arms = tuple(flatten(unwrap(condition), exp.Or))
        if not 2 <= len(arms) <= MOST_ARMS or not is_stable(condition):
            continue
        owners = [frozenset(column.sql() for column in columns_of(arm)) for arm in arms]
        if len(set(owners)) < 2 or not all(owners):
            continue
        texts = arm_texts(draft, span, len(arms))
        if texts is not None:
            yield Alternative(arms=arms, span=span, texts=tuple(texts), is_join=is_join)


def on_conditions(query: Query) -> Iterator[tuple[Expr, Span]]:
    """Of inner joins, where no later join keeps rows that found no partner."""
    joins, start = query.node.args.get("joins") or [], query.clause("from")
    places = start.joined() if start is not None else []
    if len(places) != len(joins) + 1 or any(str(join.side).upper() in ("RIGHT", "FULL") for join in joins):
        return
    for join, (whole, item) in zip(joins, places[1:], strict=True):
        if start is not None and join.args.get("on") is not None and not join.side:
            nodes, spans = list(ands(join.args["on"])), start.on_conditions(whole, item)
            if len(nodes) == len(spans):
                yield from zip(nodes, spans, strict=True)


def _is_count(query: Query) -> bool:
    """True for ``select count(*)`` alone, whose rows are counted after they are united."""
    items = [unwrap(aliased(item)) for item in query.node.expressions]
    is_star_count = (
        len(items) == 1 and isinstance(items[0], exp.Count) and isinstance(items[0].this, exp.Star)
    )
    return is_star_count and not any(query.node.args.get(part) for part in ("order", "limit"))


def _spoils(item: Expr) -> bool:
    return any(is_aggregate(node) or isinstance(node, exp.Window) for node in local_nodes(aliased(item)))


def arm_texts(draft: Draft, span: Span, count: int) -> list[str] | None:
    """The text of each arm of the OR, without the parentheses around it all."""
    tokens = [token for token in scan(draft.text) if span.start <= token.start and token.end <= span.end]
    while len(tokens) > 2 and tokens[0].text == "(" and _closes(tokens) == len(tokens) - 1:
        tokens = tokens[1:-1]
    pieces: list[tuple[int, int]] = []
    depth, first = 0, 0
    for place, token in enumerate(tokens):
        depth += (token.text in ("(", "[")) - (token.text in (")", "]"))
        if depth == 0 and token.is_word("or"):
            pieces.append((first, place))
            first = place + 1
    pieces.append((first, len(tokens)))
    if len(pieces) != count or any(start >= end for start, end in pieces):
        return None
    return [draft.text[tokens[start].start : tokens[end - 1].end] for start, end in pieces]


def _closes(tokens: Sequence[object]) -> int:
    depth = 0
    for place, token in enumerate(tokens):
        text = getattr(token, "text", "")
        depth += (text == "(") - (text == ")")
        if depth == 0:
            return place
    return -1


def _tail(draft: Draft, query: Query) -> tuple[str, str] | None:
    """ORDER BY for the whole by output columns, and LIMIT; None where an order is by something that is not put out."""
    order, limit = query.clause("order"), query.clause("limit") or query.clause("fetch")
    ordered = ""
    if order is not None:
        keys = []
        for item, span in zip(query.node.args["order"].expressions, order.items(), strict=False):
            name = _output(query, item.this)
            if name is None:
                return None
            written = draft.cut(span)
            after = written[len(_expression_text(written)) :]
            keys.append(name + after)
        ordered = "order by " + ", ".join(keys)
    return ordered, draft.cut(limit.whole) if limit is not None else ""


def _expression_text(item: str) -> str:
    """The part of an ORDER BY item before ASC, DESC, NULLS or COLLATE."""
    for token in scan(item):
        if token.is_word("asc", "desc", "nulls", "using"):
            return item[: token.start].rstrip()
    return item


def _output(query: Query, key: Expr) -> str | None:
    """How the union's ORDER BY names a key; None where it is no column that is put out."""
    node = unwrap(key)
    if not isinstance(node, exp.Column):
        return None
    name = identifier(node.this)
    for item in query.node.expressions:
        inner = aliased(item)
        is_same = isinstance(inner, exp.Column) and not is_star(item) and identifier(inner.this) == name
        if output_name(item) == name and (is_same or not node.table):
            return str(node.this.sql(dialect="postgres"))
        if is_star(item):
            owner = identifier(inner.args.get("table")) if isinstance(inner, exp.Column) else ""
            if not owner or not node.table or owner == identifier(node.args.get("table")):
                return str(node.this.sql(dialect="postgres"))
    return None


def _united(
    draft: Draft, query: Query, found: Alternative, tail: tuple[str, str], is_counted: bool
) -> str | None:
    order, limit = query.clause("order"), query.clause("limit") or query.clause("fetch")
    end = min(
        (clause.whole.start for clause in (order, limit) if clause is not None), default=query.block.span.end
    )
    body = query.block.selected.body
    is_distinct = query.node.args.get("distinct") is not None
    before, after = draft.text[: query.block.span.start], draft.text[query.block.span.end :]
    start = draft.cut(Span(query.block.span.start, body.start))
    if is_distinct:
        start = _without_distinct(start)
    items = "1" if is_counted else draft.cut(body)
    head, rest = draft.text[body.end : found.span.start], draft.text[found.span.end : end].rstrip()
    halves = []
    for place, arm in enumerate(found.texts):
        guards = (
            ""
            if is_distinct
            else "".join(
                draft.own(" and ") + f"({earlier}) " + draft.own("is not true")
                for earlier in found.texts[:place]
            )
        )
        half = f"{start}{items}{head}{arm}{guards}{rest}"
        if limit is not None:
            # each part gives its own first rows, of which the whole takes the first
            gap = "\n" if "--" in half.rpartition("\n")[2] else " "
            half = f"({half}{gap}{draft.cut(Span(end, query.block.span.end))})"
        halves.append(half)
    whole = f"\n{draft.own('union' if is_distinct else 'union all')}\n".join(halves)
    if is_counted:
        alias = fresh("matches", taken(draft))
        return (
            before
            + draft.own("select ")
            + draft.cut(body)
            + draft.own(" from (")
            + f"\n{whole}\n) {alias}"
            + after
        )
    closing = " ".join(part for part in (draft.own(tail[0]), tail[1]) if part)
    return before + whole + (f"\n{closing}" if closing else "") + after


def _without_distinct(start: str) -> str:
    tokens = scan(start)
    place = next(token for token in reversed(tokens) if token.is_word("distinct"))
    return start[: place.start] + start[place.end :].lstrip()
