"""``coalesce(c, x)`` compared with a constant: it is known what a NULL would do."""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import Decimal

from sqlglot import Expr, exp

from perfkit.sql.operands import unwrap
from perfkit.sql.rewrites.moments import value_kind
from perfkit.sql.rewrites.period import period_of
from perfkit.sql.rewrites.search import Search, Turned, source

_CURES = ("function-on-column", "expression-no-statistics", "missing-expression-index", "late-filter")
_NUMBERS = ("smallint", "integer", "bigint", "numeric")
_COMPARISONS: dict[type[Expr], tuple[str, Callable[[Decimal, Decimal], bool]]] = {
    exp.EQ: ("=", operator.eq),
    exp.GT: (">", operator.gt),
    exp.GTE: (">=", operator.ge),
    exp.LT: ("<", operator.lt),
    exp.LTE: ("<=", operator.le),
}
_TURNED: dict[type[Expr], type[Expr]] = {exp.GT: exp.LT, exp.LT: exp.GT, exp.GTE: exp.LTE, exp.LTE: exp.GTE}


def coalesced(search: Search) -> Turned | None:
    """``coalesce(c, 'x') = 'y'`` is ``c = 'y'``; where the default meets the condition, a NULL does, too."""
    name, found = search.name, _read(search)
    if found is None:
        return None
    condition, admits_null, caveats = found
    default = next(node for node in search.node.find_all(exp.Coalesce)).expressions[0]
    return Turned(
        name="coalesce-to-column",
        sql=f"({condition} or {name} is null)" if admits_null else condition,
        rationale=f"{search.column.name} is compared itself, so that its index and statistics serve it",
        cures=_CURES,
        conditions=(f"a NULL in {search.column.name} counts as {default.sql(dialect='postgres')}",),
        caveats=caveats,
    )


def _read(search: Search) -> tuple[str, bool, tuple[str, ...]] | None:
    """The condition on the bare column, whether a NULL meets it, and what must be told."""
    node, name = search.node, search.name
    if search.column.type == "boolean":
        return _boolean(node, name)
    kind = type(node)
    if kind not in _COMPARISONS:
        return None
    side, other = unwrap(node.this), unwrap(node.expression)
    if not side.find(exp.Column):
        side, other, kind = other, side, _TURNED.get(kind, kind)
    default = _default(side)
    if default is None:
        return None
    symbol, compare = _COMPARISONS[kind]
    condition = f"{name} {symbol} {source(other, search)}"
    if isinstance(other, exp.Parameter):
        is_known = kind is exp.EQ and isinstance(default, (exp.Literal, exp.Neg))
        caveat = f"equal unless the value is {default.sql(dialect='postgres')}, which found NULLs before"
        return (condition, False, (caveat,)) if is_known else None
    if search.column.type.startswith(_NUMBERS):
        numbers = _number(default), _number(other)
        if numbers[0] is None or numbers[1] is None:
            return None
        return condition, compare(numbers[0], numbers[1]), ()
    if search.column.type in ("text", "character varying") or search.column.type.startswith(
        "character varying("
    ):
        texts = _text(default), _text(other)
        is_plain = kind is exp.EQ and texts[0] is not None and texts[1] is not None
        return (condition, texts[0] == texts[1], ()) if is_plain else None
    if search.column.type.startswith(("timestamp", "date")) and _text(default) in ("infinity", "-infinity"):
        if kind is exp.EQ or not _is_finite(other):
            return None
        return condition, (_text(default) == "infinity") == (kind in (exp.GT, exp.GTE)), ()
    return None


def _is_finite(other: Expr) -> bool:
    text = _text(other)
    return value_kind(other, "day") in ("beginning", "moment") or (
        text is not None and period_of("day", text) is not None
    )


def _boolean(node: Expr, name: str) -> tuple[str, bool, tuple[str, ...]] | None:
    wanted = True
    if isinstance(node, exp.Not):
        node, wanted = unwrap(node.this), False
    if isinstance(node, exp.EQ) and isinstance(unwrap(node.expression), exp.Boolean):
        wanted = wanted == bool(unwrap(node.expression).this)
        node = unwrap(node.this)
    default = _default(node)
    if not isinstance(default, exp.Boolean):
        return None
    if bool(default.this) == wanted:
        return f"{name} is not {str(not wanted).lower()}", False, ()
    return (name if wanted else f"not {name}"), False, ()


def _default(side: Expr) -> Expr | None:
    """Of COALESCE over a bare column and one constant."""
    if (
        not isinstance(side, exp.Coalesce)
        or len(side.expressions) != 1
        or not isinstance(unwrap(side.this), exp.Column)
    ):
        return None
    return unwrap(side.expressions[0])


def _number(node: Expr) -> Decimal | None:
    if isinstance(node, exp.Neg):
        inner = _number(unwrap(node.this))
        return -inner if inner is not None else None
    is_number = isinstance(node, exp.Literal) and not node.is_string
    return Decimal(str(node.this)) if is_number else None


def _text(node: Expr) -> str | None:
    if isinstance(node, exp.Cast) and node.to.is_type("text", "varchar", "timestamp", "timestamptz", "date"):
        node = unwrap(node.this)
    return str(node.this) if isinstance(node, exp.Literal) and node.is_string else None
