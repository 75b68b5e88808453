"""Both plans beside each other, matched nodes on one line: for pages, where there is room for two trees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from perfkit.plan.edits import Kept
from perfkit.plan.model import Node
from perfkit.render.blocks import Branch, Cell, Column, Row, Span, Table, Text, joined, text
from perfkit.render.diff import indent
from perfkit.render.diff_lines import DiffLine, lines
from perfkit.render.diff_words import MARKS, delta, folded_label, label, mark, notes
from perfkit.render.figures import counted, digits_for, total
from perfkit.units import format_ms

if TYPE_CHECKING:
    from perfkit.plan.diff import PlanDiff

_STEP = "  "
"""Of the indentation: narrower than in a tree that has the page to itself."""


def side_by_side(diff: PlanDiff) -> Table:
    """The tree before on the left, the tree after on the right, and between them what happened and what it cost.

    Two branches in a row: for HTML, as text has no room for them.
    """
    depths = _depths(diff.before.root), _depths(diff.after.root)
    has_ms = diff.totals.ms.delta is not None
    has_blocks = diff.totals.shared_blocks.delta is not None
    digits = digits_for([diff.totals.ms.before, diff.totals.ms.after])
    columns = [Column(title="before", wraps=True), Column(title="", note="what happened to the node")]
    if has_ms:
        columns.append(Column(title="Δ self ms", align="right", note="wall time in the node itself"))
    if has_blocks:
        columns.append(Column(title="Δ blocks", align="right", note="shared blocks of the node itself"))
    columns.append(Column(title="after", wraps=True))
    rows = []
    for line in lines(diff):
        left, what, right = _trees(line, depths)
        cells: list[Cell] = [left, what]
        if has_ms:
            moved = total(pair.exclusive_ms_delta for pair in line.pairs)
            cells.append(delta(moved, digits, diff.totals.ms))
        if has_blocks:
            read = total(pair.exclusive_shared_blocks_delta for pair in line.pairs)
            cells.append(delta(read, 0, diff.totals.shared_blocks))
        tone = "plain" if line.is_omitted or isinstance(line.edit, Kept) else MARKS[type(line.edit)][1]
        rows.append(Row(cells=(*cells, right), tone=tone))
    return Table(columns=tuple(columns), rows=tuple(rows), kind="sides")


def _trees(line: DiffLine, depths: tuple[dict[int, int], dict[int, int]]) -> tuple[Cell, Text, Cell]:
    if line.is_omitted:
        hidden = Branch(guide=indent(line.depth, _STEP), under="", label=label(line))
        return hidden, (), hidden
    heads = line.heads or (line.edit,)
    said = () if line.heads else notes(line.edit, with_label=False)
    left = _tree([edit.before for edit in heads], depths[0], ())
    right = _tree([edit.after for edit in heads], depths[1], said)
    return left, text(mark(line.edit)), right


def _tree(nodes: Sequence[Node | None], depths: dict[int, int], said: tuple[Text, ...]) -> Cell:
    known = [node for node in nodes if node is not None]
    if not known:
        return ()
    depth = depths[id(known[0])]
    guide = indent(depth - 1, _STEP) + "└ " if depth else ""
    under = indent(depth, _STEP) + " "
    return Branch(
        guide=guide,
        under=under,
        label=text(known[0].label) if len(known) == 1 else folded_label(known),
        notes=(_figures(known), *said),
    )


def _figures(nodes: Sequence[Node]) -> Text:
    """Time, blocks and rows in a line; what the planner expected where the node did not run."""
    ms = total(node.exclusive_ms for node in nodes)
    blocks = total(node.exclusive_shared_blocks for node in nodes)
    rows = total(node.total_rows for node in nodes)
    if all(node.never_executed for node in nodes):
        return text("never executed")
    if rows is None:
        cost = total(node.estimate.total_cost for node in nodes if node.estimate)
        planned = total(node.estimate.rows for node in nodes if node.estimate)
        known = [text(f"cost {cost:,.2f}")] if cost is not None else []
        known += [text(f"{counted(planned, 'row')} planned")] if planned is not None else []
        return joined(known)
    parts = [text(Span(format_ms(ms), "strong"))] if ms is not None else []
    parts += [text(counted(blocks, "block"))] if blocks else []
    parts.append(text(counted(rows, "row")))
    loops = nodes[0].loops if len(nodes) == 1 else None
    parts += [text(f"{loops:,} loops")] if loops is not None and loops > 1 else []
    return joined(parts)


def _depths(root: Node) -> dict[int, int]:
    depths = {id(root): 0}
    for node in root.walk():
        for child in node.children:
            depths[id(child)] = depths[id(node)] + 1
    return depths
