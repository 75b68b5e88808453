"""Two captures compared: what their times allow to be said, what differed around them, and which findings came and went."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from perfkit.render.blocks import Blocks, Column, Row, Span, Table, Tone, joined, paragraph, text
from perfkit.render.capture import samples_blocks
from perfkit.render.diff import settings_blocks, summary_blocks, table
from perfkit.render.diff_words import value
from perfkit.units import format_ratio

if TYPE_CHECKING:
    from perfkit.capture.compare import Comparison
    from perfkit.findings.compare import FindingChange

_VERDICTS: dict[str, tuple[str, Tone]] = {
    "faster": ("▼ faster", "good"),
    "slower": ("▲ slower", "bad"),
    "same": ("= as fast", "plain"),
    "too noisy to tell": ("? too noisy to tell", "warn"),
    "not judged": ("○ not judged", "plain"),
}
_FATES: dict[str, tuple[str, Tone]] = {
    "new": ("+ new", "bad"),
    "moved": ("↕ moved", "warn"),
    "stays": ("= stays", "muted"),
    "gone": ("− gone", "good"),
}


def comparison_blocks(comparison: Comparison) -> Blocks:
    """Totals, the table, times, and what may be the cause."""
    return (
        *summary_blocks(comparison.diff),
        table(comparison.diff),
        *times_blocks(comparison),
        *cause_blocks(comparison),
    )


def times_blocks(comparison: Comparison) -> Blocks:
    """The samples of both sides with the verdict on them; nothing when there are none."""
    times = comparison.times
    if times is None:
        return ()
    word, tone = _VERDICTS[times.verdict]
    parts = [text(Span(word, tone, badge=True), f" {times.reason}")]
    if times.ratio is not None:
        low, high = format_ratio(times.ratio.low), format_ratio(times.ratio.high)
        parts.append(
            text(f"median {format_ratio(times.ratio.median)}", Span(f" ({low} to {high}, 95 %)", "muted"))
        )
    series = [
        (name, samples)
        for name, samples in (("before", comparison.before), ("after", comparison.after))
        if samples is not None
    ]
    return (paragraph(*joined(parts)), *samples_blocks(series))


def cause_blocks(comparison: Comparison) -> Blocks:
    """What differed around the captures; of bare plans the settings that EXPLAIN gives."""
    if not comparison.causes:
        return settings_blocks(comparison.diff)
    columns = (
        Column(title="possible cause"),
        Column(title="", wraps=True),
        Column(title="before", wraps=True),
        Column(title="after", wraps=True),
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
        for one in comparison.causes
    )
    return (Table(columns=columns, rows=rows, kind="causes"),)


def finding_changes_blocks(changes: Sequence[FindingChange]) -> Blocks:
    """Findings of both plans in one table: new first, gone last."""
    columns = (
        Column(title="finding"),
        Column(title="severity"),
        Column(title="node", note="number of the node before and after"),
        Column(title="", wraps=True),
    )
    rows = []
    for one in changes:
        word, tone = _FATES[one.fate]
        nodes = [str(side.node) if side and side.node else "–" for side in (one.before, one.after)]
        rows.append(
            Row(
                cells=(
                    text(Span(word, tone)),
                    text(one.finding.severity),
                    text(nodes[0], Span(" → ", "muted"), nodes[1]),
                    text(one.finding.title, Span(f"  {one.finding.id}", "muted")),
                )
            )
        )
    if not rows:
        return (paragraph("No findings on either side."),)
    return (Table(columns=columns, rows=tuple(rows), kind="finding-changes"),)


def one_finding_change(change: FindingChange) -> Blocks:
    return finding_changes_blocks((change,))
