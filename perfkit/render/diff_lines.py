"""Which lines a comparison shows: one tree of both plans, equal siblings folded, the rest summed up when it is long.

Every pass is linear in the edits and free of recursion, as those of the outline of one plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from perfkit.plan.edits import Edit, Kept
from perfkit.plan.model import Node
from perfkit.render.outline import FOLD_ABOVE, MOST_LINES

if TYPE_CHECKING:
    from perfkit.plan.diff import Pair, PlanDiff

SHORT = 24
"""Lines of a comparison that fit a screen and are all shown."""

FEWEST_QUIET = 2
"""One line put in the place of a single other line saves nothing."""

CLEAR_SHARE = 0.05
"""A node's difference below a twentieth of the larger plan is not worth a look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffLine:
    """One row: an edit, siblings of which the same is to be said, or lines left out; with all edits it stands for."""

    edits: tuple[Edit, ...]
    pairs: tuple[Pair, ...]
    depth: int = 0
    heads: tuple[Edit, ...] = ()
    """The edits of the siblings that are folded, without those below them; empty for any other line."""
    is_omitted: bool = False
    """What was left out to keep the page short, or stays as it is below a node that was kept."""

    @property
    def edit(self) -> Edit:
        """The edit the line shows, of folded siblings the first."""
        return self.heads[0] if self.heads else self.edits[0]


def lines(diff: PlanDiff, most: int = MOST_LINES) -> tuple[DiffLine, ...]:
    """The lines of a comparison: each edit below that of its parent in the later plan, what was removed below that of its
    parent in the earlier one. Together they hold every edit once, so figures summed over them are those of the whole."""
    below, tops = _tree(diff)
    order = list(_walk(below, tops))
    same = _signatures(diff.edits, below, order)
    shown: list[DiffLine] = []
    parents: list[int] = []
    stack: list[tuple[tuple[int, ...], int, int]] = [((top,), 0, -1) for top in reversed(tops)]
    while stack:
        places, depth, parent = stack.pop()
        at = len(shown)
        parents.append(parent)
        if len(places) > 1:
            held = [one for place in places for one in _walk(below, [place])]
            heads = tuple(diff.edits[place] for place in places)
            shown.append(_line(diff, held, depth=depth, heads=heads))
            continue
        place = places[0]
        shown.append(_line(diff, places, depth=depth))
        stack.extend((group, depth + 1, at) for group in reversed(_folded(below[place], same)))
    if len(shown) > SHORT:
        shown, parents = _without_quiet(diff, shown, parents)
    return tuple(shown) if len(shown) <= most else tuple(_shortened(shown, parents, most))


def _without_quiet(
    diff: PlanDiff, shown: Sequence[DiffLine], parents: Sequence[int]
) -> tuple[list[DiffLine], list[int]]:
    """The lines without those that hang below a kept node and in which, all the way down, nothing happened that a reader
    would look for: they become one line each, so that what changed stands in its context."""
    ends = list(range(1, len(shown) + 1))
    is_quiet = [_is_quiet(diff, line) for line in shown]
    for place in range(len(shown) - 1, 0, -1):
        if parents[place] >= 0:
            ends[parents[place]] = max(ends[parents[place]], ends[place])
            is_quiet[parents[place]] &= is_quiet[place]
    kept: list[DiffLine] = []
    above: list[int] = []
    renamed: dict[int, int] = {-1: -1}
    place = 0
    while place < len(shown):
        renamed[place] = len(kept)
        kept.append(shown[place])
        above.append(renamed[parents[place]])
        place += 1
        if is_quiet[place - 1] and ends[place - 1] - place >= FEWEST_QUIET:
            kept.extend(_summed(shown[place : ends[place - 1]]))
            above.append(renamed[place - 1])
            place = ends[place - 1]
    return kept, above


def _is_quiet(diff: PlanDiff, line: DiffLine) -> bool:
    """Whether all nodes of the line were kept, and their own figures hardly moved."""
    if not all(isinstance(edit, Kept) for edit in line.edits):
        return False
    ms, blocks, _ = _rank(line)
    for moved, whole in ((ms, diff.totals.ms), (blocks, diff.totals.shared_blocks)):
        if moved >= CLEAR_SHARE * max(whole.before or 0.0, whole.after or 0.0, 1e-9):
            return False
    return True


def _line(diff: PlanDiff, places: Iterable[int], *, depth: int, heads: tuple[Edit, ...] = ()) -> DiffLine:
    held = tuple(places)
    return DiffLine(
        edits=tuple(diff.edits[place] for place in held),
        pairs=tuple(diff.pairs[place] for place in held),
        depth=depth,
        heads=heads,
    )


def _tree(diff: PlanDiff) -> tuple[list[list[int]], list[int]]:
    """For each edit the places of those below it, and the places of those below nothing."""
    by_before = {id(edit.before): place for place, edit in enumerate(diff.edits) if edit.before}
    by_after = {id(edit.after): place for place, edit in enumerate(diff.edits) if edit.after}
    above_before, above_after = _parents(diff.before.root), _parents(diff.after.root)
    below: list[list[int]] = [[] for _ in diff.edits]
    tops: list[int] = []
    for place, edit in enumerate(diff.edits):
        if edit.after is not None:
            parent = above_after.get(id(edit.after))
            above = None if parent is None else by_after[id(parent)]
        else:
            parent = above_before.get(id(edit.before))
            above = None if parent is None else by_before[id(parent)]
        (tops if above is None else below[above]).append(place)
    return below, tops


def _parents(root: Node) -> dict[int, Node]:
    return {id(child): node for node in root.walk() for child in node.children}


def _walk(below: Sequence[Sequence[int]], tops: Sequence[int]) -> Iterator[int]:
    stack = list(reversed(tops))
    while stack:
        place = stack.pop()
        yield place
        stack.extend(reversed(below[place]))


def _signatures(edits: Sequence[Edit], below: Sequence[Sequence[int]], order: Sequence[int]) -> list[int]:
    """For each edit a number, equal for those of which the same is to be said, whatever relation they read."""
    known: dict[tuple[object, ...], int] = {}
    found = [0] * len(edits)
    for place in reversed(order):
        edit = edits[place]
        key = (
            type(edit).__name__,
            edit.kinds,
            tuple(one.field for one in edit.differences),
            _kind(edit.before),
            _kind(edit.after),
            tuple(found[child] for child in below[place]),
        )
        found[place] = known.setdefault(key, len(known))
    return found


def _kind(node: Node | None) -> tuple[object, ...] | None:
    if node is None:
        return None
    return (
        node.node_type,
        node.is_parallel,
        node.strategy,
        node.partial_mode,
        node.join_type,
        node.operation,
        node.scan_direction,
        node.never_executed,
        node.subplan_name,
    )


def _folded(children: Sequence[int], same: Sequence[int]) -> list[tuple[int, ...]]:
    """The children one by one, but those that are more than ``FOLD_ABOVE`` of a kind together at the place of the first."""
    if len(children) <= FOLD_ABOVE:
        return [(child,) for child in children]
    groups: dict[int, list[int]] = {}
    for child in children:
        groups.setdefault(same[child], []).append(child)
    folded: list[tuple[int, ...]] = []
    for child in children:
        members = groups[same[child]]
        if len(members) <= FOLD_ABOVE:
            folded.append((child,))
        elif members[0] == child:
            folded.append(tuple(members))
    return folded


def _shortened(shown: Sequence[DiffLine], parents: Sequence[int], most: int) -> Iterator[DiffLine]:
    """What changed and what weighs, each with the lines above it; each run of others summed up in one line."""
    kept: set[int] = set()
    for place in sorted(range(len(shown)), key=lambda one: _rank(shown[one]), reverse=True):
        path: list[int] = []
        at = place
        while at >= 0 and at not in kept and len(kept) + len(path) <= most // 2:
            path.append(at)
            at = parents[at]
        if len(kept) + len(path) <= most // 2:
            kept.update(path)
    run: list[DiffLine] = []
    for place, line in enumerate(shown):
        if place not in kept:
            run.append(line)
            continue
        yield from _summed(run)
        run = []
        yield line
    yield from _summed(run)


def _summed(run: Sequence[DiffLine]) -> Iterator[DiffLine]:
    if run:
        yield DiffLine(
            edits=tuple(edit for line in run for edit in line.edits),
            pairs=tuple(pair for line in run for pair in line.pairs),
            depth=min(line.depth for line in run),
            is_omitted=True,
        )


def _rank(line: DiffLine) -> tuple[float, float, bool]:
    return (
        abs(sum(pair.exclusive_ms_delta or 0.0 for pair in line.pairs)),
        abs(sum(pair.exclusive_shared_blocks_delta or 0 for pair in line.pairs)),
        not isinstance(line.edit, Kept),
    )
