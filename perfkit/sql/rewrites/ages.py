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
    if search.column.type == "date":
        sql = _of_date(side, symbol, other, search)
        return _turned(search, sql) if sql is not None else None
    if not search.column.type.startswith("timestamp"):
        return None
    if isinstance(side, exp.Extract) and str(side.this.name).lower() == "epoch":
        return _of_seconds(unwrap(side.expression), symbol, other, search)
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
    minuend = _minuend(side)
    if minuend is None or not isinstance(other, exp.Literal) or not str(other.this).isdigit():
        return None
    step = f"interval '{other.this} seconds'"
    return _turned(search, f"{search.name} {TURNED[symbol]} {source(minuend, search)} - {step}")


def _of_date(side: Expr, symbol: str, other: Expr, search: Search) -> str | None:
    """Dates subtracted give whole days."""
    if not isinstance(side, exp.Sub) or not isinstance(unwrap(side.expression), exp.Column):
        return None
    minuend = unwrap(side.this)
    is_date = isinstance(minuend, exp.CurrentDate) or (
        isinstance(minuend, exp.Cast) and minuend.to.is_type("date")
    )
    if not is_date or not isinstance(other, exp.Literal) or other.is_string or not str(other.this).isdigit():
        return None
    return f"{search.name} {TURNED[symbol]} {source(minuend, search)} - {other.this}"
