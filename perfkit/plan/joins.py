"""Which inputs a join reads on both sides of a comparison: swapped sides, another join order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from perfkit.plan.edits import Difference
from perfkit.plan.match import JOINS, Side, is_anchor, mark
from perfkit.plan.tree import ASIDE

_MOST_NAMES: Final = 4
"""Relations of one input that are named; a reader knows the rest from the tree."""


class Joins:
    """The joins of two matched plans. Made once for a comparison, in one pass over each plan."""

    def __init__(self, old: Side, new: Side) -> None:
        self._old, self._new = old, new
        self._covers_old = _covers(old, list(range(len(old.nodes))))
        self._covers_new = _covers(new, new.partners)

    def differences(self, here: int, there: int) -> tuple[Difference, ...]:
        """``outer_input`` when the sides are swapped, ``join_order`` when the inputs hold other relations; empty when
        the join at place ``here`` of the earlier plan reads what the one at ``there`` of the later plan reads.

        Only relations that stand in both plans are looked at, so one that came or went is no other join order.
        """
        old, new = self._old, self._new
        if old.nodes[here].node_type not in JOINS or new.nodes[there].node_type not in JOINS:
            return ()
        inputs_old, inputs_new = _inputs(old, here), _inputs(new, there)
        if inputs_old is None or inputs_new is None:
            return ()
        before = tuple(self._covers_old[place] for place in inputs_old)
        after = tuple(self._covers_new[place] for place in inputs_new)
        if before == after or not all((*before, *after)):
            return ()
        if before == after[::-1]:
            return (
                Difference(
                    field="outer_input",
                    before=_first_anchor(old, inputs_old[0]),
                    after=_first_anchor(new, inputs_new[0]),
                ),
            )
        return (
            Difference(field="join_order", before=_spelled(old, inputs_old), after=_spelled(new, inputs_new)),
        )


def _covers(given: Side, names: list[int]) -> list[int]:
    """For each place the sum of the marks of all matched anchors below it, but for those of InitPlans and SubPlans."""
    covers = [0] * len(given.nodes)
    for place in range(len(given.nodes) - 1, 0, -1):
        if given.partners[place] >= 0 and is_anchor(given, place):
            covers[place] += mark(names[place])
        if given.nodes[place].parent_relationship not in ASIDE:
            covers[given.parents[place]] += covers[place]
    return covers


def _inputs(given: Side, place: int) -> tuple[int, int] | None:
    """Places of a join's outer and inner input."""
    found = []
    child_place = place + 1
    for child in given.nodes[place].children:
        if child.parent_relationship in ("Outer", "Inner"):
            found.append(child_place)
        child_place = given.ends[child_place]
    return (found[0], found[1]) if len(found) == 2 else None


def _anchors(given: Side, place: int) -> Iterator[int]:
    at = place
    while at < given.ends[place]:
        if at > place and given.nodes[at].parent_relationship in ASIDE:
            at = given.ends[at]
            continue
        if is_anchor(given, at):
            yield at
        at += 1


def _first_anchor(given: Side, place: int) -> str:
    return next((given.nodes[at].label for at in _anchors(given, place)), given.nodes[place].label)


def _spelled(given: Side, inputs: tuple[int, int]) -> str:
    return " ⋈ ".join(_names(given, place) for place in inputs)


def _names(given: Side, place: int) -> str:
    names = []
    for at in _anchors(given, place):
        node = given.nodes[at]
        names.append(node.alias or node.relation or node.cte or node.function or node.node_type)
        if len(names) > _MOST_NAMES:
            names[-1] = "…"
            break
    return names[0] if len(names) == 1 else f"({', '.join(names)})"
