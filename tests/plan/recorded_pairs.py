"""The pairs of plans that record_pairs.py took from a real server."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from perfkit.plan import Plan, PlanDiff, diff, parse_plan

FOLDER = Path(__file__).parent / "pairs"
PAIRS = sorted({path.name.split(".")[0] for path in FOLDER.glob("*.json")})


@cache
def sides(name: str) -> tuple[Plan, Plan]:
    before, after = (parse_plan((FOLDER / f"{name}.{side}.json").read_text()) for side in ("before", "after"))
    return before, after


def compared(name: str) -> PlanDiff:
    return diff(*sides(name))
