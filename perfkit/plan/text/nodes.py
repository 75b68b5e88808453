"""What was read of each node, into the nodes of the model."""

from __future__ import annotations

from typing import Any, Final

from perfkit.plan import keys
from perfkit.plan.draft import new_actual, new_estimate, new_node
from perfkit.plan.layout import NODE_PLACES
from perfkit.plan.model import Actual, Buffers, Node, Wal, Worker
from perfkit.plan.text.heads import EXTRA, SCHEMA, Kind

Facts = dict[str, Any]


class Repeated(list[Any]):
    """Values of a label that stood in one node more than once."""

    __slots__ = ()


class OpenNode:
    """A node while its lines are read. What most nodes do not have is a default of the class."""

    inner = -1
    """Column at which its properties and children begin; -1 before the first."""
    inputs = 0
    """Children that are no subplans."""
    input_number = 0
    """Which of its parent's inputs it is, from 0."""
    masked: str | None = None
    nested: Facts | None = None
    """Where lines that are indented more than the properties go: a worker's or a target table's."""
    grouping: list[tuple[str, bool, str]] | None = None
    """Lines about keys of an Aggregate: label, whether indented below a Sort Key, value."""

    def __init__(
        self,
        kind: Kind,
        values: list[Any],
        place: int,
        column: int,
        parent: OpenNode | None,
        heading: str | None,
        figures: tuple[str | None, ...] | None,
    ) -> None:
        self.kind = kind
        self.values = values
        self.place = place
        self.column = column
        self.parent = parent
        self.heading = heading
        self.figures = figures
        self.facts: Facts = {}
        """Properties under the names of EXPLAIN's JSON, in the order of the lines."""
        if heading is None and parent is not None:
            self.input_number = parent.inputs
            parent.inputs += 1


ONE_CLOCK: Final = "Buffers and one clock"
"""Name among the facts of buffers with timings as they were printed before 17."""

_PLACED: Final = {
    **{
        (key, tuple if kind is list else kind): NODE_PLACES[field]
        for key, (field, kinds) in keys.NODE.items()
        for kind in kinds
    },
    ("Buffers", Buffers): NODE_PLACES["buffers"],
    (ONE_CLOCK, Buffers): NODE_PLACES["buffers"],
    ("WAL", Wal): NODE_PLACES["wal"],
}
_WAL: Final = NODE_PLACES["wal"]
_NUMBER, _CHILDREN, _RELATIONSHIP, _SUBPLAN, _ESTIMATE, _ACTUAL, _BUFFERS, _WORKERS, _KEYS = map(
    NODE_PLACES.__getitem__,
    (
        "number",
        "children",
        "parent_relationship",
        "subplan_name",
        "estimate",
        "actual",
        "buffers",
        "workers",
        "keys",
    ),
)

_HEAD_KEYS: Final = tuple(
    key for key in keys.NODE if key in list(keys.NODE)[: list(keys.NODE).index("Command") + 1]
)
_COUNTERS: Final = {key: field for key, (field, _) in keys.BUFFERS.items() if key.endswith("Blocks")}
_OLD_CLOCKS: Final = {
    key: field
    for key, (field, _) in keys.BUFFERS.items()
    if key.startswith(("I/O", "Temp I/O")) and key.endswith("Time")
}
_CLOCKS: Final = {
    key: field
    for key, (field, _) in keys.BUFFERS.items()
    if key.endswith("Time") and not key.startswith("I/O")
}
_MEMBERS: Final = frozenset({"Append", "Merge Append", "BitmapAnd", "BitmapOr"})
_EXTRA_HEADS: Final = ("Table Function Name", "Tuplestore Name", "Custom Plan Provider")
MASKED: Final = "Figures"
"""Key in ``extra`` of a node's figures that were made unreadable."""

_cached_keys: dict[tuple[Any, ...], tuple[str, ...]] = {}
_MOST_KEYS: Final = 4096


def closed(nodes: list[OpenNode]) -> Node:
    """The root of the nodes, which stand in the order of the text; takes them off the list, so that their memory is free
    for the nodes of the model."""
    is_verbose = any("Output" in node.facts for node in nodes)
    is_timed = any(node.figures is not None and node.figures[4] is not None for node in nodes)
    below: dict[int, list[Node]] = {}
    for place in range(len(nodes) - 1, -1, -1):
        node = nodes.pop()
        values = node.values
        children = below.pop(place, None)
        if children is not None:
            children.reverse()
            values[_CHILDREN] = tuple(children)
        values[_NUMBER] = place + 1
        parent = node.parent
        if node.heading is not None:
            values[_SUBPLAN] = node.heading
            values[_RELATIONSHIP] = "SubPlan" if node.heading.startswith("SubPlan") else "InitPlan"
        elif parent is not None:
            values[_RELATIONSHIP] = _relationship(parent.kind.node_type, node.input_number, parent.inputs)
        root = _closed(node, is_verbose, is_timed)
        if parent is not None:
            siblings = below.get(parent.place)
            if siblings is None:
                below[parent.place] = [root]
            else:
                siblings.append(root)
    return root


def _relationship(kind: str, number: int, count: int) -> str:
    """What an input is to the node above, which the text leaves to its kind; numbers from 0."""
    if kind in _MEMBERS or (kind == "ModifyTable" and count > 1):
        return "Member"
    if kind == "Custom Scan":
        return "child" if count == 1 else "children"
    if kind == "Subquery Scan":
        return "Subquery"
    return "Inner" if number else "Outer"


def _closed(node: OpenNode, is_verbose: bool, is_timed: bool) -> Node:
    values, facts, figures = node.values, node.facts, node.figures
    extra: Facts = values[EXTRA] or {}
    values[EXTRA] = extra
    if node.kind.provider is not None:
        extra["Custom Plan Provider"] = node.kind.provider
    if node.masked is not None:
        extra[MASKED] = node.masked
    if figures is not None:
        startup_cost, total_cost, rows, width, startup_ms, total_ms, actual_rows, loops, never = figures
        if startup_cost is not None:
            values[_ESTIMATE] = new_estimate(
                (float(startup_cost), float(total_cost), int(rows), int(width))  # type: ignore[arg-type]
            )
        if actual_rows is not None:
            values[_ACTUAL] = new_actual(
                (
                    None if startup_ms is None else float(startup_ms),
                    None if total_ms is None else float(total_ms),
                    float(actual_rows) if "." in actual_rows else int(actual_rows),
                    int(loops),  # type: ignore[arg-type]
                )
            )
        elif never is not None:
            ms = 0.0 if is_timed else None
            values[_ACTUAL] = Actual(startup_ms=ms, total_ms=ms, rows=0, loops=0)
    if facts:
        if node.grouping is not None:
            _group(facts, node.grouping)
        for key, value in facts.items():
            place = _PLACED.get((key, type(value)))
            if place is not None:
                values[place] = value
            elif key == "Workers":
                values[_WORKERS] = tuple(_worker(number, part) for number, part in value.items())
            else:
                extra[key] = value
    if is_verbose and node.kind.node_type == "Function Scan" and values[SCHEMA] is None:
        # VERBOSE names the schema of a function, so a bare name is the alias of several functions
        values[_FUNCTION] = None
    values[_KEYS] = _keys(node, extra)
    return new_node(values)


_FUNCTION: Final = NODE_PLACES["function"]


def _group(facts: Facts, lines: list[tuple[str, bool, str]]) -> None:
    """The keys of an Aggregate: one list, or the grouping sets as EXPLAIN's JSON has them."""
    from perfkit.plan.text.expressions import split_list

    place = list(facts).index("Grouping Sets")
    before = list(facts.items())
    if len(lines) == 1 and lines[0][0] == "Group Key" and lines[0][2] != "()":
        made: tuple[str, Any] = ("Group Key", split_list(lines[0][2]))
    else:
        sets: list[dict[str, Any]] = []
        for label, is_inside, value in lines:
            items = [] if value == "()" else list(split_list(value))
            if label == "Sort Key":
                sets.append({"Sort Key": items})
                continue
            name = "Hash Keys" if label == "Hash Key" else "Group Keys"
            is_going_on = sets and ("Sort Key" in sets[-1]) == is_inside and label == "Group Key"
            if not is_going_on or (name not in sets[-1] and not is_inside):
                sets.append({})
            sets[-1].setdefault(name, []).append(items)
        made = ("Grouping Sets", sets)
    facts.clear()
    facts.update([*before[:place], made, *before[place + 1 :]])


def _worker(number: int, facts: Facts) -> Worker:
    buffers = facts.get("Buffers", facts.get(ONE_CLOCK))
    fields: Facts = {field: facts[key] for key, (field, _) in keys.ACTUAL.items() if key in facts}
    extra: Facts = {}
    names: list[str] = ["Worker Number"]
    for key, value in facts.items():
        if type(value) is Buffers:
            names += buffer_keys(value, has_one_clock=key == ONE_CLOCK)
        elif type(value) is Wal:
            names += keys.WAL
            figures = {name: getattr(value, field) for name, (field, _) in keys.WAL.items()}
            extra |= {name: figure for name, figure in figures.items() if figure is not None}
        else:
            names.append(key)
            if key not in keys.ACTUAL:
                extra[key] = value
    return Worker(
        number=number,
        buffers=buffers if type(buffers) is Buffers else None,
        extra=extra,
        keys=tuple(names),
        **fields,
    )


def buffer_keys(buffers: Buffers, *, has_one_clock: bool) -> dict[str, str]:
    """Name in EXPLAIN's JSON to field, for the figures that are known."""
    clocks = _OLD_CLOCKS if has_one_clock else _CLOCKS
    return {key: field for key, field in (_COUNTERS | clocks).items() if getattr(buffers, field) is not None}


def _is_clocked(buffers: Buffers) -> bool:
    return not (buffers.shared_read_ms is buffers.local_read_ms is buffers.temp_read_ms is None)


def _keys(node: OpenNode, extra: Facts) -> tuple[str, ...]:
    """The names that EXPLAIN's JSON gives to what was read, in the order of the lines."""
    facts, values = node.facts, node.values
    buffers = values[_BUFFERS]
    is_clocked = buffers is not None and _is_clocked(buffers)
    heads = tuple(key for key in (*_EXTRA_HEADS, MASKED) if key in extra) if extra else ()
    signature = (
        buffers is not None,
        values[_ESTIMATE] is None,
        values[_ACTUAL] is None,
        heads,
        not values[_CHILDREN],
        values[_WAL] is None,
        tuple(facts),
    )
    found = None if is_clocked else _cached_keys.get(signature)
    if found is not None:
        return found
    names = [*_HEAD_KEYS, *heads]
    if values[_ESTIMATE] is not None:
        names += keys.ESTIMATE
    if values[_ACTUAL] is not None:
        names += keys.ACTUAL
    for key, value in facts.items():
        if type(value) is Buffers:
            names += buffer_keys(value, has_one_clock=key == ONE_CLOCK)
        elif type(value) is Wal:
            names += keys.WAL
        else:
            names.append(key)
    if values[_CHILDREN]:
        names.append("Plans")
    if not is_clocked:
        if len(_cached_keys) >= _MOST_KEYS:
            _cached_keys.clear()
        _cached_keys[signature] = tuple(names)
    return tuple(names)


def is_from_text(node: Node) -> bool:
    """Whether the node was read from text, which says all that its lines said and nothing more."""
    return node.keys[: len(_HEAD_KEYS)] == _HEAD_KEYS
