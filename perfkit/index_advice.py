"""Index advice for a workload in a page: statements → options → what-if → search → proof → IndexAdvice."""

from __future__ import annotations

from contextlib import ExitStack, nullcontext
from dataclasses import dataclass, replace

from perfkit.advise import whatif
from perfkit.advise.places import Places
from perfkit.advise.selection.answer import answered
from perfkit.advise.selection.ask import asked, check_names
from perfkit.advise.selection.copied import Copy, copied, planned_alike, told_expressions
from perfkit.advise.selection.deadline import LEAST_LEFT, PLANNED, PREPARED, TIMED, Deadline
from perfkit.advise.selection.deciding import decided
from perfkit.advise.selection.frontier import FrontierPoint
from perfkit.advise.selection.pool import pooled
from perfkit.advise.selection.preparing import in_building_order, prepared
from perfkit.advise.selection.problem import Limits
from perfkit.advise.selection.query_effect import QueryEffect
from perfkit.advise.selection.shares import with_shares
from perfkit.advise.selection.stages import Clocked, StageTime
from perfkit.advise.selection.timing import Timed, times
from perfkit.advise.selection.weighing import TableWrites
from perfkit.advise.selection.wishes import Wishes as Wishes
from perfkit.advise.selection.wishes import usual_connections
from perfkit.advise.values import BUDGET_BYTES, Advice, Rejected
from perfkit.capture.environment import read_environment
from perfkit.capture.values import Environment
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
LONGEST_IDLE_SECONDS = 86_400.0
"""However much time is given, a session that is forgotten ends within a day."""

NONE_MADE = "No index was considered: the time, or the room, did not suffice to make one"


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
    """So many indexes were considered; those that there was no time or room for are told in the notes."""
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
    with (
        Places(target, database, shown, budget_bytes=budget_bytes) as places,
        Sessions(places.session, wishes.connections or usual_connections()) as sessions,
        ExitStack() as stack,
    ):
        session, may_change = sessions.first, places.may_change
        check_names(session, wishes.excluded, wishes.keep)
        with deadline.until(PLANNED):
            found = asked(sessions, workload, wishes.excluded, shown, deadline)
        catalog = found.catalog
        with shown.stage("think of options"), session.transaction():
            options = with_shares(session, pooled(found.needs, found.costs), catalog)
        copy: Copy | None = None
        left_out: tuple[str, ...] = ()
        if not may_change and not whatif.is_available(catalog):
            copy = stack.enter_context(copied(session, options, catalog, shown, deadline))
            found = planned_alike(copy.lab, found)
            left_out = told_expressions(options, copy.known)
        deadline.begin(LEAST_LEFT)
        timed = Timed()
        order_told: tuple[str, ...] = ()
        if may_change:
            with deadline.until(TIMED):
                timed = times(session, found.questions, shown, deadline=deadline, costs=found.costs)
            options, order_told = in_building_order(
                session, found, options, wishes.limits(), budget_bytes, shown, deadline
            )
        with sessions.transaction(writes=may_change) if copy is None else nullcontext():
            with deadline.until(PREPARED):
                ready = prepared(sessions, copy, found, options, may_change, budget_bytes, shown, deadline)
            chosen = decided(ready, found, timed, wishes, shown, deadline)
        with session.transaction():
            environment = replace(read_environment(session, catalog), database=database)
        clone = session if places.has_clone else None
        answer = answered(found, chosen, wishes, usage, clone, shown, deadline)
    bounded, proven = chosen.bounded, chosen.proven
    return IndexAdvice(
        verdict=answer.verdict if ready.options or not options else NONE_MADE,
        advice=answer.advice,
        rejected=answer.rejected,
        queries=answer.queries,
        writes=answer.writes,
        frontier=chosen.frontier,
        cost_before=chosen.nothing,
        cost_after=chosen.total,
        cost_bound=bounded.bound if bounded is not None else None,
        gap=bounded.gap if bounded is not None else None,
        size_bytes=round(chosen.base.problem(Limits()).size(chosen.selected.chosen)),
        options=len(ready.options),
        what_if_calls=ready.planner.calls,
        backend=ready.place.backend,
        level="executed" if proven and any(one.proof is not None for one in proven.effects) else "planned",
        unit="ms" if timed.tells else "cost",
        environment=environment,
        migration=answer.migration,
        undo=answer.undo,
        notes=(
            *found.notes,
            *places.notes,
            *left_out,
            *timed.notes,
            *order_told,
            *ready.notes,
            *chosen.notes,
            *answer.notes,
        ),
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


def database_of(target: Target) -> str:
    """The name of the database behind the target."""
    with Session.open(target, purpose="advice") as session:
        return str(session.rows("select current_database() as name")[0]["name"])
