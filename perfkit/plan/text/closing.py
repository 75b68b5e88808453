"""What EXPLAIN's TEXT format says beside the tree, as its JSON has it."""

from __future__ import annotations

import re
from typing import Any, Final

from perfkit.plan.model import Buffers
from perfkit.plan.text.figures import has_one_clock, number, read_buffers, read_timings
from perfkit.plan.text.lines import refuse
from perfkit.plan.text.nodes import buffer_keys

_TIMES: Final = {
    "Planning Time": "Planning Time",
    "Planning time": "Planning time",
    "Execution Time": "Execution Time",
    "Execution time": "Execution time",
    "Total runtime": "Total Runtime",
}
_LABELS: Final = frozenset({*_TIMES, "Planning", "JIT", "Settings", "Query Identifier", "Serialization"})
_SUMMARY: Final = re.compile(r"[A-Z][^'\"(]*")
_HEADING: Final = re.compile(r"[A-Z][^'\"]*\)")
"""``RTI 1 (relation, inherited)``: how pg_overexplain heads a block."""
_MS: Final = re.compile(r"(\d+\.\d+) ms")
_SETTING: Final = re.compile(r"([\w.]+) = (?:'(.*?)'|NULL)(?:, (?=[\w.]+ = )|$)", re.DOTALL)
_TRIGGER: Final = re.compile(
    r"Trigger(?: (?!for constraint )(.+?))?(?: for constraint (.+?))?(?: on (.+?))?: (?:time=(\d+\.\d+) )?calls=(\d+(?:\.\d+)?)"
)
_MEMORY: Final = re.compile(r"used=(\d+)(kB| bytes) {1,2}allocated=(\d+)(?:kB| bytes)")
_SERIALIZATION: Final = re.compile(r"(?:time=(\d+\.\d+) ms {1,2})?output=(\d+)kB {1,2}format=(\w+)")
_FUNCTIONS: Final = re.compile(r"\d{1,18}")
_OPTION: Final = re.compile(r"(\w+) (true|false)")
_PHASE: Final = re.compile(r"(\w+) (\d+\.\d+) ms(?: \(Deform (\d+\.\d+) ms\))?")


def starts(label: str) -> bool:
    """Whether a line of that label stands beside the tree."""
    return label.removesuffix(":") in _LABELS or label.startswith("Trigger")


def read_beside(lines: list[str], place: int, body: dict[str, Any]) -> int:
    """Read the line of that index with those indented below it; gives the index of the first line after."""
    line = lines[place]
    words = line.strip()
    column = line.find(words[0])
    inside: list[str] = []
    after = place + 1
    while after < len(lines):
        more = lines[after].strip()
        if more and lines[after].find(more[0]) <= column:
            break
        if more:
            if more.startswith("->"):
                refuse("a node cannot stand below this line of the summary", lines, after)
            inside.append(more)
        after += 1
    if not _put(words, inside, body):
        refuse("cannot read this line; the plan has ended above", lines, place)
    return after


def _put(words: str, inside: list[str], body: dict[str, Any]) -> bool:
    label, colon, value = words.partition(":")
    value = value.strip()
    if words.startswith("Trigger"):
        found = _TRIGGER.fullmatch(words)
        if found is not None and not inside:
            body.setdefault("Triggers", []).append(_trigger(*found.groups()))
            return True
    if not colon or not (_SUMMARY.fullmatch(label) or (inside and not value and _HEADING.fullmatch(label))):
        return False
    made: Any = None
    key = _TIMES.get(label, label)
    if label in _TIMES and not inside:
        found = _MS.fullmatch(value)
        made = float(found[1]) if found else value
    elif label == "Settings":
        value = "\n".join((value, *inside))
        pairs = _SETTING.findall(value)
        if ", ".join(f"{name} = '{text}'" for name, text in pairs) == value:
            made = dict(pairs)
        elif not value.endswith(("'", " NULL")):
            return False
    elif label == "Planning" and not value:
        made = _read_planning(inside)
    elif label == "JIT" and not value:
        made = read_jit(inside)
    elif label == "Serialization":
        made = _read_serialization(value, inside)
    if made is None:
        made = number(value) if not inside else "\n".join((value, *inside))
        if str(made) != value and not inside:
            made = value
    if key in body:
        if key in _LABELS or key in _TIMES.values():
            return False
        made = f"{body[key]}\n{made}"
    body[key] = made
    return True


def _trigger(
    name: str | None, constraint: str | None, relation: str | None, ms: str | None, calls: str
) -> dict[str, Any]:
    entry = {
        "Trigger Name": name or "",
        "Constraint Name": constraint,
        "Relation": relation,
        "Time": None if ms is None else float(ms),
        "Calls": float(calls) if "." in calls else int(calls),
    }
    return {key: value for key, value in entry.items() if value is not None}


def _read_planning(lines: list[str]) -> dict[str, Any] | None:
    found = _buffers([line for line in lines if not line.startswith("Memory: ")])
    if found is None:
        return None
    for line in lines:
        if line.startswith("Memory: "):
            memory = _MEMORY.fullmatch(line.removeprefix("Memory: "))
            if memory is None:
                return None
            unit = 1 if memory[2] == "kB" else 1024
            found |= {"Memory Used": int(memory[1]) // unit, "Memory Allocated": int(memory[3]) // unit}
    return found


def _buffers(lines: list[str]) -> dict[str, Any] | None:
    """The keys of JSON for lines Buffers and I/O Timings; None when another line is among them."""
    buffers: Buffers | None = None
    is_old = False
    for line in lines:
        label, _, value = line.partition(": ")
        if label == "Buffers":
            buffers = read_buffers(value)
        elif label == "I/O Timings" and buffers is not None:
            buffers = read_timings(value, buffers)
            is_old = has_one_clock(value)
        else:
            return None
        if buffers is None:
            return None
    if buffers is None:
        return {}
    return {key: getattr(buffers, field) for key, field in buffer_keys(buffers, has_one_clock=is_old).items()}


def read_jit(lines: list[str]) -> dict[str, Any] | None:
    """The JIT block; None when it is in no form of 11 and later."""
    said = dict(line.split(": ", 1) for line in lines if ": " in line)
    if "Inlining" in said:
        flat = {key: _flat(text) for key, text in said.items()}
        return flat if write_jit(flat) == lines else None
    if len(said) != len(lines) or not said.keys() <= {"Functions", "Options", "Timing"}:
        return None
    if _FUNCTIONS.fullmatch(said.get("Functions", "")) is None:
        return None
    made: dict[str, Any] = {"Functions": int(said["Functions"]), "Options": {}}
    for name, value in _OPTION.findall(said.get("Options", "")):
        made["Options"][name] = value == "true"
    if "Timing" in said:
        timing: dict[str, Any] = {}
        for name, ms, deform in _PHASE.findall(said["Timing"]):
            timing[name] = {"Deform": float(deform), "Total": float(ms)} if deform else float(ms)
        made["Timing"] = timing
    return made if write_jit(made) == lines else None


def _flat(text: str) -> Any:
    ms = _MS.fullmatch(text)
    if ms is not None:
        return float(ms[1])
    return text == "true" if text in ("true", "false") else number(text)


def _write_flat(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.3f} ms" if isinstance(value, float) else str(value)


def write_jit(jit: dict[str, Any]) -> list[str]:
    """The lines inside a JIT block."""
    if "Inlining" in jit:  # 11
        return [f"{key}: {_write_flat(value)}" for key, value in jit.items()]
    lines = [f"Functions: {jit['Functions']}"]
    if jit.get("Options"):
        options = (f"{name} {str(is_on).lower()}" for name, is_on in jit["Options"].items())
        lines.append(f"Options: {', '.join(options)}")
    if jit.get("Timing"):
        parts = []
        for name, ms in jit["Timing"].items():
            if isinstance(ms, dict):
                parts.append(f"{name} {ms['Total']:.3f} ms (Deform {ms['Deform']:.3f} ms)")
            else:
                parts.append(f"{name} {ms:.3f} ms")
        lines.append(f"Timing: {', '.join(parts)}")
    return lines


def _read_serialization(value: str, lines: list[str]) -> dict[str, Any] | None:
    found = _SERIALIZATION.fullmatch(value)
    buffers = _buffers(lines)
    if found is None or buffers is None:
        return None
    time = {} if found[1] is None else {"Time": float(found[1])}
    return {**time, "Output Volume": int(found[2]), "Format": found[3], **buffers}
