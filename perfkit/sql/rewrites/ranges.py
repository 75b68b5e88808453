"""A condition on the day, month or year of a moment, as a half-open range of the bare column, which an index can serve."""

from __future__ import annotations

from sqlglot import Expr, exp

from perfkit.catalog import Catalog
from perfkit.sql.rewrites.bounds import Bounds, bounds_of, bounds_of_period, literal_period
from perfkit.sql.rewrites.moments import Bucket, bucket_of, like_bucket
from perfkit.sql.rewrites.period import Period, period_of
from perfkit.sql.rewrites.search import Search, Turn, Turned
from perfkit.sql.rewrites.year_and_month import NAME, months_of_years, rationale_of
from perfkit.sql.rewrites.zones import repeats_midnight
from perfkit.sql.statement import Statement

MOST_RANGES = 4
"""A longer list of days apart from each other stays as it is."""

_MOMENTS = ("timestamp", "date")
_ALWAYS = ("function-on-column", "expression-no-statistics", "missing-expression-index")
_CURES = {
    "function": _ALWAYS,
    "cast": ("cast-on-column", *_ALWAYS),
    "zone": ("timezone-cast-filter", "cast-on-column", *_ALWAYS),
}
_TURNED: dict[type[Expr], type[Expr]] = {exp.GT: exp.LT, exp.LT: exp.GT, exp.GTE: exp.LTE, exp.LTE: exp.GTE}


def range_turn(statement: Statement, catalog: Catalog) -> Turn:
    """``date(c) = X``, ``c::date = X``, ``date_trunc('month', c) = X``, ``extract(year from c) = X``, ``to_char(c, 'YYYY-MM') = X``,
    each also AT TIME ZONE, compared by =, <, <=, >, >=, BETWEEN or IN; ``extract(year …)`` together with its month."""
    months = months_of_years(statement, catalog)
    setting = catalog.setting("TimeZone")
    session_zone = setting.value if setting is not None else None
    return lambda search: months.get(id(search.node)) or _range(search, session_zone)


def _range(search: Search, session_zone: str | None) -> Turned | None:
    if not search.column.type.startswith(_MOMENTS):
        return None
    if isinstance(search.node, exp.Like):
        return _like(search.node, search, session_zone)
    side, value, kind = search.node.this, search.node.args.get("expression"), type(search.node)
    if kind in (exp.EQ, *_TURNED) and value is not None and not side.find(exp.Column):
        side, value, kind = value, side, _TURNED.get(kind, kind)
    bucket = bucket_of(side, search) if isinstance(side, Expr) else None
    if bucket is None:
        return None
    found: tuple[str, tuple[str, ...]] | None = None
    if isinstance(search.node, exp.In):
        found = _list(bucket, search)
    elif isinstance(search.node, exp.Between) and not search.node.args.get("symmetric"):
        low = _compared(exp.GTE, bucket, search.node.args["low"], search)
        high = _compared(exp.LTE, bucket, search.node.args["high"], search)
        found = (f"{low[0]} and {high[0]}", low[1] + high[1]) if low and high else None
    elif value is not None:
        found = _compared(kind, bucket, value, search)
    if found is None:
        return None
    return Turned(
        name=NAME,
        rationale=rationale_of(search),
        sql=found[0],
        cures=_CURES[bucket.form],
        conditions=(f"{bucket.named} is all moments from its beginning until the next one",),
        caveats=(*found[1], *zone_caveats(bucket, search, session_zone)),
    )


def _like(node: exp.Like, search: Search, session_zone: str | None) -> Turned | None:
    found = like_bucket(node, search)
    period = period_of(found[0].unit, found[1]) if found is not None else None
    if found is None or period is None:
        return None
    caveat = "equal where DateStyle writes dates as ISO does, as it does unless it is set to another"
    return Turned(
        name=NAME,
        rationale=rationale_of(search),
        sql=_between(search.name, bounds_of_period(period, found[0], search)),
        cures=(*_CURES["cast"], "missing-trigram-index", "missing-pattern-ops-index"),
        caveats=(caveat, *zone_caveats(found[0], search, session_zone)),
    )


def _compared(
    kind: type[Expr], bucket: Bucket, value: Expr, search: Search
) -> tuple[str, tuple[str, ...]] | None:
    is_ordered = bucket.text_format is None or bucket.text_format.startswith("%Y")
    is_fit = kind is exp.EQ or (kind in _TURNED and is_ordered)
    bounds = bounds_of(bucket, value, search) if is_fit else None
    if bounds is None:
        return None
    name, start, caveats = search.name, bounds.start, bounds.caveats
    if kind is exp.EQ:
        return (_between(name, bounds), caveats) if start is not None else None
    if start is None and kind in (exp.GTE, exp.LT):
        start, caveats = (
            bounds.end,
            (*caveats, f"equal unless the value is exactly the beginning of {bucket.named}"),
        )
    place: dict[type[Expr], str] = {
        exp.GTE: f">= {start}",
        exp.GT: f">= {bounds.end}",
        exp.LT: f"< {start}",
        exp.LTE: f"< {bounds.end}",
    }
    return f"{name} {place[kind]}", caveats


def _between(name: str, bounds: Bounds) -> str:
    return f"{name} >= {bounds.start} and {name} < {bounds.end}"


def _list(bucket: Bucket, search: Search) -> tuple[str, tuple[str, ...]] | None:
    """Periods next to each other become one range."""
    values = search.node.expressions
    periods = [literal_period(value, bucket) for value in values]
    if not values or bucket.unit in ("minute", "hour") or not all(periods):
        return None
    runs: list[list[Period]] = []
    for period in sorted({period for period in periods if period is not None}, key=lambda one: one.start):
        if runs and runs[-1][-1].end == period.start:
            runs[-1].append(period)
        else:
            runs.append([period])
    if len(runs) > MOST_RANGES:
        return None
    ranges = []
    for run in runs:
        first, last = (bounds_of_period(period, bucket, search) for period in (run[0], run[-1]))
        ranges.append(_between(search.name, Bounds(start=first.start, end=last.end)))
    return (ranges[0] if len(ranges) == 1 else f"({' or '.join(ranges)})"), ()


def zone_caveats(bucket: Bucket, search: Search, session_zone: str | None) -> tuple[str, ...]:
    """What a zone's clocks may do to days."""
    named = [zone.strip("'") for zone in bucket.zones]
    if not named and search.column.type.endswith("with time zone") and session_zone is not None:
        named = [session_zone] if repeats_midnight(session_zone) else []
    for zone in named:
        repeats = repeats_midnight(zone)
        if repeats or repeats is None:
            what = (
                "has put its clocks back across midnight"
                if repeats
                else "is not known: if it puts its clocks back across midnight"
            )
            tail = (
                "; the hour that came twice then counts to another day"
                if repeats
                else ", the hour that comes twice counts to another day"
            )
            return (f"the time zone {zone} {what}{tail}",)
    return ()
