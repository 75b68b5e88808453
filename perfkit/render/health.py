"""What a database's own books say of it: the verdict, what is amiss by kind, and the script that would put it right."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from perfkit.render.blocks import Block, Blocks, Code, Details, Panel, Span, joined, paragraph, text
from perfkit.units import format_bytes, format_count

if TYPE_CHECKING:
    from perfkit.health import Health, HealthFinding

_KINDS = {
    "invalid-index": "Invalid indexes",
    "unused-index": "Indexes that nothing reads",
    "redundant-prefix-index": "Indexes that repeat others",
    "stale-statistics": "Tables that the planner knows little of",
    "table-bloat": "Dead rows",
    "missing-fk-index": "Foreign keys without an index",
}
_TONES = {"critical": "bad", "warning": "warn", "info": "plain"}


def health_blocks(found: Health) -> Blocks:
    """Verdict, findings and notes."""
    return (*verdict_blocks(found), *findings_blocks(found))


def verdict_blocks(found: Health) -> Blocks:
    """The verdict, and how much there is of what."""
    counts = f"{format_count(found.tables)} tables, {format_count(found.indexes)} indexes of {format_bytes(found.index_bytes)}"
    is_told = found.counted_days is not None and found.counted_days >= 1
    days = f"; the server has counted for {found.counted_days:.0f} days" if is_told else ""
    blocks: list[Block] = [paragraph(Span(found.verdict, "strong")), paragraph(Span(counts + days, "muted"))]
    blocks += [paragraph(Span(f"Note: {note}", "muted")) for note in found.notes]
    return tuple(blocks)


def findings_blocks(found: Health) -> Blocks:
    """A panel for each kind, with a line for each finding."""
    order = list(_KINDS)
    ranked = sorted(found.findings, key=lambda one: order.index(one.id))
    blocks = [_panel(id, list(members)) for id, members in groupby(ranked, key=lambda one: one.id)]
    return tuple(blocks) or (paragraph("Nothing."),)


def script_blocks(found: Health) -> Blocks:
    """What would put it right, and the way back. Nothing of it was tried."""
    cures = [one for one in found.findings if one.sql]
    if not cures:
        return (paragraph("Nothing to run."),)
    back = "\n".join(one.undo_sql for one in cures if one.undo_sql)
    blocks: list[Block] = [Code(text="\n".join(_commented(one) for one in cures))]
    if back:
        blocks.append(Details(summary=text("the way back"), blocks=(Code(text=back),)))
    return tuple(blocks)


def _panel(id: str, members: list[HealthFinding]) -> Panel:
    size = sum(one.size_bytes or 0 for one in members if one.sql and one.id.endswith("index"))
    head = [text(Span(_KINDS[id], "strong")), text(format_count(len(members)))]
    if size:
        head.append(text(format_bytes(size)))
    lines: list[Block] = [paragraph(one.title) for one in members]
    caveats = dict.fromkeys(caveat for one in members for caveat in one.caveats)
    lines += [paragraph(Span(caveat, "muted")) for caveat in caveats]
    return Panel(head=joined(head), blocks=tuple(lines), tone=_TONES[members[0].severity], kind="finding")  # type: ignore[arg-type]


def _commented(one: HealthFinding) -> str:
    return f"-- {' '.join(one.title.split())}\n{one.sql}"
