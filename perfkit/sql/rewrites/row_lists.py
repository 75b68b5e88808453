"""A long list of rows, which becomes as many conditions, as a table of values that is joined."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from perfkit.catalog import Catalog
from perfkit.sql.rewrites.draft import is_sound
from perfkit.sql.rewrites.rewrite import Rewrite
from perfkit.sql.statement import Statement
from perfkit.sql.tokens import Token, scan

FEWEST_ROWS = 30
"""Shorter lists are planned in no time, and may find an index row by row."""


def row_list_to_values(statement: Statement, catalog: Catalog) -> Iterator[Rewrite]:
    """``(a, b) IN ((1, 2), (3, 4), …)`` as ``(a, b) IN (VALUES (1, 2), (3, 4), …)``, and lists of single values likewise."""
    if statement.tree is None:
        return
    lists = [
        node
        for node in statement.tree.find_all(exp.In)
        if len(node.expressions) >= FEWEST_ROWS and not isinstance(node.expressions[0], exp.Select)
    ]
    if len(lists) != 1:
        return
    node = lists[0]
    is_row = isinstance(node.this, exp.Tuple)
    opening = _opening(scan(statement.text), len(node.expressions))
    if opening is None:
        return
    items = _items(statement.text, opening, is_row)
    if items is None:
        return
    start, end, rows = items
    sql = statement.text[:start] + "values " + rows + statement.text[end:]
    if is_sound(statement, sql):
        yield Rewrite(
            name="row-list-to-values",
            sql=sql,
            cures=("large-in-list", "planning-dominates", "or-across-columns"),
            rationale="the values become one table that is hashed and joined, not as many conditions",
            conditions=("IN over VALUES finds the same rows once each",),
        )


def _opening(tokens: tuple[Token, ...], count: int) -> int | None:
    """Place of the parenthesis of the one IN list that long."""
    found = []
    for place, token in enumerate(tokens[:-1]):
        if token.is_word("in") and tokens[place + 1].text == "(" and _length(tokens, place + 1) == count:
            found.append(place + 1)
    return found[0] if len(found) == 1 else None


def _length(tokens: tuple[Token, ...], opening: int) -> int:
    depth, commas = 0, 0
    for token in tokens[opening:]:
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0:
            break
        commas += depth == 1 and token.text == ","
    return commas + 1


def _items(text: str, opening: int, is_row: bool) -> tuple[int, int, str] | None:
    tokens = scan(text)
    depth, start = 0, tokens[opening].end
    pieces: list[str] = []
    begin = start
    for token in tokens[opening:]:
        depth += (token.text == "(") - (token.text == ")")
        if (depth == 1 and token.text == ",") or depth == 0:
            piece = text[begin : token.start].strip()
            pieces.append(piece if is_row else f"({piece})")
            begin = token.end
        if depth == 0:
            return start, token.start, ", ".join(pieces)
    return None
