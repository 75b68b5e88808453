"""What settings do to one statement: the answer, a table of all choices, and the plans that are others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perfkit.render.blocks import Block, Blocks, Column, Details, Row, Span, Table, Text, paragraph, text
from perfkit.render.figures import blocks_text
from perfkit.render.plan import plan_blocks
from perfkit.units import format_ms, format_ratio

if TYPE_CHECKING:
    from perfkit.capture.settings_experiment import SettingsExperiment, SettingsRun
    from perfkit.capture.values import Measurement
    from perfkit.plan import Plan


def experiment_blocks(found: SettingsExperiment) -> Blocks:
    """The answer and the table."""
    return (*answer_blocks(found), choices_table(found))


def answer_blocks(found: SettingsExperiment) -> Blocks:
    """Which of the choices made it faster beyond doubt, and which changed nothing."""
    blocks: list[Block] = [paragraph(Span(found.verdict, "strong"))]
    slower = [run.name for run in found.runs if run.times.verdict == "slower"]
    if slower:
        blocks.append(paragraph(f"Slower with {', '.join(slower)}."))
    unclear = [run.name for run in found.runs if run.times.verdict == "too noisy to tell"]
    if unclear:
        blocks.append(paragraph(f"Too noisy to tell with {', '.join(unclear)}."))
    return tuple(blocks)


def choices_table(found: SettingsExperiment) -> Table:
    """A line for the statement as it is and for each choice."""
    columns = (
        Column(title="setting"),
        Column(title="plan", wraps=True),
        Column(title="shared blocks", align="right"),
        Column(title="temporary blocks", align="right"),
        Column(title="median", align="right"),
        Column(title="against as it is", note="by fastest run and lower quartile, run in turns"),
    )
    first = Row(cells=(text("as it is"), text(""), *_figures(found.before), text("")))
    return Table(columns=columns, rows=(first, *(_row(run) for run in found.runs)), kind="settings")


def plans_blocks(found: SettingsExperiment) -> Blocks:
    """The plan as it is, and every other plan that a choice led to, folded."""
    blocks: list[Block] = list(plan_blocks(found.before.plan))
    told: dict[str, list[str]] = {}
    plans: dict[str, Plan] = {}
    for run in found.runs:
        if run.is_other_plan:
            told.setdefault(run.measurement.plan.shape, []).append(run.name)
            plans.setdefault(run.measurement.plan.shape, run.measurement.plan)
    for shape, names in told.items():
        blocks.append(Details(summary=text(f"with {', '.join(names)}"), blocks=plan_blocks(plans[shape])))
    return tuple(blocks)


def _row(run: SettingsRun) -> Row:
    verdict = run.times.verdict
    ratio = f", time {format_ratio(run.times.ratio.median)}" if run.times.ratio else ""
    tone = {"faster": "good", "slower": "bad"}.get(verdict, "plain")
    mark = Span(verdict, tone, badge=verdict in ("faster", "slower"))  # type: ignore[arg-type]
    return Row(
        cells=(
            text(Span(run.name, "code")),
            text("another" if run.is_other_plan else "the same"),
            *_figures(run.measurement),
            text(mark, ratio),
        )
    )


def _figures(measurement: Measurement) -> tuple[Text, ...]:
    ended = measurement.ended_after_ms
    return (
        text(blocks_text(measurement.counters.shared_blocks)),
        text(blocks_text(measurement.counters.temp_blocks)),
        text(format_ms(measurement.typical_ms) if ended is None else f"> {format_ms(ended)}"),
    )
