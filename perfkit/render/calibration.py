"""How much the figures of queries move when nothing changes, and the tolerances that follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perfkit.render.blocks import Block, Blocks, Code, Column, Row, Span, Table, paragraph, text
from perfkit.units import format_count, format_percent

if TYPE_CHECKING:
    from perfkit.gate.calibrate import Calibration, Noise


def calibration_blocks(found: Calibration) -> Blocks:
    """Queries that move at all, and a piece of gate.toml where the usual tolerances are too small."""
    moving = [one for one in found.noises if _moves(one) or one.failure]
    steady = len(found.noises) - len(moving)
    rounds = max((one.rounds for one in found.noises), default=0)
    blocks: list[Block] = [
        paragraph(
            Span(
                f"{steady} of {len(found.noises)} queries gave the same figures in all {rounds} rounds",
                "strong",
            )
        )
    ]
    if moving:
        blocks.append(_table(moving))
    if found.toml:
        blocks += [paragraph("For gate.toml:"), Code(text=found.toml.strip(), language="toml")]
    elif rounds:
        blocks.append(paragraph("The usual tolerances are wide enough."))
    return tuple(blocks)


def _moves(one: Noise) -> bool:
    return one.shapes > 1 or bool(one.unsteady_findings) or any(m.high > m.low for m in one.movements)


def _table(moving: list[Noise]) -> Table:
    columns = (
        Column(title="query"),
        Column(title="figure"),
        Column(title="lowest", align="right"),
        Column(title="highest", align="right"),
        Column(title="spread", align="right", note="as a part of the lowest"),
    )
    rows: list[Row] = []
    for one in moving:
        name = text(one.query)
        for movement in one.movements:
            if movement.high > movement.low:
                figures = (format_count(movement.low), format_count(movement.high))
                share = format_percent(movement.share)
                what = text(movement.counter.replace("_", " "))
                rows.append(Row(cells=(name, what, text(figures[0]), text(figures[1]), text(share))))
        if one.shapes > 1:
            rows.append(Row(cells=(name, text("plan shapes"), text("1"), text(str(one.shapes)), ())))
        rows += [
            Row(cells=(name, text(f"finding {id}"), (), (), text("at times"))) for id in one.unsteady_findings
        ]
        if one.failure:
            rows.append(Row(cells=(name, text(f"failed: {one.failure}"), (), (), ())))
    return Table(columns=columns, rows=tuple(rows), kind="calibration", is_list=True)
