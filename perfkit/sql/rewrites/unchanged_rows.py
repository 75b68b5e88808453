"""An UPDATE that writes rows whose values are right already, kept to those it changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import Expr, exp

from perfkit.catalog import Catalog, Relation
from perfkit.identifier import quote_identifier
from perfkit.sql.operands import unwrap
from perfkit.sql.rewrites.blocks import Span
from perfkit.sql.rewrites.draft import Draft, Edit, Query, addition, ands, conditions, open_draft
from perfkit.sql.rewrites.keys import base_column, unique_among
from perfkit.sql.rewrites.rewrite import Rewrite
from perfkit.sql.scope import Source, identifier
from perfkit.sql.statement import Statement
from perfkit.sql.tokens import scan

_ARITHMETIC = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Neg, exp.DPipe)
_DETERMINISTIC = (
    exp.Literal, exp.Boolean, exp.Null, exp.Parameter, exp.Column, exp.Identifier, exp.Paren, exp.Cast, exp.DataType,
    exp.DataTypeParam, exp.Case, exp.If, exp.Coalesce, exp.Nullif, exp.Greatest, exp.Least, exp.Lower, exp.Upper,
    exp.Trim, exp.Substring, exp.Replace, exp.Round, exp.Abs, exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.GT,
    exp.GTE, exp.LT, exp.LTE, exp.Is, exp.In, exp.JSONExtractScalar, exp.JSONPath, exp.JSONPathRoot, exp.JSONPathKey,
    *_ARITHMETIC,
)  # fmt: skip
_SINGLE = (exp.Literal, exp.Boolean, exp.Null, exp.Parameter, exp.Column, exp.Cast, exp.Paren, exp.Func)
_COMPARISONS = (exp.EQ, exp.NEQ, exp.NullSafeEQ, exp.NullSafeNEQ, exp.Is, exp.In)

_WITHOUT_EQUALITY = ("json", "xml", "point", "polygon", "box", "path", "circle", "line", "lseg")
_EQUAL_YET_OTHER = ("numeric", "interval", "citext", "jsonb", "real", "double precision")
"""Types of which two values may be equal and still be shown differently: 1.0 and 1.00, 24 hours and 1 day."""

_COUNT = "UPDATE reports and locks only the rows that change"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Assignment:
    column: str
    type: str
    written: str
    """The new value as it stands in the text, in parentheses where it needs them."""


def unchanged_rows_left(statement: Statement, catalog: Catalog) -> Iterator[Rewrite]:
    """``set level = 'gold' where …`` with ``and level is distinct from 'gold'``.

    Nothing where a trigger or RETURNING would see the rows left out, where a value changes with each run or builds on
    the old one, and where WHERE restricts a column that is set.
    """
    tree = statement.tree
    if not isinstance(tree, exp.Update) or tree.args.get("returning"):
        return
    draft = open_draft(statement, catalog)
    query = draft.write if draft is not None else None
    target = (
        next((one for one in query.scope.sources if one.table and one.table.is_target), None)
        if query
        else None
    )
    relation = target.table.relation if target is not None and target.table is not None else None
    if draft is None or query is None or target is None or relation is None:
        return
    if relation.kind != "table" or any("update" in trigger.events for trigger in relation.triggers):
        return
    assignments = _assignments(draft, query, target, relation)
    if not assignments or _restricts(query, target, {one.column for one in assignments}):
        return
    others = [source for source in query.scope.sources if source is not target]
    prefix = f"{quote_identifier(target.alias)}." if others else ""
    names = [prefix + quote_identifier(one.column) for one in assignments]
    left, right = (_row(texts) for texts in (names, [one.written for one in assignments]))
    sql = draft.edited([_guard(draft, query, f"{left} {draft.own('is distinct from')} {right}")])
    if sql is None:
        return
    yield Rewrite(
        name="unchanged-rows-left",
        sql=sql,
        cures=("wal-heavy-write", "hot-update-lost"),
        rationale=f"a row with {' and '.join(one.column for one in assignments)} as wanted already gets no new version,"
        " no index entries and no WAL",
        conditions=(f"no trigger on {relation.name} sees an UPDATE",),
        caveats=(_COUNT, *_look_alikes(assignments), *_several(query, others)),
    )


def _assignments(draft: Draft, query: Query, target: Source, relation: Relation) -> list[_Assignment]:
    """Each column that is set; empty where one of the values is not sure to be the same in the condition."""
    clause = query.clause("set")
    items = clause.items() if clause is not None else []
    nodes = query.node.expressions
    if len(items) != len(nodes):
        return []
    found = []
    for node, span in zip(nodes, items, strict=True):
        if not isinstance(node, exp.EQ) or not isinstance(node.this, exp.Column) or node.this.table:
            return []
        column = relation.column(identifier(node.this.this))
        sign = next(
            (token for token in scan(draft.text) if token.start >= span.start and token.text == "="), None
        )
        if column is None or sign is None or column.type.removesuffix("[]") in _WITHOUT_EQUALITY:
            return []
        if not _is_settled(node.expression, query, target, column.name):
            return []
        written = draft.text[sign.end : span.end].strip()
        is_single = isinstance(node.expression, _SINGLE) and not isinstance(node.expression, exp.Connector)
        found.append(
            _Assignment(
                column=column.name, type=column.type, written=written if is_single else f"({written})"
            )
        )
    return found


def _is_settled(value: Expr, query: Query, target: Source, column: str) -> bool:
    """True for a value that only depends on columns and constants, and not by arithmetic on the column that is set."""
    own = [
        node
        for node in value.find_all(exp.Column)
        if query.scope.find(node) is target and identifier(node.this) == column
    ]
    if isinstance(unwrap(value), exp.Column) and own:
        return False
    if any(
        query.scope.find(node) is None for node in value.find_all(exp.Column)
    ):  # DEFAULT is read as one, too
        return False
    return all(isinstance(node, _DETERMINISTIC) for node in value.walk()) and not (
        own and any(isinstance(node, _ARITHMETIC) for node in value.walk())
    )


def _restricts(query: Query, target: Source, columns: set[str]) -> bool:
    """True where a condition on a column that is set leaves out, most likely, the rows that have its value."""
    where = query.node.args.get("where")
    for condition in ands(where.this) if where is not None else ():
        node = unwrap(condition)
        while isinstance(node, exp.Not):
            node = unwrap(node.this)
        sides = [node.this, node.args.get("expression")] if isinstance(node, _COMPARISONS) else [node]
        for side in sides:
            if (
                isinstance(side, exp.Column)
                and query.scope.find(side) is target
                and identifier(side.this) in columns
            ):
                return True
    return False


def _row(texts: list[str]) -> str:
    return texts[0] if len(texts) == 1 else f"({', '.join(texts)})"


def _guard(draft: Draft, query: Query, condition: str) -> Edit:
    if query.clause("where") is not None or query.clause("from") is not None:
        return addition(query, condition, draft)
    clause = query.clause("set")
    assert clause is not None
    end = clause.whole.end
    return Edit(Span(end, end), draft.gap(clause.whole.start) + draft.own("where ") + condition)


def _look_alikes(assignments: list[_Assignment]) -> Iterator[str]:
    for one in assignments:
        if one.type.removesuffix("[]") in _EQUAL_YET_OTHER:
            yield f"{one.column} keeps a value that is equal but written differently, as 1.0 for 1.00"


def _several(query: Query, others: list[Source]) -> Iterator[str]:
    """A row that several rows of FROM match takes its values from any one of them."""
    for other in others:
        relation = other.table.relation if other.table is not None else None
        equal: set[str] = set()
        for condition, _ in conditions(query):
            equal |= _fixed(unwrap(condition), other, query)
        if relation is None or unique_among(relation, equal) is None:
            yield f"where several rows of {other.alias} match one row, it may take its values from another of them"


def _fixed(condition: Expr, other: Source, query: Query) -> set[str]:
    """The column of this FROM item that an equality gives one value for each row of the target."""
    if not isinstance(condition, exp.EQ):
        return set()
    columns = set()
    for side, value in (
        (condition.this, condition.expression),
        (condition.expression, condition.this),
    ):
        found = base_column(side, query.scope)
        if found is not None and found[0] is other and not _reads(value, other, query):
            columns.add(found[1])
    return columns


def _reads(value: Expr, other: Source, query: Query) -> bool:
    return any(query.scope.find(column) is other for column in value.find_all(exp.Column))
