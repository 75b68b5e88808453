"""A picture drawn by matplotlib: SVG where it may be shown, else PNG, else a table of the same figures.

matplotlib is loaded when a picture is drawn, not before."""

from __future__ import annotations

import base64
import io
from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from perfkit.render.drawn import SVG, DrawnChart
from perfkit.render.svg import TEXT_COLOUR, presentable

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PNG = "image/png"
COLOURS = ("#c07a3c", "#2f9a6a", "#5b7fc7", "#9a6fb0")
"""Orange before, green after; of a lightness that stands on white and on black."""
GREY = "#808080"
"""The only grey that is readable on white and on black, for pictures that cannot take the page's colour."""
WIDTH_INCHES = 7.2
PIXELS_PER_INCH = 72
_SHARPNESS = 2
"""Pixels per shown pixel: sharp on dense screens."""


class Picture(DrawnChart):
    """A chart that matplotlib draws."""

    __slots__ = ()

    @property
    @abstractmethod
    def is_drawn(self) -> bool:
        """False where there is nothing to draw, and the table says so."""

    @property
    @abstractmethod
    def size_inches(self) -> tuple[float, float]: ...

    @abstractmethod
    def figure(self, colour: str) -> Figure:
        """The drawing, its text in that colour."""

    def svg(self) -> str:
        """The picture with presentation attributes only; text takes the page's colour where it is inlined."""
        picture = io.StringIO()
        with _settings():
            self.figure(TEXT_COLOUR).savefig(
                picture, format="svg", transparent=True, metadata={"Date": None, "Creator": None}
            )
        return presentable(picture.getvalue(), self.alt, GREY)

    def png(self) -> bytes:
        """The picture in pixels, on a transparent ground."""
        picture = io.BytesIO()
        with _settings():
            self.figure(GREY).savefig(
                picture,
                format="png",
                dpi=PIXELS_PER_INCH * _SHARPNESS,
                transparent=True,
                metadata={"Software": None},
            )
        return picture.getvalue()

    def pictures(self) -> Mapping[str, Callable[[], str]]:
        return {SVG: self.svg, PNG: self._pixels} if self.is_drawn else {}

    def shape(self, mime: str) -> Mapping[str, object]:
        if mime != PNG:
            return {}
        width, height = self.size_inches
        return {"width": round(width * PIXELS_PER_INCH), "height": round(height * PIXELS_PER_INCH)}

    def _pixels(self) -> str:
        return base64.b64encode(self.png()).decode("ascii")


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
