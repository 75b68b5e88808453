"""A plan laid out as columns by place in the tree: what the rules about time and blocks walk over.

Columns instead of recursion, so that a plan of any depth is read in one pass.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from perfkit.plan.model import Node

ROUNDING_MS: Final = 0.0005
"""EXPLAIN prints the average of a loop to a thousandth of a millisecond."""

GATHERS: Final = frozenset({"Gather", "Gather Merge"})
ASIDE: Final = frozenset({"InitPlan", "SubPlan"})
"""Relationships of children that are expressions of their owner, not its input."""


@dataclass(slots=True, kw_only=True)
class Tree:
    """Column ``x[i]`` belongs to node number ``i + 1``."""

    nodes: list[Node]
    parents: list[int]
    """-1 for the root."""
    runners: list[int]
    """The parent of each node that runs inside it; -1 for the root, InitPlans and CTEs."""
    gathers: list[int]
    """The Gather whose workers run the node; -1 when only the leader does."""
    participants: list[float]
    total_ms: list[float]
    """As printed × loops ÷ participants, moved within its rounding so that inputs fit into what reads them; 0 where
    unknown."""
    blocks: list[int]
    """Shared blocks; 0 where unknown."""
    ends: list[int] = field(init=False)
    """One past the last node below. Empty unless something runs elsewhere than inside its parent: nothing else asks."""

    def __post_init__(self) -> None:
        self.ends = _ends(self.parents) if self.runs_elsewhere else []

    @property
    def runs_elsewhere(self) -> bool:
        """Whether there is an InitPlan or a CTE."""
        return self.runners.count(-1) > 1


def laid_out(root: Node) -> Tree:
    """The tree below a node as columns."""
    nodes: list[Node] = []
    parents: list[int] = []
    node_stack, parent_stack = [root], [-1]
    while node_stack:
        node = node_stack.pop()
        parents.append(parent_stack.pop())
        children = node.children
        if children:
            node_stack += children[::-1]
            parent_stack += [len(nodes)] * len(children)
        nodes.append(node)
    runners = [
        -1 if node.parent_relationship == "InitPlan" else parent
        for node, parent in zip(nodes, parents, strict=True)
    ]
    gathers, participants = _shared(nodes, parents)
    total_ms: list[float] = []
    for node, processes in zip(nodes, participants, strict=True):
        actual = node.actual
        if actual is None or actual.total_ms is None:
            total_ms.append(0.0)
        else:
            total_ms.append(actual.total_ms * (actual.loops / processes))
    _fit(nodes, runners, participants, total_ms)
    return Tree(
        nodes=nodes,
        parents=parents,
        runners=runners,
        gathers=gathers,
        participants=participants,
        total_ms=total_ms,
        blocks=[
            0 if (buffers := node.buffers) is None else buffers.shared_hit + buffers.shared_read
            for node in nodes
        ],
    )


def _ends(parents: list[int]) -> list[int]:
    ends = list(range(1, len(parents) + 1))
    for place in range(len(parents) - 1, 0, -1):
        parent = parents[place]
        if ends[place] > ends[parent]:
            ends[parent] = ends[place]
    return ends


def _shared(nodes: list[Node], parents: list[int]) -> tuple[list[int], list[float]]:
    """Each node's Gather and participants."""
    gathers, participants = [-1] * len(nodes), [1.0] * len(nodes)
    if GATHERS.isdisjoint([node.node_type for node in nodes]):
        return gathers, participants
    for place in range(1, len(nodes)):
        parent, node = parents[place], nodes[place]
        gathers[place] = gathers[parent]
        participants[place] = participants[parent]
        above = nodes[parent]
        if above.node_type in GATHERS and node.parent_relationship not in ASIDE:
            gathers[place] = parent
            participants[place] *= _processes(above, node)
    return gathers, participants


def _processes(gather: Node, child: Node) -> float:
    if not gather.loops or not child.loops:
        return 1.0
    return max(1.0, child.loops / gather.loops)


def _fit(nodes: list[Node], runners: list[int], participants: list[float], total_ms: list[float]) -> None:
    """Move totals within their rounding until what runs inside a node takes no longer than the node, if they can.

    First a node is raised to hold its children, then children that still do not fit are lowered in proportion to the
    room they have. The root, which ran once, stays as printed.
    """
    printed = total_ms.copy()
    inside = [0.0] * len(nodes)
    are_too_long = False
    for place in range(len(nodes) - 1, 0, -1):
        total = total_ms[place]
        if inside[place] > total:
            total = min(inside[place], total + _slack(nodes[place], participants[place]))
            total_ms[place] = total
            are_too_long = are_too_long or inside[place] > total
        runner = runners[place]
        if runner >= 0:
            inside[runner] += total
    if are_too_long or inside[0] > total_ms[0]:
        _lower(nodes, runners, participants, total_ms, printed, inside)


def _slack(node: Node, participants: float) -> float:
    """By how much a total may be wrong either way."""
    actual = node.actual
    if actual is None or actual.total_ms is None:
        return 0.0
    return ROUNDING_MS * (actual.loops / participants)


def _lower(
    nodes: list[Node],
    runners: list[int],
    participants: list[float],
    total_ms: list[float],
    printed: list[float],
    inside: list[float],
) -> None:
    least = [
        max(total - _slack(node, processes), 0.0)
        for node, processes, total in zip(nodes, participants, printed, strict=True)
    ]
    room = [0.0] * len(nodes)
    for place, runner in enumerate(runners):
        if runner >= 0:
            room[runner] += max(total_ms[place] - least[place], 0.0)
    shrink: dict[int, float] = {}
    for place, runner in enumerate(runners):
        if runner in shrink:
            total_ms[place] -= shrink[runner] * max(total_ms[place] - least[place], 0.0)
        over = inside[place] - total_ms[place]
        if over > 0.0 and room[place] > 0.0:
            shrink[place] = min(1.0, over / room[place])
