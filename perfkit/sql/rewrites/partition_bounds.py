"""A partition key that is only compared with another table's columns, given the bounds of that table's rows as well."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlglot import Expr, exp

from perfkit.catalog import Catalog, Relation
from perfkit.sql.operands import is_stable, unwrap
from perfkit.sql.rewrites.arms import on_conditions
from perfkit.sql.rewrites.blocks import Span
from perfkit.sql.rewrites.draft import Draft, Query, addition, conditions, is_sound, open_draft
from perfkit.sql.rewrites.names import qualified, source_of
from perfkit.sql.rewrites.rewrite import Rewrite
from perfkit.sql.scope import Source, identifier
from perfkit.sql.statement import Statement
from perfkit.sql.tokens import scan

_RANGE = re.compile(r"RANGE \((\w+)\)\Z")
_LOW: dict[type[Expr], str] = {exp.GT: ">", exp.GTE: ">="}
_HIGH: dict[type[Expr], str] = {exp.LT: "<", exp.LTE: "<="}
_TURNED: dict[type[Expr], type[Expr]] = {exp.GT: exp.LT, exp.GTE: exp.LTE, exp.LT: exp.GT, exp.LTE: exp.GTE}

_Bound = tuple[str, str, Expr]
"""``min`` or ``max``, the operator, and the other table's expression."""


def joined_key_to_bounds(statement: Statement, catalog: Catalog) -> Iterator[Rewrite]:
    """``from s join w on s.sold between w.a and w.b where w.no = 7`` with ``and s.sold >= (select min(w.a) from w where w.no
    = 7) and s.sold <= (select max(w.b) …)``: these are known when the execution starts, and partitions beyond them are left out."""
    draft = open_draft(statement, catalog)
    for query in draft.queries if draft is not None else ():
        if draft is None or not isinstance(query.node, exp.Select) or query.clause("where") is None:
            continue
        given = [*conditions(query), *on_conditions(query)]
        for source in query.scope.sources:
            key = _range_key(source)
            found = _bounded(draft, query, source, key, given) if key is not None else None
            if found is None or not is_sound(draft.statement, found):
                continue
            yield Rewrite(
                name="joined-key-to-bounds",
                sql=found,
                cures=("partition-pruning-defeated", "late-filter"),
                rationale=f"the bounds of {key} are looked up first, and partitions beyond them are not read",
                conditions=("the bounds follow from the join",),
            )


def _range_key(source: Source) -> str | None:
    """The one column that the table is partitioned by ranges of; None for any other item of a FROM."""
    relation = source.table.relation if source.table is not None else None
    if relation is None or source.column_aliases or source.table is None or source.table.is_outer:
        return None
    match = _RANGE.match(relation.partition_key or "")
    return match[1] if match else None


def _bounded(
    draft: Draft, query: Query, source: Source, key: str, given: list[tuple[Expr, Span]]
) -> str | None:
    bounds: list[tuple[Source, _Bound]] = []
    for node, _ in given:
        for bound in _bounds(unwrap(node), query, source, key):
            other = _owner(query, bound[2])
            if other is not None and other is not source:
                bounds.append((other, bound))
    other = bounds[0][0] if bounds else None
    start = query.clause("from")
    items = start.joined() if start is not None else []
    if other is None or len(items) != len(query.scope.sources) or not _is_plain(other):
        return None
    table = draft.cut(items[query.scope.sources.index(other)][1])
    filters = [draft.cut(span) for node, span in given if _owner(query, node) is other and is_stable(node)]
    if any(token.text == "(" for token in scan(table)) or not filters:
        return None
    lines = []
    for owner, (extreme, operator, value) in bounds:
        text = qualified(value, query.scope, draft)
        if owner is not other or text is None:
            continue
        where = " and ".join(filters)
        lines.append(f"{source.alias}.{key} {operator} (select {extreme}({text}) from {table} where {where})")
    return draft.edited([addition(query, " and ".join(lines), draft)]) if lines else None


def _is_plain(source: Source) -> bool:
    relation: Relation | None = source.table.relation if source.table is not None else None
    return relation is not None and source.table is not None and not source.table.is_outer


def _bounds(node: Expr, query: Query, source: Source, key: str) -> Iterator[_Bound]:
    """What an inner join's condition says of the key."""
    if isinstance(node, exp.Between) and _is_key(node.this, query, source, key):
        yield "min", ">=", node.args["low"]
        yield "max", "<=", node.args["high"]
        return
    if not isinstance(node, (exp.EQ, exp.GT, exp.GTE, exp.LT, exp.LTE)):
        return
    kind: type[Expr] = type(node)
    value = node.expression
    if not _is_key(node.this, query, source, key):
        if not _is_key(node.expression, query, source, key):
            return
        kind, value = _TURNED.get(kind, kind), node.this
    if kind in _LOW or kind is exp.EQ:
        yield "min", _LOW.get(kind, ">="), value
    if kind in _HIGH or kind is exp.EQ:
        yield "max", _HIGH.get(kind, "<="), value


def _is_key(node: Expr, query: Query, source: Source, key: str) -> bool:
    node = unwrap(node)
    is_column = isinstance(node, exp.Column) and identifier(node.this) == key
    return is_column and isinstance(node, exp.Column) and query.scope.find(node) is source


def _owner(query: Query, node: Expr) -> Source | None:
    """The one item of this FROM that all columns of an expression are of; None where they are of several, or there are none."""
    if node.find(exp.Select):
        return None
    owners = [source_of(column, query.scope) for column in node.find_all(exp.Column)]
    first = owners[0] if owners else None
    if first is None or first not in query.scope.sources or any(one is not first for one in owners):
        return None
    return first
