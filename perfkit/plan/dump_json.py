"""A Plan back into EXPLAIN (FORMAT JSON)."""

from __future__ import annotations

from operator import attrgetter
from typing import Any, Final

from perfkit.plan import keys, summary
from perfkit.plan.model import Node, Plan, Worker

_GROUPS: Final = (
    ("estimate", keys.ESTIMATE),
    ("actual", keys.ACTUAL),
    ("buffers", keys.BUFFERS),
    ("wal", keys.WAL),
)

_NODE_GETTERS: Final = {
    **{key: attrgetter(field) for key, (field, _) in keys.NODE.items()},
    **{key: attrgetter(f"{group}.{field}") for group, table in _GROUPS for key, (field, _) in table.items()},
}
_GROUP_OF: Final = {key: group for group, table in _GROUPS for key in table}

_WORKER_GETTERS: Final = {
    "Worker Number": attrgetter("number"),
    **{key: attrgetter(field) for key, (field, _) in keys.ACTUAL.items()},
    **{key: attrgetter(f"buffers.{field}") for key, (field, _) in keys.BUFFERS.items()},
}
_WORKER_GROUP_OF: Final = {key: "buffers" for key in keys.BUFFERS}

_ALWAYS_THERE: Final = frozenset({"Parallel Aware", "Async Capable"})
"""Flags that PostgreSQL's JSON prints for every node even when they are false."""


def dump_json(plan: Plan) -> list[dict[str, Any]]:
    """The plan as EXPLAIN (FORMAT JSON) gives it: for a plan read from JSON the same keys with the same values.

    A plan from another format gets the keys PostgreSQL would have printed, as far as its text told them.

    >>> from perfkit.plan import read_json
    >>> dump_json(read_json({"Plan": {"Node Type": "Result", "Async Capable": False}}))
    [{'Plan': {'Node Type': 'Result', 'Async Capable': False}}]
    """
    return [summary.write(plan, _dump_nodes(plan.root))]


def _dump_nodes(root: Node) -> dict[str, object]:
    written: list[dict[str, object]] = []
    for node in reversed(list(root.walk())):
        children: list[dict[str, object]] = []
        if node.children:
            width = len(node.children)
            children = written[: -width - 1 : -1]
            del written[-width:]
        written.append(_dump_node(node, children))
    return written[0]


def _dump_node(node: Node, children: list[dict[str, object]]) -> dict[str, object]:
    document: dict[str, object] = {}
    for key in node.keys or _node_keys(node):
        if key in node.extra:
            document[key] = node.extra[key]
        elif key == "Plans":
            document[key] = children
        elif key == "Workers":
            document[key] = [_dump_worker(worker) for worker in node.workers]
        else:
            group = _GROUP_OF.get(key)
            if group is None or getattr(node, group) is not None:
                value = _NODE_GETTERS[key](node)
                if value is not None:
                    document[key] = list(value) if type(value) is tuple else value
    if children:
        document.setdefault("Plans", children)
    return document


def _node_keys(node: Node) -> list[str]:
    """The keys of a node that did not come from JSON: what has a value, each field under its newest name."""
    names = []
    for table, owner in ((keys.NODE, node), *((table, getattr(node, group)) for group, table in _GROUPS)):
        seen = set()
        for key, (field, _) in table.items():
            value = None if owner is None else getattr(owner, field)
            is_there = key in _ALWAYS_THERE or (value is not None and value is not False and value != ())
            if is_there and field not in seen:
                seen.add(field)
                names.append(key)
    names += [key for key in node.extra if key not in names]
    if node.workers:
        names.append("Workers")
    if node.children:
        names.append("Plans")
    return names


def _dump_worker(worker: Worker) -> dict[str, object]:
    document: dict[str, object] = {}
    for key in worker.keys or _worker_keys(worker):
        if key in worker.extra:
            document[key] = worker.extra[key]
        elif key not in _WORKER_GROUP_OF or worker.buffers is not None:
            value = _WORKER_GETTERS[key](worker)
            if value is not None:
                document[key] = value
    return document


def _worker_keys(worker: Worker) -> list[str]:
    names = ["Worker Number", *keys.ACTUAL]
    seen = set()
    for key, (field, _) in keys.BUFFERS.items():
        if worker.buffers is not None and getattr(worker.buffers, field) is not None and field not in seen:
            seen.add(field)
            names.append(key)
    return [*names, *worker.extra]
