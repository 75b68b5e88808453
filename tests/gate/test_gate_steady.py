"""The steady part of a plan, on every recorded plan: the same shape, nothing of the moment, no value."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from perfkit.gate.steady import steady, untimed
from perfkit.plan import Plan, diff, dump_json, parse_plans, read_json

RECORDED = sorted((Path(__file__).parents[1] / "plan" / "recorded").rglob("*.json"))


def recorded(path: Path) -> Plan:
    return parse_plans(path.read_text())[0]


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_the_shape_stays_and_the_moment_goes(path: Path) -> None:
    plan = recorded(path)
    kept = steady(plan)
    assert kept.shape == plan.shape
    assert steady(kept) == kept
    text = json.dumps(dump_json(kept))
    assert "Time" not in text.replace("One-Time Filter", "")
    assert "Cost" not in text
    assert "Workers Launched" not in text
    assert all(edit.before is not None and edit.after is not None for edit in diff(kept, kept).edits)
    buffers, before = kept.root.buffers, plan.root.buffers
    assert (buffers.shared if buffers else None) == (before.shared if before else None)


@pytest.mark.parametrize("path", RECORDED[::20], ids=lambda path: path.stem)
def test_a_cold_cache_and_a_busy_machine_change_nothing(path: Path) -> None:
    plan = recorded(path)
    body = dump_json(plan)[0]
    busy = read_json([{**body, "Plan": _busy(body["Plan"]), "Execution Time": 9_999.0}])
    assert steady(busy) == steady(plan)
    assert untimed(busy) == untimed(plan)


def _busy(node: dict[str, Any]) -> dict[str, Any]:
    """The node as it would have run with nothing cached, no worker free, and slowly."""
    found = {**node, **{key: 777.0 for key in ("Actual Startup Time", "Actual Total Time") if key in node}}
    if "Shared Hit Blocks" in node:
        found["Shared Read Blocks"] = node["Shared Hit Blocks"] + node["Shared Read Blocks"]
        found["Shared Hit Blocks"] = 0
    if "Workers Launched" in node:
        found["Workers Launched"] = 0
        found.pop("Workers", None)
    if "Plans" in node:
        found["Plans"] = [_busy(child) for child in node["Plans"]]
    return found
