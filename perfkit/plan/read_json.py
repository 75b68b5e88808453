"""EXPLAIN (FORMAT JSON), already parsed, into a Plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from perfkit.errors import PlanParseError
from perfkit.plan import json_text, keys, summary
from perfkit.plan.draft import collector_paused, new_node, new_worker
from perfkit.plan.layout import NODE_PLACES, WORKER_PLACES, node_layout, worker_layout
from perfkit.plan.measures import measured
from perfkit.plan.model import Node, Plan, Worker

_NUMBER, _CHILDREN, _EXTRA, _WORKERS = map(
    NODE_PLACES.__getitem__, ("number", "children", "extra", "workers")
)
_ESTIMATE, _ACTUAL, _BUFFERS, _WAL = map(NODE_PLACES.__getitem__, ("estimate", "actual", "buffers", "wal"))
_WORKER_BUFFERS, _WORKER_EXTRA = WORKER_PLACES["buffers"], WORKER_PLACES["extra"]


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
        return _measured(body, _read_nodes(body["Plan"]))


def read_json_text(text: str) -> Plan | None:
    """The plan of a text that is EXPLAIN (FORMAT JSON)'s own array or its object and nothing else.

    None for any other JSON, also for a plan with something odd in it: ``read_json`` says what of a parsed document.
    json.JSONDecodeError when it is no JSON. Each node is made as soon as its text is decoded, so that the objects of
    a large document never stand in memory side by side, which takes a fifth off the time of reading it.
    """
    made = _Made()
    with collector_paused():
        try:
            document = json_text.loads_into(text, made.node_or_object)
        except (RecursionError, _OddPlanError):
            return None
        body: Any = document[0] if type(document) is list and len(document) == 1 else document
        root = body.get("Plan") if type(body) is dict else None
        if type(root) is not Node or not made.are_all_below(root):
            return None
        return _measured(body, root)


def _measured(body: dict[str, Any], root: Node) -> Plan:
    try:
        return measured(summary.read(body, root))
    except (OverflowError, ValueError):
        raise PlanParseError("the plan holds a figure that is out of range; was it edited by hand?") from None


class _OddPlanError(Exception):
    """A node's "Plans" holds something else than nodes."""


class _Made:
    """The nodes made while a text is decoded, from the innermost outwards, so without their numbers at first."""

    def __init__(self) -> None:
        self._count = 0

    def node_or_object(self, document: dict[str, Any]) -> object:
        if type(document.get("Node Type")) is not str:
            return document
        below = document.get("Plans")
        if below is None:
            children: tuple[Node, ...] = ()
        elif type(below) is list and _NODES.issuperset(map(type, below)):
            children = tuple(below)
        else:
            raise _OddPlanError
        self._count += 1
        return _read_node(document, 0, children)

    def are_all_below(self, root: Node) -> bool:
        """Whether all nodes made are in the tree, which are numbered then; False when some stand in other places."""
        stack, number = [root], 0
        while stack:
            node = stack.pop()
            number += 1
            _set_number(node, number)
            if node.children:
                stack += node.children[::-1]
        return number == self._count


_NODES: Final = frozenset({Node})

_set_number: Final = vars(Node)["number"].__set__
"""Past the freeze, by the slot itself."""


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
    values = [*layout.template]
    for place, key in layout.plain:
        values[place] = document[key]
    values[_NUMBER] = number
    values[_CHILDREN] = children
    values[_EXTRA] = extra = {key: document[key] for key in layout.extra} if layout.extra else {}
    for place, key in layout.lists:
        texts = document[key]
        if keys.TEXT.issuperset(map(type, texts)):
            values[place] = tuple(texts)
        else:
            extra[key] = texts
    if layout.has_workers:
        entries = document["Workers"]
        if not entries:
            pass
        elif all(type(entry) is dict and type(entry.get("Worker Number")) is int for entry in entries):
            values[_WORKERS] = tuple(map(_read_worker, entries))
        else:
            extra["Workers"] = entries
    if layout.estimate:
        make, row = layout.estimate
        values[_ESTIMATE] = make(row(document))
    if layout.actual:
        make, row = layout.actual
        values[_ACTUAL] = make(row(document))
    if layout.buffers:
        make, row = layout.buffers
        values[_BUFFERS] = make(row(document))
    if layout.wal:
        make, row = layout.wal
        values[_WAL] = make(row(document))
    return new_node(values)


def _read_worker(document: dict[str, Any]) -> Worker:
    layout = worker_layout(document)
    values = [*layout.template]
    for place, key in layout.plain:
        values[place] = document[key]
    values[_WORKER_EXTRA] = {key: document[key] for key in layout.extra}
    if layout.buffers:
        make, row = layout.buffers
        values[_WORKER_BUFFERS] = make(row(document))
    return new_worker(values)


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
