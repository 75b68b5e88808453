"""``extract(year from c) = 2024 and extract(month from c) = 5``: together they name one month."""

from __future__ import annotations

from sqlglot import Expr, exp

from perfkit.catalog import Catalog
from perfkit.sql.operands import unwrap
from perfkit.sql.rewrites.search import Search, Turned, searches
from perfkit.sql.statement import Statement

NAME = "moment-to-range"

_CURES = ("function-on-column", "expression-no-statistics", "missing-expression-index")


def months_of_years(statement: Statement, catalog: Catalog) -> dict[int, Turned]:
    """New conditions by the id of the old one: that on the year becomes the beginning of the month, that on the month its end.

    Only where both stand between the same ANDs.
    """
    parts = [
        (search, part) for search in searches(statement, catalog) if (part := _part(search.node)) is not None
    ]
    found: dict[int, Turned] = {}
    for year, (unit, year_value) in parts:
        for month, (other, month_value) in parts:
            if (unit, other) != ("year", "month") or id(year.node) in found or id(month.node) in found:
                continue
            if year.name != month.name or year.scope is not month.scope or _chain(year) is not _chain(month):
                continue
            bounds = _bounds(year_value, month_value)
            if bounds is None or not year.column.type.startswith(("timestamp", "date")):
                continue
            caveats = ("the values must be a whole year and a month from 1 to 12",) * bounds[2]
            shared = ("a month is all moments from its beginning until the next one",)
            for search, sql in (
                (year, f"{year.name} >= {bounds[0]}"),
                (month, f"{year.name} < {bounds[1]}"),
            ):
                found[id(search.node)] = Turned(
                    name=NAME,
                    rationale=rationale_of(search),
                    sql=sql,
                    cures=_CURES,
                    conditions=shared,
                    caveats=caveats,
                )
    return found


def rationale_of(search: Search) -> str:
    return (
        f"the range is on {search.column.name} itself, so that its index, statistics and partitions serve it"
    )


def _part(node: Expr) -> tuple[str, Expr] | None:
    if not isinstance(node, exp.EQ):
        return None
    side, value = unwrap(node.this), unwrap(node.expression)
    if not isinstance(side, exp.Extract):
        side, value = value, side
    if not isinstance(side, exp.Extract) or not isinstance(unwrap(side.expression), exp.Column):
        return None
    return str(side.this.name).lower(), value


def _chain(search: Search) -> Expr:
    """The outermost of the ANDs the condition stands between."""
    node: Expr = search.node
    while isinstance(node.parent, (exp.And, exp.Paren)):
        node = node.parent
    return node


def _bounds(year: Expr, month: Expr) -> tuple[str, str, bool] | None:
    """SQL of the month's beginning and of the next one's, and whether they depend on parameters."""
    if isinstance(year, exp.Literal) and isinstance(month, exp.Literal):
        if year.is_string or month.is_string or not str(year.this).isdigit() or not str(month.this).isdigit():
            return None
        first = int(str(year.this)) * 12 + int(str(month.this)) - 1
        if not 1 <= int(str(month.this)) <= 12 or not 1000 <= first // 12 <= 9998:
            return None
        texts = [f"'{total // 12:04}-{total % 12 + 1:02}-01'" for total in (first, first + 1)]
        return texts[0], texts[1], False
    numbers = [_number(value) for value in (year, month)]
    if None in numbers:
        return None
    start = f"make_date({numbers[0]}, {numbers[1]}, 1)"
    return start, f"{start} + interval '1 month'", True


def _number(value: Expr) -> str | None:
    inner = unwrap(value.this) if isinstance(value, exp.Cast) else value
    if isinstance(inner, exp.Parameter):
        return f"{inner.sql(dialect='postgres')}::int"
    if isinstance(inner, exp.Literal) and not inner.is_string and str(inner.this).isdigit():
        return str(inner.this)
    return None
