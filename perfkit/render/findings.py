"""Findings: severity in a word, the sentence, the evidence, and where to look."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from perfkit.render.blocks import (
    Block,
    Blocks,
    Facts,
    Panel,
    Paragraph,
    Span,
    Text,
    Tone,
    joined,
    paragraph,
    text,
)
from perfkit.render.figures import evidence_pairs
from perfkit.render.finding_page import page_details
from perfkit.units import format_ms

if TYPE_CHECKING:
    from perfkit.findings.finding import Finding

NO_FINDING = "No finding: this plan is healthy."

_MARKS: dict[str, tuple[str, Tone]] = {
    "critical": ("▲ critical", "bad"),
    "warning": ("● warning", "warn"),
    "info": ("○ info", "plain"),
}
"""Worst first."""


def findings_blocks(findings: Sequence[Finding]) -> Blocks:
    """Worst first; of one severity, the most time at stake first."""
    if not findings:
        return (paragraph(NO_FINDING),)
    told: set[str] = set()
    panels: list[Panel] = []
    for finding in worst_first(findings):
        panels.append(finding_panel(finding, is_explained=finding.id not in told))
        told.add(finding.id)
    return tuple(panels)


def one_finding(finding: Finding) -> Blocks:
    return (finding_panel(finding),)


def worst_first(findings: Sequence[Finding]) -> list[Finding]:
    ranks = {severity: rank for rank, severity in enumerate(_MARKS)}
    return sorted(findings, key=lambda one: (ranks.get(one.severity, len(ranks)), -(one.at_stake_ms or 0.0)))


def finding_panel(finding: Finding, *, is_explained: bool = True) -> Panel:
    """One finding with its evidence, and what is written about its id: once on a page is enough."""
    mark, tone = severity_mark(finding.severity)
    blocks: list[Block] = [Paragraph(text=_whereabouts(finding))]
    pairs = tuple((name, text(value)) for name, value in evidence_pairs(finding.evidence))
    if pairs:
        blocks.append(Facts(pairs=pairs))
    if is_explained:
        blocks.extend(page_details(finding.id))
    return Panel(
        head=text(Span(mark, tone, badge=True), " ", Span(finding.title, "strong")),
        blocks=tuple(blocks),
        tone=tone,
        kind="finding",
    )


def severity_mark(severity: str) -> tuple[str, Tone]:
    """Mark and word of a severity, and the tone that goes with them."""
    return _MARKS.get(severity, (severity, "plain"))


def severity_counts(findings: Sequence[Finding]) -> list[Text]:
    """One badge for each severity that occurs."""
    badges = []
    for severity in _MARKS:
        count = sum(finding.severity == severity for finding in findings)
        if count:
            mark, tone = severity_mark(severity)
            sign, word = mark.split(" ", 1)
            plural = "s" if severity == "warning" and count > 1 else ""
            badges.append(text(Span(f"{sign} {count} {word}{plural}", tone, badge=True)))
    return badges


def _whereabouts(finding: Finding) -> Text:
    parts = [text(Span(finding.id, "code"))]
    if finding.node is not None:
        where = f"node {finding.node}"
        parts.append(text(f"{where}: {finding.node_label}" if finding.node_label else where))
    if finding.at_stake_ms is not None:
        parts.append(text(f"at stake {format_ms(finding.at_stake_ms)}"))
    if finding.advice:
        parts.append(text(f"cured by {', '.join(finding.advice)}"))
    return joined(parts)
