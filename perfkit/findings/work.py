"""How the work of a plan that was not timed is spread over its nodes: by rows handled, or by what the planner expected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from perfkit.plan.model import Node, Plan
from perfkit.plan.tree import ASIDE


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Each node's part of the whole, by its number, between 0 and 1."""

    own: Mapping[int, float]
    below: Mapping[int, float]
    """Of the node with all that is below it."""


NOTHING = Work(own={}, below={})


def work_of(plan: Plan) -> Work:
    """By rows where the plan was executed, else by planned cost; empty where neither is stated."""
    nodes = tuple(plan.walk())
    own = {node.number: (_rows(node) if plan.is_analyzed else _cost(node)) for node in nodes}
    whole = sum(own.values())
    if not whole:
        return NOTHING
    below: dict[int, float] = {}
    for node in reversed(nodes):
        below[node.number] = own[node.number] + sum(below[child.number] for child in node.children)
    return Work(
        own={number: part / whole for number, part in own.items()},
        below={number: part / whole for number, part in below.items()},
    )


def _rows(node: Node) -> float:
    """Rows the node took in, or produced and threw away, in all loops and processes."""
    taken = sum(child.total_rows or 0.0 for child in node.children if child.parent_relationship not in ASIDE)
    return max(taken, (node.total_rows or 0.0) + (node.rows_removed or 0.0))


def _cost(node: Node) -> float:
    if node.estimate is None:
        return 0.0
    inputs = sum(child.estimate.total_cost for child in node.children if child.estimate is not None)
    return max(node.estimate.total_cost - inputs, 0.0)
