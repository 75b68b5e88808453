"""A page far down a list: asked for by the last row of the page before it, or found by its keys before its rows are read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlglot import Expr, exp

from perfkit.catalog import Catalog
from perfkit.identifier import quote_identifier
from perfkit.sql.operands import unwrap
from perfkit.sql.rewrites.blocks import Span
from perfkit.sql.rewrites.draft import (
    Draft,
    Edit,
    Query,
    addition,
    drop,
    is_sound,
    open_draft,
    parameters,
)
from perfkit.sql.rewrites.from_items import Items, read_items, row_key
from perfkit.sql.rewrites.keys import base_column, name_of
from perfkit.sql.rewrites.names import column, fresh, taken
from perfkit.sql.rewrites.nulls import is_never_null
from perfkit.sql.rewrites.rewrite import Rewrite
from perfkit.sql.scope import identifier, is_star, local_nodes
from perfkit.sql.statement import Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class _Key:
    text: str
    """As the query can write it."""
    source: int
    name: str
    is_descending: bool
    is_nullable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    query: Query
    items: Items
    keys: tuple[_Key, ...]
    place: int
    """The FROM item that has one row for each row of the result."""
    row: tuple[str, ...]
    """Its unique key."""

    @property
    def missing(self) -> tuple[str, ...]:
        """Columns that would make the order unique: none where it is."""
        own = {key.name for key in self.keys if key.source == self.place}
        return (
            ()
            if row_key(self.items, self.place, own)
            else tuple(name for name in self.row if name not in own)
        )


def _read(draft: Draft) -> _Page | None:
    query = draft.main
    if query is None or query.scope.is_grouped or query.node.args.get("distinct"):
        return None
    items, order = read_items(query, draft), query.node.args.get("order")
    if (
        items is None
        or order is None
        or query.clause("offset") is None
        or "RIGHT" in items.sides
        or "FULL" in items.sides
    ):
        return None
    if any(isinstance(node, exp.Window) for item in query.node.expressions for node in local_nodes(item)):
        return None
    keys = []
    for ordered in order.expressions:
        node = _selected(query, ordered.this)
        found = base_column(node, query.scope)
        if found is None or found[0].table is None or found[0].table.relation is None:
            return None
        text = column(found[0].alias, found[1]) if len(items.sources) > 1 else quote_identifier(found[1])
        keys.append(
            _Key(
                text=text,
                source=items.sources.index(found[0]),
                name=found[1],
                is_descending=bool(ordered.args.get("desc")),
                is_nullable=not is_never_null(node, query),
            )
        )
    for place in dict.fromkeys([*(key.source for key in reversed(keys)), *range(len(items.sources))]):
        row = row_key(items, place, None)
        if (
            row is not None
            and not items.sides[place]
            and len(items.determined(frozenset({place}))) == len(items.sources)
        ):
            return _Page(query=query, items=items, keys=tuple(keys), place=place, row=row)
    return None


def _selected(query: Query, node: Expr) -> Expr:
    """What an order key stands for: an output named or numbered, else itself."""
    node = unwrap(node)
    outputs = query.node.expressions
    if (
        isinstance(node, exp.Literal)
        and not node.is_string
        and node.name.isdigit()
        and int(node.name) <= len(outputs)
    ):
        item = outputs[int(node.name) - 1]
        return unwrap(item.this if isinstance(item, exp.Alias) else item)
    if isinstance(node, exp.Column) and not node.table:
        for item in outputs:
            if isinstance(item, exp.Alias) and identifier(item.args["alias"]) == identifier(node.this):
                return unwrap(item.this)
    return node


def _offset(query: Query) -> int | None:
    """None where it is no literal."""
    node = query.node.args["offset"].expression
    return int(node.name) if isinstance(node, exp.Literal) and node.name.isdigit() else None


def offset_to_keyset(statement: Statement, catalog: Catalog) -> Iterator[Rewrite]:
    draft = open_draft(statement, catalog)
    page = _read(draft) if draft is not None else None
    if draft is None or page is None:
        return
    query, offset = page.query, _offset(page.query)
    if not offset or any(key.is_nullable for key in page.keys):
        return
    last = page.keys[-1].is_descending
    alias = page.items.sources[page.place].alias
    texts = [key.text for key in page.keys]
    more = [
        column(alias, name) if len(page.items.sources) > 1 else quote_identifier(name)
        for name in page.missing
    ]
    directions = [key.is_descending for key in page.keys] + [last] * len(more)
    order, offset_clause = query.block.clauses["order"], query.block.clauses["offset"]
    first = statement.parameter_count + 1
    condition = draft.own(_after([*texts, *more], directions, first))
    tail = "".join(f", {name}{draft.own(' desc') if last else ''}" for name in more)
    edits = [
        addition(query, condition, draft),
        Edit(Span(order.body.end, order.body.end), tail),
        drop(offset_clause, draft),
    ]
    sql = _spliced(draft.text, edits)
    values_sql = _last_before(draft, page, [*texts, *more], tail, offset)
    if not is_sound(statement, sql, more_parameters=len(directions)) or values_sql is None:
        return
    table = page.items.sources[page.place].table
    assert table is not None and table.relation is not None
    caveats = [
        "callers pass the order keys of the last row they have seen, and cannot jump to a page by its number"
    ]
    if more:
        caveats.append(
            f"rows that tie in the old order now come by {', '.join(more)}: a page may hold others of them"
        )
    yield Rewrite(
        name="offset-to-keyset",
        sql=sql,
        cures=("offset-pagination",),
        rationale="An index leads straight to the first row of the page; OFFSET reads and drops every row before it.",
        conditions=(
            f"{name_of(table.relation, page.row)} is unique, so each row has one place in the order",
            "no key of the order is NULL in these rows",
        ),
        caveats=tuple(caveats),
        is_contract_change=True,
        values_sql=values_sql,
    )


def _after(keys: Sequence[str], directions: Sequence[bool], first: int) -> str:
    """The condition for rows after the one whose keys are the parameters from ``first`` on.

    >>> _after(["a", "id"], [True, True], 3), _after(["a", "id"], [True, False], 1)
    ('(a, id) < ($3, $4)', 'a <= $1 and (a < $1 or id > $2)')
    """
    marks = [f"${first + number}" for number in range(len(keys))]
    if len(set(directions)) == 1:
        sign = "<" if directions[0] else ">"
        if len(keys) == 1:
            return f"{keys[0]} {sign} {marks[0]}"
        return f"({', '.join(keys)}) {sign} ({', '.join(marks)})"
    if len(keys) == 1:
        return f"{keys[0]} {'<' if directions[0] else '>'} {marks[0]}"
    sign = "<" if directions[0] else ">"
    rest = _after(keys[1:], directions[1:], first + 1)
    return f"{keys[0]} {sign}= {marks[0]} and ({keys[0]} {sign} {marks[0]} or {rest})"


def _last_before(draft: Draft, page: _Page, keys: Sequence[str], tail: str, offset: int) -> str | None:
    """The query for the keys of the last row of the page before."""
    query = page.query
    order, selected = query.block.clauses["order"], query.block.selected
    offset_clause = query.block.clauses["offset"]
    limit = query.clause("limit") or query.clause("fetch")
    used = parameters(draft.cut(limit.body)) if limit is not None else set()
    renamed = [
        Edit(span, key.text + (draft.own(" desc") if key.is_descending else ""))
        for ordered, span, key in zip(
            query.node.args["order"].expressions, order.items(), page.keys, strict=True
        )
        if _selected(query, ordered.this) is not unwrap(ordered.this)
    ]
    edits = [
        *renamed,
        Edit(selected.body, ", ".join(keys)),
        Edit(Span(order.body.end, order.body.end), tail),
        Edit(offset_clause.body, str(offset - 1)),
    ]
    if limit is None:
        edits.append(Edit(Span(offset_clause.body.end, offset_clause.body.end), draft.own(" limit 1")))
    elif used and limit is query.clause("limit"):
        edits.append(Edit(limit.body, f"least({draft.cut(limit.body)}, 1)"))
    else:
        edits.append(Edit(limit.whole, draft.own("limit 1")))
    sql = _spliced(draft.text, edits)
    return sql if parameters(sql) == parameters(draft.text) else None


def _spliced(text: str, edits: Sequence[Edit]) -> str:
    for edit in sorted(edits, key=lambda edit: edit.span.start, reverse=True):
        text = text[: edit.span.start] + edit.new + text[edit.span.end :]
    return text


def rows_of_page_late(statement: Statement, catalog: Catalog) -> Iterator[Rewrite]:
    """The keys of the page are found first, by an index that holds them, and its rows alone are read from the table."""
    draft = open_draft(statement, catalog)
    page = _read(draft) if draft is not None else None
    if draft is None or page is None or _offset(page.query) == 0:
        return
    query, place = page.query, page.place
    needed = {index for key in page.keys for index in (key.source,)}
    needed |= {
        source
        for condition in page.items.conditions
        if condition.item is None
        for source in condition.sources
    }
    source = page.items.sources[place]
    table = source.table
    limit = query.clause("limit") or query.clause("fetch")
    if (
        place != 0
        or needed - {0}
        or any(side != "LEFT" for side in page.items.sides[1:])
        or table is None
        or limit is None
    ):
        return
    if query.node.args.get("locks") or query.node.find(exp.Rand) or not _reads_more(page):
        return
    start, where = query.block.clauses["from"], query.clause("where")
    order, offset = query.block.clauses["order"], query.block.clauses["offset"]
    alias = fresh("page", taken(draft))
    keyed = ", ".join(column(source.alias, name) for name in page.row)
    on = " and ".join(f"{column(alias, name)} = {column(source.alias, name)}" for name in page.row)
    order_text = draft.cut(order.body)
    if any(
        unwrap(key.this) is not _selected(query, key.this) for key in query.node.args["order"].expressions
    ):
        return
    tails = sorted((offset, limit), key=lambda clause: clause.whole.start)
    inner = [
        f"select {keyed}",
        f"from {draft.cut(page.items.spans[0])}",
        *([f"where {draft.cut(where.body)}"] if where is not None else []),
        f"order by {order_text}",
        " ".join(draft.cut(clause.whole) for clause in tails),
    ]
    gap = draft.gap(start.whole.start)
    body = (gap + "  ").join(inner) if gap != " " else " ".join(inner)
    opening, closing = ("(" + gap + "  ", gap + ")") if gap != " " else ("(", ")")
    join = draft.own(f"{gap}join {opening}{body}{closing} {alias} on {on}")
    end = page.items.spans[0].end
    edits = [Edit(Span(end, end), join), drop(offset, draft), drop(limit, draft)]
    edits += [drop(where, draft)] if where is not None else []
    edits += _qualified(draft, page, set(page.row))
    sql = draft.edited(edits)
    if sql is None:
        return
    assert table.relation is not None
    yield Rewrite(
        name="rows-of-page-late",
        sql=sql,
        cures=("offset-pagination",),
        rationale="The rows before the page are passed in an index alone, if one holds the filter, the order and the key.",
        conditions=(f"{name_of(table.relation, page.row)} is unique, so the join repeats no row",),
        caveats=()
        if not page.missing
        else ("among rows that tie in the order either may be on the page, as before",),
    )


def _reads_more(page: _Page) -> bool:
    """True when the select list holds more than the key and the order."""
    query = page.query
    known = {*page.row, *(key.name for key in page.keys)}
    for item in query.node.expressions:
        found = base_column(item.this if isinstance(item, exp.Alias) else item, query.scope)
        if is_star(item) or found is None or found[1] not in known:
            return True
    return False


def _qualified(draft: Draft, page: _Page, names: set[str]) -> list[Edit]:
    """Edits that keep ``*`` and the key's bare name meaning the table, beside the joined page."""
    query, edits = page.query, []
    sources = page.items.sources
    where = query.node.args.get("where")
    for item, span in zip(query.node.expressions, query.block.selected.items(), strict=True):
        if is_star(item) and not isinstance(item, exp.Column):
            edits.append(Edit(span, ", ".join(f"{quote_identifier(source.alias)}.*" for source in sources)))
    for node in query.node.find_all(exp.Column):
        if (
            node.table
            or is_star(node)
            or identifier(node.this) not in names
            or query.scope.find(node) is None
        ):
            continue
        if where is not None and node.find_ancestor(exp.Where) is where:
            continue
        place = node.this.meta.get("start")
        if place is not None and draft.query(node.find_ancestor(exp.Select)) is query:
            edits.append(Edit(Span(place, place), f"{quote_identifier(sources[page.place].alias)}."))
    return edits
