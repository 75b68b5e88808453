"""A picture of which plan is made for which values: over one parameter as lines of cost, over two as a field."""

from __future__ import annotations

from dataclasses import dataclass
from math import log, radians, sin
from typing import TYPE_CHECKING

from perfkit.render.blocks import Blocks
from perfkit.render.drawing import CHARACTER, Drawing, fitting
from perfkit.render.drawn import DrawnChart
from perfkit.render.escape import shortened
from perfkit.render.picture import COLOURS
from perfkit.render.plan_flips import (
    cells_alt,
    cost_of,
    map_blocks,
    ran_text,
    share_text,
    value_text,
)

if TYPE_CHECKING:
    from perfkit.capture.plan_diagram import Axis, Cell, PlanDiagram

_WIDTH = 720.0
_LEFT = 216.0
_SHARE = 52.0
"""Room for the share beside a value."""
_LABEL = 11.0
_CELL = 30.0
_LINE = 20.0
_HEAD = 30.0
"""Room for the names of both parameters."""
_KEY = 22.0
_SLANT = -45.0
_LABEL_LENGTHS = (11, 16)
"""The shorter one where the values can be told apart by it: a date is enough of most timestamps."""
_PALE, _STRONG = 0.22, 0.72
"""Opacity of the cheapest cell and of the costliest."""
_COLOURS = (*COLOURS, "#b5545c", "#3b97a8", "#8c8a34", "#7a6a5f")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDiagramChart(DrawnChart):
    """Each shape of plan in a colour and a letter, the stronger the costlier, with lines where the plan flips and a ring where it
    was run."""

    found: PlanDiagram

    @property
    def alt(self) -> str:
        return cells_alt(self.found)

    def svg(self) -> str:
        drawn = _Drawn(self.found, self.alt)
        return drawn.field() if len(self.found.axes) == 2 else drawn.lines()

    def blocks(self) -> Blocks:
        return map_blocks(self.found)


class _Drawn:
    def __init__(self, found: PlanDiagram, alt: str) -> None:
        self._found = found
        self._alt = alt
        self._letters = found.letters
        self._colours = {one.shape: _COLOURS[place % len(_COLOURS)] for place, one in enumerate(found.shapes)}
        costs = [cell.cost for cell in found.cells]
        self._least, self._most = max(min(costs), 0.01), max(*costs, 0.02)

    def field(self) -> str:
        """A column for each value of the first parameter, a line for each of the second."""
        across, down = self._found.axes
        words = _above(across)
        # slanting labels need as much room above as to the right of the last
        room = max(map(len, words)) * _LABEL * CHARACTER * sin(radians(-_SLANT))
        top = max(room, _HEAD) + 20
        width = (_WIDTH - _LEFT - room) / len(words)
        bottom = top + _CELL * len(down.parameters)
        drawing = self._drawing(bottom)
        drawing.label(_LEFT - 10, top - 32, f"{across.title} →", 12, anchor="end")
        drawing.label(_LEFT - 10, top - 10, f"{down.title} ↓", 12, anchor="end")
        for place, said in enumerate(words):
            drawing.label(_LEFT + width * (place + 0.5), top - 8, said, _LABEL, turned=_SLANT)
        rows = self._found.rows
        for line, row in enumerate(rows):
            y = top + _CELL * line
            self._value(drawing, down, line, y + _CELL / 2 + 4)
            for place, cell in enumerate(row):
                x = _LEFT + width * place
                self._cell(drawing, cell, x, y, width, _CELL)
        for line, row in enumerate(rows):
            y = top + _CELL * line
            for place, cell in enumerate(row):
                x = _LEFT + width * place
                if place + 1 < len(row) and row[place + 1].shape != cell.shape:
                    drawing.border(x + width, y, x + width, y + _CELL, 2.5)
                if line + 1 < len(rows) and rows[line + 1][place].shape != cell.shape:
                    drawing.border(x, y + _CELL, x + width, y + _CELL, 2.5)
        self._key(drawing, bottom + 16)
        return drawing.svg()

    def lines(self) -> str:
        """A line for each value, as long as the logarithm of its plan's cost."""
        top = 30.0
        cells = self._found.cells
        bottom = top + _LINE * len(cells)
        drawing = self._drawing(bottom)
        axis = self._found.axes[0] if self._found.axes else None
        drawing.label(_LEFT - 10, 18, f"{axis.title} ↓" if axis else "", 12, anchor="end")
        drawing.label(
            _LEFT,
            18,
            "plan, its estimated cost on a logarithmic scale, time where it was run",
            12,
            opacity=0.75,
        )
        room = _WIDTH - _LEFT - 190
        for place, cell in enumerate(cells):
            y = top + _LINE * place
            if axis is not None:
                self._value(drawing, axis, place, y + 14)
            length = 24 + room * self._weight(cell)
            drawing.box(_LEFT, y + 2, length, _LINE - 4, self._colours[cell.shape], _STRONG, self._note(cell))
            drawing.label(_LEFT + 8, y + 14, self._letters[cell.shape], 12)
            said = cost_of(cell.cost)
            if (run := self._found.run_of(cell)) is not None:
                said += f", ran {ran_text(run.custom)}"
                drawing.dot(_LEFT + length + 9, y + 10, 4, self._colours[cell.shape], hollow=True)
            drawing.label(_LEFT + length + 18, y + 14, said, 12)
            if place and cells[place - 1].shape != cell.shape:
                drawing.border(_LEFT - 6, y, _WIDTH - 10, y, 1.5)
        self._key(drawing, bottom + 14)
        return drawing.svg()

    def _drawing(self, bottom: float) -> Drawing:
        return Drawing(_WIDTH, bottom + _KEY * (len(self._found.shapes) + 1) + 16, self._alt)

    def _value(self, drawing: Drawing, axis: Axis, place: int, y: float) -> None:
        room = _LEFT - 20 - _SHARE
        drawing.label(
            _LEFT - 10 - _SHARE, y, fitting(value_text(axis.parameters[place]), room, 12), 12, anchor="end"
        )
        drawing.label(_LEFT - 10, y, share_text(axis, place), 11, anchor="end", opacity=0.8)

    def _cell(self, drawing: Drawing, cell: Cell, x: float, y: float, width: float, height: float) -> None:
        opacity = _PALE + (_STRONG - _PALE) * self._weight(cell)
        drawing.box(
            x + 0.5,
            y + 0.5,
            width - 1,
            height - 1,
            self._colours[cell.shape],
            round(opacity, 2),
            self._note(cell),
        )
        drawing.label(x + width / 2, y + height / 2 + 4.5, self._letters[cell.shape], 12, anchor="middle")
        if self._found.run_of(cell) is not None:
            drawing.ring(x + width / 2, y + height / 2, 10.5)

    def _weight(self, cell: Cell) -> float:
        """0 for the cheapest cell, 1 for the costliest, on a scale of logarithms."""
        if self._most <= self._least:
            return 1.0
        return log(max(cell.cost, self._least) / self._least) / log(self._most / self._least)

    def _note(self, cell: Cell) -> str:
        values = ", ".join(
            f"${axis.number} = {value_text(cell.parameters[axis.number - 1])}" for axis in self._found.axes
        )
        run = self._found.run_of(cell)
        ran = f"; ran {ran_text(run.custom)}" if run is not None else ""
        return f"{values}: plan {self._letters[cell.shape]}, {cost_of(cell.cost)}{ran}"

    def _key(self, drawing: Drawing, top: float) -> None:
        for place, one in enumerate(self._found.shapes):
            y = top + _KEY * place
            drawing.box(20, y, 14, 14, self._colours[one.shape], _STRONG)
            words = f"{self._letters[one.shape]}  {one.plan}"
            drawing.label(42, y + 12, fitting(words, _WIDTH - 60, 12), 12)
        y = top + _KEY * len(self._found.shapes)
        if len(self._found.axes) == 2:
            drawing.ring(27, y + 7, 7)
            drawing.label(
                42, y + 12, "was run as well; the stronger the colour, the higher the estimated cost", 12
            )


def _above(axis: Axis) -> list[str]:
    """Short labels of the values, each with its share."""
    for length in _LABEL_LENGTHS:
        words = [shortened(value_text(value), length) for value in axis.parameters]
        if len(set(words)) == len(words):
            break
    shares = [share_text(axis, place) for place in range(len(words))]
    return [f"{word} · {share}" if share else word for word, share in zip(words, shares, strict=True)]
