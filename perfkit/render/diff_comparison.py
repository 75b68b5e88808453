"""Two captures compared: what their times allow to be said, what differed around them, and which findings came and went."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from perfkit.render.blocks import Blocks, Column, Row, Span, Table, Tone, joined, paragraph, text
from perfkit.render.capture import samples_blocks
from perfkit.render.causes import cause_table
from perfkit.render.diff import settings_blocks
from perfkit.units import format_count, format_ratio

if TYPE_CHECKING:
    from perfkit.capture.runs import RunsCompared
    from perfkit.comparison import Comparison
    from perfkit.findings.compare import FindingChange
    from perfkit.stats import Spread

_VERDICTS: dict[str, tuple[str, Tone]] = {
    "faster": ("▼ faster", "good"),
    "slower": ("▲ slower", "bad"),
    "same": ("= as fast", "plain"),
    "too noisy to tell": ("? too noisy to tell", "warn"),
    "not judged": ("○ not judged", "plain"),
}
_DIRECTIONS: dict[str, tuple[str, Tone]] = {
    "falls": ("▼ falls", "good"),
    "rises": ("▲ rises", "bad"),
    "same": ("= same", "muted"),
    "unclear": ("? ranges overlap", "warn"),
}
_FATES: dict[str, tuple[str, Tone]] = {
    "new": ("+ new", "bad"),
    "moved": ("↕ moved", "warn"),
    "stays": ("= stays", "muted"),
    "gone": ("− gone", "good"),
}


def runs_blocks(runs: RunsCompared | None) -> Blocks:
    """The verdict on the times with the samples of both sides, and counters as ranges; nothing when there are none."""
    if runs is None:
        return ()
    word, tone = _VERDICTS[runs.times.verdict]
    parts = [text(Span(word, tone, badge=True), f" {runs.times.reason}")]
    if runs.times.ratio is not None:
        low, high = format_ratio(runs.times.ratio.low), format_ratio(runs.times.ratio.high)
        parts.append(
            text(
                f"median {format_ratio(runs.times.ratio.median)}", Span(f" ({low} to {high}, 95 %)", "muted")
            )
        )
    series = [("before", runs.before.samples), ("after", runs.after.samples)]
    return (paragraph(*joined(parts)), *samples_blocks(series), *_counters(runs))


def _counters(runs: RunsCompared) -> Blocks:
    """Counters over several counted runs; of one run each the totals say the same."""
    if max(len(runs.before.counters), len(runs.after.counters)) < 2:
        return ()
    columns = (
        Column(title="counter"),
        Column(title="before", align="right", note="lowest to highest of all runs"),
        Column(title="after", align="right", note="lowest to highest of all runs"),
        Column(title="", note="whether the ranges are clearly apart"),
    )
    rows = tuple(
        Row(
            cells=(
                text(one.name.replace("_", " ").replace("wal", "WAL")),
                text(_spread(one.before)),
                text(_spread(one.after)),
                text(Span(*_DIRECTIONS[one.direction])) if one.direction else (),
            )
        )
        for one in runs.counters
        if any(side and side.high for side in (one.before, one.after))
    )
    return (Table(columns=columns, rows=rows, kind="counters"),) if rows else ()


def _spread(given: Spread | None) -> str:
    if given is None:
        return "–"
    if given.low == given.high:
        return format_count(given.low)
    return f"{format_count(given.low)} to {format_count(given.high)}"


def cause_blocks(comparison: Comparison) -> Blocks:
    """What differed around the captures; of bare plans the settings that EXPLAIN gives."""
    if not comparison.causes:
        return settings_blocks(comparison.diff)
    return (cause_table(comparison.causes, title="possible cause", before="before", after="after"),)


def finding_changes_blocks(changes: Sequence[FindingChange]) -> Blocks:
    """Findings of both plans in one table: new first, gone last."""
    columns = (
        Column(title="finding"),
        Column(title="severity"),
        Column(title="node", note="number of the node before and after"),
        Column(title="what", wraps=True),
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
    return (Table(columns=columns, rows=tuple(rows), kind="finding-changes", is_list=True),)


def one_finding_change(change: FindingChange) -> Blocks:
    return finding_changes_blocks((change,))
