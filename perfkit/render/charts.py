"""Pictures of samples. Only home of matplotlib, which is loaded when a picture is drawn, not before."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from perfkit.render.blocks import Blocks
from perfkit.render.capture import samples_blocks
from perfkit.render.investigation import sample_series
from perfkit.render.markdown import write_markdown
from perfkit.render.svg import TEXT_COLOUR, presentable
from perfkit.render.text import write_text
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

_COLOURS = ("#c07a3c", "#2f9a6a", "#5b7fc7", "#9a6fb0")
"""Orange before, green after; of a lightness that stands on white and on black."""
_GREY = "#808080"
"""The only grey that is readable on white and on black, for pictures that cannot take the page's colour."""
_LOG_BEYOND = 8
"""Medians further apart squeeze the faster series into a dot on a linear axis."""
_WIDTH_INCHES = 7.2
_BAND_INCHES = 0.85
_PIXELS_PER_INCH = 72
_SHARPNESS = 2
"""Pixels per shown pixel: sharp on dense screens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Series of samples as a picture: SVG where it may be shown, else PNG, else a table of quartiles."""

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

    def svg(self) -> str:
        """The picture with presentation attributes only; text takes the page's colour where it is inlined."""
        picture = io.StringIO()
        with _settings():
            _figure(self.series, TEXT_COLOUR).savefig(
                picture, format="svg", transparent=True, metadata={"Date": None, "Creator": None}
            )
        return presentable(picture.getvalue(), self.alt, _GREY)

    def png(self) -> bytes:
        """The picture in pixels, on a transparent ground."""
        picture = io.BytesIO()
        with _settings():
            _figure(self.series, _GREY).savefig(
                picture,
                format="png",
                dpi=_PIXELS_PER_INCH * _SHARPNESS,
                transparent=True,
                metadata={"Software": None},
            )
        return picture.getvalue()

    def __str__(self) -> str:
        return write_text(samples_blocks(self.series))

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> tuple[dict[str, str], dict[str, dict[str, object]]]:
        bundle: dict[str, str] = {}
        metadata: dict[str, dict[str, object]] = {}
        makers: dict[str, Callable[[], str]] = {
            "image/svg+xml": self.svg,
            "image/png": lambda: base64.b64encode(self.png()).decode("ascii"),
            "text/plain": lambda: write_text(samples_blocks(self.series)),
            "text/markdown": lambda: write_markdown(samples_blocks(self.series)) + "\n",
        }
        for mime, make in makers.items():
            if (include and mime not in include) or (exclude and mime in exclude):
                continue
            if mime.startswith("image/") and not self.series:
                continue
            # JupyterLab prefers Markdown to any picture
            if mime == "text/markdown" and self.series and not include:
                continue
            try:
                bundle[mime] = make()
            except Exception:
                # A picture that cannot be drawn must not take the table with it.
                continue
            if mime.startswith("image/"):
                metadata[mime] = {"alt": self.alt}
            if mime == "image/png":
                width, height = _size(len(self.series))
                metadata[mime] |= {
                    "width": round(width * _PIXELS_PER_INCH),
                    "height": round(height * _PIXELS_PER_INCH),
                }
        return bundle, metadata


def chart_of_samples(sampled: Sampled) -> Chart:
    """A chart of the samples of an investigation (before and after its best advice), a capture, or measurements by
    name; two measurements without names are before and after."""
    return Chart(series=tuple((name, samples) for name, samples in _series(sampled) if samples.values))


def chart_blocks(chart: Chart) -> Blocks:
    """The table of quartiles that stands for the picture where none can be shown."""
    return samples_blocks(chart.series)


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


def _settings() -> Any:
    import matplotlib

    return matplotlib.rc_context(
        {
            "svg.hashsalt": "perfkit",
            "svg.fonttype": "none",
            "font.family": ["sans-serif"],
            "font.sans-serif": ["DejaVu Sans"],
            "font.size": 9,
        }
    )


def _size(bands: int) -> tuple[float, float]:
    return _WIDTH_INCHES, 0.55 + _BAND_INCHES * max(bands, 1)


def _figure(series: Sequence[tuple[str, Samples]], colour: str) -> Figure:
    """One band for each series: a dot for each run, the first run on top, over a box from quartile to quartile."""
    from matplotlib.figure import Figure

    width, height = _size(len(series))
    figure = Figure(figsize=(width, height), dpi=_PIXELS_PER_INCH)
    axes = figure.add_axes((0.19, 0.42 / height, 0.79, 1 - 0.48 / height))
    for place, (name, samples) in enumerate(series):
        band_colour = _COLOURS[place % len(_COLOURS)]
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
    axes.grid(axis="x", color=_GREY, alpha=0.25, linewidth=0.6)
    axes.set_axisbelow(True)
    for side, spine in axes.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(_GREY)
        spine.set_linewidth(0.6)


def _label(name: str) -> str:
    """Literal text: a dollar sign would start a formula."""
    from perfkit.render.escape import one_line, shortened

    return shortened(one_line(name), 20).replace("$", r"\$")
