"""Every node of a plan that is too large to be shown whole: one plain line each, for a page to fold away and to search."""

from __future__ import annotations

from perfkit.plan.model import Node, Plan
from perfkit.render.blocks import Blocks, Code, Details, text
from perfkit.render.escape import one_line
from perfkit.render.figures import Figures, figures
from perfkit.render.outline import Fold, Line, Omitted, outline
from perfkit.units import format_count, format_ms


def every_node_blocks(plan: Plan) -> Blocks:
    """All lines of the outline, equal siblings folded; nothing when the tree above leaves none out."""
    if not any(isinstance(line.item, Omitted) for line in outline(plan)):
        return ()
    nodes = sum(1 for _ in plan.walk())
    lines = outline(plan, most=nodes)
    listed = "\n".join(_written(line) for line in lines)
    summary = text(f"{nodes:,} nodes in {len(lines):,} lines, each with its own time and its rows")
    return (Details(summary=summary, blocks=(Code(text=listed, language="text"),)),)


def _written(line: Line) -> str:
    item = line.item
    first = item if isinstance(item, Node) else item.members[0] if isinstance(item, Fold) else item.nodes[0]
    name = first.label
    if isinstance(item, Fold):
        last = item.members[-1]
        name = f"{len(item.members):,} × {first.label} … {last.relation or last.label}"
    return f"{line.guide}{first.number} {one_line(name)}{_told(figures(item))}"


def _told(found: Figures) -> str:
    ms = "" if found.self_ms is None else f" · {format_ms(found.self_ms)}"
    rows = found.planned_rows if found.rows is None else found.rows
    return ms + ("" if rows is None else f" · {format_count(rows)} rows")
