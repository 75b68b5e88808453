"""A plan diff as plain dicts and lists, for ``perfkit diff --json``."""

from __future__ import annotations

from typing import Any

from perfkit.plan.diff import PlanDiff, Total
from perfkit.plan.edits import Changed, Difference, Kept, Moved
from perfkit.plan.model import Node


def diff_document(diff: PlanDiff) -> dict[str, Any]:
    """``edits`` in the order of the later plan; their deltas and the residual add up to the totals' delta."""
    return {
        "is_same_shape": diff.is_same_shape,
        "totals": {name: _total(getattr(diff.totals, name)) for name in _TOTALS},
        "edits": [
            {
                "edit": type(edit).__name__.lower(),
                "before": _node(pair.before),
                "after": _node(pair.after),
                "differences": _differences(edit.differences if isinstance(edit, Changed | Moved) else ()),
                "figures": _differences(edit.figures if isinstance(edit, Kept | Changed | Moved) else ()),
                "exclusive_ms_delta": pair.exclusive_ms_delta,
                "exclusive_shared_blocks_delta": pair.exclusive_shared_blocks_delta,
            }
            for edit, pair in zip(diff.edits, diff.pairs, strict=True)
        ],
        "residual_ms_delta": diff.residual_ms_delta,
        "residual_shared_blocks_delta": diff.residual_shared_blocks_delta,
        "settings": _differences(diff.settings),
    }


_TOTALS = ("ms", "execution_ms", "planning_ms", "shared_blocks", "temp_blocks", "rows")


def _total(total: Total) -> dict[str, float | None]:
    return {"before": total.before, "after": total.after, "delta": total.delta}


def _node(node: Node | None) -> dict[str, Any] | None:
    return None if node is None else {"number": node.number, "label": node.label}


def _differences(differences: tuple[Difference, ...]) -> list[dict[str, object]]:
    return [{"field": one.field, "before": one.before, "after": one.after} for one in differences]
