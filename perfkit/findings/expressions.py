"""Conditions on an expression of several columns of one table against a constant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from perfkit.catalog import Relation
from perfkit.findings.conditions import Term, conjuncts
from perfkit.findings.finding import Case
from perfkit.findings.indexes import on_expression
from perfkit.findings.tree import SCANS, children, tally
from perfkit.findings.weight import MANY_ROWS, Weight, weigh
from perfkit.plan.model import Node

FEW_SHARE = 0.1
"""Keeping more than a tenth of a table by an index touches most of its pages anyway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    node: Node
    relation: Relation | None
    side: Term
    """What is computed of the columns."""
    operator: str
    text: str
    columns: tuple[str, ...]
    weight: Weight


def expressions(case: Case) -> Iterator[Expression]:
    """Those that scans check for many rows to keep few, and that no index holds."""
    for node in case.plan.walk():
        if node.node_type not in SCANS or not node.loops or not node.filter:
            continue
        rows, weight, relation = tally(node), weigh(case, node, *children(node)), case.relation(node)
        if rows.removed < MANY_ROWS or rows.kept_share > FEW_SHARE or not weight.matters:
            continue
        for term in conjuncts(node.filter):
            if term.kind != "operator" or len(term.parts) != 2:
                continue
            for side, other in (term.parts, term.parts[::-1]):
                columns = tuple(dict.fromkeys(column.name for column in side.columns()))
                is_known = relation is not None and on_expression(relation, side.text) is not None
                is_constant = not any(part.kind in ("column", "subplan") for part in other.walk())
                if len(columns) > 1 and is_constant and not is_known:
                    yield Expression(
                        node=node, relation=relation, side=side, operator=term.name, text=term.text, columns=columns,
                        weight=weight,
                    )  # fmt: skip
