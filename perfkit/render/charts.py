"""Pictures of samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from perfkit.render.blocks import Blocks
from perfkit.render.capture import samples_blocks
from perfkit.render.investigation import sample_series
from perfkit.render.picture import COLOURS, GREY, PIXELS_PER_INCH, WIDTH_INCHES, Picture
from perfkit.stats import median, quantile
from perfkit.units import format_ms

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from perfkit.capture.values import Capture, Measurement, Samples
    from perfkit.investigation import Investigation

Sampled: TypeAlias = (
    "Investigation | Capture | Measurement | Samples | Mapping[str, Measurement] | Sequence[Measurement]"
)

_LOG_BEYOND = 8
"""Medians further apart squeeze the faster series into a dot on a linear axis."""
_BAND_INCHES = 0.85
_LEFT, _WIDE_LEFT = 0.19, 0.25
"""Part of the width that the names take, for short ones and for the longest."""
_SHORT = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart(Picture):
    """Series of samples as a picture, or as a table of quartiles."""

    series: tuple[tuple[str, Samples], ...]
    title: str = "samples"

    @property
    def alt(self) -> str:
        """What the picture shows, for those who cannot see it."""
        parts = [
            f"{name}: {len(samples.values)} runs, median {format_ms(median(samples.values))}, "
            f"from {format_ms(min(samples.values))} to {format_ms(max(samples.values))}"
            for name, samples in self.series
        ]
        return f"Execution times by run. {'; '.join(parts)}." if parts else "No samples to draw."

    @property
    def is_drawn(self) -> bool:
        return bool(self.series)

    @property
    def size_inches(self) -> tuple[float, float]:
        return _size(len(self.series))

    def blocks(self) -> Blocks:
        return samples_blocks(self.series)

    def figure(self, colour: str) -> Figure:
        return _figure(self.series, colour)


def chart_of_samples(sampled: Sampled) -> Chart:
    """A chart of the samples of an investigation (before and after its best advice), a capture, or measurements by
    name; two measurements without names are before and after."""
    return Chart(series=tuple((name, samples) for name, samples in _series(sampled) if samples.values))


def _series(sampled: Sampled) -> list[tuple[str, Samples]]:
    from perfkit.capture.values import Capture, Measurement, Samples

    if isinstance(sampled, Samples):
        return [("samples", sampled)]
    if isinstance(sampled, Capture | Measurement):
        return [("samples", sampled.samples)]
    if isinstance(sampled, Mapping):
        return [(name, measurement.samples) for name, measurement in sampled.items()]
    if isinstance(sampled, Sequence):
        names = ("before", "after") if len(sampled) == 2 else [f"{n}" for n in range(1, len(sampled) + 1)]
        return [(name, measurement.samples) for name, measurement in zip(names, sampled, strict=True)]
    return sample_series(sampled)


def _size(bands: int) -> tuple[float, float]:
    return WIDTH_INCHES, 0.55 + _BAND_INCHES * max(bands, 1)


def _figure(series: Sequence[tuple[str, Samples]], colour: str) -> Figure:
    """One band for each series: a dot for each run, the first run on top, over a box from quartile to quartile."""
    from matplotlib.figure import Figure

    width, height = _size(len(series))
    figure = Figure(figsize=(width, height), dpi=PIXELS_PER_INCH)
    left = _LEFT if all(len(_label(name)) <= _SHORT for name, _ in series) else _WIDE_LEFT
    axes = figure.add_axes((left, 0.42 / height, 0.98 - left, 1 - 0.48 / height))
    for place, (name, samples) in enumerate(series):
        band_colour = COLOURS[place % len(COLOURS)]
        _band(axes, -place, samples.values, band_colour)
        axes.annotate(
            _label(name),
            (0, -place + 0.12),
            xycoords=("axes fraction", "data"),
            xytext=(-10, 0),
            textcoords="offset points",
            ha="right",
            va="center",
            color=colour,
            annotation_clip=False,
        )
        axes.annotate(
            f"median {format_ms(median(samples.values))}",
            (0, -place - 0.16),
            xycoords=("axes fraction", "data"),
            xytext=(-10, 0),
            textcoords="offset points",
            ha="right",
            va="center",
            color=band_colour,
            annotation_clip=False,
        )
    _axis(axes, series, colour)
    return figure


def _band(axes: Axes, place: float, values: Sequence[float], colour: str) -> None:
    low, middle, high = (quantile(values, share) for share in (0.25, 0.5, 0.75))
    axes.fill_between(
        [low, high], place - 0.36, place + 0.36, color=colour, alpha=0.18, linewidth=0, clip_on=False
    )
    axes.plot(
        [middle, middle],
        [place - 0.40, place + 0.40],
        color=colour,
        linewidth=2,
        solid_capstyle="butt",
        clip_on=False,
    )
    step = 0.60 / max(len(values) - 1, 1)
    heights = [place + 0.30 - step * number for number in range(len(values))] if len(values) > 1 else [place]
    axes.plot(
        values,
        heights,
        linestyle="none",
        marker="o",
        markersize=4,
        markeredgewidth=0,
        color=colour,
        alpha=0.85,
        clip_on=False,
    )


def _axis(axes: Axes, series: Sequence[tuple[str, Samples]], colour: str) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

    axes.set_ylim(-len(series) + 0.45, 0.55)
    axes.yaxis.set_major_locator(NullLocator())
    values = [value for _, samples in series for value in samples.values]
    medians = [median(samples.values) for _, samples in series]
    is_log = min(values, default=0) > 0 and max(medians) > _LOG_BEYOND * min(medians)
    unit = series[0][1].unit if series else "ms"
    if is_log:
        axes.set_xscale("log")
        axes.set_xlim(min(values) * 0.8, max(values) * 1.25)
        axes.xaxis.set_major_locator(LogLocator(base=10, subs=(1, 2, 5), numticks=12))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_xlabel(f"{unit}, logarithmic; first run on top", color=colour)
    else:
        axes.set_xlim(0, (max(values, default=0) or 1) * 1.05)
        axes.xaxis.set_major_locator(MaxNLocator(8))
        axes.set_xlabel(f"{unit}; first run on top", color=colour)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
    axes.tick_params(axis="x", colors=colour, length=3, width=0.6)
    axes.grid(axis="x", color=GREY, alpha=0.25, linewidth=0.6)
    axes.set_axisbelow(True)
    for side, spine in axes.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(GREY)
        spine.set_linewidth(0.6)


def _label(name: str) -> str:
    """Literal text: a dollar sign would start a formula."""
    from perfkit.render.escape import one_line, shortened

    return shortened(one_line(name), 20).replace("$", r"\$")
