"""Take a condition apart: which column each part searches, how, and against what."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from sqlglot import Expr, exp

from perfkit.sql.operands import bare_column, is_literal, is_stable, like_use, like_value, unwrap, wrapper
from perfkit.sql.predicates import Clause, ColumnReference, Predicate, PredicateUse
from perfkit.sql.scope import QUERIES, Located, Occurrence, Scope, identifier, is_aggregate, local_nodes
from perfkit.sql.source import SourceText
from perfkit.sql.tokens import fold

_COMPARISONS: dict[type[Expr], tuple[str, str, PredicateUse]] = {
    exp.EQ: ("=", "=", "equality"),
    exp.NEQ: ("<>", "<>", "inequality"),
    exp.LT: ("<", ">", "range"),
    exp.LTE: ("<=", ">=", "range"),
    exp.GT: (">", "<", "range"),
    exp.GTE: (">=", "<=", "range"),
    exp.NullSafeEQ: ("is not distinct from", "is not distinct from", "expression"),
    exp.NullSafeNEQ: ("is distinct from", "is distinct from", "inequality"),
    exp.ArrayContainsAll: ("@>", "<@", "containment"),
    exp.ArrayContainedBy: ("<@", "@>", "containment"),
    exp.ArrayOverlaps: ("&&", "&&", "containment"),
}
"""Operator, operator with its sides exchanged, and use."""

_ONE_SIDED: dict[type[Expr], tuple[str, PredicateUse]] = {
    exp.SimilarTo: ("similar to", "pattern"),
    exp.RegexpLike: ("~", "pattern"),
    exp.RegexpILike: ("~*", "pattern"),
    exp.StartsWith: ("^@", "prefix"),
    exp.JSONBContainsTopKey: ("?", "containment"),
    exp.JSONBContainsAnyTopKeys: ("?|", "containment"),
    exp.JSONBContainsAllTopKeys: ("?&", "containment"),
    exp.JSONBPathExists: ("@?", "containment"),
}

_LONGEST_LIST = 40
"""Longer IN lists are counted instead of quoted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a condition stands."""

    scope: Scope
    clause: Clause
    kept: Sequence[Occurrence | None]
    """Tables a condition against constants does not filter: the kept side in the ON of an outer join."""
    or_group: int | None = None
    or_arm: int = 0
    or_arms: int = 0


class Conditions:
    """Reads the conditions of one statement into the occurrences of its tables."""

    __slots__ = ("_groups", "_subquery", "_text", "alternatives")

    def __init__(self, text: SourceText, subquery: Callable[[Expr, Scope], Sequence[Scope]]) -> None:
        self._text = text
        self._subquery = subquery
        self._groups = count(1)
        self.alternatives: list[tuple[exp.Or, Scope]] = []
        """Each OR with the query it stands in."""

    def read(
        self, condition: Expr, scope: Scope, clause: Clause, kept: Sequence[Occurrence | None] = ()
    ) -> None:
        self._condition(condition, _Place(scope=scope, clause=clause, kept=kept))

    def equate(self, left: Sequence[Located], right: Sequence[Located], name: str) -> None:
        """The condition USING (name) or NATURAL stands for."""
        for ours, theirs in ((left, right), (right, left)):
            for located in ours:
                if located.can_push:
                    located.table.predicates.append(
                        Predicate(
                            column=located.column,
                            use="equality",
                            operator="=",
                            expression=located.column,
                            value=name,
                            sql=f"USING ({name})",
                            is_join=True,
                            other=_reference(theirs),
                            clause="on",
                        )
                    )

    def _condition(self, condition: Expr, place: _Place) -> None:
        for node in flatten(condition, exp.And):
            if isinstance(node, exp.Or):
                self._alternatives(node, place)
            elif isinstance(node, exp.Not):
                self._negation(node, place)
            elif isinstance(node, exp.Column):
                self._emit(place, node, node, "equality", "=", exp.true())
            else:
                self._search(node, place)

    def _alternatives(self, node: exp.Or, place: _Place) -> None:
        arms = list(flatten(node, exp.Or))
        group = next(self._groups)
        self.alternatives.append((node, place.scope))
        for number, arm in enumerate(arms):
            self._condition(
                arm,
                _Place(
                    scope=place.scope,
                    clause=place.clause,
                    kept=place.kept,
                    or_group=group,
                    or_arm=number,
                    or_arms=len(arms),
                ),
            )

    def _negation(self, node: exp.Not, place: _Place) -> None:
        inner = unwrap(node.this)
        if isinstance(inner, exp.Not):
            self._condition(inner.this, place)
        elif isinstance(inner, exp.Column):
            self._emit(place, node, inner, "equality", "=", exp.false())
        elif isinstance(inner, exp.In):
            items = [unwrap(item) for item in inner.expressions]
            is_written_out = bool(items) and all(is_literal(item) for item in items)
            listed = exp.Tuple(expressions=[item.copy() for item in items]) if is_written_out else None
            self._emit(place, node, inner.this, "inequality", "not in", listed)
        elif isinstance(inner, exp.Is):
            self._emit(place, node, inner.this, "inequality", "is not", inner.expression)
        elif isinstance(inner, (exp.Between, *_COMPARISONS, *_ONE_SIDED)):
            for side in (inner.this, inner.args.get("expression")):
                if side is not None:
                    self._emit(place, node, side, "inequality", "not", None)
        else:
            self._unsearchable(node, place)

    def _search(self, node: Expr, place: _Place) -> None:
        kind = type(node)
        if isinstance(node, exp.EQ) and self._quantified(node, place):
            return
        if kind in _COMPARISONS:
            self._comparison(node, place)
        elif kind in _ONE_SIDED:
            operator, use = _ONE_SIDED[kind]
            self._emit(place, node, node.this, use, operator, node.expression)
        elif isinstance(node, exp.In):
            self._membership(node, place)
        elif isinstance(node, exp.Between):
            low, high = node.args["low"], node.args["high"]
            self._emit(
                place, node, node.this, "range", "between", exp.Tuple(expressions=[low.copy(), high.copy()])
            )
            self._emit(place, node, low, "range", "<=", node.this)
            self._emit(place, node, high, "range", ">=", node.this)
        elif isinstance(node, (exp.Like, exp.ILike)):
            self._like(node, node, place)
        elif isinstance(node, exp.Escape) and isinstance(node.this, (exp.Like, exp.ILike)):
            self._like(node.this, node, place)
        elif isinstance(node, exp.Is):
            self._test(node, place)
        elif isinstance(node, exp.MatchAgainst) and len(node.expressions) == 1:
            self._emit(place, node, node.expressions[0], "text search", "@@", node.this)
            self._emit(place, node, node.this, "text search", "@@", node.expressions[0])
        elif not isinstance(node, (exp.Exists, exp.Boolean, exp.Literal, exp.Null)):
            self._unsearchable(node, place)

    def _comparison(self, node: Expr, place: _Place) -> None:
        operator, turned, use = _COMPARISONS[type(node)]
        left, right = unwrap(node.this), unwrap(node.expression)
        rows = row_items(left), row_items(right)
        if rows[0] and len(rows[0]) == len(rows[1]) and use in ("equality", "range"):
            self._rows(node, rows[0], rows[1], place)
            return
        self._emit(place, node, left, use, operator, right)
        self._emit(place, node, right, use, turned, left)

    def _rows(self, node: Expr, left: Sequence[Expr], right: Sequence[Expr], place: _Place) -> None:
        operator, turned, use = _COMPARISONS[type(node)]
        for ours, theirs, symbol in ((left, right, operator), (right, left, turned)):
            columns = [bare_column(item, place.scope) for item in ours]
            names = tuple(column.name for column in columns if column is not None)
            for mine, other in zip(ours, theirs, strict=True):
                self._emit(place, node, mine, use, symbol, other, names if len(names) == len(ours) else ())

    def _quantified(self, node: exp.EQ, place: _Place) -> bool:
        """``a = ANY (…)``; False when it is a plain equality."""
        right = unwrap(node.expression)
        if (
            isinstance(right, exp.Anonymous)
            and fold(str(right.this)) in ("some", "all")
            and right.expressions
        ):
            every, values = fold(str(right.this)) == "all", unwrap(right.expressions[0])
        elif isinstance(right, (exp.Any, exp.All)):
            every, values = isinstance(right, exp.All), unwrap(right.this)
        else:
            return False
        if every:
            self._unsearchable(node, place)
        elif isinstance(values, QUERIES):
            self._in_query(node, node.this, values, place)
        else:
            self._emit(place, node, node.this, "in", "= any", values)
            self._emit(place, node, values, "containment", "= any", node.this)
        return True

    def _membership(self, node: exp.In, place: _Place) -> None:
        query = node.args.get("query")
        if isinstance(query, QUERIES):
            self._in_query(node, node.this, query, place)
            return
        values = node.expressions
        items = row_items(unwrap(node.this)) or [node.this]
        for item in items:
            self._emit(
                place, node, item, "in", "in", exp.Tuple(expressions=[value.copy() for value in values])
            )

    def _in_query(self, node: Expr, left: Expr, query: Expr, place: _Place) -> None:
        branches = self._subquery(query, place.scope)
        items = row_items(unwrap(left)) or [left]
        for number, item in enumerate(items):
            inner = tuple(found for branch in branches for found in _output(branch, number))
            self._emit(place, node, item, "in", "in", None, joined=(inner,))
            outer = bare_column(item, place.scope)
            located = place.scope.locate(outer) if outer is not None else ()
            for found in inner:
                if found.can_push and located:
                    found.table.predicates.append(
                        Predicate(
                            column=found.column,
                            use="equality",
                            operator="=",
                            expression=found.column,
                            value=located[0].column,
                            sql=self._sql(node),
                            is_join=True,
                            other=_reference(located),
                            clause=place.clause,
                            or_group=place.or_group,
                            or_arm=place.or_arm,
                            or_arms=place.or_arms,
                        )
                    )

    def _like(self, like: Expr, node: Expr, place: _Place) -> None:
        ignores_case = isinstance(like, exp.ILike)
        operator = "ilike" if ignores_case else "like"
        pattern = like_value(like.expression)
        use = "pattern" if ignores_case or not isinstance(node, exp.Like) else like_use(pattern)
        if like.args.get("negate"):
            use, operator = "inequality", f"not {operator}"
        self._emit(place, node, like.this, use, operator, like.expression)

    def _test(self, node: exp.Is, place: _Place) -> None:
        negated = "is not" if node.args.get("negate") else "is"
        if isinstance(node.expression, exp.Null):
            self._emit(place, node, node.this, "null test", f"{negated} null", None)
        elif isinstance(node.expression, exp.Boolean) and negated == "is":
            self._emit(place, node, node.this, "equality", "=", node.expression)
        else:
            self._unsearchable(node, place)

    def _unsearchable(self, node: Expr, place: _Place) -> None:
        self._emit(place, node, node, "expression", "", None)

    def _emit(
        self,
        place: _Place,
        node: Expr,
        side: Expr,
        use: PredicateUse,
        operator: str,
        other: Expr | None,
        row_columns: tuple[str, ...] = (),
        joined: tuple[tuple[Located, ...]] | None = None,
    ) -> None:
        """Note the condition on each base-table column of one of its sides."""
        side = unwrap(side)
        columns = list(columns_of(side))
        if not columns or any(is_aggregate(inner) for inner in local_nodes(side)):
            return
        bare = bare_column(side, place.scope)
        is_single = len({column.sql() for column in columns}) == 1
        expression = self._text.of(side)
        for column in columns:
            for located in place.scope.locate(column):
                if not located.can_push:
                    continue
                relation = self._relation_to(other, located, place.scope, joined)
                if relation.is_constant and located.table in place.kept:
                    continue
                # An output of a subquery under another name cannot be put into an index expression as it is.
                is_own = bare is not None or identifier(column.this) == located.column
                predicate = Predicate(
                    column=located.column,
                    use=use if is_single and is_own else "expression",
                    operator=operator,
                    expression=located.column if bare is not None else expression,
                    value=self._value(other),
                    sql=self._sql(node),
                    wrapped_by=None if bare is not None else wrapper(side, expression),
                    is_constant=relation.is_constant,
                    is_literal=is_literal(other) if other is not None else use == "null test",
                    is_join=relation.is_join,
                    other=relation.other,
                    clause=place.clause,
                    or_group=place.or_group,
                    or_arm=place.or_arm,
                    or_arms=place.or_arms,
                    row_columns=row_columns,
                )
                if predicate not in located.table.predicates:
                    located.table.predicates.append(predicate)

    def _relation_to(
        self, other: Expr | None, ours: Located, scope: Scope, joined: tuple[tuple[Located, ...]] | None
    ) -> _Relation:
        if joined is not None:
            return _Relation(is_constant=False, is_join=True, other=_reference(joined[0]))
        if other is None:
            return _Relation(is_constant=True, is_join=False, other=None)
        queries = [inner for inner in local_nodes(other) if isinstance(inner, QUERIES)]
        reads_outside = any(
            branch.is_correlated for query in queries for branch in self._subquery(query, scope)
        )
        columns = list(columns_of(other))
        if not columns:
            return _Relation(is_constant=not reads_outside and is_stable(other), is_join=False, other=None)
        theirs = [located for column in columns for located in scope.locate(column)]
        if reads_outside or any(located.table is ours.table for located in theirs):
            return _Relation(is_constant=False, is_join=False, other=None)
        return _Relation(
            is_constant=False, is_join=True, other=_reference(theirs) if len(columns) == 1 else None
        )

    def _value(self, other: Expr | None) -> str | None:
        if other is None:
            return None
        if isinstance(other, exp.Tuple):
            if len(other.expressions) > _LONGEST_LIST:
                return f"({len(other.expressions)} values)"
            return f"({', '.join(self._text.of(item) for item in other.expressions)})"
        return self._text.of(other)

    def _sql(self, node: Expr) -> str:
        if isinstance(node, exp.In) and len(node.expressions) > _LONGEST_LIST:
            return f"{self._text.of(node.this, qualified=True)} IN ({len(node.expressions)} values)"
        return self._text.of(node, qualified=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Relation:
    """How the other side of a condition relates to the table."""

    is_constant: bool
    is_join: bool
    other: ColumnReference | None


def flatten(node: Expr, kind: type[Expr]) -> Iterator[Expr]:
    """The parts of a chain of AND or OR, left to right, without parentheses."""
    stack = [node]
    while stack:
        current = unwrap(stack.pop())
        if isinstance(current, kind):
            stack += [current.expression, current.this]
        else:
            yield current


def row_items(node: Expr) -> list[Expr]:
    """The items of ``(a, b)`` or ``row(a, b)``; empty for anything else."""
    if isinstance(node, exp.Tuple) or (isinstance(node, exp.Anonymous) and fold(str(node.this)) == "row"):
        return list(node.expressions)
    return []


def columns_of(node: Expr) -> Iterator[exp.Column]:
    """The columns an expression reads, less those of queries inside it."""
    for inner in local_nodes(node):
        if isinstance(inner, exp.Column) and not isinstance(inner.this, exp.Star):
            yield inner


def _output(branch: Scope, number: int) -> tuple[Located, ...]:
    """The base column behind an output of a subquery, where a condition on it may be applied below."""
    select = branch.select
    if select is None or number >= len(select.expressions):
        return ()
    item = unwrap(select.expressions[number])
    item = unwrap(item.this) if isinstance(item, exp.Alias) else item
    if not isinstance(item, exp.Column) or isinstance(item.this, exp.Star):
        return ()
    return tuple(
        Located(table=found.table, column=found.column, can_push=found.can_push and branch.allows_push(found))
        for found in branch.locate(item)
    )


def _reference(located: Sequence[Located]) -> ColumnReference | None:
    if not located:
        return None
    first = located[0]
    return ColumnReference(relation=first.table.qualified_name, alias=first.table.alias, column=first.column)
