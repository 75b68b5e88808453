"""A long list of rows, which becomes as many conditions, as a table of values that is joined."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sqlglot import Expr, exp

from perfkit.catalog import Catalog
from perfkit.sql.conditions import row_items
from perfkit.sql.operands import unwrap
from perfkit.sql.rewrites.draft import is_sound
from perfkit.sql.rewrites.rewrite import Rewrite
from perfkit.sql.rewrites.search import in_its_case, owner_of, single_conditions
from perfkit.sql.scope import Scope
from perfkit.sql.statement import Statement
from perfkit.sql.tokens import Token, scan

CURES = ("large-in-list", "planning-dominates", "or-across-columns")

FEWEST_ROWS = 30
"""Shorter lists are planned in no time, and may find an index row by row."""


def row_list_to_values(statement: Statement, catalog: Catalog) -> Iterator[Rewrite]:
    """``(a, b) IN ((1, 2), (3, 4), …)`` as ``(a, b) IN (VALUES (1, 2), (3, 4), …)``, and lists of single values likewise."""
    lists = [
        (inner, scope)
        for node, scope in single_conditions(statement, catalog)
        if isinstance(inner := unwrap(node.this) if isinstance(node, exp.Not) else node, exp.In)
        and len(inner.expressions) >= FEWEST_ROWS
    ]
    if len(lists) != 1:
        return
    (node, scope) = lists[0]
    columns = row_items(unwrap(node.this)) or [unwrap(node.this)]
    rows = [row_items(unwrap(item)) or [item] for item in node.expressions]
    opening = _opening(scan(statement.text), len(node.expressions))
    casts = first_row_casts(columns, rows, scope)
    items = _items(statement.text, opening, len(columns) > 1) if opening is not None else None
    if items is None or casts is None:
        return
    start, end, pieces = items
    pieces[0] = _cast(pieces[0], casts)
    sql = (
        statement.text[:start]
        + in_its_case("values ", statement.text)
        + ", ".join(pieces)
        + statement.text[end:]
    )
    if is_sound(statement, sql):
        yield Rewrite(
            name="row-list-to-values",
            sql=sql,
            cures=CURES,
            rationale="the values become one table that is hashed and joined, not as many conditions",
            conditions=("IN over VALUES finds the same rows once each",),
        )


def first_row_casts(
    columns: Sequence[Expr], rows: Sequence[Sequence[Expr]], scope: Scope
) -> list[str] | None:
    """A cast for each cell of the first row of VALUES, ``""`` where it needs none: a string there is text unless it is told
    its type. None where a type is not known."""
    casts = []
    for number, column in enumerate(columns):
        cells = [unwrap(row[number]) for row in rows if len(row) == len(columns)]
        if len(cells) != len(rows):
            return None
        if not any(_is_untyped(cell) for cell in cells):
            casts.append("")
            continue
        owner = owner_of(column, scope) if isinstance(column, exp.Column) else None
        if owner is None or not (_is_untyped(cells[0]) or all(map(_is_number, cells[:1]))):
            return None
        type_ = re.sub(r"\([\d,]+\)", "", owner[1].type)
        is_text = type_ in ("text", "character varying") and not isinstance(
            cells[0], (exp.Parameter, exp.Null)
        )
        casts.append(
            "" if is_text or not _is_untyped(cells[0]) else f"::{'bpchar' if type_ == 'character' else type_}"
        )
    return casts


def _is_untyped(cell: Expr) -> bool:
    return isinstance(cell, (exp.Parameter, exp.Null)) or (
        isinstance(cell, exp.Literal) and bool(cell.is_string)
    )


def _is_number(cell: Expr) -> bool:
    return isinstance(cell, exp.Literal) and not cell.is_string


def _cast(row: str, casts: Sequence[str]) -> str:
    """``(1, '2024-01-01')`` as ``(1, '2024-01-01'::date)``."""
    pieces, done, depth, number = [], 0, 0, 0
    for token in scan(row):
        depth += (token.text == "(") - (token.text == ")")
        if (depth == 1 and token.text == ",") or depth == 0:
            pieces += [row[done : token.start].rstrip(), casts[number]]
            done, number = token.start, number + 1
    return "".join([*pieces, row[done:]])


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


def _items(text: str, opening: int, is_row: bool) -> tuple[int, int, list[str]] | None:
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
            return start, token.start, pieces
    return None
