"""What of a plan did not fit into work_mem and went to temporary files, as one list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from perfkit.plan.model import Node, Plan

SpillKind = Literal["sort", "hash", "aggregate", "store"]

_STORES: Final = frozenset({"Materialize", "CTE Scan", "WindowAgg", "Recursive Union", "Function Scan"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Spill:
    """One node that wrote temporary files."""

    node: Node
    kind: SpillKind
    """What spilled: a sort, a hash table, a hashed aggregate, or rows kept for later (Materialize, CTE, window)."""
    disk_bytes: int | None
    """As the node states it; None for what states none."""
    batches: int | None
    temp_blocks: int | None
    """Read and written by the node itself, of a hash table with what its join set aside; None without BUFFERS."""


def spills(plan: Plan) -> tuple[Spill, ...]:
    """Every node that spilled, in the plan's order; empty when the plan was not executed."""
    found = []
    joins: dict[int, Node] = {}
    for node in plan.walk():
        if node.node_type == "Hash Join":
            joins.update((child.number, node) for child in node.children if child.node_type == "Hash")
        kind = _kind(node)
        if kind is None:
            continue
        writers = [node, *([joins[node.number]] if node.number in joins else [])]
        own = [one.measures.exclusive_buffers for one in writers]
        kilobytes = node.sort_space_kb if kind == "sort" else node.disk_usage_kb
        found.append(
            Spill(
                node=node,
                kind=kind,
                disk_bytes=None if kilobytes is None else kilobytes * 1024,
                batches=node.hash_batches if kind == "hash" else node.hashagg_batches,
                temp_blocks=sum(one.temp for one in own if one) if own[0] else None,
            )
        )
    return tuple(found)


def _kind(node: Node) -> SpillKind | None:
    if node.sort_space_type == "Disk":
        return "sort"
    if node.node_type == "Hash" and (node.hash_batches or 1) > 1:
        return "hash"
    if node.node_type == "Aggregate" and (node.disk_usage_kb or (node.hashagg_batches or 1) > 1):
        return "aggregate"
    own = node.measures.exclusive_buffers
    if node.node_type in _STORES and own is not None and own.temp:
        return "store"
    return None
