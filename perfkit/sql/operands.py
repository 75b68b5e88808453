"""What stands on a side of a condition: a bare column, a wrapped one, a value, a pattern."""

from __future__ import annotations

import re

from sqlglot import Expr, exp

from perfkit.sql.predicates import PredicateUse
from perfkit.sql.scope import QUERIES, Scope, local_nodes
from perfkit.sql.tokens import fold

_CALL = re.compile(r'(?:[a-z_][a-z0-9_$]*\.)?"?([a-z_][a-z0-9_$]*)"?\s*\(', re.IGNORECASE)
_CAST_CALL = re.compile(r"(?:try_)?cast\b", re.IGNORECASE)

_OPERATORS: dict[type[Expr], str] = {
    exp.JSONExtract: "->",
    exp.JSONExtractScalar: "->>",
    exp.JSONBExtract: "#>",
    exp.JSONBExtractScalar: "#>>",
    exp.Bracket: "[]",
    exp.AtTimeZone: "timezone",
    exp.Collate: "collate",
    exp.DPipe: "||",
    exp.Add: "+",
    exp.Sub: "-",
    exp.Mul: "*",
    exp.Div: "/",
    exp.Mod: "%",
    exp.Neg: "-",
    exp.BitwiseAnd: "&",
    exp.BitwiseOr: "|",
    exp.Distance: "<->",
    exp.Case: "case",
    exp.Dot: ".",
}

_LITERALS = (
    exp.Literal, exp.Boolean, exp.Null, exp.ByteString, exp.RawString, exp.UnicodeString, exp.HexString, exp.BitString,
    exp.National, exp.DataType, exp.DataTypeParam, exp.Var, exp.Neg, exp.Cast, exp.Array, exp.Tuple, exp.Paren,
    exp.Interval, exp.Identifier,
)  # fmt: skip

_VOLATILE_TEXT = """
random clock_timestamp timeofday gen_random_uuid uuid_generate_v4 uuidv4 uuidv7 nextval setseed random_normal
"""
_VOLATILE = frozenset(_VOLATILE_TEXT.split())

_TEXT_TYPES = ("text", "character varying")


def unwrap(node: Expr) -> Expr:
    """The expression without parentheses around it."""
    while isinstance(node, exp.Paren):
        node = node.this
    return node


def bare_column(node: Expr, scope: Scope) -> exp.Column | None:
    """The column when nothing stands between it and an index: parentheses and varchar to text do not count."""
    node = unwrap(node)
    if (
        isinstance(node, exp.Cast)
        and node.to.this in (exp.DType.TEXT, exp.DType.VARCHAR)
        and not node.to.expressions
    ):
        inner = unwrap(node.this)
        if isinstance(inner, exp.Column) and _is_text(inner, scope):
            return inner
    return node if isinstance(node, exp.Column) and not isinstance(node.this, exp.Star) else None


def _is_text(column: exp.Column, scope: Scope) -> bool:
    for located in scope.locate(column):
        known = located.table.relation.column(located.column) if located.table.relation else None
        if known is not None:
            return known.type.startswith(_TEXT_TYPES)
    return False


def wrapper(node: Expr, text: str) -> str:
    """Name of the outermost function, cast or operator of an expression whose text is given.

    A cast is ``::type``, AT TIME ZONE is timezone (the function it stands for).
    """
    if isinstance(node, exp.Cast):
        named = (
            text.rpartition("::")[2]
            if "::" in text and not _CAST_CALL.match(text)
            else node.to.sql("postgres")
        )
        return "::" + fold(named.strip())
    if type(node) in _OPERATORS:
        return _OPERATORS[type(node)]
    call = _CALL.match(text)
    if call:
        return fold(call.group(1))
    return fold(str(node.this)) if isinstance(node, exp.Anonymous) else node.key


def is_literal(node: Expr) -> bool:
    """True when the value is written out: it is the same each time the statement runs."""
    return all(isinstance(inner, _LITERALS) for inner in local_nodes(node))


def is_stable(node: Expr) -> bool:
    """True when the value stays the same throughout one execution, so that an index can be searched for it."""
    for inner in local_nodes(node):
        if isinstance(inner, (exp.Rand, exp.Uuid)):
            return False
        if isinstance(inner, exp.Anonymous) and fold(str(inner.this)) in _VOLATILE:
            return False
        if isinstance(inner, QUERIES) and any(isinstance(below, exp.Rand) for below in inner.walk()):
            return False
    return True


def like_value(node: Expr) -> str | None:
    """The pattern when it is a literal; None for a parameter or an expression."""
    node = unwrap(node)
    if isinstance(node, exp.Cast):
        node = unwrap(node.this)
    return str(node.this) if isinstance(node, exp.Literal) and node.is_string else None


def like_use(pattern: str | None) -> PredicateUse:
    """``prefix`` when the pattern starts with text an index can be searched for.

    >>> [like_use(pattern) for pattern in ("bug%", "%bug", "bug", "_bug", None)]
    ['prefix', 'pattern', 'prefix', 'pattern', 'pattern']
    """
    return "prefix" if pattern and pattern[0] not in "%_" else "pattern"
