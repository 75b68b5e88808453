"""Which lines of a plan are shown: equal siblings folded into one, the heaviest nodes kept when there are too many.

Every pass is linear in the number of nodes and free of recursion, so a plan of ten thousand nodes, or of a thousand
levels, is shown as fast as it is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from perfkit.plan.model import Node, Plan

FOLD_ABOVE = 8
"""More equal siblings than a reader would compare one by one become one line."""

MOST_LINES = 250
"""Some four screens; beyond it a page gets slow and nobody reads on."""

DEEPEST_GUIDE = 14
"""Levels drawn as indentation; deeper ones state their level instead, so that lines keep room for the node."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """Siblings that do the same on other relations, such as scans of partitions."""

    members: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Omitted:
    """Nodes left out to keep the page short."""

    nodes: tuple[Node, ...]


Item: TypeAlias = Node | Fold | Omitted


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the outline with what draws its place in the tree."""

    guide: str
    under: str
    item: Item


def outline(plan: Plan, most: int = MOST_LINES) -> tuple[Line, ...]:
    """The lines of the plan, depth first."""
    tree = folded_children(plan.root)
    kept = _kept(plan.root, tree, most)
    lines: list[Line] = []
    stack: list[tuple[Item, int, str, str]] = [(plan.root, 0, "", "")]
    while stack:
        item, depth, guide, below = stack.pop()
        children = _shown(tree.get(id(item), ()), kept) if isinstance(item, Node) else []
        lines.append(Line(guide=guide, under=below + ("│  " if children else "   "), item=item))
        for position, child in reversed(list(enumerate(children))):
            is_last = position == len(children) - 1
            if depth >= DEEPEST_GUIDE:
                stack.append((child, depth + 1, f"{below[: 3 * DEEPEST_GUIDE]}⋯ level {depth + 2} ", below))
            else:
                stack.append(
                    (
                        child,
                        depth + 1,
                        below + ("└─ " if is_last else "├─ "),
                        below + ("   " if is_last else "│  "),
                    )
                )
    return tuple(lines)


def signatures(root: Node) -> dict[int, int]:
    """For each node (by ``id``) a number, equal for subtrees that do the same whatever relations they read."""
    known: dict[tuple[object, ...], int] = {}
    found: dict[int, int] = {}
    for node in reversed(list(root.walk())):
        key = (
            node.node_type,
            node.is_parallel,
            node.strategy,
            node.partial_mode,
            node.join_type,
            node.operation,
            node.scan_direction,
            node.never_executed,
            node.subplan_name,
            tuple(found[id(child)] for child in node.children),
        )
        found[id(node)] = known.setdefault(key, len(known))
    return found


def weight(item: Item) -> float:
    """Exclusive milliseconds of all that the item stands for."""
    return sum(node.exclusive_ms or 0.0 for node in nodes_of(item))


def nodes_of(item: Item) -> Iterator[Node]:
    """The node itself, or every node that was folded or left out."""
    if isinstance(item, Node):
        yield item
        return
    for member in item.members if isinstance(item, Fold) else item.nodes:
        yield from member.walk()


def folded_children(root: Node) -> dict[int, tuple[Node | Fold, ...]]:
    """For each node (by ``id``) what stands below it, equal siblings folded at the place of the first."""
    same = signatures(root)
    tree: dict[int, tuple[Node | Fold, ...]] = {}
    for node in root.walk():
        if len(node.children) <= FOLD_ABOVE:
            tree[id(node)] = node.children
            continue
        groups: dict[int, list[Node]] = {}
        for child in node.children:
            groups.setdefault(same[id(child)], []).append(child)
        below: list[Node | Fold] = []
        for members in groups.values():
            if len(members) > FOLD_ABOVE:
                below.append(Fold(members=tuple(members)))
            else:
                below.extend(members)
        tree[id(node)] = tuple(below)
    return tree


def _kept(root: Node, tree: dict[int, tuple[Node | Fold, ...]], most: int) -> set[int] | None:
    """Which items to show (by ``id``), None for all: the heaviest with their ancestors, then from the top down."""
    order: list[Node | Fold] = []
    parent: dict[int, Node | Fold] = {}
    stack: list[Node | Fold] = [root]
    while stack:
        item = stack.pop()
        order.append(item)
        below = tree.get(id(item), ()) if isinstance(item, Node) else ()
        for child in below:
            parent[id(child)] = item
        stack.extend(reversed(below))
    if len(order) <= most:
        return None
    kept: set[int] = set()
    heaviest = sorted(order, key=weight, reverse=True)[:most]
    for item in [one for one in heaviest if weight(one) > 0] + order:
        if len(kept) >= most:
            break
        path: list[int] = []
        at: Node | Fold | None = item
        while at is not None and id(at) not in kept and len(kept) + len(path) <= most:
            path.append(id(at))
            at = parent.get(id(at))
        if len(kept) + len(path) <= most:
            kept.update(path)
    return kept


def _shown(children: tuple[Node | Fold, ...], kept: set[int] | None) -> list[Item]:
    """The children to show, each run of others as one ``Omitted``."""
    if kept is None:
        return list(children)
    shown: list[Item] = []
    run: list[Node] = []
    for child in children:
        if id(child) in kept:
            if run:
                shown.append(Omitted(nodes=tuple(run)))
                run = []
            shown.append(child)
        else:
            run.extend(child.members if isinstance(child, Fold) else (child,))
    if run:
        shown.append(Omitted(nodes=tuple(run)))
    return shown
