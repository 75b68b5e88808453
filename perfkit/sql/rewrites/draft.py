"""A statement laid open for a rewrite: its SELECTs with their scopes and places in the text, and edits of that text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlglot import Expr, exp

from perfkit.catalog import Catalog
from perfkit.errors import UsageError
from perfkit.sql.keywords import RESERVED
from perfkit.sql.parse import parse_statement
from perfkit.sql.rewrites.blocks import Block, Clause, Span, blocks, write_block
from perfkit.sql.scope import Scope, is_star, output_name
from perfkit.sql.statement import Statement
from perfkit.sql.tokens import scan
from perfkit.sql.usage import Reader

_MORE_KEYWORDS = frozenset(
    {
        "by",
        "exists",
        "values",
        "materialized",
        "rows",
        "over",
        "partition",
        "recursive",
        "filter",
        "join",
        "between",
    }
)


@dataclass(frozen=True, slots=True)
class Edit:
    """``span`` of the old text gives way to ``new``; an empty span is an insertion."""

    span: Span
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One SELECT of the statement, or its DELETE or UPDATE."""

    node: Expr
    scope: Scope
    block: Block

    def clause(self, name: str) -> Clause | None:
        return self.block.clauses.get(name)


class _Recorder(Reader):
    """Keeps the scope of each SELECT it meets."""

    def __init__(self, statement: Statement, catalog: Catalog) -> None:
        super().__init__(statement, catalog)
        self.scopes: dict[int, Scope] = {}

    def _conditions(self, scope: Scope, *rest: Any) -> None:
        self.scopes[id(scope.node)] = scope
        super()._conditions(scope, *rest)


class Draft:
    def __init__(self, statement: Statement, catalog: Catalog, tree: Expr) -> None:
        self.statement = statement
        self.catalog = catalog
        self.tree = tree
        self.text = statement.text
        places = blocks(self.text, tree)
        reader = _Recorder(statement, catalog)
        reader.statement(tree, None, 0, {})
        self.queries: list[Query] = [
            Query(node=node, scope=reader.scopes[id(node)], block=places[id(node)])
            for node in tree.find_all(exp.Select, bfs=False)
            if id(node) in places and id(node) in reader.scopes
        ]
        self.write: Query | None = None
        """The DELETE or UPDATE itself, whose WHERE can be read and changed as that of a query."""
        block = write_block(self.text, tree.key) if isinstance(tree, (exp.Delete, exp.Update)) else None
        if block is not None and id(tree) in reader.scopes:
            self.write = Query(node=tree, scope=reader.scopes[id(tree)], block=block)
        self._is_upper = any(token.text in ("SELECT", "DELETE", "UPDATE") for token in scan(self.text))

    @property
    def main(self) -> Query | None:
        """The outermost SELECT; None for a UNION, a statement in parentheses or one that writes."""
        return next((query for query in self.queries if query.node is self.tree), None)

    def query(self, node: object) -> Query | None:
        return next((query for query in self.queries if query.node is node), None)

    def cut(self, span: Span) -> str:
        return self.text[span.start : span.end]

    def parentheses(self, query: Query) -> Span:
        """The query with the parentheses right around it; the query alone where there are none."""
        span, tokens = query.block.span, scan(self.text)
        before = [token for token in tokens if token.end <= span.start]
        after = next((token for token in tokens if token.start >= span.end), None)
        if not before or before[-1].text != "(" or after is None or after.text != ")":
            return span
        return Span(before[-1].start, after.end)

    def own(self, sql: str) -> str:
        """New SQL with its keywords in capitals where the statement writes them so."""
        if not self._is_upper:
            return sql
        pieces, done = [], 0
        for token in scan(sql):
            if token.kind == "word" and (token.name in RESERVED or token.name in _MORE_KEYWORDS):
                pieces += [sql[done : token.start], token.text.upper()]
                done = token.end
        return "".join([*pieces, sql[done:]])

    def gap(self, place: int) -> str:
        """What parts a clause from the one before: a line break with the indent of the line that ``place`` opens, else a space."""
        start = self.text.rfind("\n", 0, place) + 1
        indent = self.text[start:place]
        return "\n" + indent if "\n" in self.text and not indent.strip() else " "

    def edited(self, edits: Sequence[Edit]) -> str | None:
        """The statement with the edits made; None where they overlap or the new text is not sound."""
        return edited(self.statement, edits)


def edited(statement: Statement, edits: Sequence[Edit]) -> str | None:
    """The statement with the edits made; None where they overlap or the new text is not sound."""
    pieces, done = [], 0
    for edit in sorted(edits, key=lambda edit: (edit.span.start, edit.span.end)):
        if edit.span.start < done:
            return None
        pieces += [statement.text[done : edit.span.start], edit.new]
        done = edit.span.end
    sql = "".join([*pieces, statement.text[done:]])
    return sql if is_sound(statement, sql) else None


def open_draft(statement: Statement, catalog: Catalog) -> Draft | None:
    """None where the statement cannot be followed."""
    if statement.tree is None:
        return None
    try:
        return Draft(statement, catalog, statement.tree)
    except RecursionError:
        return None


def is_sound(old: Statement, sql: str, *, more_parameters: int = 0) -> bool:
    """True when the new text parses, uses the same ``$n`` and gives columns of the same names."""
    try:
        new = parse_statement(sql)
    except UsageError:
        return False
    if new.tree is None or old.tree is None or new.kind != old.kind:
        return False
    expected = parameters(old.text) | {old.parameter_count + 1 + more for more in range(more_parameters)}
    return parameters(sql) == expected and output_names(new.tree) == output_names(old.tree)


def parameters(sql: str) -> set[int]:
    return {int(token.text[1:]) for token in scan(sql) if token.kind == "parameter"}


def output_names(tree: Expr) -> list[str]:
    while isinstance(tree, (exp.SetOperation, exp.Subquery)):
        tree = tree.this
    return [_name(item) for item in tree.expressions] if isinstance(tree, exp.Select) else []


def _name(item: Expr) -> str:
    if is_star(item):
        return "*"
    if isinstance(item, exp.Subquery) and isinstance(item.this, exp.Select):
        return _name(item.this.expressions[0])
    return output_name(item) or (item.key if isinstance(item, exp.Func) else "")


def ands(condition: Expr | None) -> Iterator[Expr]:
    """The conditions between ANDs as they stand, parentheses kept."""
    if isinstance(condition, exp.And):
        yield from ands(condition.this)
        yield from ands(condition.expression)
    elif condition is not None:
        yield condition


def conditions(query: Query, name: str = "where") -> list[tuple[Expr, Span]]:
    """Each condition between the ANDs of WHERE (or HAVING) with its place; empty where there is none or text and tree differ."""
    clause, holder = query.clause(name), query.node.args.get(name)
    if clause is None or holder is None:
        return []
    nodes, spans = list(ands(holder.this)), clause.conjuncts()
    return list(zip(nodes, spans, strict=True)) if len(nodes) == len(spans) else []


def removal(clause: Clause, gone: Sequence[Span], draft: Draft) -> list[Edit]:
    """Edits that take conditions out of a WHERE or HAVING, and the clause with them when none is left."""
    all_spans = clause.conjuncts()
    kept = [span for span in all_spans if span not in gone]
    if not kept:
        return [drop(clause, draft)]
    edits = [Edit(Span(all_spans[0].start, kept[0].start), "")] if all_spans[0] in gone else []
    for before, span in pairwise(all_spans):
        if span in gone and span.start > kept[0].start:
            edits.append(Edit(Span(before.end, span.end), ""))
    return edits


def drop(clause: Clause, draft: Draft) -> Edit:
    """An edit that takes out a clause with the white space before it."""
    start = len(draft.text[: clause.whole.start].rstrip())
    return Edit(Span(start, clause.whole.end), "")


def addition(query: Query, condition: str, draft: Draft) -> Edit:
    """An edit that adds a condition to the WHERE, which is made where there is none."""
    where, start = query.clause("where"), query.clause("from")
    if where is not None:
        holder = query.node.args["where"].this
        body = draft.cut(where.body)
        if isinstance(holder, exp.Or):
            return Edit(where.body, draft.own(f"({body}) and {condition}"))
        ands_of = [token.start for token in where.tokens if token.is_word("and")]
        gap = draft.gap(ands_of[-1] if ands_of else where.whole.start)
        gap += "" if ands_of or gap == " " else "  "
        return Edit(Span(where.body.end, where.body.end), gap + draft.own("and ") + condition)
    assert start is not None
    end = start.whole.end
    return Edit(Span(end, end), draft.gap(start.whole.start) + draft.own("where ") + condition)
