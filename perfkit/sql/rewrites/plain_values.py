"""A column compared as another type than its own: the constant is cast instead."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlglot import Expr, exp

from perfkit.sql.operands import unwrap
from perfkit.sql.rewrites.search import Search, Turned

_INTEGERS = ("smallint", "integer", "bigint")
_CURES = ("cast-on-column", "implicit-type-mismatch", "expression-no-statistics", "missing-expression-index")
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_DATE = re.compile(r"[1-9]\d{3}-\d{2}-\d{2}")
_WHOLE_TEXT = re.compile(r"-?[1-9]\d{0,17}|0")
_WHOLE_NUMBER = re.compile(r"(\d{1,18})(?:\.0*)?")
_RANGES: dict[type[Expr], str] = {exp.GT: ">", exp.LT: "<", exp.GTE: ">=", exp.LTE: "<="}
_TURNED: dict[type[Expr], type[Expr]] = {exp.GT: exp.LT, exp.LT: exp.GT, exp.GTE: exp.LTE, exp.LTE: exp.GTE}
_NUMBERS = ("decimal", "double", "float")


@dataclass(frozen=True, slots=True)
class _Value:
    """A constant in the column's own type."""

    sql: str
    caveats: tuple[str, ...] = ()


def plain_value(search: Search) -> Turned | None:
    """``id::text = '42'`` and ``id = 42.0`` as ``id = 42``, and the same with a parameter that is cast."""
    node, kind = search.node, type(search.node)
    side: Expr = node.this
    if isinstance(node, exp.In):
        values = node.expressions
    elif kind in (exp.EQ, *_RANGES):
        value = node.expression
        if not side.find(exp.Column):
            side, value, kind = value, side, _TURNED.get(kind, kind)
        values = [value]
    else:
        return None
    cast = _cast_of(unwrap(side), search.column.type)
    if not values or cast is None or (cast == "text" and kind in _RANGES):
        return None
    found = [_value(unwrap(value), cast, search.column.type) for value in values]
    known = [value for value in found if value is not None]
    if len(known) != len(found) or (cast == "" and not any(_differs(unwrap(value)) for value in values)):
        return None
    sqls = [value.sql for value in known]
    written = f"in ({', '.join(sqls)})" if isinstance(node, exp.In) else f"{_RANGES.get(kind, '=')} {sqls[0]}"
    return Turned(
        name="constant-to-column-type",
        rationale=f"{search.column.name} is compared as what it is, so that its index serves it",
        sql=f"{search.name} {written}",
        cures=_CURES,
        conditions=(f"{search.column.name} is of type {search.column.type}",),
        caveats=tuple(caveat for value in known for caveat in value.caveats),
    )


def _cast_of(side: Expr, type_: str) -> str | None:
    """What the column is cast to: text, number, or nothing by the statement itself; None where it is no such column."""
    if isinstance(side, exp.Column):
        return ""
    if not isinstance(side, exp.Cast) or not isinstance(unwrap(side.this), exp.Column):
        return None
    if side.to.is_type("text", "varchar") and not side.to.expressions:
        return "text" if type_ in (*_INTEGERS, "uuid", "date") else None
    is_wide = side.to.is_type("decimal") and not side.to.expressions
    return "number" if type_ in _INTEGERS and (is_wide or side.to.is_type("bigint")) else None


def _differs(value: Expr) -> bool:
    """A constant whose own type makes PostgreSQL cast the column."""
    return isinstance(value, exp.Cast) or (isinstance(value, exp.Literal) and "." in str(value.this))


def _value(value: Expr, cast: str, type_: str) -> _Value | None:
    if cast == "text":
        return _of_text(value, type_)
    if type_ in _INTEGERS:
        return _of_number(value, type_)
    if type_.startswith("character("):
        return _of_padded(value)
    return _of_decimal(value) if type_.startswith("numeric") else None


def _of_text(value: Expr, type_: str) -> _Value | None:
    if isinstance(value, exp.Cast) and value.to.is_type("text", "varchar") and not value.to.expressions:
        value = unwrap(value.this)
    if isinstance(value, exp.Literal) and value.is_string:
        text = str(value.this)
        if type_ in _INTEGERS and _WHOLE_TEXT.fullmatch(text):
            return _Value(text)
        if type_ == "uuid" and _UUID.fullmatch(text):
            return _Value(f"'{text}'")
        if type_ == "date" and _DATE.fullmatch(text):
            return _Value(f"'{text}'", ("equal where DateStyle writes dates as ISO does",))
    if isinstance(value, exp.Parameter) and type_ != "date":
        return _Value(
            f"{value.sql(dialect='postgres')}::{type_}", (f"a value that is no {type_} becomes an error",)
        )
    return None


def _of_number(value: Expr, type_: str) -> _Value | None:
    if isinstance(value, exp.Cast) and value.to.is_type(*_NUMBERS) and not value.to.expressions:
        inner = unwrap(value.this)
        if isinstance(inner, exp.Parameter):
            caveat = "the value must be a whole number: with a fraction it is an error, or is rounded"
            return _Value(f"{inner.sql(dialect='postgres')}::{type_}", (caveat,))
        value = inner
    is_negative = isinstance(value, exp.Neg)
    number = unwrap(value.this) if is_negative else value
    whole = _WHOLE_NUMBER.fullmatch(str(number.this)) if isinstance(number, exp.Literal) else None
    if whole is None or (isinstance(number, exp.Literal) and number.is_string):
        return None
    return _Value(f"{'-' * is_negative}{whole[1]}")


def _of_padded(value: Expr) -> _Value | None:
    """For ``character(n)``, which is cast to text when it meets text."""
    if not isinstance(value, exp.Cast) or not value.to.is_type("text", "varchar") or value.to.expressions:
        return None
    inner = unwrap(value.this)
    if isinstance(inner, exp.Parameter):
        caveat = "spaces at the end of the value no longer count"
        return _Value(f"{inner.sql(dialect='postgres')}::bpchar", (caveat,))
    is_plain = isinstance(inner, exp.Literal) and inner.is_string and not str(inner.this).endswith(" ")
    return _Value(inner.sql(dialect="postgres")) if is_plain else None


def _of_decimal(value: Expr) -> _Value | None:
    """For ``numeric``, which is cast to double precision when it meets that."""
    if not isinstance(value, exp.Cast) or not value.to.is_type("double", "float"):
        return None
    inner = unwrap(value.this)
    if isinstance(inner, exp.Parameter):
        sql = f"{inner.sql(dialect='postgres')}::numeric"
    elif isinstance(inner, exp.Literal) and not inner.is_string:
        sql = str(inner.this)
    else:
        return None
    return _Value(sql, ("numbers are compared exactly, not as rounded to double precision",))
