"""A key of a jsonb column compared with a text, as containment, where a GIN index is there to serve that."""

from __future__ import annotations

import json

from sqlglot import Expr, exp

from perfkit.sql.operands import unwrap
from perfkit.sql.rewrites.search import Search, Turned

_CURES = ("function-on-column", "expression-no-statistics", "missing-expression-index", "missing-gin-jsonb")
_CAVEAT = "equal where the key's value is a string: a number or boolean of that text is no longer found"


def jsonb_key(search: Search) -> Turned | None:
    """``doc ->> 'k' = 'v'`` and ``doc -> 'a' ->> 'k' = $1``."""
    node = search.node
    if search.column.type != "jsonb" or not isinstance(node, exp.EQ) or not _has_gin(search):
        return None
    side, value = unwrap(node.this), unwrap(node.expression)
    if not side.find(exp.Column):
        side, value = value, side
    keys = _path(side)
    if keys is None:
        return None
    if isinstance(value, exp.Literal) and value.is_string:
        document: object = str(value.this)
        for key in reversed(keys):
            document = {key: document}
        written = _quoted(json.dumps(document, ensure_ascii=False))
    elif isinstance(value, exp.Parameter):
        written = f"{value.sql(dialect='postgres')}::text"
        for key in reversed(keys):
            written = f"jsonb_build_object({_quoted(key)}, {written})"
    else:
        return None
    return Turned(
        name="jsonb-key-to-containment",
        sql=f"{search.name} @> {written}",
        rationale=f"the GIN index on {search.column.name} serves @>",
        cures=_CURES,
        caveats=(_CAVEAT,),
    )


def _has_gin(search: Search) -> bool:
    return any(
        index.method == "gin"
        and index.is_valid
        and index.predicate is None
        and search.column.name in index.columns
        for index in search.relation.indexes
    )


def _path(side: Expr) -> list[str] | None:
    """The keys from the column to the text; None where one is a place in an array or no constant."""
    keys: list[str] = []
    node, kind = side, exp.JSONExtractScalar
    while isinstance(node, (exp.JSONExtract, exp.JSONExtractScalar)) and (keys or isinstance(node, kind)):
        path = node.expression
        names = (
            [part for part in path.expressions if not isinstance(part, exp.JSONPathRoot)]
            if isinstance(path, exp.JSONPath)
            else []
        )
        if len(names) != 1 or not isinstance(names[0], exp.JSONPathKey) or not isinstance(names[0].this, str):
            return None
        keys.insert(0, names[0].this)
        node = unwrap(node.this)
    return keys if keys and isinstance(node, exp.Column) else None


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
