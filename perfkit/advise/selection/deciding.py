"""Which of the options are to be built, from what statements would use of them to the set that runs have spoken for."""

from __future__ import annotations

from dataclasses import dataclass

from perfkit.advise.selection.ask import Asked
from perfkit.advise.selection.deadline import PEELED, PROVEN, SEARCH_LENGTH, SEARCHED, Deadline
from perfkit.advise.selection.exact import Bounded
from perfkit.advise.selection.frontier import FrontierPoint, frontier_of
from perfkit.advise.selection.gains import Gain, gains_of
from perfkit.advise.selection.preparing import Prepared
from perfkit.advise.selection.problem import Limits
from perfkit.advise.selection.proving import Proven, Proving
from perfkit.advise.selection.select import Ground, Selected, ground, select
from perfkit.advise.selection.timing import Timed
from perfkit.advise.selection.wishes import Wishes
from perfkit.advise.selection.writes import Upkeep, write_loads
from perfkit.advise.selection.written import written
from perfkit.catalog import Catalog
from perfkit.progress import Progress

PLACE_SHARE = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """``nothing`` and ``total`` are what the workload costs without any index and with the set, upkeep counted in."""

    base: Ground
    selected: Selected
    bounded: Bounded | None
    """Of the set that the planner's costs chose; None where the exact program was not asked."""
    proven: Proven | None
    """None where nothing may be run."""
    nothing: float
    total: float
    frontier: tuple[FrontierPoint, ...]
    gains: dict[int, Gain]
    """Of the set, and of the options beside it that nothing was run with."""
    notes: tuple[str, ...] = ()

    @property
    def unproven(self) -> int:
        return self.proven.unproven if self.proven is not None else 0


def decided(
    ready: Prepared, found: Asked, timed: Timed, wishes: Wishes, progress: Progress, deadline: Deadline
) -> Decided:
    """The best set within the wishes by the planner's costs; where options are built, the best that the statements were run with. All
    within the transaction that they were made in."""
    notes: list[str] = []
    with deadline.until(PEELED), progress.stage("find what each statement would use"):
        base = ground(
            ready.planner,
            found.questions,
            found.needs,
            ready.options,
            measured=timed.ms,
            seconds=deadline.left,
        )
        if deadline.is_over:
            notes.append("what some statements would use was looked for only once: the time was up")
    loads = write_loads(found.questions, found.plans, found.catalog)
    upkeep = Upkeep(loads, base.sizes, byte_price(base, found.catalog), base.unit)
    nothing = base.problem(Limits(), upkeep).total(0)
    limits = wishes.limits(nothing)
    built = ready.place.built
    searched, length = (SEARCHED, SEARCH_LENGTH) if built is not None else (1.0, 1.0)
    with deadline.until(searched), progress.stage("search for the best set"):
        seconds = deadline.at_most(length)
        selected = select(base, limits, seconds=seconds, upkeep=upkeep)
        if selected.seconds >= seconds:
            notes.append("the search ended as the time was up: a better set of these indexes may be")
    bounded = selected.bounded
    proven: Proven | None = None
    if built is not None:
        proving = Proving(
            base,
            limits,
            upkeep,
            built,
            found.questions,
            written(loads, found.questions, found.catalog),
            timed,
            wishes.tolerance,
            progress,
            deadline,
        )
        with deadline.until(PROVEN):
            proven = proving.of(selected)
        selected = proven.selected
        notes += proven.notes
    problem = base.problem(limits, upkeep)
    told = selected.chosen | (proven.unproven if proven is not None else 0)
    return Decided(
        base=base,
        selected=selected,
        bounded=bounded,
        proven=proven,
        nothing=nothing,
        total=problem.total(selected.chosen),
        frontier=frontier_of(problem, selected),
        gains=gains_of(problem, told),
        notes=tuple(notes),
    )


def byte_price(base: Ground, catalog: Catalog) -> float:
    """What a byte of index has to save, in the planner's units: indexes as large as the tables themselves must be worth
    ``PLACE_SHARE`` of what the workload costs at best, for their place in memory, in backups and at writes nobody told us of."""
    plans = base.costs.ask(list(enumerate(base.costs.useful)))
    best = sum(weight * plan.cost for weight, plan in zip(base.weights, plans, strict=True))
    tables = sum(one.table_bytes or 0 for one in catalog.relations)
    return PLACE_SHARE * best / tables if tables else 0.0
