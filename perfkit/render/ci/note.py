"""Markdown for a merge request's note or a step's summary: the verdict first, the worst queries in full, within a size."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from perfkit.render.blocks import Details, Panel
from perfkit.render.gate import head_blocks, panels
from perfkit.render.markdown import write_markdown

if TYPE_CHECKING:
    from perfkit.gate.report import GateReport

NOTE_BYTES: Final = 60_000
"""Under 64 kB, with room for what a job may add."""

SUMMARY_BYTES: Final = 1_000_000
"""A step's summary above 1 MiB is refused as a whole."""


def write_note(report: GateReport, most_bytes: int = NOTE_BYTES) -> str:
    """Queries that do not fit lose their plan first, then all but their line in the table; how many is said."""
    parts = ["## Query performance", write_markdown(head_blocks(report))]
    left_out = 0
    used = _size("\n\n".join(parts))
    for _, panel in panels(report):
        said = f"---\n\n{write_markdown((panel,))}"
        if used + _size(said) > most_bytes:
            said = f"---\n\n{write_markdown((_without_details(panel),))}"
        if used + _size(said) > most_bytes:
            left_out += 1
            continue
        parts.append(said)
        used += _size(said)
    if left_out:
        parts.append(f"… {left_out} more queries are in the table alone, for lack of room.")
    return "\n\n".join(parts) + "\n"


def _without_details(panel: Panel) -> Panel:
    return replace(panel, blocks=tuple(block for block in panel.blocks if not isinstance(block, Details)))


def _size(text: str) -> int:
    return len(text.encode()) + 2
