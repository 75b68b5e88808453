"""A capture: the statement, how it ran, and where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from perfkit.render.bars import bar
from perfkit.render.blocks import Block, Blocks, Column, Facts, Heading, Row, Span, Table, paragraph, text
from perfkit.render.environment import environment_blocks, query_blocks
from perfkit.render.figures import blocks_text, digits_for, number
from perfkit.render.plan import plan_blocks
from perfkit.render.sensitivity import prepared_blocks, setup_blocks, waits_blocks
from perfkit.stats import median, quantile
from perfkit.units import format_bytes, format_count

if TYPE_CHECKING:
    from perfkit.capture.values import Capture, Measurement, Samples

NO_SAMPLES = "No samples: the statement was explained, but not timed."


def capture_blocks(capture: Capture) -> Blocks:
    blocks: list[Block] = [*query_blocks(capture.query), *setup_blocks(capture.setup)]
    if capture.samples.values:
        blocks.extend(samples_blocks([("this capture", capture.samples)]))
    if capture.waits is not None:
        blocks.extend(waits_blocks(capture.waits))
    if capture.prepared is not None:
        blocks.extend(prepared_blocks(capture.prepared))
    blocks.append(Heading(text="Plan", level=3))
    blocks.extend(plan_blocks(capture.plan, capture.samples.values))
    blocks.append(Heading(text="Environment", level=3))
    blocks.extend(environment_blocks(capture.environment, capture.catalog))
    blocks.extend(notes_blocks(capture.notes))
    return tuple(blocks)


def measurement_blocks(measurement: Measurement) -> Blocks:
    """Plan, counters and samples of one state of the database."""
    counters = measurement.counters
    pairs = (
        ("shared blocks", text(blocks_text(counters.shared_blocks))),
        ("of them read", text(format_count(counters.shared_read_blocks))),
        ("temp blocks", text(blocks_text(counters.temp_blocks))),
        ("rows", text(format_count(counters.rows))),
        ("rows removed", text(format_count(counters.rows_removed))),
    )
    wal = (("WAL", text(format_bytes(counters.wal_bytes))),) if counters.wal_bytes is not None else ()
    samples = (
        samples_blocks([("this measurement", measurement.samples)]) if measurement.samples.values else ()
    )
    return (Facts(pairs=(*pairs, *wal)), *samples, *plan_blocks(measurement.plan, measurement.samples.values))


def samples_blocks(series: Sequence[tuple[str, Samples]]) -> Blocks:
    """One row for each series of samples: how many, and how they spread."""
    series = [(name, samples) for name, samples in series if samples.values]
    if not series:
        return (paragraph(NO_SAMPLES),)
    values = [value for _, samples in series for value in samples.values]
    digits, largest = digits_for(values), max(median(samples.values) for _, samples in series)
    unit = series[0][1].unit
    columns = (
        Column(title=f"samples, {unit}"),
        Column(title="runs", align="right"),
        Column(title="fastest", align="right"),
        Column(title="lower quartile", align="right"),
        Column(title="median", align="right"),
        Column(title="upper quartile", align="right"),
        Column(title="slowest", align="right"),
        Column(title="", note="the median, to scale"),
    )
    rows = []
    for name, samples in series:
        spread = [quantile(samples.values, share) for share in (0, 0.25, 0.5, 0.75, 1)]
        cells = [
            text(Span(number(one, digits), "strong" if place == 2 else "plain"))
            for place, one in enumerate(spread)
        ]
        scale = text(bar(spread[2] / largest if largest > 0 else None))
        rows.append(Row(cells=(text(name), text(str(len(samples.values))), *cells, scale)))
    return (Table(columns=columns, rows=tuple(rows), kind="samples"),)


def notes_blocks(notes: Sequence[str]) -> Blocks:
    """What a reader must know, one line each."""
    return tuple(paragraph(Span("Note: ", "muted"), note) for note in notes)
