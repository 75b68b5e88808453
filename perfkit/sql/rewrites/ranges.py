"""A condition on the day, month or year of a moment, as a half-open range of the bare column, which an index can serve."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import Expr, exp

from perfkit.catalog import Catalog
from perfkit.sql.operands import unwrap
from perfkit.sql.rewrites.period import UNITS, Period, period_of, written
from perfkit.sql.rewrites.rewrite import Rewrite
from perfkit.sql.rewrites.search import Search, searches
from perfkit.sql.statement import Statement

_MOMENTS = ("timestamp", "date")
_CURES = {
    "function": ("function-on-column", "expression-no-statistics", "missing-expression-index"),
    "cast": ("cast-on-column", "function-on-column", "expression-no-statistics", "missing-expression-index"),
    "zone": ("timezone-cast-filter", "cast-on-column", "function-on-column", "expression-no-statistics"),
}
_FORMATS = {"%Y": ("year", "{}-01-01"), "%Y-%m": ("month", "{}-01"), "%Y-%m-%d": ("day", "{}")}
_TURNED: dict[type[Expr], type[Expr]] = {exp.GT: exp.LT, exp.LT: exp.GT, exp.GTE: exp.LTE, exp.LTE: exp.GTE}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bucket:
    """What stands on the column's side: the unit it is cut to, and the zone it is seen in."""

    unit: str
    zone: str | None
    form: str
    """cast, function or zone."""
    literal: str = "{}"
    """How the other side's text becomes a date."""
    is_number: bool = False


def moments_to_ranges(statement: Statement, catalog: Catalog) -> Iterator[Rewrite]:
    """``date(c) = X``, ``c::date = X``, ``date_trunc('month', c) = X``, ``extract(year from c) = X``, ``to_char(c, 'YYYY-MM') = X``,
    each also AT TIME ZONE, compared by =, <, <=, >, >= or BETWEEN."""
    for search in searches(statement, catalog):
        if not search.column.type.startswith(_MOMENTS):
            continue
        found = _range(search)
        sql = search.replaced(found[0]) if found is not None else None
        if found is None or sql is None:
            continue
        _, bucket, caveats = found
        cures = _CURES[bucket.form] + (("partition-pruning-defeated",) if search.is_partition_key else ())
        yield Rewrite(
            name="moment-to-range",
            sql=sql,
            cures=cures,
            rationale=f"the range is on {search.column.name} itself, so that its index, statistics and partitions serve it",
            conditions=(f"a {bucket.unit} is all moments from its beginning until the next one",),
            caveats=caveats,
        )


def _range(search: Search) -> tuple[str, _Bucket, tuple[str, ...]] | None:
    node, name = search.node, search.name
    if isinstance(node, exp.Between):
        bucket = _bucket(node.this, search)
        if bucket is None:
            return None
        low, high = _bounds(bucket, node.args["low"], search), _bounds(bucket, node.args["high"], search)
        if low is None or high is None:
            return None
        return f"{name} >= {low[0]} and {name} < {high[1]}", bucket, (*low[2], *high[2])
    if not isinstance(node, (exp.EQ, exp.GT, exp.GTE, exp.LT, exp.LTE)):
        return None
    side, other = node.this, node.expression
    kind: type[Expr] = type(node)
    if not side.find(exp.Column):
        side, other, kind = other, side, _TURNED.get(kind, kind)
    bucket = _bucket(side, search)
    bounds = _bounds(bucket, other, search) if bucket is not None else None
    if bucket is None or bounds is None:
        return None
    start, end, caveats = bounds
    if kind is exp.EQ:
        return f"{name} >= {start} and {name} < {end}", bucket, caveats
    written_as: dict[type[Expr], str] = {
        exp.GTE: f"{name} >= {start}",
        exp.GT: f"{name} >= {end}",
        exp.LT: f"{name} < {start}",
        exp.LTE: f"{name} < {end}",
    }
    return written_as[kind], bucket, caveats


def _bucket(side: Expr, search: Search) -> _Bucket | None:
    node = unwrap(side)
    if isinstance(node, exp.Date) and len(node.args) >= 1 and not node.expressions:
        return _seen(node.this, "day", "function", search)
    if isinstance(node, exp.Cast) and node.to.is_type("date"):
        return None if search.column.type == "date" else _seen(node.this, "day", "cast", search)
    if isinstance(node, (exp.TimestampTrunc, exp.DateTrunc)):
        unit = str(node.args["unit"].name).lower()
        return _seen(node.this, unit, "function", search) if unit in UNITS else None
    if isinstance(node, exp.Extract) and str(node.this.name).lower() == "year":
        found = _seen(node.expression, "year", "function", search)
        return (
            None if found is None else _Bucket(unit="year", zone=found.zone, form=found.form, is_number=True)
        )
    if isinstance(node, exp.TimeToStr):
        known = _FORMATS.get(node.args["format"].name)
        found = _seen(node.this, known[0], "function", search) if known else None
        if found is None or known is None:
            return None
        return _Bucket(unit=known[0], zone=found.zone, form=found.form, literal=known[1])
    return None


def _seen(inner: Expr, unit: str, form: str, search: Search) -> _Bucket | None:
    node = unwrap(inner)
    if isinstance(node, exp.Column):
        return _Bucket(unit=unit, zone=None, form=form)
    if isinstance(node, exp.AtTimeZone) and isinstance(unwrap(node.this), exp.Column):
        if not search.column.type.endswith("with time zone"):
            return None
        return _Bucket(unit=unit, zone=node.args["zone"].sql(dialect="postgres"), form="zone")
    return None


def _bounds(bucket: _Bucket, value: Expr, search: Search) -> tuple[str, str, tuple[str, ...]] | None:
    """SQL of the first moment of the period and of the next one, with what must be told; None where it cannot be said."""
    text = _literal(value, bucket)
    if text is not None:
        period = period_of(bucket.unit, text)
        return None if period is None else (*_of_literal(period, bucket), ())
    if isinstance(unwrap(value), exp.Literal) or bucket.is_number or bucket.literal != "{}":
        return None
    return _of_expression(bucket, value, search)


def _literal(value: Expr, bucket: _Bucket) -> str | None:
    node = unwrap(value)
    if isinstance(node, exp.Cast) and node.to.is_type("date", "timestamp", "timestamptz"):
        node = unwrap(node.this)
    if isinstance(node, exp.Literal) and bucket.is_number != node.is_string:
        text = str(node.this)
        return f"{text}-01-01" if bucket.is_number else bucket.literal.format(text)
    return None


def _of_literal(period: Period, bucket: _Bucket) -> tuple[str, str]:
    moments = (f"'{written(period.start)}'", f"'{written(period.end)}'")
    if bucket.zone is None:
        return moments
    start, end = (f"timestamp {moment} at time zone {bucket.zone}" for moment in moments)
    return start, end


def _of_expression(bucket: _Bucket, value: Expr, search: Search) -> tuple[str, str, tuple[str, ...]] | None:
    """For a parameter, current_date and the like: a day can be added to any date, other units only to their beginnings."""
    written_value = value.sql(dialect="postgres")
    simple = isinstance(unwrap(value), (exp.Parameter, exp.CurrentDate))
    start = written_value if simple else f"({written_value})"
    if bucket.unit == "day" and bucket.form != "function":
        day = start if isinstance(unwrap(value), exp.CurrentDate) else f"{start}::date"
        if bucket.zone is None:
            return day, f"({day} + 1)", ()
        return (
            f"{day}::timestamp at time zone {bucket.zone}",
            f"({day} + 1)::timestamp at time zone {bucket.zone}",
            (),
        )
    if bucket.zone is not None:
        return None
    if (
        bucket.form == "function"
        and bucket.unit == "day"
        and isinstance(search.node.find(exp.Date), exp.Date)
    ):
        day = start if isinstance(unwrap(value), exp.CurrentDate) else f"{start}::date"
        return day, f"({day} + 1)", ()
    kind = "timestamptz" if search.column.type.endswith("with time zone") else "timestamp"
    caveat = f"equal where the value is the beginning of a {bucket.unit}, as date_trunc gives it"
    is_cut = isinstance(unwrap(value), (exp.TimestampTrunc, exp.DateTrunc))
    start = start if is_cut else f"{start}::{kind}"
    return start, f"({start} + interval '1 {bucket.unit}')", () if is_cut else (caveat,)
