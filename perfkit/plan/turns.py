"""The order in which PostgreSQL first runs the nodes of a plan."""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property
from typing import Final

from perfkit.plan.model import Node
from perfkit.plan.tree import GATHERS, Tree

_FILL_OUTER: Final = frozenset({"Left", "Anti"})
_FILL_INNER: Final = frozenset({"Right", "Right Anti", "Full"})


class Turns:
    """When each node evaluates its own expressions for the first time, as an order.

    An input runs before the node that reads it. Gather, Limit and a Result with a One-Time Filter evaluate theirs
    before they start their input.
    """

    def __init__(self, tree: Tree) -> None:
        self._tree = tree

    def sort(self, places: Collection[int]) -> list[int]:
        """The places in the order they take their turn."""
        return sorted(places, key=self._turns.__getitem__) if len(places) > 1 else list(places)

    @cached_property
    def _turns(self) -> list[int]:
        tree = self._tree
        turns = [0] * len(tree.nodes)
        clock = 0
        stack: list[tuple[int, bool]] = [(0, False)]
        while stack:
            place, is_done = stack.pop()
            node = tree.nodes[place]
            is_early = (
                node.node_type in GATHERS or node.node_type == "Limit" or node.one_time_filter is not None
            )
            if is_done != is_early:
                clock += 1
                turns[place] = clock
            if is_done:
                continue
            stack.append((place, True))
            if node.children:
                stack.extend((child, False) for child in reversed(_in_running_order(tree, place)))
        return turns


def _in_running_order(tree: Tree, place: int) -> list[int]:
    node = tree.nodes[place]
    places, child_place = [], place + 1
    for _ in node.children:
        places.append(child_place)
        child_place = tree.ends[child_place]
    if node.node_type == "Hash Join":
        inputs = [p for p in places if tree.nodes[p].parent_relationship in ("Outer", "Inner")]
        if len(inputs) == 2 and not _asks_outer_first(node, tree.nodes[inputs[0]], tree.nodes[inputs[1]]):
            outer, inner = places.index(inputs[0]), places.index(inputs[1])
            places[outer], places[inner] = places[inner], places[outer]
    return places


def _asks_outer_first(join: Node, outer: Node, inner: Node) -> bool:
    """Whether a Hash Join fetches an outer row before it builds its table, to spare the build when there is none."""
    if join.join_type in _FILL_INNER or join.is_parallel:
        return False
    if join.join_type in _FILL_OUTER:
        return True
    if outer.estimate is None or inner.estimate is None:
        return False
    return outer.estimate.startup_cost < inner.estimate.total_cost
