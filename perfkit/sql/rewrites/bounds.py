"""From a value compared with a day, month or year of a column: the first moment of that period, and of the next one."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import Expr, exp

from perfkit.sql.operands import unwrap
from perfkit.sql.rewrites.moments import Bucket, beginning_text, value_kind
from perfkit.sql.rewrites.period import Period, period_of, written
from perfkit.sql.rewrites.search import Search, source
from perfkit.sql.rewrites.zones import is_fixed


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """SQL of two moments of the column's own time line."""

    start: str | None
    """None where the value is any moment: only the end of its period can be said."""
    end: str
    caveats: tuple[str, ...] = ()


def bounds_of(bucket: Bucket, value: Expr, search: Search) -> Bounds | None:
    """None where they cannot be said."""
    if bucket.unit in ("minute", "hour") and not all(is_fixed(zone.strip("'")) for zone in bucket.zones):
        # Local hours that occur twice belong to one bucket, but are no range of moments.
        return None
    text = _literal(value, bucket)
    if text is not None:
        period = period_of(bucket.unit, text)
        return None if period is None else bounds_of_period(period, bucket, search)
    if bucket.text_format is not None or isinstance(unwrap(value), exp.Literal):
        return None
    if bucket.is_number:
        return _of_year(bucket, value, search)
    return _of_expression(bucket, value, search)


def bounds_of_period(period: Period, bucket: Bucket, search: Search) -> Bounds:
    start, end = written(period.start), written(period.end)
    if not bucket.zones:
        if bucket.unit in ("minute", "hour") and search.column.type.endswith("with time zone"):
            # The next hour on the clock may be two hours away.
            return Bounds(start=f"'{start}'", end=f"timestamptz '{start}' + interval '1 {bucket.unit}'")
        return Bounds(start=f"'{start}'", end=f"'{end}'")
    kind = compared_type(bucket, search)
    return Bounds(start=_zoned(f"{kind} '{start}'", bucket), end=_zoned(f"{kind} '{end}'", bucket))


def compared_type(bucket: Bucket, search: Search) -> str:
    """Type of the column as it is seen in its zones, before it is cut."""
    has_zone = search.column.type == "date" or search.column.type.endswith("with time zone")
    return "timestamptz" if has_zone != bool(len(bucket.zones) % 2) else "timestamp"


def literal_period(value: Expr, bucket: Bucket) -> Period | None:
    """The period a literal names; None for another value, or one that begins no period."""
    text = _literal(value, bucket)
    return period_of(bucket.unit, text) if text is not None else None


def _literal(value: Expr, bucket: Bucket) -> str | None:
    node = unwrap(value)
    if isinstance(node, exp.Cast) and node.to.is_type("date", "timestamp") and bucket.text_format is None:
        node = unwrap(node.this)
    return beginning_text(node, bucket)


def _of_year(bucket: Bucket, value: Expr, search: Search) -> Bounds | None:
    node = unwrap(value)
    inner = unwrap(node.this) if isinstance(node, exp.Cast) else node
    if not isinstance(inner, exp.Parameter):
        return None
    number = f"{inner.sql(dialect='postgres')}::int"
    return _of_dates(
        f"make_date({number}, 1, 1)",
        f"make_date({number} + 1, 1, 1)",
        bucket,
        search,
        ("the value must be a whole year",),
    )


def _of_dates(start: str, end: str, bucket: Bucket, search: Search, caveats: tuple[str, ...] = ()) -> Bounds:
    """``start`` and ``end`` are SQL of dates (``end`` may be a timestamp)."""
    if bucket.zones:
        kind = compared_type(bucket, search)
        start, end = _zoned(f"{start}::{kind}", bucket), _zoned(f"{end}::{kind}", bucket)
    return Bounds(start=start, end=end, caveats=caveats)


def _zoned(moment: str, bucket: Bucket) -> str:
    return moment + "".join(f" at time zone {zone}" for zone in reversed(bucket.zones))


def _of_expression(bucket: Bucket, value: Expr, search: Search) -> Bounds | None:
    kind = value_kind(value, bucket.unit)
    if kind is None or (kind == "moment" and bucket.zones):
        return None
    sql = source(unwrap(value), search)
    is_moment = kind == "parameter" and isinstance(unwrap(value), exp.Cast)
    simple = f"({sql})" if isinstance(unwrap(value), (exp.Binary, exp.AtTimeZone)) else sql
    step = f"interval '1 {bucket.unit}'"
    if kind == "moment":
        if bucket.is_date and bucket.unit == "day":
            return Bounds(start=None, end=f"{simple}::date + 1")
        return Bounds(start=None, end=f"date_trunc('{bucket.unit}', {sql}) + {step}")
    if bucket.is_date:
        day = (simple if bucket.zones else sql) if _is_date(value) else f"{simple}::date"
        if bucket.unit == "day":
            unsure = (_beginning(bucket),) if is_moment else ()
            return _of_dates(day, f"({day} + 1)" if bucket.zones else f"{day} + 1", bucket, search, unsure)
        unsure = (_beginning(bucket),) if kind == "parameter" else ()
        return _of_dates(
            day, f"({day} + {step})" if bucket.zones else f"{day} + {step}", bucket, search, unsure
        )
    type_ = compared_type(bucket, search)
    is_cast = is_moment and unwrap(value).args["to"].is_type(type_)
    start = f"{simple}::{type_}" if (kind == "parameter" or bucket.zones) and not is_cast else sql
    end = f"{start} + {step}"
    caveats = (_beginning(bucket),) if kind == "parameter" else ()
    if bucket.zones:
        return Bounds(start=_zoned(start, bucket), end=_zoned(f"({end})", bucket), caveats=caveats)
    return Bounds(start=start, end=end, caveats=caveats)


def _beginning(bucket: Bucket) -> str:
    return f"equal where the value is the beginning of {bucket.named}, as date_trunc gives it"


def _is_date(value: Expr) -> bool:
    node = unwrap(value)
    if isinstance(node, (exp.Add, exp.Sub)):
        return _is_date(node.this) and isinstance(unwrap(node.expression), exp.Literal)
    return isinstance(node, (exp.CurrentDate, exp.Date)) or (
        isinstance(node, exp.Cast) and node.to.is_type("date")
    )
