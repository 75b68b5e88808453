"""Where a wrong row count is born, told apart from the nodes above that only inherit it.

A node's estimate follows from those of its inputs: a join multiplies them, an Append adds them, an Aggregate or a
filter reduces them. So an error of the inputs explains an error of the node anywhere between none of it and all of it;
what goes beyond is the node's own: ``born_factor``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from perfkit.plan.model import Node, Plan
from perfkit.plan.tree import ASIDE

LEAST_FACTOR: Final = 10.0
"""Plans are chosen within a factor of a few; an order of magnitude picks another join or another index."""

_UNCOUNTED: Final = frozenset({"BitmapAnd", "BitmapOr", "Limit", "Hash", "Memoize"})
"""Nodes whose row counts say nothing of the planner's idea: not counted, cut short, or their child's own."""
_JOINS: Final = frozenset({"Nested Loop", "Hash Join", "Merge Join"})
_APPENDS: Final = frozenset({"Append", "Merge Append", "Recursive Union"})
_STOPS_INNER: Final = frozenset({"Semi", "Anti", "Right Semi", "Right Anti"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Misestimate:
    """A node whose estimate is wrong by more than its inputs explain. Factors are actual ÷ planned rows of one loop."""

    node: Node
    factor: float
    """Of the node's own count, inherited error included."""
    born_factor: float
    """The part that is born here."""

    @property
    def direction(self) -> Literal["more", "fewer"]:
        """Whether more or fewer rows came than were planned."""
        return "more" if self.born_factor > 1 else "fewer"

    @property
    def times(self) -> float:
        """How many times more or fewer; never below one."""
        return max(self.born_factor, 1 / self.born_factor)


def misestimates(plan: Plan, least: float = LEAST_FACTOR) -> tuple[Misestimate, ...]:
    """The nodes where errors of at least this factor are born, the largest first. Linear in the number of nodes.

    Fewer rows than planned are no error where something above stopped asking: a Limit, a semi join, a merge join
    whose other side ended.
    """
    found = [one for one in _born(plan) if one.times >= least]
    return tuple(sorted(found, key=lambda one: (-one.times, one.node.number)))


def source_of(plan: Plan, node: Node) -> Misestimate | None:
    """The misestimate that a node's wrong count comes from: the largest at or below it in the same direction.

    None when the node's count is unknown or right within ``LEAST_FACTOR``, or when no single node explains it.
    """
    factor = node.estimate_factor
    if factor is None or max(factor, 1 / factor) < LEAST_FACTOR:
        return None
    numbers = {below.number for below in _feeding(node)}
    candidates = [
        one for one in _born(plan) if one.node.number in numbers and (one.born_factor > 1) == (factor > 1)
    ]
    source = max(candidates, key=lambda one: one.times, default=None)
    # half of the error on a logarithmic scale: the rest is scattered over nodes that matter less
    return source if source is not None and source.times**2 >= max(factor, 1 / factor) else None


def may_stop_early(plan: Plan) -> frozenset[int]:
    """Numbers of the nodes that something above may have asked for fewer rows than there are."""
    stopped: set[int] = set()
    stack = [(plan.root, False)]
    while stack:
        node, is_stopped = stack.pop()
        if is_stopped:
            stopped.add(node.number)
        inputs = _inputs(node)
        for child in node.children:
            is_inner = len(inputs) == 2 and child is inputs[1]
            stack.append(
                (
                    child,
                    is_stopped
                    or node.node_type in ("Limit", "Merge Join")
                    or child.parent_relationship in ASIDE
                    or (
                        is_inner
                        and node.node_type == "Nested Loop"
                        and (node.join_type in _STOPS_INNER or bool(node.is_inner_unique))
                    ),
                )
            )
    return frozenset(stopped)


def _born(plan: Plan) -> Iterator[Misestimate]:
    nodes = list(plan.walk())
    ctes = {node.subplan_name: node for node in nodes if (node.subplan_name or "").startswith("CTE ")}
    stopped = may_stop_early(plan)
    # a merge join goes back on its inner side, whose rows are then counted again
    recounted = {
        inputs[1].number
        for node in nodes
        if node.node_type == "Merge Join" and len(inputs := _inputs(node)) == 2
    }
    for node in nodes:
        factor = node.estimate_factor
        if factor is None or node.node_type in _UNCOUNTED or node.number in recounted:
            continue
        low, high = _explained(node, ctes)
        born = factor / min(max(factor, low), high)
        if born < 1 and node.number in stopped:
            continue
        if born != 1:
            yield Misestimate(node=node, factor=factor, born_factor=born)


def _explained(node: Node, ctes: dict[str | None, Node]) -> tuple[float, float]:
    """The factors that the errors of the node's inputs explain, as a range around one."""
    inputs = _inputs(node)
    if node.node_type == "CTE Scan":
        body = ctes.get(f"CTE {node.cte}")
        inputs = (body,) if body is not None else ()
    factors = [factor for factor in map(_counted_factor, inputs) if factor is not None]
    if node.node_type in _APPENDS and inputs:
        return min([1.0, *factors]), max([1.0, *factors])
    low = high = 1.0
    for factor in factors:
        low *= min(factor, 1.0)
        high *= max(factor, 1.0)
    return low, high


def _counted_factor(node: Node) -> float | None:
    """The factor of an input, looked up below nodes that only hand rows on."""
    while node.node_type in _UNCOUNTED:
        inputs = _inputs(node)
        if len(inputs) != 1:
            return None
        node = inputs[0]
    return node.estimate_factor


def _inputs(node: Node) -> tuple[Node, ...]:
    return tuple(child for child in node.children if child.parent_relationship not in ASIDE)


def _feeding(node: Node) -> Iterator[Node]:
    """The node and what feeds it, without InitPlans and SubPlans."""
    stack = [node]
    while stack:
        one = stack.pop()
        yield one
        stack.extend(_inputs(one))
