"""A whole comparison as a reader wants it: the verdict, the figures, both trees, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from perfkit.redact import redacted
from perfkit.render.blocks import Blocks, Facts, Heading, Paragraph, Span, joined, paragraph, text
from perfkit.render.capture import notes_blocks
from perfkit.render.diff import counts_blocks, table, totals_table
from perfkit.render.diff_comparison import cause_blocks, finding_changes_blocks, runs_blocks
from perfkit.render.diff_side_by_side import side_by_side
from perfkit.show import Shown

if TYPE_CHECKING:
    from perfkit.comparison import Comparison
    from perfkit.plan.gate import Regression

MOST_REGRESSIONS = 10
"""A gate fails by the first; a page of partitions that all lost their index says no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffReport(Shown):
    """Two sides compared, with their names and the gate's answer."""

    comparison: Comparison
    regressions: tuple[Regression, ...] | None = None
    """None when no gate was asked for; empty when it is open."""
    before: str = "before"
    after: str = "after"
    """What the two sides are called: file names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffPart(Shown):
    """One part of the page of a comparison."""

    title: str
    """Empty for the part that stands under the page's own title."""
    blocks: Blocks
    name: str = ""
    """What a notebook calls it."""


def part_blocks(part: DiffPart) -> Blocks:
    return part.blocks


def comparison_blocks(comparison: Comparison) -> Blocks:
    """The comparison alone, as a notebook shows it."""
    return report_blocks(DiffReport(comparison=comparison))


def report_blocks(report: DiffReport) -> Blocks:
    """The parts under their headings, without the two trees beside each other, for which text has no room."""
    head, *rest = (part for part in parts(report) if part.title != BESIDE)
    return (*head.blocks, *(block for part in rest for block in (Heading(text=part.title), *part.blocks)))


BESIDE = "Both plans beside each other"


def parts(report: DiffReport) -> Iterator[DiffPart]:
    """The parts in reading order; those with nothing to say are left out."""
    comparison = redacted(report.comparison)
    verdict = paragraph(Span(comparison.verdict, "strong"))
    yield DiffPart(
        title="",
        name="verdict",
        blocks=(
            *_gate(report),
            verdict,
            *rows_returned(comparison),
            *counts_blocks(comparison.diff),
            totals_table(comparison.diff),
            *_names(report),
            *notes_blocks(comparison.notes),
        ),
    )
    yield DiffPart(name="beside", title=BESIDE, blocks=(side_by_side(comparison.diff),))
    yield DiffPart(name="nodes", title="Where the difference comes from", blocks=(table(comparison.diff),))
    if runs := runs_blocks(comparison.runs):
        yield DiffPart(name="runs", title="Runs", blocks=runs)
    if comparison.findings:
        yield DiffPart(name="findings", title="Findings", blocks=finding_changes_blocks(comparison.findings))
    if why := cause_blocks(comparison):
        yield DiffPart(name="causes", title="Possible causes", blocks=why)


def rows_returned(comparison: Comparison) -> Blocks:
    """Whether both sides returned the same rows; nothing where that is not known."""
    match comparison.same_result:
        case True:
            return (paragraph(Span("✓ same result", "good", badge=True), " on both sides"),)
        case False:
            return (
                paragraph(Span("✗ other result", "bad", badge=True), " the rows returned are not the same"),
            )
        case None:
            return ()


def _names(report: DiffReport) -> Blocks:
    if (report.before, report.after) == ("before", "after"):
        return ()
    return (Facts(pairs=(("before", text(report.before)), ("after", text(report.after)))),)


def _gate(report: DiffReport) -> Blocks:
    found = report.regressions
    if found is None:
        return ()
    if not found:
        return (paragraph(Span("✓ no regression", "good", badge=True)),)
    lines = [
        Paragraph(text=text(Span(f"✗ {one.kind.replace('-', ' ')}", "bad", badge=True), f" {one.text}"))
        for one in found[:MOST_REGRESSIONS]
    ]
    if len(found) > MOST_REGRESSIONS:
        lines.append(Paragraph(text=joined([text(f"… {len(found) - MOST_REGRESSIONS:,} more regressions")])))
    return tuple(lines)
