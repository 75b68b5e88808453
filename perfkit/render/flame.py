"""Where a plan's time went, as an icicle: each box as wide as the time at and below its node.

A box's width is the sum of exclusive times at and below it, so that boxes never overlap and add up to the root even
where subplans and CTEs run elsewhere than they are listed; what a node took itself is drawn in a strong tone. Equal
siblings, such as scans of partitions, are one box.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from perfkit.plan.model import Node, Plan
from perfkit.render.drawing import Drawing, fitting
from perfkit.render.outline import Fold, folded_children, nodes_of
from perfkit.units import format_ms, format_percent

WIDTH = 1000
ROW = 20
DEEPEST = 40
"""Levels drawn: 800 pixels, a screen's height; a plan's time is rarely spent deeper without being seen above."""
NARROWEST = 1.0
"""Boxes of less than a thousandth of the time cannot be seen and are left to their parent's bare space."""
MOST_BOXES = 800
"""Keeps the picture of a plan of any size below some 200 kB."""

_FONT = 11
_KINDS = (
    ("sequential scan", "#d1802e", frozenset({"Seq Scan", "Sample Scan"})),
    ("index scan", "#2f9a6a", frozenset({"Index Scan", "Index Only Scan", "Bitmap Heap Scan", "Bitmap Index Scan", "Tid Scan", "Tid Range Scan"})),
    ("join", "#5b7fc7", frozenset({"Nested Loop", "Hash Join", "Merge Join", "Hash"})),
    ("sort or aggregate", "#9a6fb0", frozenset({"Sort", "Incremental Sort", "Aggregate", "WindowAgg", "Unique", "Group", "SetOp"})),
    ("write", "#c2504d", frozenset({"ModifyTable", "LockRows"})),
)  # fmt: skip
_OTHER = ("other", "#7d8a99")


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One node, or folded siblings, placed: ``left`` and ``width`` are shares of the whole, ``level`` counts from 0."""

    item: Node | Fold
    level: int
    left: float
    width: float
    own: float
    """Share the item took itself; of folded siblings everything at and below them."""


def boxes(plan: Plan) -> tuple[Box, ...]:
    """The boxes of the picture, widest levels first; empty when the plan was not timed."""
    below: dict[int, float] = {}
    for node in reversed(list(plan.walk())):
        below[node.number] = (node.exclusive_ms or 0.0) + sum(below[one.number] for one in node.children)
    whole = below[plan.root.number]
    if whole <= 0:
        return ()
    tree = folded_children(plan.root)
    placed: list[Box] = []
    level: list[tuple[Node | Fold, float]] = [(plan.root, 0.0)]
    for depth in range(DEEPEST):
        following: list[tuple[Node | Fold, float]] = []
        for item, left in level:
            members = item.members if isinstance(item, Fold) else (item,)
            share = sum(below[node.number] for node in members) / whole
            own = share if isinstance(item, Fold) else (item.exclusive_ms or 0.0) / whole
            if share * WIDTH < NARROWEST or len(placed) >= MOST_BOXES:
                continue
            placed.append(Box(item=item, level=depth, left=left, width=share, own=own))
            if isinstance(item, Fold):
                continue
            for child in tree[id(item)]:
                following.append((child, left))
                inside = child.members if isinstance(child, Fold) else (child,)
                left += sum(below[node.number] for node in inside) / whole
        level = following
    return tuple(placed)


def flame_svg(plan: Plan) -> str:
    """The icicle as SVG; empty when the plan was not timed."""
    placed = boxes(plan)
    if not placed:
        return ""
    levels = 1 + max(box.level for box in placed)
    kinds = [(name, colour) for name, colour in _legend() if any(_kind(box)[0] == name for box in placed)]
    picture = Drawing(WIDTH, (levels + 1) * ROW + 8, flame_alt(plan))
    for box in placed:
        _, colour = _kind(box)
        x, y, width = box.left * WIDTH, box.level * ROW, box.width * WIDTH - 0.6
        picture.box(x, y, width, ROW - 1, colour, 0.22, _note(box, plan))
        own = min(box.own * WIDTH, width)
        if own >= NARROWEST / 2:
            picture.box(x + width - own, y, own, ROW - 1, colour, 0.55, _note(box, plan))
        if words := fitting(_name(box.item), width - 8, _FONT):
            picture.label(x + 4, y + 14, words, _FONT)
    x = 0.0
    for name, colour in kinds:
        picture.box(x, levels * ROW + 10, 12, 12, colour, 0.55)
        picture.label(x + 17, levels * ROW + 20, name, _FONT, opacity=0.8)
        x += 34 + 6.2 * len(name)
    words = "strong: the node itself"
    if levels == DEEPEST or len(placed) >= MOST_BOXES:
        words = f"{levels} levels are drawn, deeper ones are left out · {words}"
    picture.label(WIDTH, levels * ROW + 20, words, _FONT, anchor="end", opacity=0.8)
    return picture.svg()


def flame_alt(plan: Plan) -> str:
    """What the picture shows: the nodes that took most of the time themselves."""
    heaviest = sorted(heavy(plan), key=lambda box: -box.own)[:3]
    named = ", ".join(f"{_name(box.item)} {format_percent(box.own)}" for box in heaviest)
    return f"Time by node, {format_ms(plan.root.total_ms)} in all. Most of it: {named}."


def heavy(plan: Plan) -> Iterator[Box]:
    """The boxes whose own time can be seen."""
    return (box for box in boxes(plan) if box.own * WIDTH >= NARROWEST)


def _name(item: Node | Fold) -> str:
    if isinstance(item, Node):
        return item.label
    first = item.members[0]
    return f"{len(item.members):,} × {first.node_type}" + (
        f" on {first.relation} …" if first.relation else ""
    )


def _note(box: Box, plan: Plan) -> str:
    nodes = list(nodes_of(box.item))
    own = sum(node.exclusive_ms or 0.0 for node in (nodes if isinstance(box.item, Fold) else nodes[:1]))
    number = f"node {nodes[0].number}" if isinstance(box.item, Node) else f"{len(nodes):,} nodes"
    total = (plan.root.total_ms or 0.0) * box.width
    return (
        f"{_name(box.item)} · {number} · itself {format_ms(own)} ({format_percent(box.own)})"
        f" · with all below {format_ms(total)} ({format_percent(box.width)})"
    )


def _kind(box: Box) -> tuple[str, str]:
    node = box.item if isinstance(box.item, Node) else box.item.members[0]
    return next(((name, colour) for name, colour, types in _KINDS if node.node_type in types), _OTHER)


def _legend() -> tuple[tuple[str, str], ...]:
    return (*((name, colour) for name, colour, _ in _KINDS), _OTHER)
