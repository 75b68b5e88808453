"""A constant added to a column, or a column multiplied by one, moved to the other side of the comparison."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor

from sqlglot import Expr, exp

from perfkit.sql.operands import unwrap
from perfkit.sql.rewrites.moments import value_kind
from perfkit.sql.rewrites.search import Search, Turned, source

CURES = ("function-on-column", "expression-no-statistics", "missing-expression-index")
_INTEGERS = ("smallint", "integer", "bigint")
SYMBOLS: dict[type[Expr], str] = {exp.EQ: "=", exp.GT: ">", exp.LT: "<", exp.GTE: ">=", exp.LTE: "<="}
TURNED = {"=": "=", ">": "<", "<": ">", ">=": "<=", "<=": ">="}
_CLOCK = ("hour", "minute", "second", "millisecond", "microsecond")
_DAYS = ("day", "week")


def sides(search: Search) -> tuple[Expr, str, Expr] | None:
    """The column's side, the operator as seen from there, and the other side."""
    symbol = SYMBOLS.get(type(search.node))
    if symbol is None:
        return None
    side, other = unwrap(search.node.this), unwrap(search.node.expression)
    if not side.find(exp.Column):
        return other, TURNED[symbol], side
    return side, symbol, other


def shifted(search: Search) -> Turned | None:
    """``c + 5 > 10``, ``c * 2 >= 10``, ``c / 100 = 5``, ``c + interval '1 day' < now()``."""
    found = sides(search)
    if found is None:
        return None
    side, symbol, other = found
    if isinstance(side, exp.Floor) and search.column.type.startswith(("numeric", "double", "real")):
        sql = _floored(side, symbol, other, search)
        return _turned(search, sql) if sql is not None else None
    if search.column.type in _INTEGERS:
        sql = _of_integer(side, symbol, other, search)
        return _turned(search, sql) if sql is not None else None
    if search.column.type.startswith("timestamp") and isinstance(side, (exp.Add, exp.Sub)):
        return _of_moment(side, symbol, other, search)
    if (
        search.column.type == "date"
        and isinstance(side, (exp.Add, exp.Sub))
        and isinstance(unwrap(side.this), exp.Column)
    ):
        days = _integer(unwrap(side.expression))
        if days is None or not isinstance(other, (exp.CurrentDate, exp.Parameter)):
            return None
        value = source(other, search) + ("::date" if isinstance(other, exp.Parameter) else "")
        back = "-" if isinstance(side, exp.Add) else "+"
        return _turned(search, f"{search.name} {symbol} {value} {back} {days}")
    return None


def _floored(side: exp.Floor, symbol: str, other: Expr, search: Search) -> str | None:
    """``floor(c) = 5`` is ``c >= 5 and c < 6``."""
    value, name = _integer(other), search.name
    if (
        value is None
        or not isinstance(unwrap(side.this), exp.Column)
        or side.args.get("decimals") is not None
    ):
        return None
    return {
        "=": f"{name} >= {value} and {name} < {value + 1}",
        ">": f"{name} >= {value + 1}",
        ">=": f"{name} >= {value}",
        "<": f"{name} < {value}",
        "<=": f"{name} < {value + 1}",
    }[symbol]


def _turned(search: Search, sql: str, caveats: tuple[str, ...] = ()) -> Turned:
    return Turned(
        name="arithmetic-to-constant",
        sql=sql,
        rationale=f"the arithmetic is done once, and {search.column.name} stands alone for its index and statistics",
        cures=CURES,
        caveats=caveats,
    )


def _of_integer(side: Expr, symbol: str, other: Expr, search: Search) -> str | None:
    name, value = search.name, _integer(other)
    if value is None:
        return None
    if isinstance(side, exp.Neg) and isinstance(unwrap(side.this), exp.Column):
        return f"{name} {TURNED[symbol]} {-value}"
    if not isinstance(side, exp.Binary):
        return None
    left, right = unwrap(side.this), unwrap(side.expression)
    if isinstance(side, (exp.Add, exp.Mul)) and isinstance(right, exp.Column):
        left, right = right, left
    if isinstance(side, exp.Sub) and isinstance(right, exp.Column):
        number = _integer(left)
        return f"{name} {TURNED[symbol]} {number - value}" if number is not None else None
    number = _integer(right)
    if number is None or not isinstance(left, exp.Column):
        return None
    if isinstance(side, exp.Add):
        return f"{name} {symbol} {value - number}"
    if isinstance(side, exp.Sub):
        return f"{name} {symbol} {value + number}"
    if isinstance(side, exp.Mul) and number > 0:
        bound = _multiplied(symbol, Fraction(value, number))
        return f"{name} {symbol} {bound}" if bound is not None else None
    if isinstance(side, exp.Div) and number > 0:
        return _divided(name, symbol, value, number)
    return None


def _multiplied(symbol: str, exact: Fraction) -> int | None:
    """The whole number that bounds ``c`` as ``exact`` does; None for an equality that never holds."""
    if symbol == "=":
        return exact.numerator if exact.denominator == 1 else None
    return floor(exact) if symbol in (">", "<=") else ceil(exact)


def _divided(name: str, symbol: str, value: int, number: int) -> str | None:
    """Division of integers cuts off the rest, towards zero: only quotients above zero are simple."""
    first, after = value * number, (value + 1) * number
    if symbol == ">":
        return f"{name} >= {after}" if value >= 0 else None
    if symbol == "<=":
        return f"{name} < {after}" if value >= 0 else None
    if value <= 0:
        return None
    if symbol == "=":
        return f"{name} >= {first} and {name} < {after}"
    return f"{name} {symbol} {first}"


def _of_moment(side: Expr, symbol: str, other: Expr, search: Search) -> Turned | None:
    column, step = unwrap(side.this), unwrap(side.expression)
    if isinstance(side, exp.Add) and isinstance(step, exp.Column):
        column, step = step, column
    length = clock_of(step)
    if (
        not isinstance(column, exp.Column)
        or length is None
        or not (_is_typed_moment(other) or value_kind(other, "minute") not in (None, "parameter"))
    ):
        return None
    back = "-" if isinstance(side, exp.Add) else "+"
    sql = f"{search.name} {symbol} {source(other, search)} {back} {source(step, search)}"
    has_zone = search.column.type.endswith("with time zone")
    is_exact = has_zone_of(other) is has_zone and (length == "clock" or not has_zone)
    # An interval of days keeps the clock's time, which may not exist, or come twice, on the day of a change.
    caveat = "on days when the clocks change, moments up to an hour from the bound may fall on the other side"
    return _turned(search, sql, () if is_exact else (caveat,))


def _is_typed_moment(value: Expr) -> bool:
    """``timestamptz '2024-01-01 00:00+00'``: a bare literal less an interval would be read as an interval."""
    return (
        isinstance(value, exp.Cast)
        and isinstance(unwrap(value.this), exp.Literal)
        and value.to.is_type("timestamp", "timestamptz", "date")
    )


def has_zone_of(value: Expr) -> bool | None:
    """Whether a moment is a timestamp with time zone; None where that is not known."""
    node = unwrap(value)
    if isinstance(node, (exp.TimestampTrunc, exp.DateTrunc, exp.Add, exp.Sub)):
        return has_zone_of(node.this)
    if isinstance(node, exp.Cast):
        return (
            bool(node.to.is_type("timestamptz"))
            if node.to.is_type("timestamp", "timestamptz", "date")
            else None
        )
    if isinstance(node, (exp.CurrentTimestamp, exp.Localtimestamp, exp.CurrentDate)):
        return isinstance(node, exp.CurrentTimestamp)
    return None


def clock_of(step: Expr) -> str | None:
    """``clock`` for an interval of hours and below, ``days`` for one of days; None for months, several units, or no interval."""
    if isinstance(step, exp.Cast) and step.to.is_type("interval"):
        words = str(unwrap(step.this).this).split() if isinstance(unwrap(step.this), exp.Literal) else []
        count, unit = (words[0], words[1]) if len(words) == 2 else ("", "")
    elif (
        isinstance(step, exp.Interval)
        and step.args.get("unit") is not None
        and isinstance(step.this, exp.Literal)
    ):
        count, unit = str(step.this.this), str(step.args["unit"].name)
    else:
        return None
    named = unit.lower().removesuffix("s")
    if not count.lstrip("-").isdigit():
        return None
    return "clock" if named in _CLOCK else "days" if named in _DAYS else None


def _integer(node: Expr) -> int | None:
    if isinstance(node, exp.Neg):
        inner = _integer(unwrap(node.this))
        return -inner if inner is not None else None
    is_number = isinstance(node, exp.Literal) and not node.is_string and str(node.this).isdigit()
    return int(str(node.this)) if is_number else None
