"""An OR over several columns as one query for each arm: each can use the index of its own column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlglot import Expr, exp

from perfkit.catalog import Catalog
from perfkit.sql.conditions import columns_of, flatten
from perfkit.sql.operands import is_stable, unwrap
from perfkit.sql.rewrites.blocks import Span
from perfkit.sql.rewrites.draft import Draft, Query, conditions, is_sound, open_draft
from perfkit.sql.rewrites.rewrite import Rewrite
from perfkit.sql.scope import aliased, identifier, is_aggregate, is_star, local_nodes, output_name
from perfkit.sql.statement import Statement
from perfkit.sql.tokens import scan

MOST_ARMS = 4
"""Each arm repeats the query: beyond a handful nobody would write it so."""

_UNFIT = ("group", "having", "distinct", "windows", "with_", "locks", "offset")


def or_to_union_all(statement: Statement, catalog: Catalog) -> Iterator[Rewrite]:
    """One SELECT whose WHERE has an OR over different columns between its ANDs. Later arms leave out what earlier ones
    gave, so that the rows are the same, copies included."""
    draft = open_draft(statement, catalog)
    query = draft.main if draft is not None else None
    if draft is None or query is None or any(query.node.args.get(part) for part in _UNFIT):
        return
    if any(_spoils(item) for item in query.node.expressions):
        return
    for condition, span in conditions(query):
        arms = list(flatten(unwrap(condition), exp.Or))
        if not 2 <= len(arms) <= MOST_ARMS or not is_stable(condition):
            continue
        owners = [frozenset(column.sql() for column in columns_of(arm)) for arm in arms]
        if len(set(owners)) < 2 or not all(owners):
            continue
        texts = _arm_texts(draft, span, len(arms))
        tail = _tail(draft, query)
        if texts is None or tail is None:
            continue
        sql = _united(draft, query, span, texts, tail)
        if is_sound(draft.statement, sql):
            tables = {identifier(column.args.get("table")) for arm in arms for column in columns_of(arm)}
            yield Rewrite(
                name="or-to-union-all",
                sql=sql,
                cures=("or-across-tables", "or-across-columns", "order-by-limit-wrong-index", "late-filter"),
                rationale="each half can use the index of its own column"
                + (" and joins only its few rows" if len(tables) > 1 else ""),
                conditions=("each half leaves out what the ones before it gave",),
            )


def _spoils(item: Expr) -> bool:
    return any(is_aggregate(node) or isinstance(node, exp.Window) for node in local_nodes(aliased(item)))


def _arm_texts(draft: Draft, span: Span, count: int) -> list[str] | None:
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


def _united(draft: Draft, query: Query, span: Span, arms: Sequence[str], tail: tuple[str, str]) -> str:
    order, limit = query.clause("order"), query.clause("limit") or query.clause("fetch")
    end = min(
        (clause.whole.start for clause in (order, limit) if clause is not None), default=len(draft.text)
    )
    head, rest = draft.text[: span.start], draft.text[span.end : end].rstrip()
    halves = []
    for place, arm in enumerate(arms):
        guards = "".join(f" and ({earlier}) is not true" for earlier in arms[:place])
        half = head + f"({arm}){guards}" + rest
        if limit is not None:
            # each half gives its own first rows, of which the whole takes the first
            half = f"({half} {draft.text[end:].strip()})"
        halves.append(half)
    whole = f"\n{draft.own('union all')}\n".join(halves)
    closing = " ".join(part for part in (draft.own(tail[0]), tail[1]) if part)
    return whole + (f"\n{closing}" if closing else "")
