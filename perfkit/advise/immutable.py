"""May an expression be indexed: PostgreSQL takes only what depends on nothing but its arguments (IMMUTABLE)."""

from __future__ import annotations

from perfkit.catalog import Column
from perfkit.sql.predicates import Predicate
from perfkit.sql.tokens import Token, scan

_FUNCTIONS = frozenset(
    {
        "lower", "upper", "btrim", "ltrim", "rtrim", "trim", "md5", "length", "char_length", "abs", "left", "right",
        "substr", "substring", "replace", "reverse", "coalesce", "nullif", "round", "floor", "ceil", "ceiling", "timezone",
        "split_part", "jsonb_extract_path_text", "cast",
    }
)  # fmt: skip
_ZONED_FUNCTIONS = frozenset({"date", "date_trunc", "extract", "date_part"})
"""Immutable on timestamp and date; on timestamp with time zone they follow the session's TimeZone."""

_CASTS_TEXT = "integer int int4 bigint int8 smallint int2 numeric decimal text varchar uuid boolean bool"
_CASTS = frozenset(_CASTS_TEXT.split())
_DATE_CASTS = frozenset({"date", "timestamp"})
_OPERATORS = frozenset({"->", "->>", "#>", "#>>", "||", "+", "-", "*", "/", "%"})
_NUMBER_OPERATORS = frozenset({"+", "-", "*", "/", "%"})
_NUMBERS = ("smallint", "integer", "bigint", "numeric", "real", "double precision")
_EXACT_AS_TEXT = ("text", "char", "smallint", "integer", "bigint", "numeric", "uuid", "json", "boolean")
"""Types whose text form depends on no setting."""

_MOMENT_WORDS = (
    "current_date",
    "current_time",
    "current_timestamp",
    "localtime",
    "localtimestamp",
    "current_user",
)


def is_immutable(item: Predicate, column: Column | None) -> bool:
    """Whether PostgreSQL lets the expression around the column be indexed, as far as built-in functions tell.

    False also where it cannot be told: a function of the user's own.
    """
    if column is None:
        return False
    tokens = scan(item.expression)
    is_zoned = column.type.startswith("timestamp") and column.type.endswith("with time zone")
    is_zoned = is_zoned and "at time zone" not in " ".join(token.name for token in tokens)
    is_moment = column.type.startswith(("timestamp", "date"))
    for place, token in enumerate(tokens):
        following = tokens[place + 1] if place + 1 < len(tokens) else None
        if token.kind == "parameter" or token.is_word(*_MOMENT_WORDS):
            return False
        if token.kind == "operator" and not _is_fixed_operator(token, column):
            return False
        if token.text == "::" or token.is_word("as"):
            if following is None or not _is_fixed_cast(following, column, is_moment and not is_zoned):
                return False
        elif _is_call(token, following) and not (place and tokens[place - 1].text == "::"):
            allowed = token.name in _FUNCTIONS or (
                token.name in _ZONED_FUNCTIONS and is_moment and not is_zoned
            )
            if not allowed:
                return False
    return True


def _is_call(token: Token, following: Token | None) -> bool:
    return token.kind in ("word", "quoted") and following is not None and following.text == "("


def _is_fixed_operator(token: Token, column: Column) -> bool:
    if token.text in _NUMBER_OPERATORS:
        return column.type.startswith(_NUMBERS)
    if token.text == "||":
        return column.type.startswith(("text", "char"))
    return token.text in _OPERATORS


def _is_fixed_cast(target: Token, column: Column, is_plain_moment: bool) -> bool:
    """Text read as a date follows DateStyle, and a date written as text too."""
    if target.name in _DATE_CASTS:
        return is_plain_moment
    if target.name in ("text", "varchar"):
        return column.type.startswith(_EXACT_AS_TEXT)
    return target.name in _CASTS
