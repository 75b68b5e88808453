"""Index advice as it is read: the verdict, each index with its price, the statements, the frontier, one script."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

from perfkit.render.advice import advice_panel
from perfkit.render.blocks import (
    Block,
    Blocks,
    Code,
    Column,
    Details,
    Facts,
    Heading,
    Row,
    Span,
    Table,
    Text,
    Tone,
    paragraph,
    text,
)
from perfkit.render.capture import notes_blocks
from perfkit.render.environment import environment_blocks
from perfkit.render.escape import shortened
from perfkit.render.figures import cost_text
from perfkit.render.frontier import chart_of_frontier
from perfkit.units import format_bytes, format_count, format_ms, format_percent

if TYPE_CHECKING:
    from perfkit.advise.selection.query_effect import QueryEffect
    from perfkit.advise.selection.stages import StageTime
    from perfkit.advise.selection.weighing import TableWrites
    from perfkit.index_advice import IndexAdvice

_MARKS: dict[str, tuple[str, Tone]] = {
    "improves": ("✓ faster", "good"),
    "neutral": ("≈ as before", "plain"),
    "harms": ("✗ slower", "bad"),
    "inconclusive": ("? too noisy to tell", "warn"),
    "planned": ("planned only", "plain"),
    "unchanged": ("same plan", "plain"),
}
_SQL_LENGTH = 90
LEAST_GAP = 0.001
"""A smaller one is told as this: it is no more than the solver's own rounding."""


TITLES = {
    "verdict": "Verdict",
    "indexes": "Indexes",
    "refused": "Refused",
    "statements": "Statements",
    "writes": "What the new indexes cost at each write",
    "frontier": "What each size buys",
    "migration": "All of it, safe on a busy server",
    "environment": "Environment",
}
"""The parts in the order they are read."""

_MAY_LACK = ("refused", "writes", "migration")
"""Parts that are left out where they would be empty."""


def index_advice_blocks(found: IndexAdvice) -> Blocks:
    """Everything, under headings."""
    blocks: list[Block] = []
    for name, title in TITLES.items():
        if has_part(found, name):
            blocks += [Heading(text=title), *part(found, name)]
    return tuple(blocks)


def has_part(found: IndexAdvice, name: str) -> bool:
    """False for a part that would be empty and can be left out."""
    return bool(getattr(found, {"refused": "rejected"}.get(name, name))) if name in _MAY_LACK else True


def part(found: IndexAdvice, name: str) -> Blocks:
    """One part of the advice; a part with nothing in it says so. KeyError for an unknown name."""
    match name:
        case "verdict":
            return (
                paragraph(Span(found.verdict, "strong")),
                Facts(pairs=_facts(found)),
                *notes_blocks(found.notes),
            )
        case "indexes":
            return tuple(advice_panel(one) for one in found.advice) or (
                paragraph("No index is worth its price."),
            )
        case "refused":
            return (_refused(found),) if found.rejected else (paragraph("No index was refused."),)
        case "statements":
            return (_queries(found.queries),)
        case "writes":
            return (_writes(found.writes),) if found.writes else (paragraph("No write was measured."),)
        case "frontier":
            return chart_of_frontier(found).blocks()
        case "migration":
            return _migration(found)
        case "environment":
            return (*environment_blocks(found.environment), *_stages(found.stages))
    raise KeyError(name)


def _migration(found: IndexAdvice) -> Blocks:
    if not found.migration:
        return (paragraph("Nothing to change."),)
    way_back = Details(summary=text("the way back"), blocks=(Code(text=found.undo),))
    return (Code(text=found.migration), way_back)


def _stages(stages: tuple[StageTime, ...]) -> Blocks:
    """Where the time went, in one line; nothing where it was not kept."""
    if not stages:
        return ()
    total = format_ms(1000 * sum(one.seconds for one in stages))
    parts = ", ".join(f"{one.name} {format_ms(1000 * one.seconds)}" for one in stages)
    return (paragraph(Span(f"It took {total}: {parts}.", "muted")),)


def _facts(found: IndexAdvice) -> tuple[tuple[str, Text], ...]:
    saved = 1 - found.cost_after / found.cost_before if found.cost_before else 0.0
    pairs = [
        (
            "expected time" if found.unit == "ms" else "planned cost",
            text(
                f"{cost_text(found.cost_before, found.unit)} → {cost_text(found.cost_after, found.unit)} for the whole"
                f" workload, {format_percent(saved)} lower, what the indexes cost to have included"
            ),
        ),
        ("size", text(format_bytes(found.size_bytes))),
    ]
    if found.gap is not None:
        pairs.append(
            (
                "certificate",
                text(
                    f"no set of the {found.options} indexes considered and their variations costs over"
                    f" {format_percent(max(found.gap, LEAST_GAP))} less within the limits, in the planner's eyes"
                ),
            )
        )
    pairs.append(("proof", text(_how(found))))
    return tuple(pairs)


def _how(found: IndexAdvice) -> str:
    asked = f"{found.what_if_calls:,} plans asked for"
    if found.level == "executed":
        return f"indexes built on a clone and the statements run with and without them by turns; {asked}"
    if found.backend == "statistics":
        where = f"on a copy of the schema and statistics, without data, on PostgreSQL {found.planned_on}"
    elif found.backend == "hypopg":
        where = "with HypoPG's hypothetical indexes"
    else:
        where = "with indexes built on a clone"
    return f"planned only, no statement was run; {asked} {where}"


def _refused(found: IndexAdvice) -> Table:
    return Table(
        columns=(Column(title="index", wraps=True), Column(title="why not", wraps=True)),
        rows=tuple(Row(cells=(text(Span(one.sql, "code")), text(one.reason))) for one in found.rejected),
        kind="rejected",
        is_list=True,
    )


def _writes(writes: tuple[TableWrites, ...]) -> Table:
    rows = []
    for one in writes:
        cost = one.cost
        rows.append(
            Row(
                cells=(
                    text(Span(one.table, "code")),
                    text(str(one.indexes)),
                    text(_pair(cost.ms_before, cost.ms_after, format_ms)),
                    text(_pair(cost.wal_bytes_before, cost.wal_bytes_after, format_bytes)),
                    text(_pair(cost.hot_share_before, cost.hot_share_after, format_percent)),
                )
            )
        )
    return Table(
        columns=(
            Column(title="table"),
            Column(title="new indexes", align="right"),
            Column(title="an inserted row", align="right", note="time without and with all of them"),
            Column(title="its WAL", align="right"),
            Column(title="HOT updates", align="right", note="of the first column that the new indexes hold"),
        ),
        rows=tuple(rows),
        kind="writes",
        is_list=True,
    )


def _pair(before: float | None, after: float | None, written: Callable[[float | None], str]) -> str:
    return "–" if before is None or after is None else f"{written(before)} → {written(after)}"


def _mark(one: QueryEffect) -> tuple[str, Tone]:
    """Where blocks and time speak against each other, what each says."""
    if one.verdict == "harms" and not one.is_slower:
        return "✗ more blocks", "warn"
    if one.verdict == "inconclusive" and one.is_mixed:
        is_faster = one.time_ratio is not None and one.time_ratio < 1
        return ("± faster, more blocks" if is_faster else "± slower, fewer blocks"), "warn"
    return _MARKS[one.verdict]


def _queries(queries: tuple[QueryEffect, ...]) -> Table:
    rows = []
    samples = Counter(one.name for one in queries)
    seen: Counter[str] = Counter()
    for one in queries:
        mark, tone = _mark(one)
        seen[one.name] += 1
        which = f" values {seen[one.name]} of {samples[one.name]}" if samples[one.name] > 1 else ""
        rows.append(
            Row(
                cells=(
                    text(Span(shortened(one.name, _SQL_LENGTH), "code"), Span(which, "muted")),
                    text(format_count(one.weight)),
                    text(
                        f"> {format_ms(one.before_ms)}" if one.is_least_before else format_ms(one.before_ms)
                    ),
                    text(format_ms(one.after_ms)),
                    text(format_count(one.cost_before)),
                    text(format_count(one.cost_after)),
                    text(Span(mark, tone, badge=True)),
                    text(", ".join(one.indexes)),
                )
            )
        )
    return Table(
        columns=(
            Column(title="statement", wraps=True),
            Column(title="calls", align="right"),
            Column(
                title="before",
                align="right",
                note="median of the runs without the indexes; > where it did not end in so long",
            ),
            Column(title="after", align="right", note="median of the runs with them, by turns"),
            Column(title="cost before", align="right", gives_way=True),
            Column(title="cost after", align="right", gives_way=True),
            Column(title="verdict"),
            Column(title="uses", wraps=True),
        ),
        rows=tuple(rows),
        kind="workload",
        is_list=True,
    )
