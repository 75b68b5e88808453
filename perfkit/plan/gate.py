"""Did a plan get worse: a rule on figures that hardly move between runs, for tests that must not fail by chance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from perfkit.plan.diff import PlanDiff, Total
from perfkit.plan.edits import Edit
from perfkit.plan.model import Node
from perfkit.units import format_count, format_percent

RegressionKind = Literal["shape", "blocks", "rows", "rows-removed", "temp", "cost", "time"]

FLOOR_BLOCKS: Final = 8
"""Hint bits, visibility and one page more in an index move this much between runs of one plan."""

FLOOR_ROWS: Final = 100
"""Fewer rows cost nothing that could be measured."""

_ACCESS: Final = {"Index Only Scan": 0, "Index Scan": 1, "Tid Scan": 1, "Bitmap Heap Scan": 2, "Seq Scan": 3}
"""How much of a relation a scan reads to find the same rows, in rising order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerances:
    """By what part of the earlier plan's figure the later plan's may be larger."""

    blocks: float = 0.10
    """A tenth: blocks of one plan on one data set differ by less between runs."""
    rows: float = 0.10
    temp: float = 0.10


@dataclass(frozen=True, slots=True, kw_only=True)
class Regression:
    """One thing that got worse, in a sentence without its full stop."""

    kind: RegressionKind
    text: str


def regressions(diff: PlanDiff, tolerances: Tolerances | None = None) -> tuple[Regression, ...]:
    """What got worse from the earlier plan to the later one; empty when the gate is open.

    Blocks, temp blocks, rows returned and rows thrown away are judged by their tolerance. A change of shape is worse when
    an index is read no more, a step spills, or work turns serial, unless the plan reads clearly fewer blocks; where
    neither plan was executed, when its cost rises as well. Time is not judged: one run of each says nothing. (``time`` is the
    kind of a regression that runs against runs have shown.)

    >>> from perfkit.plan import diff, read_json
    >>> scan = {"Node Type": "Seq Scan", "Relation Name": "issue"}
    >>> index = {"Node Type": "Index Scan", "Relation Name": "issue", "Index Name": "issue_pkey"}
    >>> [one.text for one in regressions(diff(read_json({"Plan": index}), read_json({"Plan": scan})))]
    ['Index Scan using issue_pkey on issue became Seq Scan on issue']
    """
    return tuple(_regressions(diff, tolerances or Tolerances()))


def _regressions(diff: PlanDiff, allowed: Tolerances) -> Iterator[Regression]:
    totals = diff.totals
    if not diff.is_same_shape and not _pays_off(diff, allowed):
        for edit in diff.edits:
            if text := _worse(edit):
                yield Regression(kind="shape", text=text)
    checked: tuple[tuple[RegressionKind, str, Total, float, float], ...] = (
        ("blocks", "shared blocks", totals.shared_blocks, allowed.blocks, FLOOR_BLOCKS),
        ("temp", "temp blocks", totals.temp_blocks, allowed.temp, FLOOR_BLOCKS),
        ("rows", "rows returned", totals.rows, allowed.rows, FLOOR_ROWS),
        ("rows-removed", "rows thrown away", totals.rows_removed, allowed.rows, FLOOR_ROWS),
    )
    for kind, what, total, tolerance, floor in checked:
        if _rises(total, tolerance, floor):
            yield Regression(
                kind=kind, text=f"{_said(what, total)}, more than {format_percent(tolerance)} up"
            )
    if not diff.is_same_shape and totals.rows.delta is None and _rises(totals.cost, allowed.blocks, 1.0):
        yield Regression(kind="cost", text=f"another plan, and {_said('its cost', totals.cost)}")


def _pays_off(diff: PlanDiff, allowed: Tolerances) -> bool:
    """Whether the later plan reads, or is thought to cost, clearly less: then its shape is no fault."""
    totals = diff.totals
    total = totals.shared_blocks if totals.shared_blocks.delta is not None else totals.cost
    if total.before is None or total.after is None:
        return False
    return total.after <= total.before * (1 - allowed.blocks)


def _rises(total: Total, tolerance: float, floor: float) -> bool:
    if total.before is None or total.after is None:
        return False
    return total.after - total.before > max(floor, tolerance * total.before)


def _said(what: str, total: Total) -> str:
    return f"{what} {format_count(total.before)} → {format_count(total.after)}"


def _worse(edit: Edit) -> str | None:
    one, other = edit.before, edit.after
    if one is None or other is None:
        return None
    if "access-method-changed" in edit.kinds and _loses_index(one, other):
        return f"{one.label} became {other.label}"
    if "spills" in edit.kinds:
        return f"{other.label} does not fit into its memory any more"
    if "made-serial" in edit.kinds:
        return f"{one.label} became {other.label}: it is not done in parallel any more"
    return None


def _loses_index(before: Node, after: Node) -> bool:
    return _ACCESS.get(before.node_type, 0) < _ACCESS.get(after.node_type, 0)
