"""TEXT that servers wrote, beside the JSON of the same plan: both must give one model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from recorded_plans import FOLDER, formatted

from perfkit.plan import Buffers, Node, Plan, Serialization, Trigger, Wal, Worker, read_json
from perfkit.plan.json_text import loads
from perfkit.plan.text import read_text, write_text

TEXTS = sorted(path for path in FOLDER.rglob("*.txt"))
STEADY = [path for path in TEXTS if path.with_suffix(".yaml").exists()]
"""Recorded without times, so that all formats show the same figures."""

NOT_IN_TEXT = {
    "is_inner_unique": "a join that is not inner unique has no line",
    "keys": "the order of lines, not a property",
    "measures": "follow from the rest",
}
"""Fields of Node that TEXT does not say, or not always."""

ONLY_TARGET = ("parent_relationship", "Outer", "Member")
"""Before 14 a ModifyTable had a member for each target; with one target TEXT looks the same before and after."""


def name_of(path: Path) -> str:
    return str(path.relative_to(FOLDER).with_suffix(""))


def essence(text: str) -> list[tuple[int, str]]:
    """The lines with their indentation, inner white space folded."""
    return [
        (len(line) - len(line.lstrip()), " ".join(line.split())) for line in text.split("\n") if line.strip()
    ]


def same_as_stated(stated: Any, whole: Any) -> bool:
    """Whether what TEXT gave is what JSON gave, or TEXT is silent where JSON has zero, false or nothing."""
    if isinstance(stated, Trigger) and isinstance(whole, Trigger):
        return all(
            getattr(stated, part.name) in (None, "", getattr(whole, part.name)) for part in fields(Trigger)
        )
    if isinstance(stated, tuple) and isinstance(whole, tuple) and len(stated) == len(whole):
        return all(map(same_as_stated, stated, whole))
    if isinstance(stated, Buffers | Wal | Worker | Serialization) and isinstance(whole, type(stated)):
        return all(
            same_as_stated(getattr(stated, part.name), getattr(whole, part.name))
            for part in fields(stated)
            if part.name != "keys"
        )
    if isinstance(stated, Mapping) and isinstance(whole, Mapping):
        return all(same_as_stated(stated.get(key), whole.get(key)) for key in {*stated, *whole})
    if stated is None or stated == ():
        return is_nothing(whole)
    return bool(stated == whole)


def is_nothing(value: Any) -> bool:
    if isinstance(value, Buffers | Wal):
        return all(is_nothing(getattr(value, part.name)) for part in fields(value))
    if isinstance(value, tuple | list):
        return all(
            is_nothing(one.extra) and one.buffers is None if isinstance(one, Worker) else is_nothing(one)
            for one in value
        )
    if isinstance(value, Mapping):
        return all(map(is_nothing, value.values()))
    return value is None or value is False or value == 0


def differences(stated: Plan, whole: Plan) -> list[str]:
    """Fields in which two plans differ though both say something.

    ``extra["Planning"]`` is JSON's own form of the planning buffers and memory, which are compared as fields.
    """
    found = []
    one, other = list(stated.walk()), list(whole.walk())
    if len(one) != len(other):
        return [f"{len(one)} nodes, expected {len(other)}"]
    above = {child.number: node for node in one for child in node.children}
    for mine, yours in zip(one, other, strict=True):
        for part in fields(Node):
            if part.name in NOT_IN_TEXT or part.name == "children":
                continue
            a, b = getattr(mine, part.name), getattr(yours, part.name)
            if (part.name, a, b) == ONLY_TARGET and above[mine.number].node_type == "ModifyTable":
                continue
            if part.name == "scan_direction" and b == "NoMovement":
                continue  # before 16, of an index that only gives distances; no word of it in TEXT
            if part.name == "function" and b is None and a == yours.alias:
                continue  # ROWS FROM several functions: without VERBOSE their alias looks like one
            if not same_as_stated(a, b):
                found.append(f"{mine.number} {mine.label}: {part.name} {a!r}, expected {b!r}")
    for part in fields(Plan):
        if part.name not in ("root", "keys", "residual_ms", "residual_shared_blocks"):
            a, b = getattr(stated, part.name), getattr(whole, part.name)
            if part.name == "extra":
                a, b = ({key: value for key, value in one.items() if key != "Planning"} for one in (a, b))
            if not same_as_stated(a, b):
                found.append(f"{part.name} {a!r}, expected {b!r}")
    return found


@pytest.mark.parametrize("path", TEXTS, ids=name_of)
def test_text_read_and_written_is_the_text(path: Path) -> None:
    text = formatted(name_of(path), "txt")
    assert essence(write_text(read_text(text))) == essence(text)


@pytest.mark.parametrize("path", STEADY, ids=name_of)
def test_text_gives_the_model_of_json(path: Path) -> None:
    whole = read_json(loads(formatted(name_of(path), "json")))
    assert differences(read_text(formatted(name_of(path), "txt")), whole) == []
