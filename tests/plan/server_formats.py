"""A plan's JSON as PostgreSQL writes it in YAML and XML: the other side of the readers, for properties."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

_SINGULAR = {
    "Plans": "Plan",
    "Workers": "Worker",
    "Triggers": "Trigger",
    "Tasks": "Task",
    "Target Tables": "Target Table",
    "Grouping Sets": "Grouping Set",
    "Hash Keys": "Hash Key",
    "Group Keys": "Group Key",
}
_TAGS = {
    "Full-sort Groups": "Incremental-Sort-Groups",
    "Pre-sorted Groups": "Incremental-Sort-Groups",
    "Sort Space Memory": "Sort-Space",
    "Sort Space Disk": "Sort-Space",
}
"""XML has the kind of a group where other formats have its name."""
_TAG = re.compile(r"[^A-Za-z0-9._-]")
_MARKUP = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#x0d;"}


def as_yaml(documents: list[dict[str, Any]]) -> str:
    return "".join(f"{line}\n" for line in _yaml_items(documents, 0))


def _yaml_items(items: list[Any], indent: int) -> Iterator[str]:
    for item in items:
        if isinstance(item, dict):
            lines = list(_yaml_properties(item, indent + 2))
            yield f"{' ' * indent}- {lines[0].lstrip(' ')}"
            yield from lines[1:]
        else:
            yield f"{' ' * indent}- {_yaml_scalar(item)}"


def _yaml_properties(properties: dict[str, Any], indent: int) -> Iterator[str]:
    for name, value in properties.items():
        begin = f"{' ' * indent}{name}: "
        if isinstance(value, dict):
            yield begin
            yield from _yaml_properties(value, indent + 2)
        elif isinstance(value, list):
            yield begin
            yield from _yaml_items(value, indent + 2)
        else:
            yield begin + _yaml_scalar(value)


def _yaml_scalar(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def as_xml(documents: list[dict[str, Any]]) -> str:
    inner = "".join(_xml("Query", one, 1) for one in documents)
    return f'<explain xmlns="http://www.postgresql.org/2009/explain">\n{inner}</explain>\n'


def _xml(name: str, value: Any, depth: int) -> str:
    tag, indent = _TAGS.get(name) or _TAG.sub("-", name), "  " * depth
    if isinstance(value, dict):
        inner = "".join(_xml(key, one, depth + 1) for key, one in value.items())
    elif isinstance(value, list):
        inner = "".join(_xml(_SINGULAR.get(name, "Item"), one, depth + 1) for one in value)
    else:
        words = value if isinstance(value, str) else json.dumps(value)
        return f"{indent}<{tag}>{''.join(_MARKUP.get(one, one) for one in words)}</{tag}>\n"
    return f"{indent}<{tag}>\n{inner}{indent}</{tag}>\n"
