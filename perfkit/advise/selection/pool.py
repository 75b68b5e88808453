"""The options for a workload: what each statement's tables could use, each index once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from perfkit.advise.indexes.candidates import is_small, may_be_indexed
from perfkit.advise.indexes.conditions import Conditions, implied_conditions
from perfkit.advise.indexes.existing import covering_index
from perfkit.advise.indexes.planned import planned_statement
from perfkit.advise.indexes.proposals import proposals
from perfkit.advise.indexes.shape import Shape, normal_expression
from perfkit.advise.selection.option import Option
from perfkit.advise.selection.question import Question
from perfkit.advise.selection.wide import covering, wide_shapes
from perfkit.catalog import Catalog, Relation
from perfkit.plan.model import Plan
from perfkit.sql.predicates import TableUse
from perfkit.sql.statement import Statement
from perfkit.sql.usage import resolve

IN_ORDER = 0.9
"""Correlation from which rows lie in the order of a column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What one statement asks of one occurrence of a table."""

    relation: Relation
    asked: frozenset[str]
    """Columns it compares, joins, groups or orders by."""
    columns: frozenset[str]
    """All it reads; empty where it reads the whole row."""
    implied: frozenset[str]
    """Conditions every row it wants fulfils."""
    own: tuple[tuple[Shape, str | None, int], ...]
    """Indexes proposed for it, with the extension they need and their rank."""

    def may_use(self, shape: Shape) -> bool:
        if shape.relation.qualified_name != self.relation.qualified_name:
            return False
        if not {normal_expression(part) for part in shape.predicate} <= self.implied:
            return False
        first = shape.keys[0].column
        if first is None or shape.method != "btree":
            return any(shape.body == own.body for own, _, _ in self.own)
        return first in self.asked or (bool(self.columns) and self.columns <= shape.holds)


def needs_of(question: Question, catalog: Catalog, plan: Plan) -> tuple[Need, ...]:
    """One for each table of the statement that may get an index. Views and what sqlglot cannot read are taken from the plan."""
    found = []
    planned = planned_statement(question.statement, plan, catalog)
    sources = [question.statement, *([planned] if planned is not None else [])]
    for source in sources:
        for use in resolve(source, catalog):
            relation = catalog.relation(use.name, use.schema) if use.is_known else None
            if relation is not None and may_be_indexed(relation) and not is_small(relation, catalog):
                found.append(_need(use, relation, source, catalog, question))
    return tuple(found)


def _need(use: TableUse, relation: Relation, source: Statement, catalog: Catalog, question: Question) -> Need:
    conditions = Conditions(use, relation, catalog.functions)
    implied = implied_conditions(use)
    is_planned = source is not question.statement
    own: dict[str, tuple[Shape, str | None, int]] = {}
    for one in proposals(use, relation, source, catalog, None, ()):
        rests_on_value = any(shape.predicate for shape in one.shapes) and (question.is_generic or is_planned)
        if one.rewrite is None and not rests_on_value:
            own.update({shape.body: (shape, one.extension, 0) for shape in map(_in_order, one.shapes)})
    if not use.is_target:
        is_fixed = not (question.is_generic or is_planned)
        wide = wide_shapes(use, relation, conditions, is_fixed=is_fixed)
        for shape in wide:
            own.setdefault(shape.body, (shape, None, 1 if not (shape.included or shape.predicate) else 2))
        for shape, extension, _ in list(own.values()):
            held = covering(shape, use.columns) if _may_include(shape) and not use.selects_star else None
            if held is not None:
                own.setdefault(held.body, (held, extension, 2))
    ordered = {key.column for key in (*use.order, *use.window) if key.column is not None}
    asked = {item.column for item in use.predicates} | ordered | set(use.group)
    return Need(
        relation=relation,
        asked=frozenset(asked),
        columns=frozenset() if use.selects_star else frozenset(use.columns),
        implied=implied,
        own=tuple(pair for pair in own.values() if not _is_there(pair[0], implied)),
    )


def _is_there(shape: Shape, implied: frozenset[str]) -> bool:
    """True where an existing index does the same. One key of several in the order of the table is another matter: the planner
    trusts the order of an index on one column more (btcostestimate), and the proof will tell whether it is right."""
    index = covering_index(shape, implied)
    if index is None:
        return False
    column = shape.relation.column(shape.keys[0].column or "")
    statistics = column.statistics if column is not None else None
    is_first_of_several = len(shape.keys) == 1 and len(index.keys) > 1 and not shape.predicate
    in_order = statistics is not None and abs(statistics.correlation or 0.0) > IN_ORDER
    return not (is_first_of_several and in_order)


def _in_order(shape: Shape) -> Shape:
    """The order of included columns means nothing: one spelling is enough."""
    return replace(shape, included=tuple(sorted(shape.included)))


def _may_include(shape: Shape) -> bool:
    return shape.method == "btree" and not shape.included


def pooled(
    needs: Sequence[Sequence[Need]], statement_costs: Sequence[float] | None = None
) -> tuple[Option, ...]:
    """Every proposed index once, in an order that depends on nothing but the workload."""
    demand: dict[tuple[str, str], float] = {}
    found: dict[tuple[str, str], tuple[Shape, str | None, int]] = {}
    for of_one, cost in zip(needs, statement_costs or [0.0] * len(needs), strict=True):
        for need in of_one:
            for shape, extension, rank in need.own:
                key = (shape.relation.qualified_name, shape.body)
                demand[key] = demand.get(key, 0.0) + cost
                before = found.get(key)
                if before is None or rank < before[2]:
                    found[key] = (shape, extension, rank)
    ordered = sorted(found.items(), key=lambda item: item[0])
    return tuple(
        Option(number=number, shape=shape, extension=extension, rank=rank, demand=demand[key])
        for number, (key, (shape, extension, rank)) in enumerate(ordered)
    )
