"""A Plan as EXPLAIN (FORMAT TEXT) prints it."""

from __future__ import annotations

from typing import Any, Final

from perfkit.plan import keys
from perfkit.plan.dump_json import dump_json
from perfkit.plan.model import Node, Plan
from perfkit.plan.text.closing import write_jit
from perfkit.plan.text.nodes import MASKED, is_from_text
from perfkit.plan.text.write_lines import buffers_lines, figures_of, property_lines

_BESIDE: Final = ("Planning Time", "Execution Time", "Total Runtime")


def write_text(plan: Plan) -> str:
    """The plan as PostgreSQL's own text: for a plan that was read from text the same lines, white space aside.

    Of a plan from another format it has all that the text format shows.

    >>> from perfkit.plan import read_json
    >>> print(write_text(read_json({"Plan": {"Node Type": "Limit", "Plans": [{"Node Type": "Result"}]}})))
    Limit
      ->  Result
    """
    document = dump_json(plan)[0]
    lines: list[str] = []
    stack: list[tuple[Node | None, Any, int, bool]] = [(plan.root, document["Plan"], 0, True)]
    is_verbose = any(node.output for node in plan.walk())
    is_whole = is_from_text(plan.root)
    while stack:
        node, said, column, is_root = stack.pop()
        if node is None:
            lines += said
            continue
        inner = column + (2 if is_root else 6)
        if node.subplan_name is not None and not is_root:
            lines.append(" " * column + node.subplan_name)
            column, inner = column + 2, column + 8
        arrow = "" if is_root else "->  "
        masked = said.get(MASKED)
        figures = f"  {masked}" if isinstance(masked, str) else figures_of(node)
        lines.append(" " * column + arrow + node.label + figures)
        below, after = property_lines(said, hides_unique=not is_verbose and not is_whole)
        lines += [" " * inner + line for line in below]
        if after:
            stack.append((None, [" " * (column + 4) + line for line in after], 0, False))
        children = said.get("Plans", [])
        stack.extend(
            (child, entry, inner, False)
            for child, entry in zip(reversed(node.children), reversed(children), strict=True)
        )
    labels = {today: old for old, today in keys.OLD_TIMES.items() if old in plan.keys}
    return "\n".join([*lines, *_beside(document, labels, is_verbose or is_whole, is_whole)])


def _beside(
    document: dict[str, Any], labels: dict[str, str], with_names: bool, with_relations: bool
) -> list[str]:
    """The lines after the tree.

    TEXT names a constraint's trigger only with VERBOSE, and its table only if several are written to.
    """
    lines: list[str] = []
    for key, value in document.items():
        if key != "Plan" and value is not None:
            try:
                lines += _group_lines(key, value, labels, with_names, with_relations)
            except (AttributeError, KeyError, TypeError, ValueError):
                # in another form than PostgreSQL's, as the document of a newer server may have it
                lines.append(f"{key}: {value}")
    return lines


def _group_lines(
    key: str, value: Any, labels: dict[str, str], with_names: bool, with_relations: bool
) -> list[str]:
    if key in _BESIDE:
        label = "Total runtime" if key == "Total Runtime" else labels.get(key, key)
        return [f"{label}: {value}" if isinstance(value, str) else f"{label}: {value:.3f} ms"]
    if key == "Settings":
        pairs = ", ".join(f"{name} = '{said}'" for name, said in value.items())
        return [f"Settings: {pairs}"] if pairs else []
    if key == "Planning" and isinstance(value, dict):
        inside = buffers_lines(value)
        if "Memory Used" in value:
            allocated = value.get("Memory Allocated")
            more = "" if allocated is None else f"  allocated={allocated}kB"
            inside.append(f"Memory: used={value['Memory Used']}kB{more}")
        return ["Planning:", *("  " + line for line in inside)] if inside else []
    if key == "Triggers":
        is_one = len({trigger.get("Relation") for trigger in value}) == 1
        return [_trigger(trigger, with_names, with_relations or not is_one) for trigger in value]
    if key == "JIT" and isinstance(value, dict):
        return ["JIT:", *("  " + line for line in write_jit(value))]
    if key == "Serialization" and isinstance(value, dict):
        time = f"time={value['Time']:.3f} ms  " if "Time" in value else ""
        head = f"Serialization: {time}output={value['Output Volume']}kB  format={value['Format']}"
        return [head, *("  " + line for line in buffers_lines(value))]
    return [f"{key}: {str(value).lower() if isinstance(value, bool) else value}"]


def _trigger(trigger: dict[str, Any], with_name: bool, with_relation: bool) -> str:
    words = "Trigger"
    if trigger["Trigger Name"] and (with_name or "Constraint Name" not in trigger):
        words += f" {trigger['Trigger Name']}"
    if "Constraint Name" in trigger:
        words += f" for constraint {trigger['Constraint Name']}"
    if with_relation and "Relation" in trigger:
        words += f" on {trigger['Relation']}"
    time = f"time={trigger['Time']:.3f} " if "Time" in trigger else ""
    calls = trigger["Calls"]
    return (
        f"{words}: {time}calls={calls:.3f}" if isinstance(calls, float) else f"{words}: {time}calls={calls}"
    )
