"""A plan diagram: which plan PostgreSQL makes for which values of a statement's parameters, and where it flips."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import inf

from perfkit.capture.sensitivity import ALIKE_FACTOR, NOTABLE_MS, PlanRun, Sensitivity, SetRun
from perfkit.show import Shown

UNEVEN_FACTOR = 4.0
"""Neighbours whose costs are alike and whose times differ by more than this: twice the factor that caches make."""

COSTLY_SHARE = 0.5
"""Flips that cost less than half of the costliest between the same plans are not worth running."""

_TOLD = 6
"""Shapes that are counted in a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """The values that one parameter takes."""

    number: int
    """n of ``$n``."""
    relation: str = ""
    """``schema.table`` of the column the parameter is compared with; empty where the values were given."""
    column: str = ""
    operator: str = ""
    """How it is compared, the column on the left: ``<``."""
    parameters: tuple[str | None, ...]
    """In the order drawn: of a range as the type sorts them, of an equality the commonest first, as given where they were."""
    shares: tuple[float | None, ...] = ()
    """Share of the table's rows that the planner expects this comparison alone to keep; None where it was not asked."""

    @property
    def title(self) -> str:
        """``$1 project_id``."""
        return f"${self.number}{f' {self.column}' if self.column else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A parameter that stays the same throughout."""

    number: int
    parameters: tuple[str | None]
    """Its one value."""
    reason: str
    """``given``, or why perfkit took this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanShape:
    """One shape of plan among those that were made."""

    shape: str
    """Its fingerprint."""
    plan: str
    """Its scans in a few words."""
    cells: int
    least_cost: float
    most_cost: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One set of values, planned and not executed."""

    parameters: tuple[str | None, ...]
    """Of all the statement's parameters."""
    shape: str
    cost: float
    """The planner's total cost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """Two neighbouring cells with different plans, and how each ran; None where it was not run."""

    cells: tuple[Cell, Cell]
    runs: tuple[PlanRun | None, PlanRun | None]

    @property
    def is_uneven(self) -> bool:
        """Whether the planner takes both to cost about the same, and they took very different times, or one never ended."""
        costs = sorted(cell.cost for cell in self.cells)
        times = sorted(inf if run.ms is None else run.ms for run in self.runs if run is not None)
        return (
            len(times) == 2
            and times[0] < inf
            and costs[1] <= ALIKE_FACTOR * costs[0]
            and times[1] > UNEVEN_FACTOR * max(times[0], NOTABLE_MS)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDiagram(Shown):
    """The plans over one or two parameters. Costs the server one EXPLAIN a cell, and two executions for each of ``runs``."""

    axes: tuple[Axis, ...]
    """The first across, the second down; none where nothing varies."""
    held: tuple[Held, ...] = ()
    cells: tuple[Cell, ...]
    """Line by line: all values of the first axis with the first of the second, then with its next."""
    shapes: tuple[PlanShape, ...]
    """The commonest first."""
    explains: int
    """How many plans were asked for in all, to choose values too."""
    runs: Sensitivity
    """The cells that were executed: both sides of flips, and of each shape its costliest where there is time."""

    @property
    def width(self) -> int:
        return len(self.axes[0].parameters) if self.axes else 1

    @property
    def rows(self) -> tuple[tuple[Cell, ...], ...]:
        """The cells of each line."""
        return tuple(self.cells[at : at + self.width] for at in range(0, len(self.cells), self.width))

    @property
    def verdict(self) -> str:
        """How many plans there are for how many values, in a line."""
        names = " and ".join(axis.title for axis in self.axes)
        what = "pairs of values" if len(self.axes) == 2 else "values"
        over = f"{len(self.cells)} {what} of {names}" if self.axes else "one set of values"
        if len(self.shapes) == 1:
            return f"one plan shape for {over}"
        counts = ", ".join(f"{self.letters[one.shape]} for {one.cells}" for one in self.shapes[:_TOLD])
        more = f", {len(self.shapes) - _TOLD} more" if len(self.shapes) > _TOLD else ""
        return f"{len(self.shapes)} plan shapes for {over}: {counts}{more}"

    @property
    def letters(self) -> Mapping[str, str]:
        """Fingerprint of each shape → A, B, …"""
        return {one.shape: _letter(place) for place, one in enumerate(self.shapes)}

    @property
    def flips(self) -> tuple[Flip, ...]:
        """For each two shapes that are neighbours one place; see ``borders``."""
        return tuple(
            Flip(cells=pair, runs=(self._plan_run(pair[0]), self._plan_run(pair[1])))
            for pair in borders(self.rows)
        )

    def run_of(self, cell: Cell) -> SetRun | None:
        """How the cell ran; None where it was only planned."""
        return next((one for one in self.runs.runs if one.parameters == cell.parameters), None)

    def _plan_run(self, cell: Cell) -> PlanRun | None:
        run = self.run_of(cell)
        return run.custom if run is not None else None


def borders(rows: tuple[tuple[Cell, ...], ...]) -> list[tuple[Cell, Cell]]:
    """For each two shapes that meet, of their costly neighbours those whose costs are closest: there the planner wavers, and it
    matters. The longest border first."""
    found: dict[frozenset[str], list[tuple[Cell, Cell]]] = {}
    for one, other in _neighbours(rows):
        if one.shape != other.shape:
            found.setdefault(frozenset((one.shape, other.shape)), []).append((one, other))
    return [_telling(pairs) for pairs in sorted(found.values(), key=lambda pairs: -len(pairs))]


def _telling(pairs: list[tuple[Cell, Cell]]) -> tuple[Cell, Cell]:
    costs = [min(one.cost, other.cost) for one, other in pairs]
    costly = [pair for pair, cost in zip(pairs, costs, strict=True) if cost >= COSTLY_SHARE * max(costs)]
    return min(costly, key=lambda pair: max(_costs(pair)) / max(min(_costs(pair)), 0.01))


def _costs(pair: tuple[Cell, Cell]) -> tuple[float, float]:
    return pair[0].cost, pair[1].cost


def _neighbours(rows: tuple[tuple[Cell, ...], ...]) -> Iterator[tuple[Cell, Cell]]:
    for row in rows:
        yield from pairwise(row)
    for upper, lower in pairwise(rows):
        yield from zip(upper, lower, strict=True)


def _letter(place: int) -> str:
    """A to Z, then A2.

    >>> [_letter(place) for place in (0, 25, 26)]
    ['A', 'Z', 'A2']
    """
    turn, letter = divmod(place, 26)
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[letter] + (str(turn + 1) if turn else "")
