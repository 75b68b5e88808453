"""A plan diagram in words and tables: what it comes to, a map in letters, the plans, and both sides of each flip."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING

from perfkit.render.blocks import Block, Blocks, Code, Column, Row, Span, Table, Text, paragraph, text
from perfkit.render.escape import one_line, shortened
from perfkit.units import format_count, format_ms, format_percent

if TYPE_CHECKING:
    from perfkit.capture.plan_diagram import Axis, Flip, PlanDiagram
    from perfkit.capture.sensitivity import PlanRun

_VALUE_LENGTH = 24
_MOST_FLIPS = 12
_MOST_UNEVEN = 3
_NO_BREAK = "\N{NO-BREAK SPACE}"
_LINE = 96
"""Characters of a line of values."""


def diagram_blocks(found: PlanDiagram) -> Blocks:
    """Everything there is to say of it."""
    shown = map_blocks(found) if found.axes else ()
    return (*lead_blocks(found), *shown, *plans_blocks(found), *flips_blocks(found))


def lead_blocks(found: PlanDiagram) -> Blocks:
    """How many plans there are, and flips that the planner's costs do not account for."""
    blocks: list[Block] = [paragraph(Span(found.verdict, "strong"))]
    uneven = [flip for flip in found.flips if flip.is_uneven]
    blocks += [paragraph(_uneven(found, flip)) for flip in uneven[:_MOST_UNEVEN]]
    return tuple(blocks)


def _uneven(found: PlanDiagram, flip: Flip) -> str:
    one, other = flip.cells
    return (
        f"Where plan {found.letters[one.shape]} flips to {found.letters[other.shape]} the planner takes both to cost about the"
        f" same ({cost_of(one.cost)} and {cost_of(other.cost)}); as run: {ran_text(flip.runs[0])} and"
        f" {ran_text(flip.runs[1])}."
    )


def map_blocks(found: PlanDiagram) -> Blocks:
    """The diagram in letters, or over one parameter its stretches with one plan."""
    if len(found.axes) == 2:
        return (_letters(found),)
    return (_stretches(found),) if found.axes else plans_blocks(found)


def plans_blocks(found: PlanDiagram) -> Blocks:
    """What each letter stands for, where the values are from, and what stays the same throughout."""
    return (_plans_table(found), paragraph(Span(_how(found), "muted")))


def _how(found: PlanDiagram) -> str:
    ran = len(found.runs.runs)
    said = f"Planned with {found.explains} EXPLAINs, which execute nothing; " + (
        f"{ran} sets of values were run, twice each." if ran > 1 else "one set of values was run, twice."
    )
    if found.runs.left_out:
        said += f" There was no time to run {found.runs.left_out} more."
    for axis in found.axes:
        if axis.relation:
            kept = f"{axis.column} {axis.operator} ${axis.number}"
            said += f" {axis.title}: values of {axis.relation}, each with the share of its rows that {kept} keeps, as planned."
    for one in found.held:
        said += f" ${one.number} is {value_text(one.parameters[0])} throughout: {one.reason}."
    return said


def _letters(found: PlanDiagram) -> Code:
    """A line for each value of the second parameter, a letter for each of the first."""
    across, down = found.axes
    letters = found.letters
    names = [_short(value) for value in down.parameters]
    shares = [share_text(down, place) for place in range(len(names))]
    wide, far = max(map(len, names)), max(map(len, shares))
    size = max(map(len, letters.values()))
    last = len(across.parameters) - 1
    lines = [
        f"{across.title} →  from {_valued(across, 0)} to {_valued(across, last)}",
        f"{down.title} ↓",
    ]
    for name, share, row in zip(names, shares, found.rows, strict=True):
        cells = " ".join(letters[cell.shape].ljust(size) for cell in row)
        lines.append(f"{name.ljust(wide)}  {share.rjust(far)}  {cells}".rstrip())
    values = ", ".join(_valued(across, place).replace(" ", _NO_BREAK) for place in range(last + 1))
    listed = fill(f"{across.title}: {values}", _LINE, subsequent_indent="  ", break_long_words=False)
    return Code(text="\n".join([*lines, "", listed.replace(_NO_BREAK, " ")]), language="text")


def _stretches(found: PlanDiagram) -> Table:
    """Neighbouring values with one plan together."""
    axis = found.axes[0]
    columns = (
        Column(title="plan"),
        Column(title=f"{axis.title} from"),
        Column(title="to"),
        Column(title="values", align="right"),
        Column(title="share of rows", align="right"),
        Column(title="estimated cost", align="right"),
    )
    stretches: list[list[int]] = []
    for place, cell in enumerate(found.cells):
        if stretches and found.cells[stretches[-1][0]].shape == cell.shape:
            stretches[-1].append(place)
        else:
            stretches.append([place])
    rows = []
    for places in stretches:
        first, last = places[0], places[-1]
        costs = [found.cells[place].cost for place in places]
        shares = list(dict.fromkeys(share_text(axis, place) for place in (first, last)))
        rows.append(
            Row(
                cells=(
                    text(Span(found.letters[found.cells[first].shape], "strong")),
                    text(Span(_short(axis.parameters[first]), "code")),
                    text(Span(_short(axis.parameters[last]), "code")),
                    text(str(len(places))),
                    text(" to ".join(shares)),
                    text(_span_of(min(costs), max(costs))),
                )
            )
        )
    return Table(columns=columns, rows=tuple(rows), kind="plan-stretches")


def _plans_table(found: PlanDiagram) -> Table:
    columns = (
        Column(title="plan"),
        Column(title="its scans", wraps=True),
        Column(title="values", align="right", note="how many cells of the diagram have it"),
        Column(title="estimated cost", align="right"),
    )
    rows = tuple(
        Row(
            cells=(
                text(Span(found.letters[one.shape], "strong")),
                text(one.plan),
                text(format_count(one.cells)),
                text(_span_of(one.least_cost, one.most_cost)),
            )
        )
        for one in found.shapes
    )
    return Table(columns=columns, rows=rows, kind="plan-shapes", is_list=True)


def flips_blocks(found: PlanDiagram) -> Blocks:
    """Both sides of each flip as they ran: whether the planner changes its mind in the right place."""
    flips = found.flips
    if not flips:
        return (paragraph("The plan flips nowhere."),)
    columns = (
        Column(title="flip", align="right"),
        Column(title="plan"),
        *(Column(title=axis.title) for axis in found.axes),
        Column(title="estimated cost", align="right"),
        Column(title="time", align="right"),
        Column(title="blocks", align="right"),
        Column(title="rows", align="right"),
    )
    rows = [
        _side(found, str(number) if not side else "", flip, side)
        for number, flip in enumerate(flips[:_MOST_FLIPS], 1)
        for side in (0, 1)
    ]
    blocks: list[Block] = [
        paragraph(
            "Two lines for each flip: neighbours with different plans, where these two meet at a high cost and about the same."
        ),
        Table(columns=columns, rows=tuple(rows), kind="plan-flips"),
    ]
    if len(flips) > _MOST_FLIPS:
        blocks.append(paragraph(Span(f"and {len(flips) - _MOST_FLIPS} more flips", "muted")))
    return tuple(blocks)


def _side(found: PlanDiagram, number: str, flip: Flip, side: int) -> Row:
    cell, run = flip.cells[side], flip.runs[side]
    values: list[Text] = [text(Span(_short(cell.parameters[axis.number - 1]), "code")) for axis in found.axes]
    return Row(
        cells=(
            text(number),
            text(Span(found.letters[cell.shape], "strong")),
            *values,
            text(format_count(round(cell.cost))),
            text(ran_text(run)),
            text(format_count(run.blocks if run is not None else None)),
            text(format_count(run.rows if run is not None else None)),
        ),
        tone="warn" if flip.is_uneven else "plain",
    )


def cells_alt(found: PlanDiagram) -> str:
    """What the picture shows, for those who cannot see it."""
    parts = [f"plan {found.letters[one.shape]} ({one.plan}) for {one.cells}" for one in found.shapes]
    names = " and ".join(axis.title for axis in found.axes) or "no parameter"
    flips = [
        f"{found.letters[one.shape]} to {found.letters[other.shape]}"
        for one, other in (f.cells for f in found.flips)
    ]
    ends = f" It flips from {', '.join(flips)}." if flips else ""
    return f"Plans over the values of {names}: {'; '.join(parts)}.{ends}"


def cost_of(cost: float) -> str:
    return f"cost {format_count(round(cost))}"


def ran_text(run: PlanRun | None) -> str:
    """How long a cell took."""
    if run is None:
        return "not run"
    return "timed out" if run.ms is None else format_ms(run.ms)


def share_text(axis: Axis, place: int) -> str:
    share = axis.shares[place] if place < len(axis.shares) else None
    return "" if share is None else format_percent(share)


def value_text(value: str | None) -> str:
    return "NULL" if value is None else one_line(value)


def _short(value: str | None) -> str:
    return shortened(value_text(value), _VALUE_LENGTH)


def _valued(axis: Axis, place: int) -> str:
    share = share_text(axis, place)
    return _short(axis.parameters[place]) + (f" ({share})" if share else "")


def _span_of(least: float, most: float) -> str:
    low, high = format_count(round(least)), format_count(round(most))
    return low if low == high else f"{low} to {high}"
