"""Plans as values: read from EXPLAIN's output, measured node by node, compared."""

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
from perfkit.plan.parse import Collected, collect_plans, parse_plan, parse_plans
from perfkit.plan.read_json import read_json

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
