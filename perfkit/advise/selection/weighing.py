"""What the chosen indexes really cost at each write, one by one and all of a table together, measured on the clone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from perfkit.advise.selection.deadline import Deadline
from perfkit.advise.selection.effect import Effect
from perfkit.advise.values import Advice, WriteCost
from perfkit.advise.write_cost import write_cost_on_clone
from perfkit.catalog import Catalog
from perfkit.db.session import Session
from perfkit.errors import CaptureError, CaptureTimeout
from perfkit.progress import Progress
from perfkit.units import format_count

MOST_WEIGHED = 12
"""Indexes whose write cost is measured by itself: each takes some tenths of a second."""

LEAST_SECONDS = 1.0
"""What one measurement may take however little time there is."""

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
    deadline: Deadline,
) -> tuple[list[Advice], tuple[TableWrites, ...], tuple[str, ...]]:
    """The advice with its price at writes, the price of each table's new indexes together, and what there was no time for.
    ``gains_ms`` is what each index saves of a call that uses it; None where that was not measured."""
    tables: dict[str, list[str]] = {}
    for one in advice:
        tables.setdefault(one.relation or "", []).extend(creates(one))
    scale = _Scale(catalog, clone, deadline)
    found = list(advice)
    sets = []
    late_tables = late = 0
    with progress.stage("weigh writes", total=len(tables) + min(len(found), MOST_WEIGHED)) as advance:
        for table, statements in tables.items():
            try:
                cost = scale.cost(table, statements)
            except CaptureTimeout:
                late_tables += 1
            else:
                if cost is not None:
                    indexes = sum(sql.startswith("CREATE INDEX") for sql in statements)
                    sets.append(TableWrites(table=table, indexes=indexes, cost=cost))
            advance()
        for place, (one, gain) in enumerate(zip(advice[:MOST_WEIGHED], gains_ms, strict=False)):
            try:
                found[place] = _priced(one, gain, scale.cost(one.relation or "", creates(one)))
            except CaptureTimeout:
                late += 1
            advance()
    return found, tuple(sets), _told(late_tables, len(tables), late, min(len(advice), MOST_WEIGHED))


def _told(late_tables: int, tables: int, late: int, indexes: int) -> tuple[str, ...]:
    """
    >>> _told(0, 3, 0, 5), _told(1, 3, 4, 5)
    ((), ('writes were not weighed for 1 of 3 tables, and 4 of 5 indexes by themselves: the time was up',))
    """
    parts = [f"for {late_tables} of {tables} tables"] if late_tables else []
    parts += [f"{'and ' if parts else 'for '}{late} of {indexes} indexes by themselves"] if late else []
    return (f"writes were not weighed {', '.join(parts)}: the time was up",) if parts else ()


def weighed_drops(
    drops: Sequence[Advice], catalog: Catalog, clone: Session, progress: Progress, deadline: Deadline
) -> list[Advice]:
    """Each drop with what a write costs without it, measured for as many as new indexes are, while there is time."""
    scale = _Scale(catalog, clone, deadline)
    found = list(drops)
    with progress.stage(
        "weigh writes without what is dropped", total=min(len(found), MOST_WEIGHED)
    ) as advance:
        for place, one in enumerate(drops[:MOST_WEIGHED]):
            try:
                cost = scale.cost(one.relation or "", [one.sql])
            except CaptureTimeout:
                break
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


def _priced(advice: Advice, gain_ms: float | None, cost: WriteCost | None) -> Advice:
    if cost is None:
        return advice
    told = _worth(gain_ms, cost)
    return replace(
        advice,
        price=replace(advice.price, write_cost=cost),
        rationale=f"{advice.rationale}; {told}" if told else advice.rationale,
    )


class _Scale:
    """Measures each set of indexes once."""

    def __init__(self, catalog: Catalog, clone: Session, deadline: Deadline) -> None:
        self._catalog = catalog
        self._clone = clone
        self._deadline = deadline
        self._known: dict[tuple[str, ...], WriteCost | None] = {}

    def cost(self, table: str, ddl: Sequence[str]) -> WriteCost | None:
        """None where nothing can be measured; CaptureTimeout where no time is left for it, or not enough."""
        key = tuple(ddl)
        if key not in self._known:
            self._known[key] = self._measured(table, ddl)
        return self._known[key]

    def _measured(self, table: str, ddl: Sequence[str]) -> WriteCost | None:
        schema, _, name = table.rpartition(".")
        relation = self._catalog.relation(name, schema)
        if relation is None or not ddl:
            return None
        if self._deadline.is_over:
            raise CaptureTimeout("no time is left")
        try:
            return write_cost_on_clone(
                self._clone, relation, ddl, seconds=max(self._deadline.left, LEAST_SECONDS)
            )
        except CaptureTimeout:
            raise
        except CaptureError:
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
