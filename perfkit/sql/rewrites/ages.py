"""How long ago a moment was, compared with an interval or with seconds: the moment compared with the one that long ago."""

from __future__ import annotations

from sqlglot import Expr, exp

from perfkit.sql.operands import unwrap
from perfkit.sql.rewrites.moments import value_kind
from perfkit.sql.rewrites.search import Search, Turned, source
from perfkit.sql.rewrites.shifts import CURES, TURNED, clock_of, sides

_NOW = (exp.CurrentTimestamp, exp.Localtimestamp)
_CLOCKS_CHANGE = "over a change of the clocks a day counts as the calendar's, not as 24 hours"


def age(search: Search) -> Turned | None:
    """``now() - c < interval '7 days'``, ``extract(epoch from now() - c) < 3600``, ``current_date - c <= 30``."""
    found = sides(search)
    if found is None or found[1] == "=":
        return None
    side, symbol, other = found
    if not search.column.type.startswith(("timestamp", "date")):
        return None
    in_days = _of_dates(side, symbol, other, search)
    if in_days is not None or search.column.type == "date":
        return _turned(search, in_days) if in_days is not None else None
    if isinstance(side, exp.Extract):
        part = str(side.this.name).lower()
        inner = unwrap(side.expression)
        return (
            {"epoch": _of_seconds, "day": _of_days}[part](inner, symbol, other, search)
            if part in ("epoch", "day")
            else None
        )
    minuend, length = _minuend(side), clock_of(other)
    if minuend is None or length is None:
        return None
    sql = f"{search.name} {TURNED[symbol]} {source(minuend, search)} - {source(other, search)}"
    return _turned(search, sql, () if length == "clock" else (_CLOCKS_CHANGE,))


def _turned(search: Search, sql: str, caveats: tuple[str, ...] = ()) -> Turned:
    return Turned(
        name="age-to-moment",
        sql=sql,
        rationale=f"the moment that long ago is computed once, and {search.column.name} stands alone for its index and statistics",
        cures=CURES,
        caveats=caveats,
    )


def _minuend(side: Expr) -> Expr | None:
    """What the column is subtracted from, where that is a moment."""
    if not isinstance(side, exp.Sub) or not isinstance(unwrap(side.expression), exp.Column):
        return None
    minuend = unwrap(side.this)
    return minuend if isinstance(minuend, _NOW) or value_kind(minuend, "minute") == "moment" else None


def _of_seconds(side: Expr, symbol: str, other: Expr, search: Search) -> Turned | None:
    number = _whole(other)
    if number is None:
        return None
    if isinstance(side, exp.Column):
        moment = f"to_timestamp({number})"
        if not search.column.type.endswith("with time zone"):
            moment += " at time zone 'UTC'"
        return _turned(search, f"{search.name} {symbol} {moment}")
    minuend = _minuend(side)
    if minuend is None:
        return None
    return _turned(
        search, f"{search.name} {TURNED[symbol]} {source(minuend, search)} - interval '{number} seconds'"
    )


def _of_days(side: Expr, symbol: str, other: Expr, search: Search) -> Turned | None:
    """``extract(day from now() - c) < 7``: the whole days of an age, which are cut off towards zero."""
    minuend, number = _minuend(side), _whole(other)
    if minuend is None or number is None or (number == 0 and symbol in ("<", ">=")):
        return None
    days = number + (symbol in (">", "<="))
    turned = "<=" if symbol in (">", ">=") else ">"
    sql = f"{search.name} {turned} {source(minuend, search)} - interval '{days} days'"
    return _turned(search, sql, (_CLOCKS_CHANGE,))


def _of_dates(side: Expr, symbol: str, other: Expr, search: Search) -> str | None:
    """``current_date - c <= 30``, and the same with ``c::date``: dates subtracted give whole days."""
    minuend, number = unwrap(side.this) if isinstance(side, exp.Sub) else None, _whole(other)
    is_date = isinstance(minuend, exp.CurrentDate) or (
        isinstance(minuend, exp.Cast) and minuend.to.is_type("date")
    )
    if minuend is None or not is_date or number is None:
        return None
    subtracted, name, today = unwrap(side.expression), search.name, source(minuend, search)
    if search.column.type == "date" and isinstance(subtracted, exp.Column):
        return f"{name} {TURNED[symbol]} {today} - {number}"
    is_cut = isinstance(subtracted, exp.Date) or (
        isinstance(subtracted, exp.Cast) and subtracted.to.is_type("date")
    )
    if not is_cut or not isinstance(unwrap(subtracted.this), exp.Column):
        return None
    day, next_day = (_days_before(today, days) for days in (number, number - 1))
    return {
        "<=": f"{name} >= {day}",
        "<": f"{name} >= {next_day}",
        ">=": f"{name} < {next_day}",
        ">": f"{name} < {day}",
    }[symbol]


def _days_before(day: str, count: int) -> str:
    return f"{day} - {count}" if count > 0 else f"{day} + {-count}" if count else day


def _whole(node: Expr) -> int | None:
    is_number = isinstance(node, exp.Literal) and not node.is_string and str(node.this).isdigit()
    return int(str(node.this)) if is_number else None
