"""A small SVG writer for pictures of plans: presentation attributes only, text in the page's colour, a title for
those who cannot see it. No library is loaded, so that thousands of shapes are written in milliseconds."""

from __future__ import annotations

from perfkit.render.escape import for_html, one_line, shortened

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"
CHARACTER = 0.56
"""Width of an average character in the size of its font; a little more than measured, so that labels fit."""

GREY = "#808080"
"""The only grey readable on white and on black, for pictures that cannot take the page's colour."""


class Drawing:
    """Shapes in the order they are drawn."""

    def __init__(self, width: float, height: float, description: str) -> None:
        self._size = (width, height)
        self._description = description
        self._parts: list[str] = []

    def box(
        self, x: float, y: float, width: float, height: float, colour: str, opacity: float, note: str = ""
    ) -> None:
        """A rectangle; ``note`` is shown while the pointer rests on it."""
        shape = (
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0.1):.1f}" height="{height:.1f}" rx="1.5" '
            f'fill="{colour}" fill-opacity="{opacity:g}"'
        )
        self._parts.append(f"{shape}><title>{_said(note)}</title></rect>" if note else f"{shape}/>")

    def dot(self, x: float, y: float, radius: float, colour: str, *, hollow: bool, note: str = "") -> None:
        paint = f'fill="none" stroke="{colour}" stroke-width="1.6"' if hollow else f'fill="{colour}"'
        title = f"<title>{_said(note)}</title>" if note else ""
        self._parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" {paint}>{title}</circle>')

    def line(
        self, x1: float, y1: float, x2: float, y2: float, colour: str, width: float, opacity: float = 1.0
    ) -> None:
        self._parts.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" '
            f'stroke-width="{width:g}" stroke-opacity="{opacity:g}"/>'
        )

    def border(self, x1: float, y1: float, x2: float, y2: float, width: float) -> None:
        """A line in the page's colour, as text is."""
        self._parts.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="currentColor" '
            f'stroke-width="{width:g}" stroke-linecap="round" pointer-events="none"/>'
        )

    def ring(self, x: float, y: float, radius: float) -> None:
        """A circle in the page's colour; the pointer passes through to what is below."""
        self._parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" fill="none" stroke="currentColor" '
            f'stroke-width="1.2" pointer-events="none"/>'
        )

    def label(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        *,
        anchor: str = "start",
        opacity: float = 1.0,
        turned: float = 0.0,
    ) -> None:
        """Text on one line that takes the page's colour; the pointer passes through to what is below. ``turned`` are degrees
        clockwise about its place."""
        end = "" if anchor == "start" else f' text-anchor="{anchor}"'
        end += f' transform="rotate({turned:g} {x:.1f} {y:.1f})"' if turned else ""
        quiet = "" if opacity >= 1 else f' fill-opacity="{opacity:g}"'
        self._parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" fill="currentColor" '
            f'pointer-events="none"{end}{quiet}>{_said(text)}</text>'
        )

    def svg(self) -> str:
        width, height = self._size
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="perfkit-chart" role="img" '
            f'aria-label="{_said(self._description)}" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
            f'height="{height:g}" color="{GREY}" font-family="{FONT}">\n'
            f"<title>{_said(self._description)}</title>\n" + "\n".join(self._parts) + "\n</svg>\n"
        )


def fitting(text: str, width: float, size: float) -> str:
    """The text shortened to a width; empty where not even a few characters fit.

    >>> fitting("Seq Scan on issue", 60, 10), fitting("Seq Scan on issue", 12, 10)
    ('Seq Scan…', '')
    """
    room = int(width / (size * CHARACTER))
    text = one_line(text)
    return "" if room < 4 else shortened(text, room)


def _said(text: str) -> str:
    return for_html(one_line(text))
