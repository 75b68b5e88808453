"""A plan or a capture as the parts of a page: what is wrong, the tree, and two pictures of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from perfkit.plan.model import Plan
from perfkit.render.blocks import Blocks, Column, Paragraph, Row, Span, Table, paragraph, text
from perfkit.render.drawn import DrawnChart
from perfkit.render.environment import environment_blocks, query_blocks
from perfkit.render.estimates import estimated_nodes, estimates_alt, estimates_svg
from perfkit.render.every_node import every_node_blocks
from perfkit.render.figures import estimate_text, number, rows_number
from perfkit.render.findings import findings_blocks
from perfkit.render.flame import flame_alt, flame_svg, heavy
from perfkit.render.outline import Fold, nodes_of
from perfkit.render.plan import summary, tree_blocks
from perfkit.render.totals import totals_blocks
from perfkit.show import Shown
from perfkit.units import format_ms, format_percent

if TYPE_CHECKING:
    from perfkit.capture.values import Capture

MOST_LISTED = 20
"""Lines of the table that stands for a picture; the tree says the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPart(Shown):
    """One part of a page, ready to be shown."""

    title: str
    """Empty for the part that stands under the page's own title."""
    blocks: Blocks


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanChart(DrawnChart):
    """A picture of a plan as SVG where it may be shown, else a table of the same figures."""

    plan: Plan
    kind: Literal["flame", "estimates"]

    @property
    def title(self) -> str:
        return "Where the time went" if self.kind == "flame" else "Planned and actual rows"

    @property
    def alt(self) -> str:
        """What the picture shows, for those who cannot see it."""
        return flame_alt(self.plan) if self.kind == "flame" else estimates_alt(self.plan)

    def svg(self) -> str:
        """The picture with presentation attributes only; empty when the plan has nothing to draw."""
        return flame_svg(self.plan) if self.kind == "flame" else estimates_svg(self.plan)

    def blocks(self) -> Blocks:
        """The table that stands for the picture where none can be shown."""
        return _time_table(self.plan) if self.kind == "flame" else _rows_table(self.plan)


def part_blocks(part: PlanPart) -> Blocks:
    return part.blocks


def page_parts(value: Plan | Capture) -> tuple[PlanPart | PlanChart, ...]:
    """What a page of a plan, or of a capture with its statement and surroundings, shows in reading order."""
    from perfkit.capture.values import Capture

    capture = value if isinstance(value, Capture) else None
    plan = value.plan if isinstance(value, Capture) else value
    untimed_ms = capture.samples.values if capture else ()
    head: Blocks = (Paragraph(text=summary(plan)), *totals_blocks(plan, untimed_ms))
    parts: list[PlanPart | PlanChart] = [PlanPart(title="", blocks=head)]
    if capture:
        parts.append(PlanPart(title="Statement", blocks=query_blocks(capture.query)))
    findings = _findings(plan, capture)
    if findings:
        parts.append(PlanPart(title="Findings", blocks=findings))
    parts.append(PlanPart(title="Plan", blocks=(*tree_blocks(plan), *every_node_blocks(plan))))
    pictures = (PlanChart(plan=plan, kind="flame"), PlanChart(plan=plan, kind="estimates"))
    parts.extend(picture for picture in pictures if picture.svg())
    if capture:
        from perfkit.render.capture import notes_blocks, samples_blocks

        if capture.samples.values:
            parts.append(
                PlanPart(title="Samples", blocks=samples_blocks([("this capture", capture.samples)]))
            )
        about = (
            *environment_blocks(capture.environment, capture.catalog),
            *notes_blocks(capture.notes),
        )
        parts.append(PlanPart(title="Environment", blocks=about))
    return tuple(parts)


def _findings(plan: Plan, capture: Capture | None) -> Blocks:
    from perfkit.findings import examine

    if capture is None:
        found = examine(plan)
        note = "From the plan alone: whether an index exists is not known."
    else:
        from perfkit.sql import parse_statement

        found = examine(plan, parse_statement(capture.query.text), capture.catalog)
        note = ""
    if not found:
        return (paragraph("Nothing that stands out."),) if plan.is_analyzed else ()
    return (*findings_blocks(found), *((paragraph(Span(note, "muted")),) if note else ()))


def _time_table(plan: Plan) -> Blocks:
    ranked = sorted(heavy(plan), key=lambda box: -box.own)[:MOST_LISTED]
    columns = (
        Column(title="#", align="right"),
        Column(title="node", wraps=True),
        Column(title="self", align="right"),
        Column(title="share", align="right"),
    )
    rows = []
    for box in ranked:
        nodes = list(nodes_of(box.item))
        name = f"{len(nodes):,} × {nodes[0].node_type}" if isinstance(box.item, Fold) else nodes[0].label
        own = (plan.root.total_ms or 0.0) * box.own
        rows.append(
            Row(
                cells=(
                    text(str(nodes[0].number)),
                    text(name),
                    text(format_ms(own)),
                    text(format_percent(box.own)),
                )
            )
        )
    if not rows:
        return (paragraph("The plan was not timed."),)
    return (Table(columns=columns, rows=tuple(rows), kind="heaviest", is_list=True),)


def _rows_table(plan: Plan) -> Blocks:
    columns = (
        Column(title="#", align="right"),
        Column(title="node", wraps=True),
        Column(title="planned rows", align="right"),
        Column(title="actual rows", align="right"),
        Column(title="estimate", align="right"),
    )
    rows = tuple(
        Row(
            cells=(
                text(number(one.node.number)),
                text(one.node.label),
                text(rows_number(one.planned)),
                text(rows_number(one.actual)),
                estimate_text(one.factor),
            )
        )
        for one in estimated_nodes(plan, MOST_LISTED)
    )
    if not rows:
        return (paragraph("The plan was not executed."),)
    return (Table(columns=columns, rows=rows, kind="estimates", is_list=True),)
