"""The options of a workload made ready to be shown to the planner, the most urgent ones first, as far as time and room go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from perfkit.advise import whatif
from perfkit.advise.selection.ask import Asked
from perfkit.advise.selection.copied import Copy
from perfkit.advise.selection.deadline import FORESEEN, PREPARED, Deadline
from perfkit.advise.selection.foreseen import foreseen
from perfkit.advise.selection.option import Option
from perfkit.advise.selection.planned import Planner
from perfkit.advise.selection.problem import Limits
from perfkit.advise.selection.workplace import Workplace, affordable, by_urgency, lockable, workplace
from perfkit.catalog import Catalog
from perfkit.db.session import Session
from perfkit.db.sessions import Sessions
from perfkit.progress import Progress

MOST_BUILT_BYTES = 4 * 1024**3
"""Of all options together: building more takes longer than most would wait."""

BYTES_A_SECOND = 20 * 1024**2
"""Of b-trees from a table that is in memory, on a slow machine."""

MOST_PRETENDED = 20_000
"""Options of HypoPG: it costs little to pretend them, but memory to keep sets of them for thousands of statements."""

FORESEEN_FIRST = "which indexes to build first was found out by a search on a copy of schema and statistics"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    place: Workplace
    planner: Planner
    options: tuple[Option, ...]
    """Those that can be shown, numbered anew."""
    notes: tuple[str, ...] = ()


def is_too_much(options: Sequence[Option], catalog: Catalog, seconds: float, budget_bytes: int) -> bool:
    """Whether not all of these can be built in the time, and HypoPG is not there to be asked instead."""
    most = _most_built(seconds, budget_bytes)
    return not whatif.is_available(catalog) and len(affordable(options, catalog, most)) < len(options)


def in_building_order(
    session: Session,
    found: Asked,
    options: tuple[Option, ...],
    limits: Limits,
    budget_bytes: int,
    progress: Progress,
    deadline: Deadline,
) -> tuple[tuple[Option, ...], tuple[str, ...]]:
    """Those that are worth building first in front, where there is no time to build all; with a note where that was found out."""
    with deadline.until(PREPARED):
        if not is_too_much(options, found.catalog, deadline.left, budget_bytes):
            return options, ()
    with deadline.until(FORESEEN):
        ordered = foreseen(session, found, options, limits, progress, deadline)
    return ordered, (FORESEEN_FIRST,) if ordered != options else ()


def prepared(
    sessions: Sessions,
    copy: Copy | None,
    found: Asked,
    options: Sequence[Option],
    may_change: bool,
    budget_bytes: int,
    progress: Progress,
    deadline: Deadline,
) -> Prepared:
    """Where to ask what if, and the options that can be shown there. Builds them where that is the way, in the transaction that the
    caller opened."""
    catalog = found.catalog
    with progress.stage("prepare options", total=len(options)) as advance:
        most = _most_built(deadline.left, budget_bytes)
        place = workplace(
            sessions.first,
            catalog,
            options,
            most,
            may_change=may_change,
            copy=copy,
            advance=advance,
            deadline=deadline,
        )
        if place.backend == "built":
            made = affordable(options, catalog, most, lockable(sessions.first, catalog))
        elif copy is not None:
            made = affordable(options, catalog, inf, lockable(copy.lab.session, catalog))
        else:
            made = affordable(options, catalog, inf, MOST_PRETENDED)
        asking = Sessions(copy.lab.session) if copy is not None else sessions
        planner = Planner(asking, found.questions, place.stages)
        planner.make(by_urgency(made, catalog))
    ready = tuple(option for option in made if not place.late & option.bit)
    return Prepared(
        place=place, planner=planner, options=ready, notes=_told(len(options) - len(ready), len(options))
    )


def _told(missing: int, options: int) -> tuple[str, ...]:
    if not missing:
        return ()
    return (
        f"{missing} of {options} options were not considered: making them would take longer, or more room, than there is",
    )


def _most_built(seconds: float, budget_bytes: int) -> float:
    """Bytes of options that may be built in this time."""
    return min(MOST_BUILT_BYTES, budget_bytes / 2, seconds * BYTES_A_SECOND)
