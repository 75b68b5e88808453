"""Which nodes of two plans do the same work.

A plan changes by a node that appears in the middle, by another access or join method, by another join order. So nodes
are not matched by position but in five steps, each of which only sees what is left:

1. subtrees that are identical and stand once in each plan;
2. anchors: scans of the same relation, CTE, function or subquery by alias, and what is modified; then the same relation
   under another alias, the same heap by another index;
3. nodes that stand over the same anchors: in each plan they form a chain, one above the other, and the two chains are
   aligned as sequences. Gather, Gather Merge, Sort, Incremental Sort, Limit, Memoize, Materialize, Hash, Result and
   Unique are wrappers there: one on a single side is inserted or removed and disturbs nothing;
4. a join order that changed leaves joins over different anchors: those are paired below the same matched node;
5. nothing else: what is left was inserted or removed.

All steps are linear in the nodes, but for the alignment of chains, which is quadratic in their (short) length.
The page diff.md beside this file tells the whole of a comparison in prose.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from perfkit.plan.model import Node

WRAPPERS: Final = frozenset(
    {
        "Gather",
        "Gather Merge",
        "Sort",
        "Incremental Sort",
        "Limit",
        "Memoize",
        "Materialize",
        "Hash",
        "Result",
        "Unique",
    }
)

JOINS: Final = frozenset({"Nested Loop", "Hash Join", "Merge Join"})

_FAMILIES: Final = {
    **dict.fromkeys(JOINS, "join"),
    "Gather": "gather",
    "Gather Merge": "gather",
    "Sort": "sort",
    "Incremental Sort": "sort",
    "Aggregate": "aggregate",
    "Group": "aggregate",
    "Unique": "aggregate",
    "Append": "append",
    "Merge Append": "append",
}

_MOST_ALIGNED: Final = 250_000
"""Cells of the table that aligns two chains; beyond it (500 unmatched nodes one above the other) they are paired by
type in order, so that no plan takes more than a moment."""

Pairs = dict[int, int]
"""Place in the first plan to place in the second, both counted depth first from 0."""


@dataclass(slots=True, kw_only=True)
class Side:
    """One plan as columns by place."""

    nodes: list[Node]
    parents: list[int]
    ends: list[int]
    digests: list[str]
    """Of the subtree: its structure and names, no conditions and no figures."""
    scopes: list[str]
    """The CTE, InitPlan or SubPlan a node is part of."""
    partners: list[int]
    """Place of the matched node on the other side; -1 for none."""


def side(root: Node) -> Side:
    """The plan as columns, nothing matched yet."""
    nodes: list[Node] = []
    parents: list[int] = []
    scopes: list[str] = []
    stack = [(root, -1, "")]
    while stack:
        node, parent, scope = stack.pop()
        scope = node.subplan_name or scope
        place = len(nodes)
        stack.extend((child, place, scope) for child in reversed(node.children))
        nodes.append(node)
        parents.append(parent)
        scopes.append(scope)
    ends = list(range(1, len(nodes) + 1))
    below: list[list[str]] = [[] for _ in nodes]
    digests = [""] * len(nodes)
    for place in range(len(nodes) - 1, -1, -1):
        digests[place] = _digest(nodes[place], reversed(below[place]))
        parent = parents[place]
        if parent >= 0:
            below[parent].append(digests[place])
            ends[parent] = max(ends[parent], ends[place])
    return Side(
        nodes=nodes,
        parents=parents,
        ends=ends,
        digests=digests,
        scopes=scopes,
        partners=[-1] * len(nodes),
    )


def match(first: Node, second: Node) -> tuple[Side, Side]:
    """Both plans as columns with the partners filled in. The same pairs come out whichever plan is given first."""
    before, after = side(first), side(second)
    one, other = (before, after) if before.digests[0] <= after.digests[0] else (after, before)
    _identical(one, other)
    _anchors(one, other)
    _chains(one, other)
    _reordered(one, other)
    return before, after


def _digest(node: Node, below: Iterable[str]) -> str:
    parts = (
        node.node_type,
        node.subplan_name,
        node.parent_relationship,
        node.is_parallel,
        node.strategy,
        node.partial_mode,
        node.operation,
        node.join_type,
        node.command,
        node.relation,
        node.alias,
        node.index,
        node.cte,
        node.function,
    )
    text = "\n".join(("|".join(map(str, parts)), *below))
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _pair(one: Side, other: Side, place: int, partner: int) -> None:
    one.partners[place] = partner
    other.partners[partner] = place


def _identical(one: Side, other: Side) -> None:
    first, second = _places(one.digests), _places(other.digests)
    place = 0
    while place < len(one.nodes):
        here, there = first[one.digests[place]], second.get(one.digests[place], ())
        width = one.ends[place] - place
        if len(here) == len(there) == 1 and (width > 1 or place == 0):
            for offset in range(width):
                _pair(one, other, place + offset, there[0] + offset)
            place += width
        else:
            place += 1


def _anchors(one: Side, other: Side) -> None:
    for key in (_scoped_key, _key, _loose_key):
        first, second = _unmatched(one, key), _unmatched(other, key)
        for name, places in first.items():
            for place, partner in zip(places, second.get(name, ()), strict=False):
                _pair(one, other, place, partner)


def _unmatched(given: Side, key: Callable[[Side, int], Hashable]) -> dict[Hashable, list[int]]:
    found: dict[Hashable, list[int]] = defaultdict(list)
    for place, partner in enumerate(given.partners):
        if partner < 0 and (name := key(given, place)) is not None:
            found[name].append(place)
    return found


def _scoped_key(given: Side, place: int) -> Hashable:
    key = _key(given, place)
    return None if key is None else (given.scopes[place], key)


def _key(given: Side, place: int) -> Hashable:
    """By what a node is known in both plans; None for a node that is only known by what is below it."""
    node = given.nodes[place]
    if node.node_type == "ModifyTable":
        return ("modified", node.relation, node.alias)
    if node.relation is not None or node.node_type == "Bitmap Heap Scan":
        return ("relation", node.relation, node.alias)
    if node.cte is not None:
        return (node.node_type, node.cte, node.alias)
    if node.function is not None:
        return ("function", node.function, node.alias)
    if node.node_type == "Bitmap Index Scan":
        return ("bitmap", node.index, *_heap_of(given, place))
    if node.alias is not None or not node.children:
        return (node.node_type, node.alias)
    return None


def _loose_key(given: Side, place: int) -> Hashable:
    """The relation alone: the same table under another alias, the same heap by another index."""
    node = given.nodes[place]
    if node.node_type == "Bitmap Index Scan":
        return ("bitmap", *_heap_of(given, place))
    if node.relation is None or node.node_type == "ModifyTable":
        return None
    return node.relation


def _heap_of(given: Side, place: int) -> tuple[str | None, str | None]:
    while place > 0:
        place = given.parents[place]
        node = given.nodes[place]
        if node.node_type not in ("BitmapAnd", "BitmapOr"):
            return node.relation, node.alias
    return None, None


def _chains(one: Side, other: Side) -> None:
    """Align the unmatched nodes that stand over the same matched nodes."""
    first = _by_cover(one, list(range(len(one.nodes))))
    second = _by_cover(other, other.partners)
    for cover, places in first.items():
        there = second.get(cover)
        if cover and there:
            for place, partner in _aligned(one, other, places, there):
                _pair(one, other, place, partner)


def _by_cover(given: Side, names: list[int]) -> dict[int, list[int]]:
    """Unmatched places, top first, by the sum of the marks of all matched pairs below them.

    A pair's mark is a hash of its place in the first plan, so equal sums mean the same pairs, but for chance in 2^64.
    """
    covers = [0] * len(given.nodes)
    for place in range(len(given.nodes) - 1, -1, -1):
        if given.partners[place] >= 0:
            covers[place] += mark(names[place])
        parent = given.parents[place]
        if parent >= 0:
            covers[parent] += covers[place]
    found: dict[int, list[int]] = defaultdict(list)
    for place, partner in enumerate(given.partners):
        if partner < 0:
            found[covers[place]].append(place)
    return found


def is_anchor(given: Side, place: int) -> bool:
    """Whether the node is known by what it reads, not by what is below it."""
    return given.nodes[place].node_type != "Bitmap Index Scan" and _key(given, place) is not None


def mark(name: int) -> int:
    """A number drawn for a place, so that a sum of marks stands for a set of places."""
    return int.from_bytes(blake2b(name.to_bytes(8, "big"), digest_size=8).digest(), "big")


def family(node: Node) -> str:
    """What kind of work a node does; nodes of one family can replace each other."""
    return _FAMILIES.get(node.node_type, node.node_type)


def _likeness(one: Node, other: Node) -> int:
    """0: cannot replace each other; more: the more alike."""
    if family(one) != family(other):
        return 0
    return (
        8
        + 8 * (one.node_type == other.node_type)
        + 2 * (one.subplan_name == other.subplan_name)
        + 2 * (one.join_type == other.join_type)
        + 2 * (one.strategy == other.strategy)
        # a Simple aggregate becomes a Finalize one over an inserted Partial
        + 2 * ((one.partial_mode == "Partial") == (other.partial_mode == "Partial"))
    )


def _aligned(one: Side, other: Side, here: list[int], there: list[int]) -> list[tuple[int, int]]:
    pairs: list[tuple[int, int]] = []
    low = 0
    while low < min(len(here), len(there)) and _is_same(one.nodes[here[low]], other.nodes[there[low]]):
        pairs.append((here[low], there[low]))
        low += 1
    high = 0
    while high < min(len(here), len(there)) - low and _is_same(
        one.nodes[here[-high - 1]], other.nodes[there[-high - 1]]
    ):
        pairs.append((here[-high - 1], there[-high - 1]))
        high += 1
    here, there = here[low : len(here) - high], there[low : len(there) - high]
    if len(here) * len(there) > _MOST_ALIGNED:
        return pairs + _paired_in_order(one, other, here, there)
    return pairs + _best_alignment(one, other, here, there)


def _is_same(one: Node, other: Node) -> bool:
    return (
        one.node_type == other.node_type
        and one.strategy == other.strategy
        and one.join_type == other.join_type
        and one.partial_mode == other.partial_mode
    )


def _best_alignment(one: Side, other: Side, here: list[int], there: list[int]) -> list[tuple[int, int]]:
    """The pairs, in order on both sides, that are most alike in sum."""
    rows, columns = len(here), len(there)
    best = [[0] * (columns + 1) for _ in range(rows + 1)]
    for row in range(rows - 1, -1, -1):
        for column in range(columns - 1, -1, -1):
            like = _likeness(one.nodes[here[row]], other.nodes[there[column]])
            best[row][column] = max(
                best[row + 1][column],
                best[row][column + 1],
                like + best[row + 1][column + 1] if like else 0,
            )
    pairs = []
    row = column = 0
    while row < rows and column < columns:
        like = _likeness(one.nodes[here[row]], other.nodes[there[column]])
        if like and best[row][column] == like + best[row + 1][column + 1]:
            pairs.append((here[row], there[column]))
            row, column = row + 1, column + 1
        elif best[row][column] == best[row + 1][column]:
            row += 1
        else:
            column += 1
    return pairs


def _paired_in_order(one: Side, other: Side, here: list[int], there: list[int]) -> list[tuple[int, int]]:
    spots: dict[str, list[int]] = defaultdict(list)
    for spot, place in enumerate(there):
        spots[other.nodes[place].node_type].append(spot)
    pairs, last = [], -1
    for place in here:
        known = spots.get(one.nodes[place].node_type, [])
        next_ = bisect_right(known, last)
        if next_ < len(known):
            last = known[next_]
            pairs.append((place, there[last]))
    return pairs


def _reordered(one: Side, other: Side) -> None:
    """Pair what is left below the same matched node: joins over other inputs, steps over something unknown."""
    first, second = _by_ancestor(one, list(range(len(one.nodes)))), _by_ancestor(other, other.partners)
    for key, places in first.items():
        there = second.get(key, [])
        for place, partner in _aligned(one, other, places, there) if there else ():
            _pair(one, other, place, partner)


def _by_ancestor(given: Side, names: list[int]) -> dict[tuple[int, str], list[int]]:
    above = nearest_matched(given)
    found: dict[tuple[int, str], list[int]] = defaultdict(list)
    for place, partner in enumerate(given.partners):
        node = given.nodes[place]
        if partner < 0 and node.node_type not in WRAPPERS and _key(given, place) is None:
            ancestor = above[place]
            found[(-1 if ancestor < 0 else names[ancestor], family(node))].append(place)
    return found


def nearest_matched(given: Side) -> list[int]:
    """For each node the nearest node above it that has a partner; -1 for none."""
    above = [-1] * len(given.nodes)
    for place in range(1, len(above)):
        parent = given.parents[place]
        above[place] = parent if given.partners[parent] >= 0 else above[parent]
    return above


def _places(names: list[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for place, name in enumerate(names):
        found[name].append(place)
    return found
