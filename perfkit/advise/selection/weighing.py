"""What the chosen indexes really cost at each write, one by one and all of a table together, measured on the clone."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from perfkit.advise.selection.verify import Effect
from perfkit.advise.values import Advice, WriteCost
from perfkit.advise.write_cost import write_cost_on_clone
from perfkit.catalog import Catalog
from perfkit.db.session import Session
from perfkit.errors import CaptureError
from perfkit.progress import Progress
from perfkit.units import format_count

MOST_WEIGHED = 12
"""Indexes whose write cost is measured by itself: each takes some tenths of a second."""

LEAST_MS = 0.001
"""Of a row: less cannot be measured."""

MOST_TOLD = 1000
"""Beyond so many writes for each read the figure says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableWrites:
    """What writing a row of one table costs without its new indexes and with all of them."""

    table: str
    indexes: int
    cost: WriteCost


def weighed(
    advice: Sequence[Advice],
    gains_ms: Sequence[float | None],
    catalog: Catalog,
    clone: Session,
    progress: Progress,
) -> tuple[list[Advice], tuple[TableWrites, ...]]:
    """The advice with its price at writes, and the price of each table's new indexes together. ``gains_ms`` is what each
    index saves of a call that uses it; None where that was not measured."""
    found = list(advice)
    with progress.stage("weigh writes", total=min(len(found), MOST_WEIGHED)) as advance:
        for place, (one, gain) in enumerate(zip(advice, gains_ms, strict=True)):
            if place < MOST_WEIGHED:
                found[place] = _one(one, gain, catalog, clone)
                advance()
    tables: dict[str, list[str]] = {}
    for one in advice:
        tables.setdefault(one.relation or "", []).extend(creates(one))
    sets = []
    for table, statements in tables.items():
        cost = _cost(table, statements, catalog, clone)
        if cost is not None:
            indexes = sum(sql.startswith("CREATE INDEX") for sql in statements)
            sets.append(TableWrites(table=table, indexes=indexes, cost=cost))
    return found, tuple(sets)


def weighed_drops(
    drops: Sequence[Advice], catalog: Catalog, clone: Session, progress: Progress
) -> list[Advice]:
    """Each drop with what a write costs without it, measured for as many as new indexes are."""
    found = list(drops)
    with progress.stage(
        "weigh writes without what is dropped", total=min(len(found), MOST_WEIGHED)
    ) as advance:
        for place, one in enumerate(drops[:MOST_WEIGHED]):
            cost = _cost(one.relation or "", [one.sql], catalog, clone)
            found[place] = replace(one, price=replace(one.price, write_cost=cost))
            advance()
    return found


def creates(advice: Advice) -> list[str]:
    """Its statements that make something."""
    parts = [step.sql for step in advice.steps] or [advice.sql]
    return [sql for sql in parts if sql.startswith("CREATE")]


def saved_ms(effects: Sequence[Effect]) -> float | None:
    """What a call of these statements saves, on average; None where none was run."""
    run = [(one.before_ms, one.after_ms) for one in effects]
    known = [before - after for before, after in run if before is not None and after is not None]
    return sum(known) / len(known) if known else None


def _one(advice: Advice, gain_ms: float | None, catalog: Catalog, clone: Session) -> Advice:
    cost = _cost(advice.relation or "", creates(advice), catalog, clone)
    if cost is None:
        return advice
    told = _worth(gain_ms, cost)
    return replace(
        advice,
        price=replace(advice.price, write_cost=cost),
        rationale=f"{advice.rationale}; {told}" if told else advice.rationale,
    )


def _cost(table: str, ddl: Sequence[str], catalog: Catalog, clone: Session) -> WriteCost | None:
    schema, _, name = table.rpartition(".")
    relation = catalog.relation(name, schema)
    if relation is None or not ddl:
        return None
    with suppress(CaptureError):
        return write_cost_on_clone(clone, relation, ddl)
    return None


def _worth(gain_ms: float | None, cost: WriteCost) -> str:
    """
    >>> _worth(1.5, WriteCost(rows=1000, ms_before=0.010, ms_after=0.015))
    'worth it up to about 300 inserted rows for each read'
    >>> _worth(150.0, WriteCost(rows=1000, ms_before=0.010, ms_after=0.015))
    'worth it whatever the inserts'
    """
    if gain_ms is None or gain_ms <= 0 or cost.ms_before is None or cost.ms_after is None:
        return ""
    times = gain_ms / max(cost.ms_after - cost.ms_before, LEAST_MS)
    if times > MOST_TOLD:
        return "worth it whatever the inserts"
    return f"worth it up to about {format_count(round(times))} inserted rows for each read"
