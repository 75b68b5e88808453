"""What each size of indexes buys: the cost of a workload against the storage and the writes that its indexes take."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from perfkit.render.blocks import Blocks, Column, Row, Span, Table, paragraph, text
from perfkit.render.figures import cost_text
from perfkit.render.picture import COLOURS, GREY, PIXELS_PER_INCH, WIDTH_INCHES, Picture
from perfkit.units import format_bytes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from perfkit.advise.selection.frontier import FrontierPoint
    from perfkit.index_advice import IndexAdvice

_HEIGHT_INCHES = 3.1
_LOG_BEYOND = 8
"""Costs further apart squeeze all but the first steps into a line on a linear axis."""
_UNITS = ((1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "kB"), (1, "bytes"))
_STEPS = (1, 2, 5, 10)
_BAR = "█"
_BAR_LENGTH = 24
_WAY, _ADVISED = COLOURS[0], COLOURS[1]
_GAP, _LABEL_HEIGHT = 9.0, 12.0
"""In points."""
_LABEL_WIDTH = 0.45
"""Of the axis."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontierChart(Picture):
    """Sets of indexes by size and cost as a picture, or as a table."""

    points: tuple[FrontierPoint, ...]
    advised: tuple[int, float]
    """Size in bytes and cost of the set that is advised."""
    bound: float | None = None
    """No allowed set costs less; None where that is not known."""
    unit: str = "cost"
    """Of the costs: ``ms``, or the planner's own."""
    title: str = "What each size buys"

    @property
    def alt(self) -> str:
        if not self.is_drawn:
            return "No indexes to draw."
        first, (size, cost) = self.points[0], self.advised
        said = (
            f"Cost of the workload by the size of its new indexes, {len(self.points)} sets: from"
            f" {cost_text(first.cost, self.unit)} with {first.indexes or 'none'} to {cost_text(cost, self.unit)} with"
            f" {format_bytes(size)}, the set that is advised."
        )
        if self.bound is not None:
            said += f" No allowed set costs less than {cost_text(self.bound, self.unit)}."
        if self.has_writes:
            most = max(point.write_cost for point in self.points)
            said += f" Beside it the same by what the indexes cost the writes, up to {cost_text(most, self.unit)}."
        return said

    @property
    def is_drawn(self) -> bool:
        return len(self.points) > 1

    @property
    def has_writes(self) -> bool:
        """Whether the workload writes to a table that gets an index."""
        return any(point.write_cost > 0 for point in self.points)

    @property
    def size_inches(self) -> tuple[float, float]:
        return WIDTH_INCHES, _HEIGHT_INCHES

    def is_advised(self, point: FrontierPoint) -> bool:
        return (point.size_bytes, point.cost) == self.advised

    def blocks(self) -> Blocks:
        return (_table(self),) if self.points else (paragraph("No set of indexes was weighed."),)

    def figure(self, colour: str) -> Figure:
        return _figure(self, colour)


def chart_of_frontier(found: IndexAdvice) -> FrontierChart:
    return FrontierChart(
        points=found.frontier,
        advised=(found.size_bytes, found.cost_after),
        bound=found.cost_bound,
        unit=found.unit,
    )


_WRITES = Column(
    title="of it for writes", align="right", note="what the indexes add to the writes, by estimate"
)


def _table(chart: FrontierChart) -> Table:
    most = max(point.cost for point in chart.points) or 1.0
    return Table(
        columns=(
            Column(title="indexes", align="right"),
            Column(title="size", align="right"),
            Column(title="expected time" if chart.unit == "ms" else "planned cost", align="right"),
            *([_WRITES] if chart.has_writes else []),
            Column(title=""),
            Column(title=""),
        ),
        rows=tuple(
            Row(
                cells=(
                    text(str(point.indexes)),
                    text(format_bytes(point.size_bytes)),
                    text(cost_text(point.cost, chart.unit)),
                    *([text(cost_text(point.write_cost, chart.unit))] if chart.has_writes else []),
                    text(Span(_BAR * max(1, round(_BAR_LENGTH * point.cost / most)), "bar")),
                    text(Span("✓ advised", "good", badge=True) if chart.is_advised(point) else ""),
                )
            )
            for point in chart.points
        ),
        kind="frontier",
    )


def _figure(chart: FrontierChart, colour: str) -> Figure:
    """Steps from no index on: with a limit between two sets it is the smaller one that can be had."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=chart.size_inches, dpi=PIXELS_PER_INCH)
    bottom, height = 0.44 / _HEIGHT_INCHES, 1 - 0.72 / _HEIGHT_INCHES
    divisor, unit = _unit(max(point.size_bytes for point in chart.points))
    wide = 0.58 if chart.has_writes else 0.90
    sizes = figure.add_axes((0.085, bottom, wide, height))
    _panel(sizes, chart, colour, lambda point: point.size_bytes / divisor, f"size of the indexes, {unit}", 8)
    said = "expected time of the workload, ms" if chart.unit == "ms" else "planned cost of the workload"
    sizes.set_title(said, loc="left", color=colour, fontsize=9)
    _words(sizes, chart, colour, chart.advised[0] / divisor)
    if chart.has_writes:
        writes = figure.add_axes((0.72, bottom, 0.265, height), sharey=sizes)
        _panel(
            writes,
            chart,
            colour,
            lambda point: point.write_cost,
            f"of it for writes{', ms' if chart.unit == 'ms' else ''}",
            4,
        )
        writes.tick_params(axis="y", labelleft=False)
    return figure


def _panel(
    axes: Axes,
    chart: FrontierChart,
    colour: str,
    place: Callable[[FrontierPoint], float],
    label: str,
    ticks: int,
) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

    best = _best(chart.points, place)
    costs = [point.cost for point in chart.points] + ([] if chart.bound is None else [chart.bound])
    right = max(map(place, chart.points)) * 1.06 or 1.0
    axes.step(
        [*map(place, best), right],
        [*(point.cost for point in best), best[-1].cost],
        where="post",
        color=_WAY,
        linewidth=1.4,
    )
    for is_advised, colour_of, size in ((False, _WAY, 4.0), (True, _ADVISED, 8.0)):
        shown = [point for point in chart.points if chart.is_advised(point) == is_advised]
        axes.plot(
            [place(point) for point in shown],
            [point.cost for point in shown],
            linestyle="none",
            marker="o",
            markersize=size,
            markeredgewidth=0,
            color=colour_of,
            clip_on=False,
            zorder=3 + is_advised,
        )
    if chart.bound is not None:
        axes.axhline(chart.bound, color=GREY, linewidth=0.9, dashes=(4, 3))
    axes.set_xlim(-right * 0.02, right)
    if min(costs) > 0 and max(costs) > _LOG_BEYOND * min(costs):
        axes.set_yscale("log")
        axes.set_ylim(min(costs) * (min(costs) / max(costs)) ** 0.14, max(costs) * 1.1)
        axes.yaxis.set_major_locator(LogLocator(base=10, subs=(1, 2, 5), numticks=12))
        axes.yaxis.set_minor_locator(NullLocator())
    else:
        axes.set_ylim(0, max(costs) * 1.06 or 1.0)
        axes.yaxis.set_major_locator(MaxNLocator(6, steps=_STEPS))
    axes.xaxis.set_major_locator(MaxNLocator(ticks, steps=_STEPS))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: _short(value)))
    axes.set_xlabel(label, color=colour)
    axes.tick_params(axis="both", colors=colour, length=3, width=0.6)
    axes.grid(color=GREY, alpha=0.25, linewidth=0.6)
    axes.set_axisbelow(True)
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("bottom", "left"))
        spine.set_color(GREY)
        spine.set_linewidth(0.6)


def _words(axes: Axes, chart: FrontierChart, colour: str, advised_place: float) -> None:
    """Names on the picture itself: the set advised, and what the dashed line is."""
    size, cost = chart.advised
    indexes = next((point.indexes for point in chart.points if chart.is_advised(point)), None)
    if indexes is not None:
        is_right = advised_place > axes.get_xlim()[1] / 2
        named = f"{indexes} {'index' if indexes == 1 else 'indexes'}, {format_bytes(size)}"
        axes.annotate(
            f"advised: {named}" if indexes else "advised: no index",
            (advised_place, cost),
            xytext=(-5 if is_right else 8, _above(axes, chart, advised_place) if is_right else _GAP),
            textcoords="offset points",
            ha="right" if is_right else "left",
            va="bottom",
            color=_ADVISED,
            annotation_clip=False,
        )
    if chart.bound is not None:
        axes.annotate(
            "no allowed set costs less",
            (0.02, chart.bound),
            xycoords=("axes fraction", "data"),
            xytext=(0, -4),
            textcoords="offset points",
            va="top",
            color=colour,
            alpha=0.75,
            fontsize=8,
        )


def _above(axes: Axes, chart: FrontierChart, advised_place: float) -> float:
    """Points above the advised set where the label to its left crosses no line: below the step before it, where there is room,
    else above the steps that it passes."""
    left, right = axes.get_xlim()
    start = advised_place - _LABEL_WIDTH * (right - left)
    best = _best(chart.points, lambda point: point.size_bytes)
    scale = advised_place / chart.advised[0] if chart.advised[0] else 0.0
    before = [point for point in best if point.size_bytes * scale < advised_place]
    passed = [
        one.cost
        for one, after in zip(before, [*before[1:], None], strict=True)
        if after is None or after.size_bytes * scale > start
    ]
    heights = [_points_up(axes, cost) - _points_up(axes, chart.advised[1]) for cost in passed]
    if not heights or min(heights) > _GAP + _LABEL_HEIGHT:
        return _GAP
    return max(heights) + _GAP / 3


def _points_up(axes: Axes, cost: float) -> float:
    up: float = axes.transData.transform((0, cost))[1]
    return up * 72 / PIXELS_PER_INCH


def _best(points: Sequence[FrontierPoint], place: Callable[[FrontierPoint], float]) -> list[FrontierPoint]:
    """The points that cost less than all those before them on the axis."""
    best: list[FrontierPoint] = []
    for point in sorted(points, key=lambda one: (place(one), one.cost)):
        if not best or point.cost < best[-1].cost:
            best.append(point)
    return best


def _unit(most: float) -> tuple[int, str]:
    """The largest unit of which there is at least one.

    >>> _unit(5_000_000)
    (1048576, 'MB')
    """
    return next(((size, unit) for size, unit in _UNITS if most >= size), _UNITS[-1])


def _short(value: float) -> str:
    """A number on an axis.

    >>> [_short(value) for value in (0.5, 200.0, 50_000.0, 2e7, 1e13)]
    ['0.5', '200', '50 k', '20 M', '10 T']
    """
    for size, mark in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:,.6g} {mark}"
    return f"{value:.6g}"
