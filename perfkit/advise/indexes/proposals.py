"""All indexes worth a look for one use of a table, of whatever method."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from perfkit.advise.indexes.brin import for_long_values, for_rows_in_order
from perfkit.advise.indexes.conditions import Conditions
from perfkit.advise.indexes.covering import for_columns_read, is_named
from perfkit.advise.indexes.fulltext import for_unnamed_configuration
from perfkit.advise.indexes.intervals import for_intervals
from perfkit.advise.indexes.keys import (
    for_alternatives,
    for_expressions,
    for_filter,
    for_groups,
    for_joins,
    for_order,
    for_prefixes,
    for_sorted_groups,
    for_window,
)
from perfkit.advise.indexes.partial import for_fixed_conditions
from perfkit.advise.indexes.proposal import Proposal
from perfkit.advise.indexes.search import for_searches
from perfkit.catalog import Catalog, Relation
from perfkit.findings.finding import Finding
from perfkit.plan.model import Plan
from perfkit.sql.predicates import TableUse
from perfkit.sql.statement import Statement
from perfkit.sql.tokens import scan

_ORDERING = frozenset({"missing-index-group-by", "groupwise-max-full-scan", "sort-spill", "hashagg-spill"})
"""Without one of these, groups fit into a hash and rows into a sort: an index in their order would only be a narrower table."""


def proposals(
    use: TableUse,
    relation: Relation,
    statement: Statement,
    catalog: Catalog,
    plan: Plan | None,
    findings: Sequence[Finding],
) -> Iterator[Proposal]:
    """The likeliest first. Nothing is compared with existing indexes yet."""
    conditions = Conditions(use, relation, catalog.functions)
    likely = (
        for_order(use, relation, conditions),
        for_filter(relation, conditions),
        *for_joins(use, relation, conditions, catalog),
        *for_expressions(relation, conditions),
        *for_prefixes(relation, conditions),
    )
    basis = [proposal for proposal in likely if proposal is not None]
    yield from basis
    has_extremes = _has_extremes(statement)
    is_sorted = plan is None or any(finding.id in _ORDERING for finding in findings)
    is_wide = is_named(relation, findings)
    rest = (
        for_fixed_conditions(use, relation, conditions, basis),
        for_groups(use, relation, conditions, has_extremes=has_extremes, is_wide=is_wide)
        if is_sorted or has_extremes or is_wide or use.limit is not None
        else None,
        for_window(use, relation, conditions) if is_sorted else None,
    )
    yield from (proposal for proposal in rest if proposal is not None)
    yield from for_sorted_groups(relation, findings)
    yield from for_columns_read(use, relation, basis, catalog, plan, findings)
    yield from for_searches(relation, conditions)
    yield from for_unnamed_configuration(relation, conditions, statement, catalog)
    yield from for_intervals(use, relation, conditions, statement, catalog)
    yield from for_rows_in_order(relation, conditions)
    yield from for_long_values(relation, conditions)
    yield from for_alternatives(relation, conditions)


def _has_extremes(statement: Statement) -> bool:
    tokens = scan(statement.text)
    return any(token.is_word("min", "max") and after.text == "(" for token, after in pairwise(tokens))
