"""What was not the same on both sides, and may be why they differ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from perfkit.render.blocks import Column, Row, Span, Table, text
from perfkit.render.diff_words import value

if TYPE_CHECKING:
    from perfkit.capture.causes import Cause


def cause_table(causes: Sequence[Cause], *, title: str, before: str, after: str) -> Table:
    """One row for each, under these heads."""
    columns = (
        Column(title=title),
        Column(title="of what", wraps=True),
        Column(title=before, wraps=True),
        Column(title=after, wraps=True),
    )
    rows = tuple(
        Row(
            cells=(
                text(Span(one.kind.replace("-", " "), "muted")),
                text(one.subject),
                text(Span(value(one.before), "code")),
                text(Span(value(one.after), "code")),
            )
        )
        for one in causes
    )
    return Table(columns=columns, rows=rows, kind="causes")
