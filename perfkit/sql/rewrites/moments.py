"""The sides of a condition on a moment cut to its day, month or year: how the column is seen, and what the value is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlglot import Expr, exp

from perfkit.sql.operands import unwrap
from perfkit.sql.rewrites.period import UNITS
from perfkit.sql.rewrites.search import Search
from perfkit.sql.rewrites.zones import is_fixed
from perfkit.sql.tokens import fold

Form = Literal["function", "cast", "zone"]
ValueKind = Literal["beginning", "moment", "parameter"]

_FORMATS = {
    "%Y": "year",
    "%Y-%m": "month",
    "%Y%m": "month",
    "%m/%Y": "month",
    "%Y-%m-%d": "day",
    "%Y%m%d": "day",
    "%Y/%m/%d": "day",
    "%d.%m.%Y": "day",
    "%d/%m/%Y": "day",
    "%m/%d/%Y": "day",
    "%d-%m-%Y": "day",
}
_LIKE = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?[- ]?%")
_INSIDE = {
    "minute": ("minute", "hour", "day", "week", "month", "quarter", "year"),
    "hour": ("hour", "day", "week", "month", "quarter", "year"),
    "day": ("day", "week", "month", "quarter", "year"),
    "week": ("week",),
    "month": ("month", "quarter", "year"),
    "quarter": ("quarter", "year"),
    "year": ("year",),
}
"""Units whose beginnings and lengths are also those of the unit."""
_TYPES = ("date", "timestamp", "timestamptz")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """What stands on the column's side: the unit it is cut to, and the zones it is seen in."""

    unit: str
    form: Form
    zones: tuple[str, ...] = ()
    """SQL of each AT TIME ZONE around the column, the innermost first."""
    is_date: bool = False
    """The outcome is a date; else a timestamp (or a number, or text)."""
    is_number: bool = False
    """The outcome is a year."""
    text_format: str | None = None
    """Of the text that is the outcome, as strptime has it; None where it is none."""

    @property
    def named(self) -> str:
        return f"{'an' if self.unit == 'hour' else 'a'} {self.unit}"


def bucket_of(side: Expr, search: Search) -> Bucket | None:
    """None where the column's side has another form."""
    node = unwrap(side)
    if isinstance(node, exp.Date) and node.this is not None and not node.args.get("expressions"):
        return _seen(node.this, "day", "function", search, is_date=True)
    if isinstance(node, exp.Cast) and node.to.is_type("date"):
        inner = unwrap(node.this)
        if isinstance(inner, (exp.TimestampTrunc, exp.DateTrunc)):
            unit = str(inner.args["unit"].name).lower()
            is_day = unit in UNITS and unit in _INSIDE["day"]
            return _seen(inner.this, unit, "cast", search, is_date=True) if is_day else None
        return None if search.column.type == "date" else _seen(inner, "day", "cast", search, is_date=True)
    if isinstance(node, (exp.TimestampTrunc, exp.DateTrunc)) and node.args.get("zone") is None:
        unit = str(node.args["unit"].name).lower()
        return _seen(node.this, unit, "function", search) if unit in UNITS else None
    if isinstance(node, exp.Extract) and str(node.this.name).lower() == "year":
        return _seen(node.expression, "year", "function", search, is_number=True)
    if isinstance(node, exp.TimeToStr):
        format_ = node.args["format"].name
        return (
            _seen(node.this, _FORMATS[format_], "function", search, text_format=format_)
            if format_ in _FORMATS
            else None
        )
    return None


def beginning_text(node: Expr, bucket: Bucket) -> str | None:
    """The date at which the period begins that a literal names; None where it is no literal of the outcome's kind."""
    if not isinstance(node, exp.Literal) or bucket.is_number == node.is_string:
        return None
    text = str(node.this)
    if bucket.is_number:
        return f"{text}-01-01" if text.isdigit() and len(text) == 4 else None
    if bucket.text_format is None:
        return text
    try:
        found = datetime.strptime(text, bucket.text_format)  # noqa: DTZ007 a date, whatever the zone
    except ValueError:
        return None
    return f"{found:%Y-%m-%d}" if found.strftime(bucket.text_format) == text and found.year >= 1000 else None


def like_bucket(node: exp.Like, search: Search) -> tuple[Bucket, str] | None:
    """``c::text like '2024-03%'``: the unit and the date it begins at."""
    side = unwrap(node.this)
    if not isinstance(side, exp.Cast) or not side.to.is_type("text", "varchar") or side.to.expressions:
        return None
    pattern = node.expression
    found = (
        _LIKE.fullmatch(str(pattern.this)) if isinstance(pattern, exp.Literal) and pattern.is_string else None
    )
    if found is None or not isinstance(unwrap(side.this), exp.Column) or node.args.get("negate"):
        return None
    unit = "day" if found[3] else "month" if found[2] else "year"
    return Bucket(unit=unit, form="cast"), f"{found[1]}-{found[2] or '01'}-{found[3] or '01'}"


def _seen(
    inner: Expr,
    unit: str,
    form: Form,
    search: Search,
    *,
    is_date: bool = False,
    is_number: bool = False,
    text_format: str | None = None,
) -> Bucket | None:
    zones: list[Expr] = []
    node = unwrap(inner)
    while (stripped := _without_zone(node)) is not None:
        zones.insert(0, stripped[1])
        node = unwrap(stripped[0])
    if not isinstance(node, exp.Column) or not all(isinstance(zone, exp.Literal) for zone in zones):
        return None
    type_ = search.column.type
    if zones and (type_ == "date" or len(zones) > 2):
        return None
    # A timestamp without zone that is told its zone: only a zone without clock changes keeps the order.
    if zones and not type_.endswith("with time zone") and not is_fixed(str(zones[0].this)):
        return None
    if type_.endswith("with time zone") and len(zones) > 1:
        return None
    return Bucket(
        unit=unit,
        form="zone" if zones else form,
        zones=tuple(zone.sql(dialect="postgres") for zone in zones),
        is_date=is_date,
        is_number=is_number,
        text_format=text_format,
    )


def _without_zone(node: Expr) -> tuple[Expr, Expr] | None:
    if isinstance(node, exp.AtTimeZone):
        return node.this, node.args["zone"]
    if isinstance(node, exp.Anonymous) and fold(str(node.this)) == "timezone" and len(node.expressions) == 2:
        return node.expressions[1], node.expressions[0]
    return None


def value_kind(value: Expr, unit: str) -> ValueKind | None:
    """Whether an expression is known to be the beginning of a unit, or may be any moment; None for other types and unknown
    ones. Literals are not asked for."""
    node = unwrap(value)
    if isinstance(node, exp.Parameter):
        return "parameter"
    if isinstance(node, exp.CurrentDate):
        return "beginning" if unit in ("minute", "hour", "day") else "moment"
    if isinstance(node, (exp.CurrentTimestamp, exp.Localtimestamp)):
        return "moment"
    if isinstance(node, exp.AtTimeZone):
        return "moment" if value_kind(node.this, unit) is not None else None
    if isinstance(node, exp.Date) and node.this is not None:
        return "beginning" if unit in ("minute", "hour", "day") else "moment"
    if isinstance(node, exp.Cast) and node.to.is_type(*_TYPES):
        if node.to.is_type("date"):
            return "beginning" if unit in ("minute", "hour", "day") else _of_cast_date(node, unit)
        inner = unwrap(node.this)
        if isinstance(inner, exp.Parameter):
            return "parameter"
        return "moment" if not isinstance(inner, exp.Literal) else None
    if isinstance(node, (exp.TimestampTrunc, exp.DateTrunc)):
        cut = str(node.args["unit"].name).lower()
        if value_kind(node.this, cut) is None:
            return None
        return "beginning" if cut in _INSIDE[unit] else "moment"
    if isinstance(node, (exp.Add, exp.Sub)):
        return _of_shifted(node, unit)
    return None


def _of_cast_date(node: exp.Cast, unit: str) -> ValueKind:
    inner = unwrap(node.this)
    is_cut = isinstance(inner, (exp.TimestampTrunc, exp.DateTrunc)) and value_kind(inner, unit) == "beginning"
    return "beginning" if is_cut else "moment"


def _of_shifted(node: Expr, unit: str) -> ValueKind | None:
    """A moment plus or minus an interval, or a date and whole days."""
    kind, step = value_kind(node.this, unit), unwrap(node.expression)
    if kind is None or kind == "parameter":
        return None
    if isinstance(step, exp.Literal) and not step.is_string:
        is_date = isinstance(unwrap(node.this), (exp.CurrentDate, exp.Cast))
        return (kind if unit in ("minute", "hour", "day") else "moment") if is_date else None
    if isinstance(step, exp.Cast) and step.to.is_type("interval"):
        return "moment"
    if not isinstance(step, exp.Interval):
        return None
    named = str(step.args["unit"].name).lower().removesuffix("s") if step.args.get("unit") is not None else ""
    count = str(step.this.this) if isinstance(step.this, exp.Literal) else ""
    is_whole = count.lstrip("-").isdigit() and named in _INSIDE[unit]
    return kind if is_whole else "moment"
