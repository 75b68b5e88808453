"""What of a plan did not fit into work_mem and went to temporary files, as one list.

What parallel workers wrote is added to what the node says of the leader, as far as EXPLAIN prints lines for them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from perfkit.plan.model import Node, Plan

SpillKind = Literal["sort", "hash", "aggregate", "store"]

_STORES: Final = frozenset(
    {"Materialize", "CTE Scan", "WindowAgg", "Recursive Union", "Function Scan", "Table Function Scan"}
)
_SORT_GROUPS: Final = ("Full-sort Groups", "Pre-sorted Groups")
"""Of an Incremental Sort, which says on average what its groups took."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spill:
    """One node that wrote temporary files."""

    node: Node
    kind: SpillKind
    """What spilled: a sort, a hash table, a hashed aggregate, or rows kept for later (Materialize, CTE, window)."""
    disk_bytes: int | None
    """As the node and its workers state it; None for what states none."""
    batches: int | None
    """Of the process that needed most."""
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
        kilobytes = _disk_kb(node, kind)
        found.append(
            Spill(
                node=node,
                kind=kind,
                disk_bytes=kilobytes * 1024 if kilobytes else None,
                batches=_batches(node),
                temp_blocks=sum(one.temp for one in own if one) if own[0] else None,
            )
        )
    return tuple(_one_of_each_cte(found))


def _one_of_each_cte(found: Sequence[Spill]) -> Iterator[Spill]:
    """All scans of a CTE read one store, which each of them states; the one that wrote or read most speaks for it."""
    speakers: dict[str, Spill] = {}
    for spill in found:
        name = spill.node.cte
        if name is not None and (
            name not in speakers or (spill.temp_blocks or 0) > (speakers[name].temp_blocks or 0)
        ):
            speakers[name] = spill
    return (spill for spill in found if spill.node.cte is None or speakers[spill.node.cte] is spill)


def _kind(node: Node) -> SpillKind | None:
    if node.node_type in ("Sort", "Incremental Sort"):
        return "sort" if _disk_kb(node, "sort") else None
    if node.node_type == "Hash":
        return "hash" if (_batches(node) or 1) > 1 else None
    if node.node_type == "Aggregate":
        return "aggregate" if _disk_kb(node, "aggregate") or (_batches(node) or 1) > 1 else None
    own = node.measures.exclusive_buffers
    is_written = node.extra.get("Storage") == "Disk" or (own is not None and own.temp > 0)
    return "store" if node.node_type in _STORES and is_written else None


def _disk_kb(node: Node, kind: SpillKind) -> int:
    match kind:
        case "sort":
            own = (node.sort_space_kb or 0) if node.sort_space_type == "Disk" else 0
            workers = sum(
                _whole(worker.extra, "Sort Space Used")
                for worker in node.workers
                if worker.extra.get("Sort Space Type") == "Disk"
            )
            return own + workers + sum(map(_groups_kb, (node.extra, *(one.extra for one in node.workers))))
        case "aggregate":
            return (node.disk_usage_kb or 0) + sum(
                _whole(worker.extra, "Disk Usage") for worker in node.workers
            )
        case "store":
            return _whole(node.extra, "Maximum Storage") if node.extra.get("Storage") == "Disk" else 0
        case "hash":
            return 0


def _groups_kb(said: Mapping[str, object]) -> int:
    return sum(
        _whole(space, "Average Sort Space Used") * _whole(group, "Group Count")
        for name in _SORT_GROUPS
        if isinstance(group := said.get(name), Mapping)
        and isinstance(space := group.get("Sort Space Disk"), Mapping)
    )


def _batches(node: Node) -> int | None:
    own = node.hash_batches if node.node_type == "Hash" else node.hashagg_batches
    return max(([own] if own is not None else []) + list(_batches_of_workers(node)), default=None)


def _batches_of_workers(node: Node) -> Iterator[int]:
    for worker in node.workers:
        count = _whole(worker.extra, "Hash Batches") or _whole(worker.extra, "HashAgg Batches")
        if count:
            yield count


def _whole(said: Mapping[str, object], name: str) -> int:
    value = said.get(name)
    return value if isinstance(value, int) else 0
