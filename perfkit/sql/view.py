"""The query of a view, read once."""

from __future__ import annotations

from functools import lru_cache

from sqlglot import Expr

from perfkit.sql.parse import parse_statement
from perfkit.sql.scope import QUERIES


@lru_cache(maxsize=256)
def read_view(definition: str) -> tuple[str, Expr] | None:
    """The text without what ends it, and its tree; None where sqlglot cannot read it."""
    text = definition.strip().rstrip(";")
    tree = parse_statement(text).tree
    return (text, tree) if isinstance(tree, QUERIES) else None
