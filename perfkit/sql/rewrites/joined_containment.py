"""A column of one table that is looked for in an array of another, as containment, which GIN serves for each row of the first."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import Expr, exp

from perfkit.catalog import Catalog, Column, Relation
from perfkit.sql.operands import unwrap
from perfkit.sql.rewrites.containment import element_type, searched_array
from perfkit.sql.rewrites.draft import Edit, edited
from perfkit.sql.rewrites.rewrite import Rewrite
from perfkit.sql.rewrites.search import owner_of, place_of, single_conditions
from perfkit.sql.scope import Scope
from perfkit.sql.statement import Statement

_CURES = (
    "any-array-not-indexable",
    "late-filter",
    "missing-index-join",
    "many-subplan-loops",
    "inefficient-index-scan",
)
_INTEGERS = ("smallint", "integer", "bigint")
_TEXTS = ("character varying", "text")


def joined_any_to_containment(statement: Statement, catalog: Catalog) -> Iterator[Rewrite]:
    """``u.id = any (r.reviewers)`` as ``r.reviewers @> array[u.id]``."""
    edits: list[Edit] = []
    arrays: list[str] = []
    for node, scope in single_conditions(statement, catalog):
        found = _turned(node, scope)
        span = place_of(node, statement.text) if found is not None else None
        if found is not None and span is not None:
            edits.append(Edit(span, found[0]))
            arrays.append(f"{found[1].name}.{found[2].name}")
    sql = edited(statement, edits) if edits else None
    if sql is not None:
        yield Rewrite(
            name="joined-any-to-containment",
            sql=sql,
            cures=_CURES,
            rationale=f"a GIN index on {' and '.join(dict.fromkeys(arrays))} finds the rows whose array holds a value;"
            " = ANY takes the array of each row apart to look for its values",
            conditions=("a NULL, as value or as array, is found by neither",),
        )


def _turned(node: Expr, scope: Scope) -> tuple[str, Relation, Column] | None:
    """The condition in its new form, and the table and column of the array, which must be of this FROM to be searched by it."""
    value = unwrap(node.this) if isinstance(node, exp.EQ) else None
    array = searched_array(node.expression) if isinstance(node, exp.EQ) else None
    place = scope.find(array) if array is not None else None
    if not isinstance(value, exp.Column) or array is None or place is None or scope.find(value) is place:
        return None
    owner, searched = owner_of(value, scope), owner_of(array, scope)
    if owner is None or searched is None or not searched[1].type.endswith("[]"):
        return None
    own, wanted = element_type(owner[1].type), element_type(searched[1].type)
    if own != wanted and not _keeps_its_values(own, wanted):
        return None
    cast = "" if own == wanted == owner[1].type else f"::{wanted}[]"
    name, sought = (column.sql(dialect="postgres", comments=False) for column in (array, value))
    return f"{name} @> array[{sought}]{cast}", *searched


def _keeps_its_values(own: str, wanted: str) -> bool:
    """True where each value is the same value of the other type, and equal just where it was.

    >>> _keeps_its_values("integer", "bigint"), _keeps_its_values("bigint", "integer"), _keeps_its_values("text", "integer")
    (True, False, False)
    """
    if own in _TEXTS and wanted in _TEXTS:
        return True
    return own in _INTEGERS and wanted in _INTEGERS and _INTEGERS.index(own) < _INTEGERS.index(wanted)
