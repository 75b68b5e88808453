"""A picture of which plan serves which values: over one parameter as bars of time, over two as a field of plans."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from perfkit.redact import redacted
from perfkit.render.blocks import Blocks
from perfkit.render.drawing import Drawing, fitting
from perfkit.render.markdown import write_markdown
from perfkit.render.picture import COLOURS
from perfkit.render.sensitivity import sensitivity_blocks
from perfkit.render.text import write_text
from perfkit.units import format_ms

if TYPE_CHECKING:
    from perfkit.capture.sensitivity import Sensitivity, SetRun

_WIDTH = 720.0
_LEFT = 150.0
_LINE = 26.0
_CELL_HEIGHT = 44.0
_KEY = 22.0
_MOST_BARS = 24
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDiagram:
    """The plans of several sets of parameters, each shape in a colour and a letter; the table of the same figures besides."""

    found: Sensitivity

    @property
    def alt(self) -> str:
        """What the picture shows, for those who cannot see it."""
        parts = [
            f"plan {letter} ({members[0].custom.plan}) for {', '.join(_name(run) for run in members)}"
            for letter, members in zip(_LETTERS, self.found.shapes.values(), strict=False)
        ]
        return f"Which plan serves which values: {'; '.join(parts)}."

    def svg(self) -> str:
        """The picture with presentation attributes only."""
        axes = _axes(self.found.runs)
        return _field(self.found, *axes, self.alt) if axes else _bars(self.found, self.alt)

    def __str__(self) -> str:
        return write_text(diagram_blocks(self))

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> tuple[dict[str, str], dict[str, dict[str, object]]]:
        from perfkit.render.bundle import chosen

        shown = redacted(self)
        blocks = diagram_blocks(shown)
        bundle = {"image/svg+xml": shown.svg(), "text/plain": write_text(blocks)}
        if include:
            bundle["text/markdown"] = write_markdown(blocks) + "\n"
        return chosen(bundle, include, exclude), {"image/svg+xml": {"alt": shown.alt}}


def diagram_blocks(diagram: PlanDiagram) -> Blocks:
    """The table that stands for the picture where none can be shown."""
    return sensitivity_blocks(diagram.found)


def _axes(runs: Sequence[SetRun]) -> tuple[int, int] | None:
    """The two parameters that vary, where just two do and their values make a field with more than one line each."""
    if not runs:
        return None
    places = [
        place for place in range(len(runs[0].parameters)) if len({run.parameters[place] for run in runs}) > 1
    ]
    if len(places) != 2:
        return None
    one, other = ({run.parameters[place] for run in runs} for place in places)
    return (places[0], places[1]) if len(one) * len(other) <= 2 * len(runs) else None


def _letters(found: Sensitivity) -> dict[str, int]:
    return {shape: place for place, shape in enumerate(found.shapes)}


def _bars(found: Sensitivity, alt: str) -> str:
    """A line for each set: as long as its time, the generic plan's time as a hollow dot."""
    runs = found.runs[:_MOST_BARS]
    letters = _letters(found)
    longest = max([run.custom.ms or 0.0 for run in runs] + [0.001])
    height = 30 + _LINE * len(runs) + _KEY * len(letters) + 10
    drawing = Drawing(_WIDTH, height, alt)
    room = _WIDTH - _LEFT - 90
    drawing.label(_LEFT - 10, 18, "values", 12, anchor="end", opacity=0.75)
    drawing.label(_LEFT, 18, "time with the plan made for them", 12, opacity=0.75)
    for place, run in enumerate(runs):
        y = 30 + _LINE * place
        number = letters[run.custom.shape]
        drawing.label(_LEFT - 10, y + 15, fitting(_name(run), _LEFT - 20, 12), 12, anchor="end")
        width = max(room * (run.custom.ms or 0.0) / longest, 2.0)
        drawing.box(_LEFT, y + 3, width, _LINE - 8, _colour(number), 0.75, f"{_name(run)}: {_said(run)}")
        drawing.label(_LEFT + width + 6, y + 15, f"{_LETTERS[number % 26]}  {_said(run)}", 12)
    _key(drawing, found, 30 + _LINE * len(runs) + 12)
    return drawing.svg()


def _field(found: Sensitivity, first: int, second: int, alt: str) -> str:
    """A column for each value of one parameter, a line for each of the other; the letter names the plan."""
    letters = _letters(found)
    across = list(dict.fromkeys(run.parameters[first] for run in found.runs))
    down = list(dict.fromkeys(run.parameters[second] for run in found.runs))
    width = (_WIDTH - _LEFT) / len(across)
    height = 48 + _CELL_HEIGHT * len(down) + _KEY * len(letters) + 16
    drawing = Drawing(_WIDTH, height, alt)
    drawing.label(_LEFT - 10, 18, f"${second + 1} ↓  ${first + 1} →", 12, anchor="end", opacity=0.75)
    for place, value in enumerate(across):
        drawing.label(
            _LEFT + width * (place + 0.5), 36, fitting(_text(value), width - 6, 12), 12, anchor="middle"
        )
    for place, value in enumerate(down):
        y = 48 + _CELL_HEIGHT * place
        drawing.label(_LEFT - 10, y + 25, fitting(_text(value), _LEFT - 20, 12), 12, anchor="end")
    for run in found.runs:
        x = _LEFT + width * across.index(run.parameters[first])
        y = 48 + _CELL_HEIGHT * down.index(run.parameters[second])
        number = letters[run.custom.shape]
        drawing.box(
            x + 1.5,
            y + 1.5,
            width - 3,
            _CELL_HEIGHT - 3,
            _colour(number),
            0.45,
            f"{_name(run)}: {_said(run)}",
        )
        drawing.label(x + width / 2, y + 18, _LETTERS[number % 26], 13, anchor="middle")
        drawing.label(
            x + width / 2, y + 34, fitting(_said(run), width - 6, 11), 11, anchor="middle", opacity=0.85
        )
    _key(drawing, found, 48 + _CELL_HEIGHT * len(down) + 14)
    return drawing.svg()


def _key(drawing: Drawing, found: Sensitivity, top: float) -> None:
    for number, members in enumerate(found.shapes.values()):
        y = top + _KEY * number
        drawing.box(_LEFT, y, 14, 14, _colour(number), 0.75)
        words = f"{_LETTERS[number % 26]}  {members[0].custom.plan}"
        drawing.label(_LEFT + 22, y + 12, fitting(words, _WIDTH - _LEFT - 30, 12), 12)


def _colour(number: int) -> str:
    return COLOURS[number % len(COLOURS)]


def _name(run: SetRun) -> str:
    return ", ".join(map(_text, run.parameters))


def _text(value: str | None) -> str:
    return "NULL" if value is None else value


def _said(run: SetRun) -> str:
    return "timed out" if run.custom.ms is None else format_ms(run.custom.ms)
