"""What the pictures that perfkit draws itself have in common: SVG where it may be shown, else a table of the same figures."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection

from perfkit.redact import redacted
from perfkit.render.blocks import Blocks
from perfkit.render.markdown import write_markdown
from perfkit.render.text import write_text


class DrawnChart(ABC):
    """A frozen value that says what it draws."""

    __slots__ = ()

    @property
    @abstractmethod
    def alt(self) -> str:
        """What the picture shows, for those who cannot see it."""

    @abstractmethod
    def svg(self) -> str:
        """The picture with presentation attributes only; empty where there is nothing to draw."""

    @abstractmethod
    def blocks(self) -> Blocks:
        """What stands for the picture where none can be shown."""

    def __str__(self) -> str:
        return write_text(self.blocks())

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> tuple[dict[str, str], dict[str, dict[str, object]]]:
        from perfkit.render.bundle import chosen

        shown = redacted(self)
        blocks = shown.blocks()
        bundle = {"text/plain": write_text(blocks)}
        picture = shown.svg()
        if picture:
            bundle["image/svg+xml"] = picture
        if include or not picture:
            # JupyterLab prefers Markdown to any picture
            bundle["text/markdown"] = write_markdown(blocks) + "\n"
        return chosen(bundle, include, exclude), {"image/svg+xml": {"alt": shown.alt}}


def chart_blocks(chart: DrawnChart) -> Blocks:
    return chart.blocks()
