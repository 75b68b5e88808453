"""An investigation part by part, as the notebook shows it, and whole, as a report reads: verdict first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perfkit.render.advice import advice_blocks, rejected_blocks, time_text
from perfkit.render.blocks import (
    Block,
    Blocks,
    Facts,
    Heading,
    Paragraph,
    Span,
    Text,
    joined,
    paragraph,
    text,
)
from perfkit.render.capture import notes_blocks, samples_blocks
from perfkit.render.environment import environment_blocks, query_blocks
from perfkit.render.findings import findings_blocks, severity_counts
from perfkit.render.plan import plan_blocks
from perfkit.render.sensitivity import prepared_blocks, sensitivity_blocks, setup_blocks, waits_blocks
from perfkit.render.session import session_blocks
from perfkit.units import format_count, format_ratio

if TYPE_CHECKING:
    from perfkit.advise.values import Advice
    from perfkit.capture.values import Samples
    from perfkit.investigation import Investigation

NO_DIFF = "No second plan: no advice was executed, so there is nothing to compare with."

TITLES = {
    "verdict": "Verdict",
    "session": "Session",
    "query": "Statement",
    "findings": "Findings",
    "advice": "Advice",
    "rejected": "Rejected",
    "parameters": "Parameters",
    "plan": "Plan before",
    "diff": "Plan before and after",
    "samples": "Samples",
    "environment": "Environment",
}
"""The parts of an investigation in the order they are read."""


def investigation_blocks(investigation: Investigation) -> Blocks:
    """All parts under their headings; a part that cannot be shown says so and leaves the others alone."""
    blocks: list[Block] = []
    for name, title in TITLES.items():
        if not has_part(investigation, name):
            continue
        blocks.append(Heading(text=title))
        try:
            blocks.extend(part(investigation, name))
        except Exception as fault:
            blocks.append(paragraph(f"perfkit cannot show this part: {type(fault).__name__}: {fault}"))
    return tuple(blocks)


def has_part(investigation: Investigation, name: str) -> bool:
    """False for a part that most investigations do not have, and this one has not."""
    if name == "session":
        return investigation.session is not None
    if name == "parameters":
        return investigation.sensitivity is not None or investigation.prepared is not None
    return True


def part(investigation: Investigation, name: str) -> Blocks:
    """One part of the investigation; a part with nothing in it says so. KeyError for an unknown name."""
    match name:
        case "verdict":
            return _verdict(investigation)
        case "query":
            return (*query_blocks(investigation.query), *setup_blocks(investigation.setup))
        case "findings":
            return findings_blocks(investigation.findings)
        case "advice":
            return advice_blocks(investigation.advice)
        case "rejected":
            return rejected_blocks(investigation.rejected)
        case "session":
            return session_blocks(investigation.session) if investigation.session else ()
        case "parameters":
            return _parameters(investigation)
        case "plan":
            return plan_blocks(investigation.before.plan)
        case "diff":
            return _diff(investigation)
        case "samples":
            waits = waits_blocks(investigation.waits) if investigation.waits else ()
            return (*samples_blocks(sample_series(investigation)), *waits)
        case "environment":
            return (
                *environment_blocks(investigation.environment, investigation.catalog),
                *notes_blocks(investigation.notes),
            )
    raise KeyError(name)


def best(investigation: Investigation) -> Advice | None:
    """The first advice that was executed, which is the best one measured."""
    return next(
        (one for one in investigation.advice if one.proof.level == "executed" and one.proof.after), None
    )


def sample_series(investigation: Investigation) -> list[tuple[str, Samples]]:
    """The samples to compare: interleaved before and after of the best advice, else those of the statement alone."""
    chosen = best(investigation)
    if chosen and chosen.proof.before and chosen.proof.after:
        return [
            ("before", chosen.proof.before.samples),
            (f"with {chosen.id}", chosen.proof.after.samples),
        ]
    return [("before", investigation.before.samples)]


def _verdict(investigation: Investigation) -> Blocks:
    blocks: list[Block] = [paragraph(Span(investigation.verdict, "strong"))]
    badges = severity_counts(investigation.findings)
    if not investigation.findings:
        badges.append(text(Span("✓ no finding", "good", badge=True)))
    proven = sum(
        one.proof.level == "executed" and one.proof.verdict == "improves" for one in investigation.advice
    )
    others = len(investigation.advice) - proven
    if proven:
        badges.append(
            text(Span(f"✓ {proven} proven {'remedy' if proven == 1 else 'remedies'}", "good", badge=True))
        )
    if others:
        badges.append(text(Span(f"? {others} unproven", "plain", badge=True)))
    if investigation.rejected:
        badges.append(text(Span(f"✗ {len(investigation.rejected)} rejected", "plain", badge=True)))
    blocks.append(Paragraph(text=joined(badges, "  ")))
    if investigation.interrupted:
        blocks.append(paragraph(Span("● interrupted", "warn", badge=True), f" {investigation.interrupted}"))
    pairs = _headline(investigation)
    if pairs:
        blocks.append(Facts(pairs=pairs))
    return tuple(blocks)


def _headline(investigation: Investigation) -> tuple[tuple[str, Text], ...]:
    chosen = best(investigation)
    before = (chosen.proof.before if chosen else None) or investigation.before
    pairs = [("time", text(time_text(before)))]
    if before.counters.shared_blocks is not None:
        pairs.append(("shared blocks", text(format_count(before.counters.shared_blocks))))
    if chosen is None or chosen.proof.after is None:
        return tuple(pairs)
    after = chosen.proof.after
    improved: list[tuple[str, Text]] = []
    arrow = Span("  →  ", "muted")
    for name, value in pairs:
        if name == "time":
            now, ratio = time_text(after), chosen.proof.time_ratio
        else:
            now, ratio = format_count(after.counters.shared_blocks), chosen.proof.blocks_ratio
        times = () if ratio is None else (Span(f"  {format_ratio(ratio)}", "muted"),)
        improved.append((name, (*value, arrow, Span(now, "strong"), *times)))
    return (*improved, ("with", text(Span(chosen.id, "strong"), f", {chosen.kind}")))


def _parameters(investigation: Investigation) -> Blocks:
    blocks: list[Block] = []
    if investigation.sensitivity is not None:
        blocks.extend(sensitivity_blocks(investigation.sensitivity))
    if investigation.prepared is not None:
        blocks.extend(prepared_blocks(investigation.prepared))
    return tuple(blocks)


def _diff(investigation: Investigation) -> Blocks:
    from perfkit.plan import diff
    from perfkit.render.diff import diff_blocks

    chosen = best(investigation)
    if chosen is None or chosen.proof.after is None:
        return (paragraph(NO_DIFF),)
    before = chosen.proof.before or investigation.before
    lead = joined([text("before and after ", Span(chosen.id, "strong"))])
    return (Paragraph(text=lead), *diff_blocks(diff(before.plan, chosen.proof.after.plan)))
