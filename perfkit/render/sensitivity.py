"""What a session did before the statement, what it waited for, and how other values of the parameters fare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perfkit.render.blocks import Block, Blocks, Code, Column, Facts, Row, Span, Table, Text, paragraph, text
from perfkit.render.figures import blocks_text
from perfkit.units import format_count, format_ms, format_percent

if TYPE_CHECKING:
    from perfkit.capture.sensitivity import PlanRun, Sensitivity, SetRun
    from perfkit.capture.values import PreparedPlans
    from perfkit.capture.waits import Waits
    from perfkit.sql.session_setup import SessionSetup

MOST_ROWS = 20
_VALUE_LENGTH = 24


def sensitivity_blocks(found: Sensitivity) -> Blocks:
    """Every set of parameters with its plan, time and blocks, grouped by the shape of the plan."""
    return (paragraph(_lead(found)), *sets_blocks(found))


def lead_blocks(found: Sensitivity) -> Blocks:
    """What it comes to, in a sentence."""
    shapes = len(found.shapes)
    plans = "one plan shape" if shapes == 1 else f"{shapes} plan shapes"
    worst, typical = found.run(found.worst), found.run(found.typical)
    said = (
        f"{len(found.runs)} sets of values, {plans}"
        + (", about the same work" if found.is_alike else "")
        + f"; the costliest is set {worst.number} ({_took(found, worst)}), a typical one set {typical.number} ({_took(found, typical)})"
    )
    blocks: list[Block] = [paragraph(Span(said, "strong"))]
    if (skewed := found.skewed) is not None and skewed.generic is not None:
        times = f"{format_ms(skewed.generic.ms)} instead of {format_ms(skewed.custom.ms)}"
        blocks.append(paragraph(f"With the generic plan set {skewed.number} takes {times}."))
    return tuple(blocks)


def _took(found: Sensitivity, run: SetRun) -> str:
    used = found.used(run)
    return f"{format_ms(used.ms)}, {format_count(used.blocks)} blocks" if used.ms is not None else "timed out"


def sets_blocks(found: Sensitivity) -> Blocks:
    """The table of all sets, and which plan a driver that prepares the statement would get."""
    blocks: list[Block] = [_table(found)]
    if len(found.runs) > MOST_ROWS:
        blocks.append(paragraph(Span(f"and {len(found.runs) - MOST_ROWS} more sets", "muted")))
    if found.left_out:
        blocks.append(paragraph(Span("Note: ", "muted"), f"{found.left_out} sets were not run"))
    if any(run.generic for run in found.runs):
        who = "the session" if found.is_in_use else "a driver that prepares the statement"
        blocks.append(paragraph(f"{who} uses the {found.chosen} plan: {found.reason}"))
    return tuple(blocks)


def prepared_blocks(prepared: PreparedPlans) -> Blocks:
    """The custom and the generic plan beside each other."""
    rows = []
    for name, measurement in (("custom", prepared.custom), ("generic", prepared.generic)):
        is_ended = name == "generic" and not prepared.is_generic_finished
        ms = f"> {format_ms(prepared.generic_limit_ms)}" if is_ended else format_ms(measurement.typical_ms)
        mark: Text = text(Span(name, "strong" if name == prepared.chosen else "plain"))
        rows.append(
            Row(
                cells=(
                    mark,
                    text(ms),
                    text(blocks_text(measurement.counters.shared_blocks)),
                    text("used" if name == prepared.chosen and prepared.is_in_use else ""),
                )
            )
        )
    columns = (
        Column(title="plan"),
        Column(title="median", align="right"),
        Column(title="shared blocks", align="right"),
        Column(title=""),
    )
    return (
        paragraph(f"Prepared statement, plan_cache_mode {prepared.mode}: {prepared.reason}"),
        Table(columns=columns, rows=tuple(rows), kind="prepared"),
    )


def waits_blocks(waits: Waits) -> Blocks:
    """What the statement waited for while it was warmed up; nothing where it did not, or was over too soon to tell."""
    if not waits.events and not waits.blockers:
        return ()
    work = waits.samples - sum(waits.events.values())
    pairs = [
        (event, text(format_percent(count / waits.samples)))
        for event, count in waits.events.items()
        if waits.samples
    ]
    pairs.append(("running", text(format_percent(work / waits.samples if waits.samples else None))))
    blocked = tuple(("blocked by", text(one.in_words)) for one in waits.blockers)
    lead = f"Where {format_ms(waits.wall_ms)} went, from {waits.samples} samples of its wait events"
    return (paragraph(lead), Facts(pairs=(*pairs, *blocked)))


def setup_blocks(setup: SessionSetup) -> Blocks:
    """What the session ran before, as it was given."""
    if not setup:
        return ()
    return (
        paragraph("Run in the session before:"),
        Code(text=";\n".join(one.text for one in setup.statements) + ";"),
    )


def _lead(found: Sensitivity) -> str:
    shapes = len(found.shapes)
    plans = "one plan shape" if shapes == 1 else f"{shapes} plan shapes"
    worst, typical = found.run(found.worst), found.run(found.typical)
    skewed = found.skewed
    if skewed is not None and skewed.generic is not None:
        return (
            f"{len(found.runs)} sets of parameters, {plans}; investigated is set {skewed.number}, which the generic plan serves"
            f" worst ({format_ms(skewed.generic.ms)} against {format_ms(skewed.custom.ms)} of a plan made for it)"
        )
    if found.is_alike:
        return f"{len(found.runs)} sets of parameters, {plans}, about the same work; set {typical.number} is investigated"
    return (
        f"{len(found.runs)} sets of parameters, {plans}; investigated is the worst, set {worst.number}"
        f" ({format_ms(found.used(worst).ms)}, {format_count(found.used(worst).blocks)} blocks); typical is set"
        f" {typical.number} ({format_ms(found.used(typical).ms)}, {format_count(found.used(typical).blocks)} blocks)"
    )


def _table(found: Sensitivity) -> Table:
    has_generic = any(run.generic for run in found.runs)
    columns = [
        Column(title="set", align="right"),
        Column(title="parameters", wraps=True),
        Column(title="plan made for them", wraps=True),
        Column(title="time", align="right"),
        Column(title="blocks", align="right"),
        Column(title="rows", align="right"),
    ]
    if has_generic:
        columns += [
            Column(title="generic", align="right", note="time with the plan made for any value"),
            Column(title="blocks", align="right"),
        ]
    ordered = [run for members in found.shapes.values() for run in members]
    rows = [_row(found, run, has_generic) for run in ordered[:MOST_ROWS]]
    return Table(columns=tuple(columns), rows=tuple(rows), kind="sensitivity", is_list=True)


def _row(found: Sensitivity, run: SetRun, has_generic: bool) -> Row:
    cells = [
        text(str(run.number)),
        text(Span(", ".join(_short(value) for value in run.parameters), "code")),
        text(run.custom.plan),
        *_figures(run.custom),
        text(format_count(run.custom.rows)),
    ]
    if has_generic:
        cells += _figures(run.generic or run.custom)
    is_worst = run.number == found.worst and not found.is_alike
    return Row(cells=tuple(cells), tone="warn" if is_worst else "plain")


def _figures(run: PlanRun) -> list[Text]:
    return [text(format_ms(run.ms) if run.ms is not None else "timed out"), text(format_count(run.blocks))]


def _short(value: str | None) -> str:
    if value is None:
        return "NULL"
    return value if len(value) <= _VALUE_LENGTH else value[: _VALUE_LENGTH - 1] + "…"
