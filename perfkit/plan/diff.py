"""What changed between two plans, with figures that add up to the difference of the two roots."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum

from perfkit.chain import Framed
from perfkit.plan.changes import kinds
from perfkit.plan.draft import collector_paused
from perfkit.plan.edits import Changed, Difference, Edit, Inserted, Kept, Moved, Removed, differences, figures
from perfkit.plan.joins import Joins
from perfkit.plan.match import Side, match, nearest_matched
from perfkit.plan.model import Node, Plan
from perfkit.show import Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """One figure of the whole plan on both sides; None where a plan does not have it."""

    before: float | None
    after: float | None

    @property
    def delta(self) -> float | None:
        """After less before; None unless both are known."""
        return None if self.before is None or self.after is None else self.after - self.before

    @property
    def ratio(self) -> float | None:
        """After ÷ before; None unless both are known and before is not zero."""
        return None if not self.before or self.after is None else self.after / self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Figures of the roots; times in milliseconds, blocks with all below."""

    ms: Total
    execution_ms: Total
    planning_ms: Total
    shared_blocks: Total
    temp_blocks: Total
    rows: Total
    rows_removed: Total
    """Read and thrown away, by all nodes together."""
    cost: Total
    """The planner's idea of the whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One line of the table that adds up: a node with its partner, or alone."""

    before: Node | None
    after: Node | None
    exclusive_ms_delta: float | None
    """After less before; a missing node counts as 0. None unless both plans are timed."""
    exclusive_shared_blocks_delta: int | None
    """None unless both plans have BUFFERS."""
    rows_delta: float | None = None
    """Rows over all loops, after less before; a missing node counts as 0. None unless both plans are analysed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDiff(Framed, Shown):
    """Two plans compared.

    ``pairs`` has one line for each edit. Their deltas and the residual delta together are the difference of the roots.
    """

    before: Plan
    after: Plan
    edits: tuple[Edit, ...]
    """In the order of the later plan; what was removed stands where it was."""
    pairs: tuple[Pair, ...]
    totals: Totals
    residual_ms_delta: float | None
    """What is left of the roots' difference in time after all pairs: see ``Plan.residual_ms``."""
    residual_shared_blocks_delta: int | None
    settings: tuple[Difference, ...]
    """Planner settings that differ: a possible cause."""

    @property
    def is_same_shape(self) -> bool:
        """True when both plans do the same things in the same order, whatever their figures and conditions."""
        return self.before.shape == self.after.shape

    def to_document(self) -> dict[str, object]:
        """The comparison as plain dicts and lists; nodes by their number and label in their own plan."""
        return {
            "is_same_shape": self.is_same_shape,
            "totals": {
                name: {"before": total.before, "after": total.after, "delta": total.delta}
                for name in Totals.__dataclass_fields__
                for total in (getattr(self.totals, name),)
            },
            "edits": [
                {
                    "kind": type(edit).__name__.lower(),
                    "kinds": list(edit.kinds),
                    "before": _named(edit.before),
                    "after": _named(edit.after),
                    "below_before": _named(edit.below_before) if isinstance(edit, Moved) else None,
                    "below_after": _named(edit.below_after) if isinstance(edit, Moved) else None,
                    "differences": _listed(edit.differences),
                    "figures": _listed(edit.figures),
                    "exclusive_ms_delta": pair.exclusive_ms_delta,
                    "exclusive_shared_blocks_delta": pair.exclusive_shared_blocks_delta,
                    "rows_delta": pair.rows_delta,
                }
                for edit, pair in zip(self.edits, self.pairs, strict=True)
            ],
            "residual_ms_delta": self.residual_ms_delta,
            "residual_shared_blocks_delta": self.residual_shared_blocks_delta,
            "settings": _listed(self.settings),
        }


def diff(before: Plan, after: Plan) -> PlanDiff:
    """Compare two plans of one statement: what was kept, changed, moved, inserted, removed, and what each part costs.

    >>> from perfkit.plan import read_json
    >>> scan = {"Node Type": "Seq Scan", "Relation Name": "issue", "Alias": "issue"}
    >>> a = read_json({"Plan": scan})
    >>> b = read_json({"Plan": {"Node Type": "Gather", "Plans": [{**scan, "Parallel Aware": True}]}})
    >>> [type(edit).__name__ for edit in diff(a, b).edits]
    ['Inserted', 'Changed']
    >>> [type(edit).__name__ for edit in diff(a, a).edits]
    ['Kept']
    """
    with collector_paused():
        return _compared(before, after)


def _compared(before: Plan, after: Plan) -> PlanDiff:
    old, new = match(before.root, after.root)
    edits = tuple(_edits(old, new))
    pairs = tuple(_pair(before, after, edit) for edit in edits)
    totals = _totals(before, after)
    ms = [pair.exclusive_ms_delta for pair in pairs if pair.exclusive_ms_delta is not None]
    blocks = [
        pair.exclusive_shared_blocks_delta for pair in pairs if pair.exclusive_shared_blocks_delta is not None
    ]
    return PlanDiff(
        before=before,
        after=after,
        edits=edits,
        pairs=pairs,
        totals=totals,
        residual_ms_delta=None if totals.ms.delta is None else totals.ms.delta - fsum(ms),
        residual_shared_blocks_delta=(
            None if totals.shared_blocks.delta is None else round(totals.shared_blocks.delta) - sum(blocks)
        ),
        settings=_settings(before, after),
    )


def _edits(old: Side, new: Side) -> list[Edit]:
    is_comparable = _is_verbose(old) == _is_verbose(new)
    above_old, above_new = nearest_matched(old), nearest_matched(new)
    joins = Joins(old, new)
    edits: list[Edit] = []

    def removed_from(place: int) -> None:
        while place < len(old.nodes) and old.partners[place] < 0:
            edits.append(Removed(before=old.nodes[place]))
            place += 1

    removed_from(0)
    for there, here in enumerate(new.partners):
        if here < 0:
            edits.append(Inserted(after=new.nodes[there]))
            continue
        one, other = old.nodes[here], new.nodes[there]
        found = differences(one, other, with_expressions=is_comparable)
        found += joins.differences(here, there)
        counts = figures(one, other)
        ancestor = above_old[here]
        expected = -1 if ancestor < 0 else old.partners[ancestor]
        if expected != above_new[there]:
            edits.append(
                Moved(
                    before=one,
                    after=other,
                    differences=found,
                    figures=counts,
                    kinds=kinds(one, other, found),
                    below_before=None if ancestor < 0 else old.nodes[ancestor],
                    below_after=None if above_new[there] < 0 else new.nodes[above_new[there]],
                )
            )
        elif found:
            edits.append(
                Changed(
                    before=one,
                    after=other,
                    differences=found,
                    figures=counts,
                    kinds=kinds(one, other, found),
                )
            )
        else:
            edits.append(Kept(before=one, after=other, figures=counts))
        removed_from(here + 1)
    return edits


def _is_verbose(given: Side) -> bool:
    return any(node.output for node in given.nodes)


def _pair(before: Plan, after: Plan, edit: Edit) -> Pair:
    one, other = edit.before, edit.after
    ms = blocks = None
    if before.residual_ms is not None and after.residual_ms is not None:
        ms = ((other and other.exclusive_ms) or 0.0) - ((one and one.exclusive_ms) or 0.0)
    if before.residual_shared_blocks is not None and after.residual_shared_blocks is not None:
        blocks = ((other and other.exclusive_shared_blocks) or 0) - (
            (one and one.exclusive_shared_blocks) or 0
        )
    rows = None
    if before.is_analyzed and after.is_analyzed:
        rows = ((other and other.total_rows) or 0.0) - ((one and one.total_rows) or 0.0)
    return Pair(
        before=one,
        after=other,
        exclusive_ms_delta=ms,
        exclusive_shared_blocks_delta=blocks,
        rows_delta=rows,
    )


def _totals(before: Plan, after: Plan) -> Totals:
    one, other = before.root, after.root
    old, new = one.buffers, other.buffers
    return Totals(
        ms=Total(before=one.total_ms, after=other.total_ms),
        execution_ms=Total(before=before.execution_ms, after=after.execution_ms),
        planning_ms=Total(before=before.planning_ms, after=after.planning_ms),
        shared_blocks=Total(before=old.shared if old else None, after=new.shared if new else None),
        temp_blocks=Total(before=old.temp if old else None, after=new.temp if new else None),
        rows=Total(before=one.total_rows, after=other.total_rows),
        rows_removed=Total(before=_removed(before), after=_removed(after)),
        cost=Total(
            before=one.estimate.total_cost if one.estimate else None,
            after=other.estimate.total_cost if other.estimate else None,
        ),
    )


def _removed(plan: Plan) -> float | None:
    if not plan.is_analyzed:
        return None
    return fsum(node.rows_removed or 0.0 for node in plan.walk())


def _settings(before: Plan, after: Plan) -> tuple[Difference, ...]:
    return tuple(
        Difference(field=name, before=before.settings.get(name), after=after.settings.get(name))
        for name in sorted({*before.settings, *after.settings})
        if before.settings.get(name) != after.settings.get(name)
    )


def _named(node: Node | None) -> dict[str, object] | None:
    return None if node is None else {"number": node.number, "label": node.label}


def _listed(found: tuple[Difference, ...]) -> list[dict[str, object]]:
    return [
        {
            "field": one.field,
            "before": list(one.before) if isinstance(one.before, tuple) else one.before,
            "after": list(one.after) if isinstance(one.after, tuple) else one.after,
        }
        for one in found
    ]
