"""Conditions that compare one column with a constant, with their place in the text: what a rewrite may write another way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import Expr, exp, parse_one
from sqlglot.errors import SqlglotError

from perfkit.catalog import Catalog, Column, Relation
from perfkit.errors import UsageError
from perfkit.sql.parse import parse_statement
from perfkit.sql.predicates import Predicate
from perfkit.sql.rewrites.blocks import Span
from perfkit.sql.statement import Statement
from perfkit.sql.tokens import scan
from perfkit.sql.usage import resolve


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """One condition on one column."""

    statement: Statement
    relation: Relation
    column: Column
    predicate: Predicate
    node: Expr
    """The condition parsed by itself."""
    span: Span
    """Where it stands in the statement."""

    @property
    def name(self) -> str:
        """The column as the statement writes it, with its qualifier."""
        found = self.node.find(exp.Column)
        assert found is not None
        return str(found.sql(dialect="postgres"))

    @property
    def is_partition_key(self) -> bool:
        key = (self.relation.partition_key or "").partition("(")[2].rstrip(")")
        return self.column.name in {part.strip() for part in key.split(",")}

    def replaced(self, condition: str) -> str | None:
        """The statement with another condition in this place; None where that does not read as the same kind of statement
        with the same parameters."""
        text = self.statement.text
        sql = text[: self.span.start] + condition + text[self.span.end :]
        try:
            new = parse_statement(sql)
        except UsageError:
            return None
        if new.tree is None or new.kind != self.statement.kind or _parameters(sql) != _parameters(text):
            return None
        return sql


def searches(statement: Statement, catalog: Catalog) -> Iterator[Search]:
    """Conditions against constants, each that stands in the text exactly once."""
    seen: set[Span] = set()
    for use in resolve(statement, catalog):
        relation = catalog.relation(use.name, use.schema) if use.is_known else None
        for item in use.predicates:
            column = relation.column(item.column) if relation is not None else None
            if relation is None or column is None or not item.is_constant:
                continue
            spans = _places(statement.text, item.sql)
            node = _parsed(item.sql)
            if len(spans) != 1 or node is None or spans[0] in seen:
                continue
            if len(list(node.find_all(exp.Column))) != 1:
                continue
            seen.add(spans[0])
            yield Search(
                statement=statement,
                relation=relation,
                column=column,
                predicate=item,
                node=node,
                span=spans[0],
            )


def _parsed(condition: str) -> Expr | None:
    try:
        tree = parse_one(f"select {condition}", read="postgres")
    except (SqlglotError, RecursionError, AttributeError, TypeError, ValueError):
        return None
    return tree.expressions[0] if isinstance(tree, exp.Select) and len(tree.expressions) == 1 else None


def _places(text: str, condition: str) -> list[Span]:
    """Where the condition stands, whatever its white space and the case of its words."""
    wanted = [_key(token.text) for token in scan(condition)]
    tokens = scan(text)
    keys = [_key(token.text) for token in tokens]
    size = len(wanted)
    return [
        Span(tokens[place].start, tokens[place + size - 1].end)
        for place in range(len(keys) - size + 1)
        if size and keys[place : place + size] == wanted
    ]


def _key(token: str) -> str:
    return token if token[:1] in ("'", '"') else token.lower()


def _parameters(sql: str) -> set[str]:
    return {token.text for token in scan(sql) if token.kind == "parameter"}
