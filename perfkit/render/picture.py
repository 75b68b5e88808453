"""A picture drawn by matplotlib: SVG where it may be shown, else PNG, else a table of the same figures.

matplotlib is loaded when a picture is drawn, not before."""

from __future__ import annotations

import base64
import io
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

from perfkit.redact import redacted
from perfkit.render.blocks import Blocks
from perfkit.render.markdown import write_markdown
from perfkit.render.svg import TEXT_COLOUR, presentable
from perfkit.render.text import write_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLOURS = ("#c07a3c", "#2f9a6a", "#5b7fc7", "#9a6fb0")
"""Orange before, green after; of a lightness that stands on white and on black."""
GREY = "#808080"
"""The only grey that is readable on white and on black, for pictures that cannot take the page's colour."""
WIDTH_INCHES = 7.2
PIXELS_PER_INCH = 72
_SHARPNESS = 2
"""Pixels per shown pixel: sharp on dense screens."""


class Picture(ABC):
    """What a chart has in common with the others; a chart is a frozen value that says what it draws."""

    __slots__ = ()

    @property
    @abstractmethod
    def alt(self) -> str:
        """What the picture shows, for those who cannot see it."""

    @property
    @abstractmethod
    def is_drawn(self) -> bool:
        """False where there is nothing to draw, and the table says so."""

    @property
    @abstractmethod
    def size_inches(self) -> tuple[float, float]: ...

    @abstractmethod
    def blocks(self) -> Blocks:
        """The table that stands for the picture where none can be shown."""

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

    def __str__(self) -> str:
        return write_text(self.blocks())

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> tuple[dict[str, str], dict[str, dict[str, object]]]:
        shown = redacted(self)
        bundle: dict[str, str] = {}
        metadata: dict[str, dict[str, object]] = {}
        makers: dict[str, Callable[[], str]] = {
            "image/svg+xml": shown.svg,
            "image/png": lambda: base64.b64encode(shown.png()).decode("ascii"),
            "text/plain": lambda: write_text(shown.blocks()),
            "text/markdown": lambda: write_markdown(shown.blocks()) + "\n",
        }
        for mime, make in makers.items():
            if (include and mime not in include) or (exclude and mime in exclude):
                continue
            if mime.startswith("image/") and not shown.is_drawn:
                continue
            # JupyterLab prefers Markdown to any picture
            if mime == "text/markdown" and shown.is_drawn and not include:
                continue
            try:
                bundle[mime] = make()
            except Exception:
                # A picture that cannot be drawn must not take the table with it.
                continue
            if mime.startswith("image/"):
                metadata[mime] = {"alt": shown.alt}
            if mime == "image/png":
                width, height = shown.size_inches
                metadata[mime] |= {
                    "width": round(width * PIXELS_PER_INCH),
                    "height": round(height * PIXELS_PER_INCH),
                }
        return bundle, metadata


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
