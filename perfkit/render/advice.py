"""Advice with its proof: what to run, what it gave when it was tried, what it costs; and what did not help."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from perfkit.render.blocks import (
    Block,
    Blocks,
    Code,
    Column,
    Details,
    Facts,
    Panel,
    Row,
    Span,
    Table,
    Text,
    Tone,
    joined,
    paragraph,
    text,
)
from perfkit.render.escape import one_line, shortened
from perfkit.render.figures import blocks_text
from perfkit.stats import median, quantile
from perfkit.units import format_bytes, format_count, format_ms, format_percent, format_ratio

if TYPE_CHECKING:
    from perfkit.advise.values import Advice, Bystander, Price, Proof, Rejected, WriteCost
    from perfkit.capture.values import Measurement

NO_ADVICE = "No advice: nothing that was tried makes this statement faster."
NOTHING_REJECTED = "Nothing was rejected."

_VERDICTS: dict[str, tuple[str, Tone]] = {
    "improves": ("✓ improves", "good"),
    "neutral": ("≈ neutral", "plain"),
    "harms": ("✗ harms", "bad"),
    "inconclusive": ("? inconclusive", "warn"),
}
_LEVELS = {"executed": "measured", "planned": "planned only, not executed"}
_SQL_LENGTH = 160
_CLEAR = 0.9
"""A ratio below it is a gain, above its inverse a loss, as in ``perfkit.stats``."""


def advice_blocks(advice: Sequence[Advice]) -> Blocks:
    """Best first, as ranked."""
    if not advice:
        return (paragraph(NO_ADVICE),)
    return tuple(advice_panel(one) for one in advice)


def one_advice(advice: Advice) -> Blocks:
    return (advice_panel(advice),)


def advice_panel(advice: Advice) -> Panel:
    """One remedy: its SQL, why, before and after, its price."""
    mark, tone = verdict_mark(advice.proof)
    blocks: list[Block] = []
    if advice.steps:
        for number, step in enumerate(advice.steps, 1):
            blocks.append(paragraph(f"Step {number}: {step.kind}"))
            blocks.append(Code(text=step.sql))
    else:
        blocks.append(Code(text=advice.sql))
    blocks.append(paragraph(advice.rationale))
    if advice.conditions:
        blocks.append(paragraph("Equal because ", "; ".join(advice.conditions), "."))
    blocks.extend(paragraph(Span("Mind", "warn", badge=True), f" {caveat}") for caveat in advice.caveats)
    blocks.extend(proof_blocks(advice.proof))
    price = _price_facts(advice.price, advice.cures)
    if price:
        blocks.append(Facts(pairs=price))
    if advice.price.safe_sql:
        blocks.append(
            Details(
                summary=text("the same, safe on a busy server"), blocks=(Code(text=advice.price.safe_sql),)
            )
        )
    if advice.undo_sql:
        blocks.append(Details(summary=text("the way back"), blocks=(Code(text=advice.undo_sql),)))
    head = [
        text(Span(advice.id, "strong")),
        text(Span(mark, tone, badge=True)),
    ]
    level = _LEVELS.get(advice.proof.level, "")
    if level:
        head.append(text(Span(level, "muted")))
    return Panel(head=joined(head, "  "), blocks=tuple(blocks), tone=tone, kind="advice")


def verdict_mark(proof: Proof) -> tuple[str, Tone]:
    """Mark and word of a proof's verdict; a remedy nobody tried is unproven whatever its verdict says."""
    if proof.level == "none":
        return "? unproven", "plain"
    return _VERDICTS.get(proof.verdict, (proof.verdict, "plain"))


def proof_blocks(proof: Proof) -> Blocks:
    """The verdict's reason, the figures before and after, and whether both gave the same rows."""
    blocks: list[Block] = []
    if proof.reason:
        blocks.append(paragraph(Span(proof.reason, "strong" if proof.verdict == "improves" else "plain")))
    if proof.before and proof.after:
        blocks.append(_comparison(proof, proof.before, proof.after))
    if proof.level == "executed":
        blocks.append(paragraph(*_same_result(proof)))
    if proof.bystanders:
        blocks.append(_others(proof.bystanders))
    return tuple(blocks)


def rejected_blocks(rejected: Sequence[Rejected]) -> Blocks:
    """What was tried and did not help, in a table that folds away."""
    if not rejected:
        return (paragraph(NOTHING_REJECTED),)
    columns = (
        Column(title="kind"),
        Column(title="statement", wraps=True),
        Column(title="why not", wraps=True),
        Column(title="blocks", align="right", note="after ÷ before"),
        Column(title="time", align="right", note="after ÷ before, of the medians"),
    )
    rows = tuple(
        Row(
            cells=(
                text(one.kind),
                text(Span(shortened(one_line(one.sql), _SQL_LENGTH), "code")),
                text(one.reason),
                text(format_ratio(one.proof.blocks_ratio if one.proof else None)),
                text(format_ratio(one.proof.time_ratio if one.proof else None)),
            )
        )
        for one in rejected
    )
    count = len(rejected)
    return (
        Details(
            summary=text(f"{count} candidate{'s' if count > 1 else ''} tried and rejected"),
            blocks=(Table(columns=columns, rows=rows, kind="rejected", is_list=True),),
        ),
    )


def one_rejected(rejected: Rejected) -> Blocks:
    """One candidate that did not help."""
    return (
        paragraph(Span("✗ rejected", "plain", badge=True), f" {rejected.kind}: {rejected.reason}"),
        Code(text=rejected.sql),
        *(proof_blocks(rejected.proof) if rejected.proof else ()),
    )


def time_text(measurement: Measurement) -> str:
    """Median and quartiles of the samples, or what EXPLAIN measured where there are none."""
    values = measurement.samples.values
    if measurement.ended_after_ms is not None:
        return f"> {format_ms(measurement.ended_after_ms)}, not finished"
    if not values:
        return format_ms(measurement.plan.total_ms)
    if len(values) < 3:
        return format_ms(median(values))
    return f"{format_ms(median(values))} ({format_ms(quantile(values, 0.25))} – {format_ms(quantile(values, 0.75))})"


def _comparison(proof: Proof, before: Measurement, after: Measurement) -> Table:
    columns = (
        Column(title=""),
        Column(title="before", align="right"),
        Column(title="after", align="right"),
        Column(title="after ÷ before", align="right"),
    )
    rows = [
        Row(
            cells=(
                text("time, median (quartiles)"),
                text(time_text(before)),
                text(time_text(after)),
                _time_ratio(proof),
            )
        )
    ]
    for name, attribute, show in (
        ("shared blocks", "shared_blocks", blocks_text),
        ("of them read", "shared_read_blocks", format_count),
        ("temp blocks", "temp_blocks", blocks_text),
        ("rows", "rows", format_count),
        ("rows removed", "rows_removed", format_count),
        ("WAL", "wal_bytes", format_bytes),
    ):
        old, new = getattr(before.counters, attribute), getattr(after.counters, attribute)
        if old or new:
            judged = attribute != "rows"
            rows.append(Row(cells=(text(name), text(show(old)), text(show(new)), _ratio(old, new, judged))))
    return Table(columns=columns, rows=tuple(rows), kind="proof")


def _others(bystanders: Sequence[Bystander]) -> Details:
    """The other statements of the workload, the worst first."""
    order = sorted(bystanders, key=lambda one: one.before_ms - one.after_ms)
    rows = tuple(
        Row(
            cells=(
                text(Span(shortened(one_line(one.sql), _SQL_LENGTH), "code")),
                text(Span(*_VERDICTS[one.verdict])),
                text(format_ms(one.before_ms)),
                text(format_ms(one.after_ms)),
            )
        )
        for one in order
    )
    columns = (
        Column(title="statement", wraps=True),
        Column(title="verdict"),
        Column(title="before", align="right"),
        Column(title="after", align="right"),
    )
    count = len(rows)
    return Details(
        summary=text(f"{count} other statement{'s' if count > 1 else ''} of the workload"),
        blocks=(Table(columns=columns, rows=rows, kind="others", is_list=True),),
    )


def _time_ratio(proof: Proof) -> Text:
    if proof.time_ratio is None:
        return ()
    spread = ""
    if proof.time_ratio_low is not None and proof.time_ratio_high is not None:
        spread = f" ({format_ratio(proof.time_ratio_low)} – {format_ratio(proof.time_ratio_high)})"
    return text(Span(format_ratio(proof.time_ratio), _ratio_tone(proof.time_ratio)), Span(spread, "muted"))


def _ratio(before: float | None, after: float | None, judged: bool) -> Text:
    if before is None or after is None or not before:
        return text(Span("–", "muted"))
    if not after:
        return text(Span("none left", "good" if judged else "plain"))
    ratio = after / before
    return text(Span(format_ratio(ratio), _ratio_tone(ratio) if judged else "plain"))


def _ratio_tone(ratio: float) -> Tone:
    if ratio < _CLEAR:
        return "good"
    return "bad" if ratio > 1 / _CLEAR else "plain"


def _same_result(proof: Proof) -> Text:
    same_result = proof.same_result
    if same_result is None and proof.not_compared:
        return text(Span(f"Rows were not compared: {proof.not_compared}.", "muted"))
    if same_result is None and proof.before and proof.before.ended_after_ms is not None:
        return text(Span("Rows were not compared: without it the statement does not end.", "muted"))
    if same_result is None:
        return text(
            Span("Results cannot be compared: their order or content may change from run to run.", "muted")
        )
    if same_result:
        return text(Span("✓ same result", "good", badge=True), " before and after")
    return text(Span("✗ different result", "bad", badge=True), " before and after: do not use it")


def write_cost_text(cost: WriteCost) -> str:
    """What one row costs to write without and with the index.

    >>> from perfkit.advise.values import WriteCost
    >>> write_cost_text(WriteCost(rows=1000, wal_bytes_before=474.0, wal_bytes_after=535.0, hot_share_before=1.0,
    ...     hot_share_after=0.0, updated_column="status"))
    'an insert 474 → 535 bytes of WAL, HOT updates of status 100 % → 0.0 %'
    """
    parts = []
    if cost.wal_bytes_before is not None and cost.wal_bytes_after is not None:
        parts.append(f"an insert {cost.wal_bytes_before:,.0f} → {cost.wal_bytes_after:,.0f} bytes of WAL")
    if cost.ms_before is not None and cost.ms_after is not None:
        parts.append(f"{format_ms(cost.ms_before)} → {format_ms(cost.ms_after)}")
    if cost.hot_share_before is not None and cost.hot_share_after is not None:
        shares = (format_percent(cost.hot_share_before), format_percent(cost.hot_share_after))
        parts.append(f"HOT updates of {cost.updated_column} {' → '.join(shares)}")
    return ", ".join(parts)


def _price_facts(price: Price, cures: Sequence[str]) -> tuple[tuple[str, Text], ...]:
    pairs = []
    if price.size_bytes is not None:
        pairs.append(("size", text(format_bytes(price.size_bytes))))
    if price.build_ms is not None:
        pairs.append(("build time", text(format_ms(price.build_ms))))
    if price.write_cost is not None:
        pairs.append(("each write", text(write_cost_text(price.write_cost))))
    if cures:
        pairs.append(("cures", joined([text(Span(one, "code")) for one in cures], ", ")))
    return tuple(pairs)
