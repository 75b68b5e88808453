"""A comparison of two plans as a page of its own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from perfkit.report.export import _html
from perfkit.report.output import write_text
from perfkit.report.secrets import strike

if TYPE_CHECKING:
    from perfkit.render.diff_report import DiffReport

TITLE = "What changed between two plans"


def write_comparison(report: DiffReport, path: Path) -> None:
    """Write a comparison as a self-contained HTML page, both trees beside each other.

    UsageError when the file cannot be written.
    """
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

    from perfkit.render import mimebundle
    from perfkit.render.diff_report import parts

    cells = []
    for part in parts(report):
        if part.title:
            cells.append(new_markdown_cell(f"## {part.title}"))
        cells.append(
            new_code_cell(
                outputs=[new_output("display_data", mimebundle(part, include=["text/html"]))],
                metadata={"tags": [] if part.title else ["verdict"]},
            )
        )
    write_text(path, strike(_html(cells, {"title": TITLE, "eyebrow": ["perfkit"]})))
