"""Fingerprint of what a plan does, whatever its figures."""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import Final

from perfkit.plan.model import Node

_APPENDS: Final = frozenset({"Append", "Merge Append"})
_DIGEST_BYTES: Final = 8
"""64 bits: plans are compared within one statement or workload, where chance collisions do not occur."""

_NUMBERED_ALIAS: Final = re.compile(r"_\d+\Z")


def fingerprint(node: Node) -> str:
    """Short hex digest of the tree's shape: equal for plans that do the same things in the same order.

    It sees node types, strategies, join types, parallelism, and the relations, indexes, CTEs and functions by name. It
    does not see aliases, schemas, conditions, literals or any figure. Partitions of one table that an Append reads in
    the same way count as one, so a new partition does not change the shape.

    >>> scan = Node(number=1, node_type="Seq Scan", relation="issue", alias="i")
    >>> fingerprint(scan) == fingerprint(Node(number=7, node_type="Seq Scan", relation="issue", alias="j"))
    True
    >>> fingerprint(scan) == fingerprint(Node(number=1, node_type="Seq Scan", relation="comment"))
    False
    """
    nodes = list(node.walk())
    # three columns, filled from the leaves up: with names, without names, and whose partitions these are
    named: list[str] = []
    nameless: list[str] = []
    families: list[str] = []
    for one in reversed(nodes):
        width = len(one.children)
        below = named[: -width - 1 : -1] if width else []
        bare = nameless[: -width - 1 : -1] if width else []
        kin = families[: -width - 1 : -1] if width else []
        if width:
            del named[-width:], nameless[-width:], families[-width:]
        what = _what(one)
        nameless.append(_digest(what, bare))
        families.append(_family(one, kin))
        if one.node_type in _APPENDS:
            below = _folded(below, bare, kin)
        named.append(_digest(f"{what}|{one.relation}|{one.index}|{one.cte}|{one.function}", below))
    return named[0]


def _what(node: Node) -> str:
    role = node.parent_relationship if node.parent_relationship in ("InitPlan", "SubPlan") else ""
    parts = (
        node.node_type,
        role,
        node.is_parallel,
        node.scan_direction,
        node.strategy,
        node.partial_mode,
        node.operation,
        node.join_type,
        node.command,
    )
    return "|".join(map(str, parts))


def _family(node: Node, below: list[str]) -> str:
    """The table whose partitions are read: PostgreSQL numbers their aliases, ``event_1``, ``event_2``."""
    if node.alias:
        return _NUMBERED_ALIAS.sub("", node.alias)
    distinct = sorted(set(below))
    return distinct[0] if len(distinct) == 1 else _digest("", distinct)


def _folded(named: list[str], nameless: list[str], families: list[str]) -> list[str]:
    """Members of an Append with those of the same table and shape counted once, where their first stands."""
    groups: dict[tuple[str, str], list[str]] = {}
    for with_name, without, family in zip(named, nameless, families, strict=True):
        groups.setdefault((without, family), []).append(with_name)
    return [members[0] if len(members) == 1 else key[0] for key, members in groups.items()]


def _digest(head: str, below: list[str]) -> str:
    return blake2b(
        "\n".join((head, *below)).encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES
    ).hexdigest()
