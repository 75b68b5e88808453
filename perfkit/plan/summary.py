"""What EXPLAIN's JSON says beside the tree: planning, triggers, JIT, serialization, settings.

Each group is read into its value; where the value cannot hold all of it (a newer server, an extension) the group is
also kept in ``Plan.extra`` as it came, and written back from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import fsum
from typing import Any

from perfkit.plan import keys
from perfkit.plan.layout import matched
from perfkit.plan.model import Buffers, Jit, Node, Plan, Serialization, Trigger


def read(body: dict[str, Any], root: Node) -> Plan:
    """The plan around an already read tree."""
    fields: dict[str, Any] = {}
    extra: dict[str, object] = {}
    for key, value in body.items():
        if key == "Plan":
            continue
        name = keys.OLD_TIMES.get(key, key)
        found = _fields_of(name, value)
        if not found or not fields.keys().isdisjoint(found):
            extra[key] = value
            continue
        fields.update(found)
        if _group(name, fields) != value:
            extra[key] = value
    return Plan(root=root, extra=extra, keys=tuple(body), **fields)


def write(plan: Plan, root: dict[str, object]) -> dict[str, object]:
    """The object that EXPLAIN's array holds, with the tree already written."""
    names = plan.keys or _written_by_default(plan)
    document: dict[str, object] = {}
    fields = {name: getattr(plan, name) for name in _FIELDS}
    for written in dict.fromkeys((*names, *plan.extra, *_written_by_default(plan))):
        key = keys.OLD_TIMES.get(written, written)
        if key == "Plan":
            document[key] = root
        elif written in plan.extra:
            document[key] = plan.extra[written]
        elif (value := _group(key, fields)) is not None and not _said_already(key, document):
            document[key] = value
    return document


_FIELDS = (
    "planning_ms",
    "execution_ms",
    "planning_buffers",
    "planning_memory_bytes",
    "triggers",
    "jit",
    "serialization",
    "settings",
    "query_id",
    "query_text",
)


def _written_by_default(plan: Plan) -> tuple[str, ...]:
    order = ("Query Text", "Plan", "Settings", "Query Identifier", "Planning", "Planning Time")
    names = [*order, *(("Triggers",) if plan.triggers else ()), "JIT", "Serialization", "Execution Time"]
    return tuple(name for name in names if name != "Settings" or plan.settings)


def _said_already(key: str, document: Mapping[str, object]) -> bool:
    return key in keys.PLAN_TIMES and any(
        other in document for other, field in keys.PLAN_TIMES.items() if field == keys.PLAN_TIMES[key]
    )


def _fields_of(key: str, value: Any) -> dict[str, Any]:
    kind = type(value)
    if key in keys.PLAN_TIMES:
        return {keys.PLAN_TIMES[key]: value} if kind in keys.NUMBER else {}
    if key == "Query Identifier":
        return {"query_id": value} if kind is int else {}
    if key == "Query Text":
        return {"query_text": value} if kind is str else {}
    if key == "Triggers":
        return _read_triggers(value)
    if kind is not dict:
        return {}
    if key == "Settings":
        return {"settings": dict(value)} if set(map(type, value.values())) <= keys.TEXT else {}
    if key == "Planning":
        memory = value.get("Memory Used")
        return {
            "planning_buffers": _read_buffers(value),
            "planning_memory_bytes": memory * 1024 if type(memory) is int else None,
        }
    if key == "JIT":
        return _read_jit(value)
    if key == "Serialization":
        return _read_serialization(value)
    return {}


def _group(key: str, fields: Mapping[str, Any]) -> object:
    """What is written under the key; None when the plan says nothing there."""
    if key in keys.PLAN_TIMES:
        return fields.get(keys.PLAN_TIMES[key])
    if key == "Query Identifier":
        return fields.get("query_id")
    if key == "Query Text":
        return fields.get("query_text")
    if key == "Settings":
        return dict(fields.get("settings") or {})
    if key == "Planning":
        memory = fields.get("planning_memory_bytes")
        buffers = fields.get("planning_buffers")
        group = _write_buffers(buffers) if buffers else {}
        return {**group, **({} if memory is None else {"Memory Used": memory // 1024})} or None
    if key == "Triggers":
        return [_write_trigger(trigger) for trigger in fields.get("triggers") or ()]
    if key == "JIT":
        return _write_jit(fields.get("jit"))
    if key == "Serialization":
        return _write_serialization(fields.get("serialization"))
    return None


def _read_buffers(document: dict[str, Any]) -> Buffers | None:
    found = matched(tuple(document), tuple(map(type, document.values())), keys.BUFFERS)
    figures: dict[str, Any] = {field: document[key] for field, key in found.items()}
    return Buffers(**figures) if figures else None


def _write_buffers(buffers: Buffers) -> dict[str, object]:
    document: dict[str, object] = {}
    written = set()
    for key, (field, _) in keys.BUFFERS.items():
        value = getattr(buffers, field)
        if value is not None and field not in written:
            written.add(field)
            document[key] = value
    return document


def _read_triggers(value: Any) -> dict[str, Any]:
    if type(value) is not list:
        return {}
    triggers = []
    for entry in value:
        if (
            type(entry) is not dict
            or type(entry.get("Trigger Name")) is not str
            or type(entry.get("Calls")) not in keys.NUMBER
            or type(entry.get("Time", 0)) not in keys.NUMBER
            or type(entry.get("Relation", "")) is not str
            or type(entry.get("Constraint Name", "")) is not str
        ):
            return {}
        triggers.append(
            Trigger(
                name=entry["Trigger Name"],
                relation=entry.get("Relation"),
                constraint=entry.get("Constraint Name"),
                total_ms=entry.get("Time"),
                calls=entry["Calls"],
            )
        )
    return {"triggers": tuple(triggers)}


def _write_trigger(trigger: Trigger) -> dict[str, object]:
    entries = {
        "Trigger Name": trigger.name,
        "Constraint Name": trigger.constraint,
        "Relation": trigger.relation,
        "Time": trigger.total_ms,
        "Calls": trigger.calls,
    }
    return {key: value for key, value in entries.items() if value is not None}


def _read_jit(value: dict[str, Any]) -> dict[str, Any]:
    functions, options, timing = value.get("Functions"), value.get("Options", {}), value.get("Timing", {})
    if "Inlining" in value:
        return _read_flat_jit(value)
    if type(functions) is not int or type(options) is not dict or type(timing) is not dict:
        return {}
    flat: dict[str, float] = {}
    for key, part in timing.items():
        # since 17, Generation is an object of its own with Deform and Total
        parts = part.items() if type(part) is dict else [("Total", part)]
        for inner, ms in parts:
            if type(ms) not in keys.NUMBER:
                return {}
            flat[key if inner == "Total" else inner] = ms
    if not set(map(type, options.values())) <= keys.FLAG:
        return {}
    return {"jit": Jit(functions=functions, total_ms=flat.get("Total"), options=dict(options), timing=flat)}


def _read_flat_jit(value: dict[str, Any]) -> dict[str, Any]:
    """As 11 has it: every option and every time for itself, and no sum."""
    functions = value.get("Functions")
    times = {key.removesuffix(" Time"): ms for key, ms in value.items() if key.endswith(" Time")}
    options = {key: is_on for key, is_on in value.items() if type(is_on) is bool}
    if type(functions) is not int or not set(map(type, times.values())) <= keys.NUMBER:
        return {}
    total = fsum(times.values()) if times else None
    return {"jit": Jit(functions=functions, total_ms=total, options=options, timing=times)}


def _write_jit(jit: Jit | None) -> dict[str, object] | None:
    if jit is None:
        return None
    timing: dict[str, object] = {key: ms for key, ms in jit.timing.items() if key != "Deform"}
    if "Deform" in jit.timing:
        timing["Generation"] = {"Deform": jit.timing["Deform"], "Total": jit.timing.get("Generation")}
    document: dict[str, object] = {"Functions": jit.functions, "Options": dict(jit.options)}
    return {**document, "Timing": timing} if timing else document


def _read_serialization(value: dict[str, Any]) -> dict[str, Any]:
    time, volume, kind = value.get("Time"), value.get("Output Volume"), value.get("Format")
    if (
        type(volume) is not int
        or type(kind) is not str
        or (time is not None and type(time) not in keys.NUMBER)
    ):
        return {}
    return {
        "serialization": Serialization(
            time_ms=time, output_kb=volume, format=kind, buffers=_read_buffers(value)
        )
    }


def _write_serialization(serialization: Serialization | None) -> dict[str, object] | None:
    if serialization is None:
        return None
    head = {} if serialization.time_ms is None else {"Time": serialization.time_ms}
    tail = _write_buffers(serialization.buffers) if serialization.buffers else {}
    return {**head, "Output Volume": serialization.output_kb, "Format": serialization.format, **tail}
