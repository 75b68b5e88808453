"""A plan laid out as columns by place in the tree: what the rules about time and blocks walk over.

Columns instead of recursion, so that a plan of any depth is read in one pass.
"""

from __future__ import annotations

from dataclasses import dataclass
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
    ends: list[int]
    """One past the last node below."""
    gathers: list[int]
    """The Gather whose workers run the node; -1 when only the leader does."""
    participants: list[float]
    total_ms: list[float]
    """As printed × loops ÷ participants, moved within its rounding so that inputs fit into what reads them; 0 where
    unknown."""
    blocks: list[int]
    """Shared blocks; 0 where unknown."""


def laid_out(root: Node) -> Tree:
    """The tree below a node as columns."""
    nodes: list[Node] = []
    parents: list[int] = []
    stack = [(root, -1)]
    while stack:
        node, parent = stack.pop()
        if node.children:
            place = len(nodes)
            stack.extend([(child, place) for child in reversed(node.children)])
        nodes.append(node)
        parents.append(parent)
    count = len(nodes)

    ends = list(range(1, count + 1))
    for place in range(count - 1, 0, -1):
        parent = parents[place]
        if ends[place] > ends[parent]:
            ends[parent] = ends[place]

    gathers = [-1] * count
    participants = [1.0] * count
    total_ms = [0.0] * count
    slack_ms = [0.0] * count
    blocks = [0] * count
    for place, node in enumerate(nodes):
        parent = parents[place]
        if parent >= 0:
            gathers[place] = gathers[parent]
            participants[place] = participants[parent]
            above = nodes[parent]
            if above.node_type in GATHERS and node.parent_relationship not in ASIDE:
                gathers[place] = parent
                participants[place] *= _processes(above, node)
        actual = node.actual
        if actual is not None and actual.total_ms is not None:
            loops = actual.loops / participants[place]
            total_ms[place] = actual.total_ms * loops
            slack_ms[place] = ROUNDING_MS * loops
        if node.buffers is not None:
            blocks[place] = node.buffers.shared_hit + node.buffers.shared_read
    _fit(nodes, parents, total_ms, slack_ms)
    return Tree(
        nodes=nodes,
        parents=parents,
        ends=ends,
        gathers=gathers,
        participants=participants,
        total_ms=total_ms,
        blocks=blocks,
    )


def _processes(gather: Node, child: Node) -> float:
    if not gather.loops or not child.loops:
        return 1.0
    return max(1.0, child.loops / gather.loops)


def _fit(nodes: list[Node], parents: list[int], total_ms: list[float], slack_ms: list[float]) -> None:
    """Move totals within their rounding until what runs inside a node takes no longer than the node, if they can.

    First a node is raised to hold its children, then children that still do not fit are lowered in proportion to the
    room they have. The root, which ran once, stays as printed.
    """
    least = [max(total - slack, 0.0) for total, slack in zip(total_ms, slack_ms, strict=True)]
    inside = [0.0] * len(nodes)
    for place in range(len(nodes) - 1, 0, -1):
        if inside[place] > total_ms[place]:
            total_ms[place] = min(inside[place], total_ms[place] + slack_ms[place])
        if nodes[place].parent_relationship != "InitPlan":
            inside[parents[place]] += total_ms[place]

    room = [0.0] * len(nodes)
    for place in range(1, len(nodes)):
        if nodes[place].parent_relationship != "InitPlan":
            room[parents[place]] += max(total_ms[place] - least[place], 0.0)
    shrink: dict[int, float] = {}
    for place, node in enumerate(nodes):
        above = parents[place]
        if above in shrink and node.parent_relationship != "InitPlan":
            lowered = shrink[above] * max(total_ms[place] - least[place], 0.0)
            total_ms[place] -= lowered
        over = inside[place] - total_ms[place]
        if over > 0.0 and room[place] > 0.0:
            shrink[place] = min(1.0, over / room[place])
