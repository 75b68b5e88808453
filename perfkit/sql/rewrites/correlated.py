"""What a correlated scalar subquery is made of: the equalities that tie it to the query around it, and the rest."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import Expr, exp

from perfkit.sql.conditions import columns_of
from perfkit.sql.operands import is_stable, unwrap
from perfkit.sql.rewrites.blocks import Span
from perfkit.sql.rewrites.draft import Draft, Query, conditions
from perfkit.sql.rewrites.keys import base_column
from perfkit.sql.rewrites.names import source_of
from perfkit.sql.scope import Scope, Source, aliased, is_aggregate, local_nodes

_UNFIT = ("group", "having", "offset", "windows", "with_", "locks", "distinct")
_NULL_WITHOUT_ROWS = (
    exp.Sum, exp.Avg, exp.Max, exp.Min, exp.ArrayAgg, exp.GroupConcat, exp.LogicalAnd, exp.LogicalOr, exp.Stddev,
    exp.StddevSamp, exp.StddevPop, exp.Variance, exp.VariancePop,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """``inner = outer`` between a column of the subquery and a value of the query around it."""

    inner: exp.Column
    outer: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class Correlated:
    """A scalar subquery whose only links outwards are equalities."""

    subquery: exp.Subquery
    inner: Query
    value: Expr
    """The one expression it selects."""
    ties: tuple[Tie, ...]
    rest: tuple[Span, ...]
    """The other conditions of its WHERE."""

    @property
    def is_aggregate(self) -> bool:
        return self.inner.scope.is_grouped

    @property
    def is_count(self) -> bool:
        node = unwrap(self.value)
        return isinstance(node.this if isinstance(node, exp.Filter) else node, exp.Count)

    @property
    def is_null_without_rows(self) -> bool:
        """One aggregate, nothing around it, that gives NULL for no rows."""
        node = unwrap(self.value)
        node = node.this if isinstance(node, exp.Filter) else node
        return isinstance(node, _NULL_WITHOUT_ROWS) and is_aggregate(node)

    def outer_sources(self, scope: Scope) -> list[Source]:
        """The FROM items of the query around it that the ties refer to."""
        return [
            source
            for tie in self.ties
            for column in tie.outer.find_all(exp.Column)
            if (source := scope.find(column)) is not None
        ]


def read_correlated(subquery: Expr, scope: Scope, draft: Draft) -> Correlated | None:
    """None where it is not correlated, or in another way than by equalities."""
    if not isinstance(subquery, exp.Subquery):
        return None
    inner = draft.query(subquery.this)
    if (
        inner is None
        or subquery.alias
        or any(inner.node.args.get(part) for part in _UNFIT)
        or len(inner.node.expressions) != 1
        or inner.clause("from") is None
        or inner.node.find(exp.Rand, exp.TableSample)
        or any(isinstance(node, exp.Window) for node in local_nodes(inner.node.expressions[0]))
    ):
        return None
    value = aliased(inner.node.expressions[0])
    ties: list[Tie] = []
    rest: list[Span] = []
    tied: set[int] = set()
    for condition, span in conditions(inner):
        tie = _tie(unwrap(condition), inner, scope)
        if tie is None:
            rest.append(span)
        else:
            ties.append(tie)
            tied |= {id(column) for column in condition.find_all(exp.Column)}
    for column in inner.node.find_all(exp.Column):
        holder = draft.query(column.find_ancestor(exp.Select))
        if holder is None:
            return None
        if id(column) in tied or isinstance(column.this, exp.Star):
            continue
        source = source_of(column, holder.scope)
        if source is None or source in scope.sources or _is_outside(source, scope):
            return None
    if not ties or not all(map(is_stable, inner.node.find_all(exp.Func))):
        return None
    return Correlated(subquery=subquery, inner=inner, value=value, ties=tuple(ties), rest=tuple(rest))


def _is_outside(source: Source, scope: Scope) -> bool:
    return any(source in around.sources for around in scope.with_parents())


def _tie(condition: Expr, inner: Query, scope: Scope) -> Tie | None:
    if not isinstance(condition, exp.EQ):
        return None
    for left, right in ((condition.this, condition.expression), (condition.expression, condition.this)):
        column = unwrap(left)
        if not isinstance(column, exp.Column) or base_column(column, inner.scope) is None:
            continue
        outer = list(columns_of(right))
        if (
            outer
            and not right.find(exp.Select)
            and is_stable(right)
            and all(inner.scope.find(node) is None and scope.find(node) is not None for node in outer)
        ):
            return Tie(inner=column, outer=unwrap(right))
    return None
