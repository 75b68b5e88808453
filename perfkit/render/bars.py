"""Bars drawn with block characters: they survive every sanitiser, copy as text and need no style."""

from __future__ import annotations

from perfkit.render.blocks import Span

_EIGHTHS = "▏▎▍▌▋▊▉█"
BAR_CELLS = 6
"""Six cells of eight steps: shares can be told apart to about two per cent, and a table stays narrow."""


def bar(share: float | None, cells: int = BAR_CELLS) -> Span:
    """A bar as long as the share of one; the least visible step for any share above zero.

    >>> [bar(share, 4).text for share in (None, 0, 0.001, 0.5, 0.6, 1, 7)]
    ['', '', '▏', '██', '██▍', '████', '████']
    """
    if share is None or not share > 0:
        return Span("", "bar")
    steps = max(round(min(share, 1.0) * cells * 8), 1)
    whole, rest = divmod(steps, 8)
    return Span("█" * whole + (_EIGHTHS[rest - 1] if rest else ""), "bar")
