"""The single conditions that rows must meet, with their places in the text: what a rewrite may write another way.

They stand in WHERE and ON between ANDs and ORs, where a condition that is NULL keeps a row out like one that is false.
What stands under NOT, CASE or in a select list is left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlglot import Expr, exp
from sqlglot.errors import SqlglotError

from perfkit.catalog import Catalog, Column, Relation
from perfkit.errors import UsageError
from perfkit.sql.conditions import columns_of
from perfkit.sql.operands import is_stable, unwrap
from perfkit.sql.read import read
from perfkit.sql.rewrites.blocks import Span
from perfkit.sql.scope import QUERIES, Scope, local_nodes
from perfkit.sql.statement import Statement
from perfkit.sql.tokens import Token, scan
from perfkit.sql.usage import Reader

_BEFORE = ("and", "or", "where", "on", "having", "not")
_AFTER = (
    "and", "or", "group", "having", "window", "order", "limit", "offset", "fetch", "for", "union", "except", "intersect",
    "left", "right", "full", "inner", "cross", "natural", "join", "where", "returning",
)  # fmt: skip
_OPENERS = ("between", "and", "symmetric", "from")
_KEYWORDS = (
    "and",
    "or",
    "at",
    "time",
    "zone",
    "interval",
    "is",
    "null",
    "like",
    "in",
    "between",
    "values",
    "not",
    "true",
    "false",
)
_MOST_TRIES = 12
_MOST_VALUE_TRIES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """One condition on one column of one table."""

    scope: Scope
    relation: Relation
    """The base table (or view) the column belongs to."""
    column: Column
    node: Expr
    """The condition, without parentheses around it."""
    text: str
    """Of the statement."""

    @property
    def name(self) -> str:
        """The column as the statement writes it, with its qualifier."""
        return next(columns_of(self.node)).sql(dialect="postgres")

    @property
    def span(self) -> Span | None:
        """Where it stands in the statement; None where that is not sure."""
        return place_of(self.node, self.text)

    @property
    def is_partition_key(self) -> bool:
        key = (self.relation.partition_key or "").partition("(")[2].rstrip(")")
        return self.column.name in {part.strip().strip('"') for part in key.split(",")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """Another way to write a condition."""

    name: str
    """Of the kind of rewrite."""
    sql: str
    rationale: str
    cures: tuple[str, ...]
    conditions: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()


Turn = Callable[[Search], Turned | None]
"""None where the condition has another form, or its other way of writing would not be sure."""


class _Recorder(Reader):
    """Keeps each query (or UPDATE, DELETE) that has conditions, with its scope."""

    def __init__(self, statement: Statement, catalog: Catalog) -> None:
        super().__init__(statement, catalog)
        self.found: list[tuple[Expr, Scope]] = []

    def _conditions(self, scope: Scope, joins: object, node: Expr, ctes: object) -> None:
        super()._conditions(scope, joins, node, ctes)  # type: ignore[arg-type]
        if not isinstance(node, exp.Merge):
            self.found.append((node, scope))


def single_conditions(statement: Statement, catalog: Catalog) -> Iterator[tuple[Expr, Scope]]:
    """Every single condition with the query it stands in."""
    if statement.tree is None:
        return
    reader = _Recorder(statement, catalog)
    try:
        reader.statement(statement.tree, None, 0, {})
    except RecursionError:
        return
    for query, scope in reader.found:
        for holder in _holders(query):
            for node in parts_of(holder):
                yield node, scope


def parts_of(condition: Expr) -> Iterator[Expr]:
    """The single conditions of a chain of ANDs and ORs, left to right, without parentheses around them."""
    stack = [condition]
    while stack:
        node = unwrap(stack.pop())
        if isinstance(node, (exp.And, exp.Or)):
            stack += [node.expression, node.this]
        else:
            yield node


def searches(statement: Statement, catalog: Catalog) -> Iterator[Search]:
    """Conditions on one column against constants: no other column, no subquery, nothing volatile."""
    for node, scope in single_conditions(statement, catalog):
        if not is_stable(node) or any(isinstance(inner, QUERIES) for inner in local_nodes(node)):
            continue
        columns = list(columns_of(node))
        owner = owner_of(columns[0], scope) if len(columns) == 1 else None
        if owner is not None:
            yield Search(scope=scope, relation=owner[0], column=owner[1], node=node, text=statement.text)


def owner_of(node: exp.Column, scope: Scope) -> tuple[Relation, Column] | None:
    """The table's column behind a name; None where it is none, or several of different types."""
    found = [
        (located.table.relation, located.table.relation.column(located.column))
        for located in scope.locate(node)
        if located.table.relation is not None
    ]
    known = [(relation, column) for relation, column in found if column is not None]
    if not known or len(known) != len(scope.locate(node)) or len({column.type for _, column in known}) != 1:
        return None
    return known[0]


def found_turns(
    statement: Statement, catalog: Catalog, turns: Sequence[Turn]
) -> list[tuple[Search, Turned, Span]]:
    """What the first fitting turn makes of each condition, in the order of the queries."""
    found = []
    for search in searches(statement, catalog):
        new = next((new for turn in turns if (new := turn(search)) is not None), None)
        span = search.span if new is not None else None
        if new is not None and span is not None:
            found.append((search, new, span))
    return found


def source(node: Expr, search: Search) -> str:
    """The text of a value of the condition as written; sqlglot's spelling where it is not found."""
    span = search.span
    tokens = [
        token
        for token in scan(search.text)
        if span is not None and span.start <= token.start and token.end <= span.end
    ]
    tries = 0
    for start in range(len(tokens)):
        if (
            start
            and tokens[start - 1].kind not in ("operator", "mark")
            and not tokens[start - 1].is_word(*_OPENERS)
        ):
            continue
        depth = 0
        for end in range(start, len(tokens)):
            depth += (tokens[end].text in ("(", "[")) - (tokens[end].text in (")", "]"))
            if depth < 0 or tries > _MOST_VALUE_TRIES:
                break
            if depth:
                continue
            tries += 1
            text = search.text[tokens[start].start : tokens[end].end]
            if _reads_as(text, node):
                return text
    return node.sql(dialect="postgres", comments=False)


def in_its_case(sql: str, text: str) -> str:
    """New SQL with its keywords in capitals where the statement writes them so."""
    if not any(token.text == "SELECT" for token in scan(text)):
        return sql
    pieces, done = [], 0
    for token in scan(sql):
        if token.is_word(*_KEYWORDS):
            pieces += [sql[done : token.start], token.text.upper()]
            done = token.end
    return "".join([*pieces, sql[done:]])


def _holders(query: Expr) -> Iterator[Expr]:
    where = query.args.get("where")
    if where is not None:
        yield where.this
    for join in query.args.get("joins") or ():
        if join.args.get("on") is not None:
            yield join.args["on"]


def place_of(node: Expr, text: str) -> Span | None:
    """Where a condition stands in the text; None where that is not sure."""
    places = [column.this.meta for column in columns_of(node) if "start" in column.this.meta]
    if not places:
        return None
    tokens = scan(text)
    first = _token_at(tokens, min(int(place["start"]) for place in places))
    last = _token_at(tokens, max(int(place["start"]) for place in places))
    if first is None or last is None:
        return None
    for start in islice(_starts(tokens, first), _MOST_TRIES):
        for end in islice(_ends(tokens, start, last), _MOST_TRIES):
            span = Span(tokens[start].start, tokens[end].end)
            if _reads_as(text[span.start : span.end], node):
                return span
    return None


def _token_at(tokens: tuple[Token, ...], place: int) -> int | None:
    return next((number for number, token in enumerate(tokens) if token.start <= place < token.end), None)


def _starts(tokens: tuple[Token, ...], first: int) -> Iterator[int]:
    """Tokens a condition may begin with, from its first column backwards."""
    depth = 0
    for place in range(first, 0, -1):
        before = tokens[place - 1]
        if depth == 0 and (before.text == "(" or before.is_word(*_BEFORE)):
            yield place
        if before.is_word("where", "having", "select") and depth == 0:
            return
        depth = max(depth + (before.text == ")") - (before.text == "("), 0)


def _ends(tokens: tuple[Token, ...], start: int, last: int) -> Iterator[int]:
    """Tokens a condition that begins at ``start`` may end with."""
    depth = 0
    for place in range(start, len(tokens)):
        depth += (tokens[place].text in ("(", "[")) - (tokens[place].text in (")", "]"))
        if depth < 0:
            return
        after = tokens[place + 1] if place + 1 < len(tokens) else None
        if (
            depth == 0
            and place >= last
            and (after is None or after.text in (")", ",") or after.is_word(*_AFTER))
        ):
            yield place


def _reads_as(text: str, node: Expr) -> bool:
    try:
        tree = read(f"select ({text}\n)")
    except (SqlglotError, UsageError, RecursionError, AttributeError, TypeError, ValueError):
        return False
    inner = tree.expressions[0] if isinstance(tree, exp.Select) and len(tree.expressions) == 1 else None
    return isinstance(inner, exp.Paren) and bool(inner.this == node)
