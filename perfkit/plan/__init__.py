"""Plans as values: read from EXPLAIN's output, measured node by node, compared."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from perfkit.plan.diff import Pair, PlanDiff, Total, Totals, diff
from perfkit.plan.dump_json import dump_json
from perfkit.plan.edits import Changed, ChangeKind, Difference, Edit, Inserted, Kept, Moved, Removed
from perfkit.plan.model import (
    Actual,
    Buffers,
    Estimate,
    Jit,
    Measures,
    Node,
    Plan,
    Serialization,
    Trigger,
    Wal,
    Worker,
)
from perfkit.plan.read_json import read_json

if TYPE_CHECKING:
    from perfkit.plan.parse import Collected, collect_plans, parse_plan, parse_plans

__all__ = [
    "Actual",
    "Buffers",
    "ChangeKind",
    "Changed",
    "Collected",
    "Difference",
    "Edit",
    "Estimate",
    "Inserted",
    "Jit",
    "Kept",
    "Measures",
    "Moved",
    "Node",
    "Pair",
    "Plan",
    "PlanDiff",
    "Removed",
    "Serialization",
    "Total",
    "Totals",
    "Trigger",
    "Wal",
    "Worker",
    "collect_plans",
    "diff",
    "dump_json",
    "parse_plan",
    "parse_plans",
    "read_json",
]

_OF_TEXT = ("Collected", "collect_plans", "parse_plan", "parse_plans")


def __getattr__(name: str) -> object:
    """What reads pasted text is loaded when somebody pastes some: who captures plans needs none of it."""
    if name not in _OF_TEXT:
        raise AttributeError(f"module 'perfkit.plan' has no attribute {name!r}")
    value = getattr(import_module("perfkit.plan.parse"), name)
    globals()[name] = value
    return value
