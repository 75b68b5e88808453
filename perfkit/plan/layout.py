"""How to read JSON objects that have the same keys with values of the same types.

A plan has thousands of nodes and a dozen layouts, so which key fills which field is decided, and the types checked,
once for each layout instead of once for each node.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from operator import itemgetter
from typing import Any, Final

from perfkit.plan import keys
from perfkit.plan.draft import Maker, defaults_of, maker
from perfkit.plan.model import Actual, Buffers, Estimate, Node, Wal, Worker

Table = Mapping[str, tuple[str, frozenset[type]]]
Row = Callable[[dict[str, Any]], tuple[Any, ...]]
"""Takes the values of one class out of an object."""
Part = tuple[Maker[Any], Row]
"""Makes a value of one class, and takes what that needs out of an object, in that order."""

NODE_PLACES: Final = {part.name: place for place, part in enumerate(fields(Node))}
WORKER_PLACES: Final = {part.name: place for place, part in enumerate(fields(Worker))}


NODE_DEFAULTS: Final = tuple(defaults_of(Node).values())
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
    estimate: Part | None
    actual: Part | None
    buffers: Part | None
    wal: Part | None
    has_workers: bool
    extra: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerLayout:
    """The same for an entry of Workers."""

    template: tuple[Any, ...]
    plain: tuple[tuple[int, str], ...]
    buffers: Part | None
    extra: tuple[str, ...]


_Signature = tuple[tuple[str, ...], tuple[type, ...]]
_nodes: dict[_Signature, NodeLayout] = {}
_workers: dict[_Signature, WorkerLayout] = {}
_latest: dict[int, tuple[tuple[str, ...], tuple[type, ...], NodeLayout]] = {}
"""For each number of keys the layout last seen, with the keys as that document has them: most nodes are like the one
before of their size, and one document's keys are the same objects, which compare without a look at their letters."""


def node_layout(document: dict[str, Any]) -> NodeLayout:
    """The layout of a node's object."""
    names = tuple(document)
    kinds = tuple(map(type, document.values()))
    latest = _latest.get(len(names))
    if latest is not None and latest[0][0] is names[0] and latest[0] == names and latest[1] == kinds:
        return latest[2]
    layout = _nodes.get((names, kinds))
    if layout is None:
        if len(_nodes) >= _MOST_LAYOUTS:
            _nodes.clear()
            _latest.clear()
        layout = _nodes[names, kinds] = _compile_node(names, kinds)
    _latest[len(names)] = (names, kinds, layout)
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
        estimate=_part(Estimate, estimate),
        actual=_part(Actual, actual),
        buffers=_part(Buffers, buffers),
        wal=_part(Wal, wal),
        has_workers=has_workers,
        extra=tuple(name for name in names if name not in known),
    )


def _compile_worker(names: tuple[str, ...], types: tuple[type, ...]) -> WorkerLayout:
    plain = matched(names, types, _WORKER)
    buffers = matched(names, types, keys.BUFFERS)
    known = {*plain.values(), *buffers.values()}
    template = list(defaults_of(Worker).values())
    template[WORKER_PLACES["keys"]] = names
    return WorkerLayout(
        template=tuple(template),
        plain=tuple((WORKER_PLACES[field], key) for field, key in plain.items()),
        buffers=_part(Buffers, buffers),
        extra=tuple(name for name in names if name not in known),
    )


def _part(kind: type, found: dict[str, str]) -> Part | None:
    if not found:
        return None
    given = tuple(name for name in defaults_of(kind) if name in found)
    make = maker(kind, given)
    if len(given) > 1:
        return make, itemgetter(*map(found.__getitem__, given))
    key = found[given[0]]
    return make, lambda document: (document[key],)
