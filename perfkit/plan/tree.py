"""A plan laid out as columns by place in the tree: what the rules about time and blocks walk over.

Columns instead of recursion, so that a plan of any depth is read in one pass.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import mul, truediv
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
    """The tree below a node as columns.

    Nodes lie scattered in memory, so what the columns need of one is taken in one visit.
    """
    nodes: list[Node] = []
    parents: list[int] = []
    runners: list[int] = []
    kinds: list[str] = []
    total_ms: list[float] = []
    loops: list[float] = []
    blocks: list[int] = []
    node_stack, parent_stack = [root], [-1]
    while node_stack:
        node, parent = node_stack.pop(), parent_stack.pop()
        children, actual, buffers = node.children, node.actual, node.buffers
        if children:
            node_stack += children[::-1]
            parent_stack += [len(nodes)] * len(children)
        nodes.append(node)
        parents.append(parent)
        runners.append(-1 if node.parent_relationship == "InitPlan" else parent)
        kinds.append(node.node_type)
        if actual is None or actual.total_ms is None:
            total_ms.append(0.0)
            loops.append(0)
        else:
            total_ms.append(actual.total_ms)
            loops.append(actual.loops)
        blocks.append(0 if buffers is None else buffers.shared_hit + buffers.shared_read)
    gathers, participants = [-1] * len(nodes), [1.0] * len(nodes)
    if not GATHERS.isdisjoint(kinds):
        _share(nodes, parents, gathers, participants)
    loops = list(map(truediv, loops, participants))
    total_ms = list(map(mul, total_ms, loops))
    _fit(runners, loops, total_ms)
    return Tree(
        nodes=nodes,
        parents=parents,
        runners=runners,
        gathers=gathers,
        participants=participants,
        total_ms=total_ms,
        blocks=blocks,
    )


def _ends(parents: list[int]) -> list[int]:
    ends = list(range(1, len(parents) + 1))
    for place in range(len(parents) - 1, 0, -1):
        parent = parents[place]
        if ends[place] > ends[parent]:
            ends[parent] = ends[place]
    return ends


def _share(nodes: list[Node], parents: list[int], gathers: list[int], participants: list[float]) -> None:
    """Fill in what is below a Gather."""
    for place in range(1, len(nodes)):
        parent, node = parents[place], nodes[place]
        gathers[place] = gathers[parent]
        participants[place] = participants[parent]
        above = nodes[parent]
        if above.node_type in GATHERS and node.parent_relationship not in ASIDE:
            gathers[place] = parent
            participants[place] *= _processes(above, node)


def _processes(gather: Node, child: Node) -> float:
    if not gather.loops or not child.loops:
        return 1.0
    return max(1.0, child.loops / gather.loops)


def _fit(runners: list[int], loops: list[float], total_ms: list[float]) -> None:
    """Move totals within their rounding until what runs inside a node takes no longer than the node, if they can.

    First a node is raised to hold its children, then children that still do not fit are lowered in proportion to the
    room they have. The root, which ran once, stays as printed.
    """
    printed = total_ms.copy()
    inside = [0.0] * len(total_ms)
    are_too_long = False
    for place in range(len(total_ms) - 1, 0, -1):
        total = total_ms[place]
        if inside[place] > total:
            total = total_ms[place] = min(inside[place], total + ROUNDING_MS * loops[place])
            are_too_long = are_too_long or inside[place] > total
        runner = runners[place]
        if runner >= 0:
            inside[runner] += total
    if are_too_long or inside[0] > total_ms[0]:
        least = [max(total - ROUNDING_MS * times, 0.0) for total, times in zip(printed, loops, strict=True)]
        _lower(runners, least, inside, total_ms)


def _lower(runners: list[int], least: list[float], inside: list[float], total_ms: list[float]) -> None:
    room = [0.0] * len(runners)
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
