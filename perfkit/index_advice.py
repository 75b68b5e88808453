"""Index advice for a workload in a page: statements → options → what-if → search → proof → IndexAdvice."""

from __future__ import annotations

import os
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass, replace
from math import inf

from perfkit.advise import whatif
from perfkit.advise.places import Places
from perfkit.advise.selection.answer import FrontierPoint, answered, frontier_of, gains_of
from perfkit.advise.selection.ask import Asked, asked, check_names
from perfkit.advise.selection.copied import Copy, copied, planned_alike, told_expressions
from perfkit.advise.selection.deadline import Deadline
from perfkit.advise.selection.drops import UNUSED_DAYS
from perfkit.advise.selection.effect import TOLERANCE
from perfkit.advise.selection.foreseen import foreseen
from perfkit.advise.selection.option import Option, numbers
from perfkit.advise.selection.pool import pooled
from perfkit.advise.selection.preparing import is_too_much, prepared
from perfkit.advise.selection.problem import Limits
from perfkit.advise.selection.proving import Proven, Proving
from perfkit.advise.selection.query_effect import QueryEffect
from perfkit.advise.selection.select import Ground, ground, select
from perfkit.advise.selection.shares import with_shares
from perfkit.advise.selection.stages import Clocked, StageTime
from perfkit.advise.selection.timing import Timed, times
from perfkit.advise.selection.weighing import TableWrites
from perfkit.advise.selection.writes import Upkeep, write_loads
from perfkit.advise.selection.written import written
from perfkit.advise.values import BUDGET_BYTES, Advice, Rejected
from perfkit.capture.environment import read_environment
from perfkit.capture.values import Environment
from perfkit.catalog import Catalog
from perfkit.chain import Framed
from perfkit.db.session import Session
from perfkit.db.sessions import Sessions
from perfkit.db.target import Target
from perfkit.db.usage import read_usage
from perfkit.progress import Progress, Silent
from perfkit.show import Shown
from perfkit.workload.queries import Workload

SCHEMA = "perfkit.advice/1"
DEFAULT_SECONDS = 120.0
MOST_CONNECTIONS = 4
"""Of those that are taken without being asked for: planning keeps a core of the server busy for each."""

PLANNED = 0.25
"""The share of the time after which no more statements are planned."""

LONGEST_IDLE_SECONDS = 86_400.0
"""However much time is given, a session that is forgotten ends within a day."""

LEAST_LEFT = 0.2
"""So much of the time is left for what follows, however long the clone and the planning took."""

TIMED, FORESEEN, PREPARED, PEELED, SEARCHED, PROVEN = 0.12, 0.2, 0.38, 0.45, 0.52, 0.87
"""Shares of what is left then, after which each stage ends: running each statement once as it is, finding out what to build first,
building options, finding what each statement would use of them, the search, and running the workload with the set. What one does
not need the next ones have; the rest is for weighing what writes pay."""

NONE_MADE = "No index was considered: the time, or the room, did not suffice to make one"

PLACE_SHARE = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the owner of the database allows. None: no limit."""

    most_bytes: int | None = None
    most_per_table: int | None = None
    most_writes: float | None = None
    """How much the indexes may add to the workload's own cost for its writes, as a share of that cost."""
    tolerance: float = TOLERANCE
    """How much slower a single statement that reads may become; what writes pay is weighed against what reads gain."""
    excluded: tuple[str, ...] = ()
    """Tables that get no index, as ``table`` or ``schema.table``."""
    keep: tuple[str, ...] = ()
    """Names of indexes that are not to be dropped, as ``index`` or ``schema.index``."""
    unused_days: float = UNUSED_DAYS
    """So long the server must have counted no read of an index to call it unused."""
    connections: int | None = None
    """HypoPG is asked through so many, or as many as the server gives; None for ``usual_connections``."""

    def limits(self, nothing: float = inf) -> Limits:
        """Where the workload costs ``nothing`` without any index, in the planner's units."""
        return Limits(
            most_bytes=self.most_bytes,
            most_per_table=self.most_per_table,
            most_writes=None if self.most_writes is None else self.most_writes * nothing,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexAdvice(Framed, Shown):
    """Which indexes a workload should have; saved as ``perfkit.advice/1``."""

    verdict: str
    advice: tuple[Advice, ...]
    """Indexes to create, the most saved for its size first, then those to drop."""
    rejected: tuple[Rejected, ...]
    queries: tuple[QueryEffect, ...]
    writes: tuple[TableWrites, ...]
    """What each table's new indexes cost together at a write; empty where nothing was measured."""
    frontier: tuple[FrontierPoint, ...]
    """From no index to the chosen set and beyond: what each budget would buy."""
    cost_before: float
    """Of the whole workload by its weights, what the indexes cost to have included; in ``unit``."""
    cost_after: float
    cost_bound: float | None
    """No allowed set of the options that were considered costs less in the planner's eyes; None where that is not known."""
    gap: float | None
    """Share of the cost that a better set might have saved at the most, by the planner's costs, before the statements were run
    with the indexes; None without a bound."""
    size_bytes: int
    options: int
    what_if_calls: int
    backend: str
    """Where the planner was asked: ``built`` on a clone, ``hypopg``, ``hypopg and built``, or ``statistics``, a copy of schema and
    statistics without rows."""
    level: str
    """``executed`` where the set was built and statements were run with it, else ``planned``."""
    unit: str
    """Of the costs: ``ms`` where each statement was timed once and its planned costs are scaled by that, else ``cost``, the planner's
    own units."""
    environment: Environment
    migration: str
    """All of it as one script for a busy server, in order."""
    undo: str
    notes: tuple[str, ...] = ()
    stages: tuple[StageTime, ...] = ()
    """Where the time went."""
    planned_on: str | None = None
    """The version of the server that planned in the place of this one; None where this one did."""


def advise(
    target: Target,
    workload: Workload,
    wishes: Wishes | None = None,
    *,
    seconds: float = DEFAULT_SECONDS,
    budget_bytes: int = BUDGET_BYTES,
    progress: Progress | None = None,
) -> IndexAdvice:
    """Choose indexes for the workload, and prove them where the target is scratch.

    On a scratch target the options are built on a clone, hidden from the planner and shown to it set by set; the chosen set is then
    run with and without by turns, and the rows compared. Elsewhere nothing is changed and nothing proven: HypoPG is asked where it is installed, else a
    copy of the schema and its statistics on the embedded server. CapabilityMissing where
    none of them can be; UsageError where no statement of the workload can be planned. ``seconds`` are kept within a single run or build
    of an index, where cloning and planning leave ``LEAST_LEFT`` of them; what they do not suffice for is said in the notes.

    HypoPG is asked through several connections side by side; the answer is the same with any number. Built indexes are seen in
    the one transaction that builds them, which is asked alone from then on.
    """
    deadline = Deadline(seconds)
    wishes = wishes or Wishes()
    target = _patient(target, seconds)
    shown = Clocked(progress or Silent())
    database = database_of(target)
    with Session.open(target, purpose="advice") as counting:
        usage = read_usage(counting)
    notes: list[str] = []
    with (
        Places(target, database, shown, budget_bytes=budget_bytes) as places,
        Sessions(places.session, wishes.connections or usual_connections()) as sessions,
        ExitStack() as stack,
    ):
        session = sessions.first
        check_names(session, wishes.excluded, wishes.keep)
        with deadline.until(PLANNED):
            found = asked(sessions, workload, wishes.excluded, shown, deadline)
        catalog = found.catalog
        with shown.stage("think of options"), session.transaction():
            options = with_shares(session, pooled(found.needs, found.costs), catalog)
        copy: Copy | None = None
        if not places.may_change and not whatif.is_available(catalog):
            copy = stack.enter_context(copied(session, options, catalog, shown, deadline))
            found = planned_alike(copy.lab, found)
            notes += told_expressions(options, copy.known)
        deadline.begin(LEAST_LEFT)
        timed = Timed()
        if places.may_change:
            timed = _timed(session, found, shown, deadline, notes)
            options = _in_building_order(session, found, options, wishes, budget_bytes, shown, deadline)
        with sessions.transaction(writes=places.may_change) if copy is None else nullcontext():
            with deadline.until(PREPARED):
                ready = prepared(
                    sessions, copy, found, options, places.may_change, budget_bytes, shown, deadline
                )
            notes += ready.notes
            place = ready.place
            with deadline.until(PEELED), shown.stage("find what each statement would use"):
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
            loads = write_loads(found.questions, found.plans, catalog)
            upkeep = Upkeep(loads, base.sizes, byte_price(base, catalog), base.unit)
            nothing = base.problem(Limits(), upkeep).total(0)
            limits = wishes.limits(nothing)
            searched = SEARCHED if place.built is not None else 1.0
            with deadline.until(searched), shown.stage("search for the best set"):
                selected = select(base, limits, seconds=deadline.left, upkeep=upkeep)
                if deadline.is_over:
                    notes.append("the search ended as the time was up: a better set of these indexes may be")
            bounded = selected.bounded
            proven: Proven | None = None
            if place.built is not None:
                with deadline.until(PROVEN):
                    proven = Proving(
                        base,
                        limits,
                        upkeep,
                        place.built,
                        found.questions,
                        written(loads, found.questions, catalog),
                        timed,
                        wishes.tolerance,
                        shown,
                        deadline,
                    ).of(selected)
                selected = proven.selected
            problem = base.problem(limits, upkeep)
            frontier = frontier_of(problem, selected)
            unproven = proven.unproven if proven is not None else 0
            gains = gains_of(problem, selected.chosen | unproven)
        with session.transaction():
            environment = replace(read_environment(session, catalog), database=database)
        answer = answered(
            base,
            found,
            selected,
            proven.effects if proven is not None else None,
            proven.refused if proven is not None else (),
            unproven,
            gains,
            wishes.keep,
            usage,
            wishes.unused_days,
            session if places.has_clone else None,
            shown,
            deadline,
        )
    total = problem.total(selected.chosen)
    return IndexAdvice(
        verdict=answer.verdict if ready.options or not options else NONE_MADE,
        advice=answer.advice,
        rejected=answer.rejected,
        queries=answer.queries,
        writes=answer.writes,
        frontier=frontier,
        cost_before=nothing,
        cost_after=total,
        cost_bound=bounded.bound if bounded is not None else None,
        gap=bounded.gap if bounded is not None else None,
        size_bytes=round(sum(base.sizes[number] for number in numbers(selected.chosen))),
        options=len(options),
        what_if_calls=ready.planner.calls,
        backend=place.backend,
        level="executed" if proven and any(one.proof is not None for one in proven.effects) else "planned",
        unit="ms" if timed.tells else "cost",
        environment=environment,
        migration=answer.migration,
        undo=answer.undo,
        notes=(*found.notes, *places.notes, *notes, *(proven.notes if proven else ()), *answer.notes),
        stages=shown.times(),
        planned_on=copy.lab.server_version if copy is not None else None,
    )


def _patient(target: Target, seconds: float) -> Target:
    """Sessions wait in their transactions while the solver thinks: as long as all of it may take."""
    limit = target.limits.idle_in_transaction_timeout
    if limit is None or seconds <= limit:
        return target
    longest = min(seconds, LONGEST_IDLE_SECONDS)
    return replace(target, limits=replace(target.limits, idle_in_transaction_timeout=longest))


def _timed(session: Session, found: Asked, shown: Progress, deadline: Deadline, notes: list[str]) -> Timed:
    """Each statement run once as it is."""
    with deadline.until(TIMED):
        timed = times(session, found.questions, shown, deadline=deadline, costs=found.costs)
    if timed.late:
        notes.append(
            f"{timed.late} of {len(timed.ms)} statements were not timed as they are: the time was up; they count by their planned cost"
        )
    return timed


def _in_building_order(
    session: Session,
    found: Asked,
    options: tuple[Option, ...],
    wishes: Wishes,
    budget_bytes: int,
    shown: Progress,
    deadline: Deadline,
) -> tuple[Option, ...]:
    """Those that are worth building first in front, where there is no time to build all."""
    with deadline.until(PREPARED):
        if not is_too_much(options, found.catalog, deadline.left, budget_bytes):
            return options
    with deadline.until(FORESEEN):
        return foreseen(session, found, options, wishes.limits(), shown, deadline)


def byte_price(base: Ground, catalog: Catalog) -> float:
    """What a byte of index has to save, in the planner's units: indexes as large as the tables themselves must be worth
    ``PLACE_SHARE`` of what the workload costs at best, for their place in memory, in backups and at writes nobody told us of."""
    plans = base.costs.ask(list(enumerate(base.costs.useful)))
    best = sum(weight * plan.cost for weight, plan in zip(base.weights, plans, strict=True))
    tables = sum(one.table_bytes or 0 for one in catalog.relations)
    return PLACE_SHARE * best / tables if tables else 0.0


def usual_connections() -> int:
    """One for each core of this machine, at most ``MOST_CONNECTIONS``."""
    return min(MOST_CONNECTIONS, os.cpu_count() or 1)


def database_of(target: Target) -> str:
    """The name of the database behind the target."""
    with Session.open(target, purpose="advice") as session:
        return str(session.rows("select current_database() as name")[0]["name"])
