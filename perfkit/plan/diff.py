"""What changed between two plans, with figures that add up to the difference of the two roots."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum

from perfkit.plan.edits import Changed, Difference, Edit, Inserted, Kept, Moved, Removed, differences, figures
from perfkit.plan.match import JOINS, Side, match, nearest_matched
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One line of the table that adds up: a node with its partner, or alone."""

    before: Node | None
    after: Node | None
    exclusive_ms_delta: float | None
    """After less before; a missing node counts as 0. None unless both plans are timed."""
    exclusive_shared_blocks_delta: int | None
    """None unless both plans have BUFFERS."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDiff(Shown):
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
                    "before": _named(edit.before),
                    "after": _named(edit.after),
                    "differences": _listed(getattr(edit, "differences", ())),
                    "figures": _listed(getattr(edit, "figures", ())),
                    "exclusive_ms_delta": pair.exclusive_ms_delta,
                    "exclusive_shared_blocks_delta": pair.exclusive_shared_blocks_delta,
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
    first_old, first_new = _first_matched(old), _first_matched(new)
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
        if one.node_type in JOINS and other.node_type in JOINS:
            found += _swapped(old, new, here, there, first_old, first_new)
        counts = figures(one, other)
        ancestor = above_old[here]
        expected = -1 if ancestor < 0 else old.partners[ancestor]
        if expected != above_new[there]:
            edits.append(Moved(before=one, after=other, differences=found, figures=counts))
        elif found:
            edits.append(Changed(before=one, after=other, differences=found, figures=counts))
        else:
            edits.append(Kept(before=one, after=other, figures=counts))
        removed_from(here + 1)
    return edits


def _is_verbose(given: Side) -> bool:
    return any(node.output for node in given.nodes)


def _first_matched(given: Side) -> list[int]:
    """For each place the first place from it on that has a partner; one past the end for none."""
    first = [len(given.nodes)] * (len(given.nodes) + 1)
    for place in range(len(given.nodes) - 1, -1, -1):
        first[place] = place if given.partners[place] >= 0 else first[place + 1]
    return first


def _swapped(
    old: Side, new: Side, here: int, there: int, first_old: list[int], first_new: list[int]
) -> tuple[Difference, ...]:
    """A difference ``outer_input`` when what the join read as its outer input it now reads as its inner."""
    inputs_old, inputs_new = _inputs(old, here), _inputs(new, there)
    if inputs_old is None or inputs_new is None:
        return ()
    mine, yours = first_old[inputs_old[0]], first_new[inputs_new[0]]
    if mine >= inputs_old[1] or yours >= inputs_new[1]:
        return ()
    partner = old.partners[mine]
    if not inputs_new[1] <= partner < new.ends[there]:
        return ()
    return (Difference(field="outer_input", before=old.nodes[mine].label, after=new.nodes[yours].label),)


def _inputs(given: Side, place: int) -> tuple[int, int] | None:
    """Places of a join's outer and inner input."""
    found = []
    child_place = place + 1
    for child in given.nodes[place].children:
        if child.parent_relationship in ("Outer", "Inner"):
            found.append(child_place)
        child_place = given.ends[child_place]
    return (found[0], found[1]) if len(found) == 2 else None


def _pair(before: Plan, after: Plan, edit: Edit) -> Pair:
    one, other = edit.before, edit.after
    ms = blocks = None
    if before.residual_ms is not None and after.residual_ms is not None:
        ms = ((other and other.exclusive_ms) or 0.0) - ((one and one.exclusive_ms) or 0.0)
    if before.residual_shared_blocks is not None and after.residual_shared_blocks is not None:
        blocks = ((other and other.exclusive_shared_blocks) or 0) - (
            (one and one.exclusive_shared_blocks) or 0
        )
    return Pair(before=one, after=other, exclusive_ms_delta=ms, exclusive_shared_blocks_delta=blocks)


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
    )


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
