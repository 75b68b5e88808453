"""The first letters of a column compared with a text, as LIKE."""

from __future__ import annotations

import re

from sqlglot import Expr, exp

from perfkit.sql.operands import unwrap
from perfkit.sql.rewrites.search import Search, Turned
from perfkit.sql.tokens import fold

_CURES = ("function-on-column", "expression-no-statistics", "missing-expression-index")
_TEXTS = ("text", "character varying")


def prefix(search: Search) -> Turned | None:
    """``left(c, 3) = 'abc'``, ``substr(c, 1, 3) = 'abc'``, ``starts_with(c, 'abc')``, ``strpos(c, 'abc') = 1``, ``c || '' = 'abc'``,
    and ``strpos(c, 'abc') > 0``."""
    if not search.column.type.startswith(_TEXTS):
        return None
    inside = _contained(search.node)
    found = _prefix_of(search)
    column = search.column.name
    if inside is not None:
        condition = f"{search.name} like {_quoted('%' + _escaped(inside) + '%')}"
        why = f"the text has a place in {column} just where {column} contains it"
    elif found is None:
        return None
    elif found[1]:
        condition, why = f"{search.name} = {_quoted(found[0])}", f"the whole of {column} is compared"
    else:
        condition = f"{search.name} like {_quoted(_escaped(found[0]) + '%')}"
        why = f"{column} begins with the text just where its first letters are the text"
    return Turned(
        name="letters-to-like" if inside is not None else "first-letters-to-like",
        sql=condition,
        rationale=f"the condition is on {column} itself, so that its statistics and a fitting index serve it",
        cures=(*_CURES, "missing-trigram-index") if inside is not None else _CURES,
        conditions=(why,),
    )


def _contained(node: Expr) -> str | None:
    """The text of ``strpos(c, 'abc') > 0``."""
    side, other = node.args.get("this"), node.args.get("expression")
    if not isinstance(side, exp.StrPosition) or not isinstance(other, exp.Literal) or len(side.args) != 2:
        return None
    wanted: dict[type[Expr], str] = {exp.GT: "0", exp.GTE: "1", exp.NEQ: "0"}
    if str(other.this) != wanted.get(type(node)) or not isinstance(unwrap(side.this), exp.Column):
        return None
    return _text(side.args["substr"]) or None


def _escaped(text: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", text)


def _prefix_of(search: Search) -> tuple[str, bool] | None:
    """The text, and whether the column must be nothing but it."""
    node = search.node
    if isinstance(node, exp.StartsWith) or (
        isinstance(node, exp.Anonymous) and fold(str(node.this)) == "starts_with"
    ):
        sides = node.expressions if isinstance(node, exp.Anonymous) else [node.this, node.expression]
        text = _text(sides[1]) if len(sides) == 2 and isinstance(unwrap(sides[0]), exp.Column) else None
        return (text, False) if text else None
    if not isinstance(node, exp.EQ):
        return None
    side, other = unwrap(node.this), unwrap(node.expression)
    if not side.find(exp.Column):
        side, other = other, side
    if isinstance(side, exp.StrPosition) and isinstance(unwrap(side.this), exp.Column):
        text = _text(side.args["substr"])
        is_first = isinstance(other, exp.Literal) and str(other.this) == "1" and len(side.args) == 2
        return (text, False) if text and is_first else None
    text = _text(other)
    if isinstance(side, exp.DPipe) and isinstance(unwrap(side.this), exp.Column):
        return (text, True) if text is not None and _text(side.expression) == "" else None
    length = _length(side)
    if not text or length is None or len(text) > length:
        return None
    return text, len(text) < length


def _length(side: Expr) -> int | None:
    """How many first letters of a bare column are asked for."""
    if isinstance(side, exp.Left):
        count = side.expression
    elif isinstance(side, exp.Substring):
        start = side.args.get("start")
        if not isinstance(start, exp.Literal) or str(start.this) != "1":
            return None
        count = side.args.get("length")
    else:
        return None
    is_count = (
        isinstance(count, exp.Literal) and not count.is_string and isinstance(unwrap(side.this), exp.Column)
    )
    return int(str(count.this)) if is_count and str(count.this).isdigit() else None


def _text(node: Expr) -> str | None:
    node = unwrap(node)
    if isinstance(node, exp.Cast) and node.to.is_type("text", "varchar") and not node.to.expressions:
        node = unwrap(node.this)
    return str(node.this) if isinstance(node, exp.Literal) and node.is_string else None


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
