"""How to read JSON objects that have the same keys with values of the same types.

A plan has thousands of nodes and a dozen layouts, so which key fills which field is decided, and the types checked,
once for each layout instead of once for each node.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from operator import itemgetter
from typing import Any, Final

from perfkit.plan import keys
from perfkit.plan.model import Actual, Buffers, Estimate, Node, Wal

Table = Mapping[str, tuple[str, frozenset[type]]]
Row = Callable[[dict[str, Any]], tuple[Any, ...]]
"""Takes the values of one class out of an object, in the order of the class's fields."""

NODE_PLACES: Final = {part.name: place for place, part in enumerate(fields(Node))}

NODE_DEFAULTS: Final = tuple(None if part.default is MISSING else part.default for part in fields(Node))
"""What each field holds that nothing was said of; ``extra`` is a dict to be made anew for each node."""
_WORKER: Final[Table] = {"Worker Number": ("number", keys.INTEGER), **keys.ACTUAL}

_MOST_LAYOUTS: Final = 4096
"""Enough for every statement of a large application; stops hostile input from filling the memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeLayout:
    """Which keys of a node's object fill what; ``extra`` has the keys that fill nothing."""

    template: tuple[Any, ...]
    """All fields of a Node in order, those filled in that are the same for every node of this layout."""
    plain: tuple[tuple[int, str], ...]
    """(place of the field, key)"""
    lists: tuple[tuple[int, str], ...]
    estimate: Row | None
    actual: Row | None
    buffers: Row | None
    wal: Row | None
    has_workers: bool
    extra: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerLayout:
    keys: tuple[str, ...]
    plain: tuple[tuple[str, str], ...]
    buffers: Row | None
    extra: tuple[str, ...]


_Signature = tuple[tuple[str, ...], tuple[type, ...]]
_nodes: dict[_Signature, NodeLayout] = {}
_workers: dict[_Signature, WorkerLayout] = {}


def node_layout(document: dict[str, Any]) -> NodeLayout:
    """The layout of a node's object."""
    signature = (tuple(document), tuple(map(type, document.values())))
    layout = _nodes.get(signature)
    if layout is None:
        if len(_nodes) >= _MOST_LAYOUTS:
            _nodes.clear()
        layout = _nodes[signature] = _compile_node(*signature)
    return layout


def worker_layout(document: dict[str, Any]) -> WorkerLayout:
    """The layout of one entry of a node's Workers."""
    signature = (tuple(document), tuple(map(type, document.values())))
    layout = _workers.get(signature)
    if layout is None:
        if len(_workers) >= _MOST_LAYOUTS:
            _workers.clear()
        layout = _workers[signature] = _compile_worker(*signature)
    return layout


def matched(names: tuple[str, ...], types: tuple[type, ...], table: Table) -> dict[str, str]:
    """Field to key, for the properties of the table that are there with a value of the right type."""
    found: dict[str, str] = {}
    for name, kind in zip(names, types, strict=True):
        entry = table.get(name)
        if entry is not None and kind in entry[1]:
            found.setdefault(entry[0], name)
    return found


def _compile_node(names: tuple[str, ...], types: tuple[type, ...]) -> NodeLayout:
    plain = matched(names, types, keys.NODE)
    estimate = matched(names, types, keys.ESTIMATE)
    if len(estimate) < len(keys.ESTIMATE):
        estimate = {}
    actual = matched(names, types, keys.ACTUAL)
    if not actual.keys() >= {"rows", "loops"}:
        actual = {}
    buffers = matched(names, types, keys.BUFFERS)
    wal = matched(names, types, keys.WAL)
    has_workers = ("Workers", list) in zip(names, types, strict=True)
    known = {key for group in (plain, estimate, actual, buffers, wal) for key in group.values()}
    known.add("Plans")
    if has_workers:
        known.add("Workers")
    template = list(NODE_DEFAULTS)
    template[NODE_PLACES["keys"]] = names
    places = [(NODE_PLACES[field], key) for field, key in plain.items()]
    return NodeLayout(
        template=tuple(template),
        plain=tuple(pair for pair in places if keys.NODE[pair[1]][1] is not keys.TEXTS),
        lists=tuple(pair for pair in places if keys.NODE[pair[1]][1] is keys.TEXTS),
        estimate=_row(Estimate, estimate),
        actual=_row(Actual, actual),
        buffers=_row(Buffers, buffers),
        wal=_row(Wal, wal),
        has_workers=has_workers,
        extra=tuple(name for name in names if name not in known),
    )


def _compile_worker(names: tuple[str, ...], types: tuple[type, ...]) -> WorkerLayout:
    plain = matched(names, types, _WORKER)
    buffers = matched(names, types, keys.BUFFERS)
    known = {*plain.values(), *buffers.values()}
    return WorkerLayout(
        keys=names,
        plain=tuple(plain.items()),
        buffers=_row(Buffers, buffers),
        extra=tuple(name for name in names if name not in known),
    )


def _row(kind: type, found: dict[str, str]) -> Row | None:
    if not found:
        return None
    parts = fields(kind)
    in_order = [found[part.name] for part in parts[: len(found)] if part.name in found]
    if len(in_order) == len(found) > 1:
        return itemgetter(*in_order)
    entries = [(found.get(part.name), None if part.default is MISSING else part.default) for part in parts]

    def row(document: dict[str, Any]) -> tuple[Any, ...]:
        return tuple(default if key is None else document[key] for key, default in entries)

    return row
