"""EXPLAIN (FORMAT JSON), already parsed, into a Plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from perfkit.errors import PlanParseError
from perfkit.plan import keys, summary
from perfkit.plan.draft import (
    ActualDraft,
    BuffersDraft,
    EstimateDraft,
    NodeDraft,
    WalDraft,
    WorkerDraft,
    collector_paused,
)
from perfkit.plan.layout import NODE_PLACES, node_layout, worker_layout
from perfkit.plan.measures import measured
from perfkit.plan.model import Actual, Buffers, Estimate, Node, Plan, Wal, Worker

_NUMBER, _CHILDREN, _EXTRA, _WORKERS = map(
    NODE_PLACES.__getitem__, ("number", "children", "extra", "workers")
)
_ESTIMATE, _ACTUAL, _BUFFERS, _WAL = map(NODE_PLACES.__getitem__, ("estimate", "actual", "buffers", "wal"))


def read_json(document: object) -> Plan:
    """The plan in a parsed EXPLAIN (FORMAT JSON) document: the array, one object with "Plan", or a bare node.

    A property that perfkit does not know, or whose value is of another type than PostgreSQL prints, is kept in
    ``extra``. PlanParseError when there is no plan, or more than one.

    >>> plan = read_json([{"Plan": {"Node Type": "Result", "Plan Rows": 1}}])
    >>> plan.root.node_type, plan.root.extra
    ('Result', {'Plan Rows': 1})
    """
    body = _body(document)
    with collector_paused():
        root = _read_nodes(body["Plan"])
        try:
            return measured(summary.read(body, root))
        except (OverflowError, ValueError):
            raise PlanParseError(
                "the plan holds a figure that is out of range; was it edited by hand?"
            ) from None


def _body(document: object) -> dict[str, Any]:
    if isinstance(document, list):
        if len(document) != 1:
            raise PlanParseError(
                "the document is an empty array, expected one plan in it"
                if not document
                else f"the document holds {len(document)} plans (a rule rewrites the statement); pass one of them"
            )
        document = document[0]
    if not isinstance(document, dict):
        raise PlanParseError(
            f'expected EXPLAIN\'s JSON, an object with "Plan", but found {_described(document)}'
        )
    if "Plan" not in document and "Node Type" in document:
        document = {"Plan": document}
    if not isinstance(document.get("Plan"), dict):
        raise PlanParseError('the JSON object has no "Plan"; is it the answer to EXPLAIN (FORMAT JSON)?')
    return document


def _read_nodes(root: dict[str, Any]) -> Node:
    documents: list[dict[str, Any]] = []
    widths: list[int] = []
    stack = [root]
    while stack:
        document = stack.pop()
        if type(document) is not dict or type(document.get("Node Type")) is not str:
            raise PlanParseError(
                f'node {len(documents) + 1} of the plan is {_described(document)}, expected an object with "Node Type"'
            )
        documents.append(document)
        below = document.get("Plans")
        if below is None:
            widths.append(0)
            continue
        if type(below) is not list:
            raise PlanParseError(
                f'"Plans" of node {len(documents)} is {_described(below)}, expected an array'
            )
        widths.append(len(below))
        stack.extend(reversed(below))

    built: list[Node] = []
    for number in range(len(documents), 0, -1):
        width = widths[number - 1]
        children: tuple[Node, ...] = ()
        if width:
            children = tuple(built[: -width - 1 : -1])
            del built[-width:]
        built.append(_read_node(documents[number - 1], number, children))
    return built[0]


def _read_node(document: dict[str, Any], number: int, children: tuple[Node, ...]) -> Node:
    layout = node_layout(document)
    values = list(layout.template)
    for place, key in layout.plain:
        values[place] = document[key]
    values[_NUMBER] = number
    values[_CHILDREN] = children
    values[_EXTRA] = extra = {key: document[key] for key in layout.extra}
    for place, key in layout.lists:
        texts = document[key]
        if set(map(type, texts)) <= keys.TEXT:
            values[place] = tuple(texts)
        else:
            extra[key] = texts
    if layout.has_workers:
        entries = document["Workers"]
        if all(type(entry) is dict and type(entry.get("Worker Number")) is int for entry in entries):
            values[_WORKERS] = tuple(map(_read_worker, entries))
        else:
            extra["Workers"] = entries
    if layout.estimate:
        values[_ESTIMATE] = draft = EstimateDraft(*layout.estimate(document))
        draft.__class__ = Estimate
    if layout.actual:
        values[_ACTUAL] = draft = ActualDraft(*layout.actual(document))
        draft.__class__ = Actual
    if layout.buffers:
        values[_BUFFERS] = draft = BuffersDraft(*layout.buffers(document))
        draft.__class__ = Buffers
    if layout.wal:
        values[_WAL] = draft = WalDraft(*layout.wal(document))
        draft.__class__ = Wal
    node = NodeDraft(*values)
    node.__class__ = Node
    return cast(Node, node)


def _read_worker(document: dict[str, Any]) -> Worker:
    layout = worker_layout(document)
    worker = WorkerDraft(keys=layout.keys, **{field: document[key] for field, key in layout.plain})
    if layout.buffers:
        worker.buffers = draft = BuffersDraft(*layout.buffers(document))
        draft.__class__ = Buffers
    for key in layout.extra:
        worker.extra[key] = document[key]
    worker.__class__ = Worker
    return cast(Worker, worker)


_KINDS: Mapping[type, str] = {
    dict: "an object",
    list: "an array",
    str: "text",
    int: "a number",
    float: "a number",
    bool: "true or false",
    type(None): "null",
}


def _described(value: object) -> str:
    return _KINDS.get(type(value), type(value).__name__)
