"""What charts have in common: a picture where one may be shown, else a table of the same figures."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping

from perfkit.redact import redacted
from perfkit.render.blocks import Blocks
from perfkit.render.markdown import write_markdown
from perfkit.render.text import write_text

SVG = "image/svg+xml"


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

    def pictures(self) -> Mapping[str, Callable[[], str]]:
        """What draws each format; it gives nothing where there is nothing to draw."""
        return {SVG: self.svg}

    def shape(self, mime: str) -> Mapping[str, object]:
        """What a viewer should know of the picture's size in that format."""
        return {}

    def __str__(self) -> str:
        return write_text(self.blocks())

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> tuple[dict[str, str], dict[str, dict[str, object]]]:
        shown = redacted(self)
        bundle: dict[str, str] = {}
        metadata: dict[str, dict[str, object]] = {}
        for mime, draw in shown.pictures().items():
            if not _is_wanted(mime, include, exclude):
                continue
            try:
                picture = draw()
            except Exception:
                # A picture that cannot be drawn must not take the table with it.
                continue
            if picture:
                bundle[mime] = picture
                metadata[mime] = {"alt": shown.alt, **shown.shape(mime)}
        # JupyterLab prefers Markdown to any picture
        texts = {"text/plain": write_text} | ({"text/markdown": _markdown} if include or not bundle else {})
        for mime, write in texts.items():
            if _is_wanted(mime, include, exclude):
                bundle[mime] = write(shown.blocks())
        return bundle, metadata


def chart_blocks(chart: DrawnChart) -> Blocks:
    return chart.blocks()


def _markdown(blocks: Blocks) -> str:
    return write_markdown(blocks) + "\n"


def _is_wanted(mime: str, include: Collection[str] | None, exclude: Collection[str] | None) -> bool:
    return (not include or mime in include) and (not exclude or mime not in exclude)
