"""Partitions that were scanned alike, taken as one scan.

What one missing index costs a partitioned table is spread over its partitions, each below any threshold of its own.
So before the rules look, the members of an Append that do the same to other partitions of one table become one node:
the first member, with the figures of all of them added up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from perfkit.findings.tree import APPENDS
from perfkit.plan.model import Actual, Buffers, Estimate, Measures, Node, Plan

_NUMBERED = re.compile(r"_\d+$")
"""What PostgreSQL puts behind the table's alias to tell its partitions apart (since 13)."""

_LAST_WORD = re.compile(r"_?[A-Za-z]{0,2}\d[\d_]*$|_[^_]*\d[^_]*$|_default$")
"""The part of a partition's name that tells it from its siblings: ``_2024_03``, ``_p7``, ``_y2006m02``. Words do not
count: ``order_items`` and ``order_lines`` are two tables."""

_CONDITIONS = (
    "filter", "join_filter", "index_condition", "recheck_condition", "hash_condition", "merge_condition",
    "one_time_filter", "cache_key",
)  # fmt: skip
_PER_LOOP = ("rows_removed_by_filter", "rows_removed_by_join_filter", "rows_removed_by_index_recheck")
_COUNTS = (
    "sort_space_kb", "disk_usage_kb", "cache_hits", "cache_misses", "cache_evictions", "cache_overflows",
    "exact_heap_blocks", "lossy_heap_blocks", "heap_fetches", "index_searches",
)  # fmt: skip
_LARGEST = ("hash_batches", "original_hash_batches", "hashagg_batches", "peak_memory_kb")


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """A plan whose equal partitions are one node each."""

    plan: Plan
    members: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    """Of each node that stands for several, by its number: the numbers of all it stands for, its own first."""


def folded(plan: Plan) -> Folded:
    """The plan with the members of each Append that scan partitions of one table alike added up into the first one."""
    nodes = tuple(plan.walk())
    if not any(node.node_type in APPENDS for node in nodes):
        return Folded(plan=plan)
    members: dict[int, tuple[int, ...]] = {}
    made: dict[int, Node] = {}
    for node in reversed(nodes):
        below = tuple(made.pop(child.number) for child in node.children)
        if node.node_type in APPENDS:
            below = tuple(_together(below, members))
        is_same = len(below) == len(node.children) and all(map(_is, below, node.children))
        made[node.number] = node if is_same else replace(node, children=below)
    return Folded(plan=replace(plan, root=made[plan.root.number]), members=members)


def _is(one: object, other: object) -> bool:
    return one is other


def table_of(scan: Node) -> tuple[str | None, str]:
    """Schema and name of the table a partition seems to belong to, by its alias or its own name.

    >>> from perfkit.plan.model import Node
    >>> table_of(Node(number=1, node_type="Seq Scan", relation="log_2024_03", alias="l_3"))
    (None, 'l')
    >>> table_of(Node(number=1, node_type="Seq Scan", relation="log_2024_03"))
    (None, 'log')
    """
    name = scan.relation or ""
    if scan.alias and scan.alias != name:
        return scan.schema, _NUMBERED.sub("", scan.alias)
    return scan.schema, _LAST_WORD.sub("", name) or name


def _together(children: Sequence[Node], members: dict[int, tuple[int, ...]]) -> Iterator[Node]:
    groups: dict[object, list[Node]] = {}
    for child in children:
        groups.setdefault(_likeness(child) or child.number, []).append(child)
    for group in groups.values():
        # the arms of a UNION ALL over one table are no partitions
        if len(group) > 1 and len({_scan(node).relation for node in group}) == len(group):
            yield _added(group, members)
        else:
            yield from group


def _scan(node: Node) -> Node:
    return next(one for one in node.walk() if one.relation)


def _likeness(node: Node) -> object:
    """Equal for scans of partitions of one table that do the same; None for what is no such scan."""
    nodes = list(node.walk())
    scans = [one for one in nodes if one.relation]
    if len(scans) != 1 or node.never_executed:
        return None
    names = tuple({name for name in (scans[0].alias, scans[0].relation) if name})
    return (
        table_of(scans[0]),
        *(
            (
                one.node_type, one.is_parallel, one.never_executed, one.strategy, len(one.children),
                *(_unnamed(getattr(one, name), names) for name in _CONDITIONS),
            )
            for one in nodes
        ),
    )  # fmt: skip


def _unnamed(condition: str | None, names: Iterable[str]) -> str | None:
    """The condition without the names of the partition.

    >>> _unnamed("((l_3.id = 4) AND (lower(l_3.note) = 'x'::text))", ["l_3"])
    "((id = 4) AND (lower(note) = 'x'::text))"
    """
    if condition is not None:
        for name in names:
            for before in ("(", " ", ","):
                for written in (name, f'"{name}"'):
                    condition = condition.replace(f"{before}{written}.", before)
    return condition


def _added(group: Sequence[Node], members: dict[int, tuple[int, ...]]) -> Node:
    """The first of the nodes with the figures of all, and so for what is below them."""
    first = group[0]
    members[first.number] = tuple(node.number for node in group)
    loops = max(node.loops or 0 for node in group)
    changes: dict[str, Any] = {
        "children": tuple(
            _added(alike, members) for alike in zip(*(node.children for node in group), strict=True)
        ),
        "actual": _actual([node.actual for node in group], loops),
        "estimate": _estimate([node.estimate for node in group]),
        "buffers": _buffers(node.buffers for node in group),
        "measures": _measures([node.measures for node in group]),
        "workers": (),
    }
    for name in _PER_LOOP:
        total = _sum(_product(getattr(node, name), node.loops) for node in group)
        changes[name] = total / loops if total is not None and loops else total
    for name in _COUNTS:
        changes[name] = _sum(getattr(node, name) for node in group)
    for name in _LARGEST:
        changes[name] = max(_known(getattr(node, name) for node in group), default=None)
    return replace(first, **changes)


def _actual(group: Sequence[Actual | None], loops: int) -> Actual | None:
    known = [actual for actual in group if actual is not None]
    if len(known) < len(group) or not loops:
        return group[0]

    def per_loop(name: str) -> float | None:
        total = _sum(_product(getattr(actual, name), actual.loops) for actual in known)
        return None if total is None else total / loops

    return Actual(
        startup_ms=per_loop("startup_ms"),
        total_ms=per_loop("total_ms"),
        rows=per_loop("rows") or 0.0,
        loops=loops,
    )


def _estimate(group: Sequence[Estimate | None]) -> Estimate | None:
    known = [estimate for estimate in group if estimate is not None]
    if len(known) < len(group):
        return None
    return Estimate(
        startup_cost=sum(estimate.startup_cost for estimate in known),
        total_cost=sum(estimate.total_cost for estimate in known),
        rows=sum(estimate.rows for estimate in known),
        width=max(estimate.width for estimate in known),
    )


def _buffers(group: Iterable[Buffers | None]) -> Buffers | None:
    known = [buffers for buffers in group if buffers is not None]
    if not known:
        return None
    return Buffers(**{part.name: _sum(getattr(one, part.name) for one in known) for part in fields(Buffers)})


def _measures(group: Sequence[Measures]) -> Measures:
    return Measures(
        participants=max(one.participants for one in group),
        total_ms=_sum(one.total_ms for one in group),
        exclusive_ms=_sum(one.exclusive_ms for one in group),
        exclusive_buffers=_buffers(one.exclusive_buffers for one in group),
        total_rows=_sum(one.total_rows for one in group),
    )


def _product(value: float | None, loops: int | None) -> float | None:
    return None if value is None else value * (loops or 0)


def _known(values: Iterable[Any]) -> list[Any]:
    return [value for value in values if value is not None]


def _sum(values: Iterable[Any]) -> Any:
    """The sum of what is known; None where nothing is."""
    known = _known(values)
    return sum(known) if known else None
