"""Inside which node each node ran: its parent, save for InitPlans and CTEs, which run where they are first needed.

The reasons stand in ``perfkit.plan.measures``.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from heapq import nlargest
from operator import attrgetter
from typing import Final, TypeVar

from perfkit.plan.model import Node
from perfkit.plan.tree import ROUNDING_MS, Tree
from perfkit.plan.turns import Turns

Amount = TypeVar("Amount", int, float)

_CTE: Final = "CTE "

_MENTION: Final = re.compile(r"\$(\d+)|\((InitPlan [^()]+)\)\.col\d")
_RETURNS: Final = re.compile(r"\(returns ([^)]*)\)")

_TEXTS: Final = attrgetter(
    "filter",
    "join_filter",
    "index_condition",
    "recheck_condition",
    "hash_condition",
    "merge_condition",
    "one_time_filter",
    "tid_condition",
    "run_condition",
    "order_by",
    "cache_key",
)
_LISTS: Final = attrgetter("output", "sort_key", "presorted_key", "group_key")

_BUSIEST: Final = 8
"""Of a level's nodes so many by time and by blocks are asked whether an InitPlan that none of them shows fits into
them; the time alone may mislead, as a busy machine stretches any node."""

_APPENDS: Final = frozenset({"Append", "Merge Append"})


@dataclass(slots=True, kw_only=True)
class Evaluation:
    """Who ran what, and what that leaves of each node's time."""

    runners: list[int]
    """Place of the node that each node ran inside; -1 for the root and for CTEs."""
    scans: dict[int, tuple[int, ...]]
    """The CTE Scans that read each CTE, in the order they ran."""
    own_ms: list[float]
    """Time of each node less what ran inside it; below zero where the figures do not add up."""


def evaluate(tree: Tree) -> Evaluation:
    """Assign every node to the node it ran inside."""
    nodes, total_ms, blocks = tree.nodes, tree.total_ms, tree.blocks
    runners = tree.runners.copy()
    own_ms = _less_inside(total_ms, runners)
    if not tree.runs_elsewhere:
        return Evaluation(runners=runners, scans={}, own_ms=own_ms)

    own_blocks = _less_inside(blocks, runners)
    aside = [place for place, runner in enumerate(runners) if runner < 0 < place]
    ctes = [place for place in aside if _is_cte(nodes[place])]
    init_plans = [place for place in aside if not _is_cte(nodes[place])]
    turns = Turns(tree)
    askers = _Askers(tree, turns, own_ms, own_blocks, {tree.parents[place] for place in init_plans})
    for place in init_plans:
        runner = _runner(tree, place, askers.of(place), own_ms, own_blocks)
        runners[place] = runner
        own_ms[runner] -= total_ms[place]
        own_blocks[runner] -= blocks[place]

    scans = _cte_scans(tree, turns, own_blocks, ctes) if ctes else {}
    for place in ctes:
        left = total_ms[place]
        for scan in scans.get(place, ()):
            taken = min(left, max(own_ms[scan], 0.0))
            own_ms[scan] -= taken
            left -= taken
    return Evaluation(runners=runners, scans=scans, own_ms=own_ms)


def _less_inside(totals: list[Amount], runners: list[int]) -> list[Amount]:
    """Each node's total less the totals of what runs inside it."""
    own = totals.copy()
    for total, runner in zip(totals, runners, strict=True):
        if runner >= 0:
            own[runner] -= total
    return own


def _is_cte(node: Node) -> bool:
    return node.subplan_name is not None and node.subplan_name.startswith(_CTE)


def _runner(
    tree: Tree, place: int, candidates: Iterator[int], own_ms: list[float], own_blocks: list[int]
) -> int:
    """The first candidate that can contain the InitPlan; if none can, the one with the most time of its own, without
    timing the most blocks."""
    total, blocks = tree.total_ms[place], tree.blocks[place]
    loops = tree.nodes[place].loops or 0
    fallback, most = tree.parents[place], (float("-inf"), 0)
    for candidate in candidates:
        slack = ROUNDING_MS * (1 + loops + (tree.nodes[candidate].loops or 0))
        if own_ms[candidate] + slack >= total and own_blocks[candidate] >= blocks:
            return candidate
        own = (own_ms[candidate], own_blocks[candidate])
        if own > most:
            fallback, most = candidate, own
    return fallback


class _Askers:
    """Finds the nodes that may have been first to need an InitPlan's value."""

    def __init__(
        self, tree: Tree, turns: Turns, own_ms: list[float], own_blocks: list[int], owners: set[int]
    ) -> None:
        self._tree = tree
        self._owners = owners
        self._turns = turns
        self._own_ms = own_ms
        self._own_blocks = own_blocks
        self._busiest: dict[int, tuple[int, ...]] = {}

    @cached_property
    def _mentions(self) -> dict[str, list[int]]:
        return _mentions(self._tree, self._owners)

    @cached_property
    def _pruners(self) -> list[int]:
        return _pruners(self._tree)

    def of(self, place: int) -> Iterator[int]:
        """Candidates, best first: nodes that mention it, the node that lists it, the level's busiest nodes."""
        tree = self._tree
        owner = tree.parents[place]
        found: set[int] = set()
        for name in _names(tree.nodes[place].subplan_name or ""):
            places = self._mentions.get(name, ())
            low, high = bisect_left(places, owner), bisect_left(places, tree.ends[owner])
            found.update(p for p in places[low:high] if not place <= p < tree.ends[place])
        for candidate in self._turns.sort(found):
            gather, pruner = tree.gathers[candidate], self._pruners[candidate]
            if gather >= owner:
                yield gather
            if pruner >= owner:
                yield pruner
            yield candidate
        yield owner
        if owner not in self._busiest:
            self._busiest[owner] = self._busiest_of(range(owner, tree.ends[owner]))
        yield from (busy for busy in self._busiest[owner] if not place <= busy < tree.ends[place])

    def _busiest_of(self, places: range) -> tuple[int, ...]:
        by_ms = nlargest(_BUSIEST, places, key=self._own_ms.__getitem__)
        by_blocks = nlargest(_BUSIEST, places, key=self._own_blocks.__getitem__)
        return tuple(dict.fromkeys((*by_ms, *by_blocks)))


def _names(subplan_name: str) -> list[str]:
    """How expressions mention the InitPlan of that name.

    >>> _names("InitPlan 1 (returns $0,$1)"), _names("InitPlan 2")
    (['$0', '$1'], ['InitPlan 2'])
    """
    returned = _RETURNS.search(subplan_name)
    return [part.strip() for part in returned[1].split(",")] if returned else [subplan_name]


def _mentions(tree: Tree, owners: set[int]) -> dict[str, list[int]]:
    """Places of the executed nodes below the owners that mention each InitPlan, in the plan's order."""
    mentions: dict[str, list[int]] = defaultdict(list)
    for place in _all_below(tree, owners):
        node = tree.nodes[place]
        if node.loops == 0:
            continue
        names = {
            f"${number}" if number else name
            for text in _expressions(node)
            if "$" in text or "(InitPlan" in text
            for number, name in _MENTION.findall(text)
        }
        for name in names:
            mentions[name].append(place)
    return mentions


def _all_below(tree: Tree, owners: set[int]) -> Iterator[int]:
    done = 0
    for owner in sorted(owners):
        if owner >= done:
            done = tree.ends[owner]
            yield from range(owner, done)


def _pruners(tree: Tree) -> list[int]:
    """For each node the nearest Append above it that skipped members at run time; -1 where there is none."""
    pruning = {
        place
        for place, node in enumerate(tree.nodes)
        if node.node_type in _APPENDS and any(child.loops == 0 for child in node.children)
    }
    pruners = [-1] * len(tree.nodes)
    for place in range(1, len(pruners)):
        parent = tree.parents[place]
        pruners[place] = parent if parent in pruning else pruners[parent]
    return pruners


def _expressions(node: Node) -> Iterator[str]:
    for text in _TEXTS(node):
        if text is not None:
            yield text
    for texts in _LISTS(node):
        yield from texts
    for value in node.extra.values():
        if type(value) is str:
            yield value
        elif type(value) is list:
            yield from (part for part in value if type(part) is str)


def _cte_scans(
    tree: Tree, turns: Turns, own_blocks: list[int], ctes: list[int]
) -> dict[int, tuple[int, ...]]:
    """The executed scans of each CTE; a name means the innermost CTE of that name around the scan.

    A CTE Scan touches no shared block itself, so a scan that shows some certainly read the CTE: those stand first.
    """
    listed: dict[int, list[int]] = defaultdict(list)
    for cte in ctes:
        listed[tree.parents[cte]].append(cte)
    visible: dict[str, list[int]] = defaultdict(list)
    scans: dict[int, list[int]] = defaultdict(list)
    open_scopes: list[int] = []
    for place, node in enumerate(tree.nodes):
        while open_scopes and tree.ends[open_scopes[-1]] <= place:
            for cte in listed[open_scopes.pop()]:
                visible[_cte_name(tree.nodes[cte])].pop()
        if place in listed:
            open_scopes.append(place)
            for cte in listed[place]:
                visible[_cte_name(tree.nodes[cte])].append(cte)
        if node.node_type == "CTE Scan" and node.cte and visible[node.cte] and node.loops != 0:
            scans[visible[node.cte][-1]].append(place)
    return {
        cte: tuple(sorted(turns.sort(places), key=lambda place: own_blocks[place] <= 0))
        for cte, places in scans.items()
    }


def _cte_name(node: Node) -> str:
    return (node.subplan_name or "").removeprefix(_CTE)
