"""Index advice for a workload in a page: statements → options → what-if → search → proof → IndexAdvice."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf

from perfkit.advise.judge import is_worthwhile
from perfkit.advise.places import Places
from perfkit.advise.selection.answer import FrontierPoint, QueryEffect, answered, frontier_of, gains_of
from perfkit.advise.selection.ask import Asked, asked, check_names
from perfkit.advise.selection.built import Built
from perfkit.advise.selection.drops import UNUSED_DAYS
from perfkit.advise.selection.option import Option, numbers
from perfkit.advise.selection.planned import Planner
from perfkit.advise.selection.pool import pooled
from perfkit.advise.selection.problem import Limits
from perfkit.advise.selection.select import Ground, Selected, ground, select
from perfkit.advise.selection.timing import times
from perfkit.advise.selection.verify import TOLERANCE, Effect, Verifier
from perfkit.advise.selection.weighing import TableWrites
from perfkit.advise.selection.workplace import (
    BYTES_A_SECOND,
    MOST_BUILT_BYTES,
    affordable,
    lockable,
    workplace,
)
from perfkit.advise.selection.writes import Upkeep, write_loads
from perfkit.advise.values import BUDGET_BYTES, Advice, Rejected
from perfkit.capture.environment import read_environment
from perfkit.capture.values import Environment
from perfkit.catalog import Catalog
from perfkit.db.session import Session
from perfkit.db.target import Target
from perfkit.db.usage import read_usage
from perfkit.progress import Progress, Silent
from perfkit.show import Shown
from perfkit.units import format_ms
from perfkit.workload.queries import Workload

SCHEMA = "perfkit.advice/1"
DEFAULT_SECONDS = 120.0
LITTLE, LEAST_LEFT = 0.1, 0.4
"""Shares of the time: planning a workload that takes less of it does not count, and so much is left after any."""

TIME_SHARE = 0.1
"""Of the time, for running each statement once as it is."""

BUILD_SHARE = 0.4
PEEL_SHARE = 0.2
SEARCH_SHARE = 0.3
RUN_SHARE = 0.3
"""Of what is left then, at the most: for building options, for finding what each statement would use of them, for the search, and for running
the workload. Few workloads need all of it."""

LEAST_COST_SHARE = 0.01
"""A statement that is this much of the workload's cost is worth an index that saves a call less than can be felt."""

MOST_PRETENDED = 20_000
"""Options of HypoPG: it costs little to pretend them, but memory to keep sets of them for thousands of statements."""

MOST_REPLANS = 6
"""After so many rounds what still harms is left out whatever it gains."""

MOST_REBUILDS = 3

IDLE = "the planner would use it, but when the statements were run none gained what an index is worth"

RESELECT_SECONDS = 10.0
"""For the search with sizes put right: it begins from plans that are known."""

PLACE_SHARE = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the owner of the database allows. None: no limit."""

    most_bytes: int | None = None
    most_per_table: int | None = None
    most_writes: float | None = None
    """How much the indexes may add to the workload's own cost for its writes, as a share of that cost."""
    tolerance: float = TOLERANCE
    """How much slower a single statement may become."""
    excluded: tuple[str, ...] = ()
    """Tables that get no index, as ``table`` or ``schema.table``."""
    keep: tuple[str, ...] = ()
    """Names of indexes that are not to be dropped, as ``index`` or ``schema.index``."""
    unused_days: float = UNUSED_DAYS
    """So long the server must have counted no read of an index to call it unused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexAdvice(Shown):
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
    run with and without by turns. Elsewhere HypoPG is asked, nothing is changed and nothing proven. CapabilityMissing where
    neither can be; UsageError where no statement of the workload can be planned.
    """
    began = time.monotonic()
    wishes = wishes or Wishes()
    shown = progress or Silent()
    database = database_of(target)
    with Session.open(target, purpose="advice") as counting:
        usage = read_usage(counting)
    with Places(target, database, shown, budget_bytes=budget_bytes) as places:
        session = places.session
        check_names(session, wishes.excluded, wishes.keep)
        found = asked(session, workload, wishes.excluded, shown)
        catalog = found.catalog
        options = pooled(found.needs, found.costs)
        measured: Sequence[float | None] = ()
        if places.may_change:
            allowed = seconds * TIME_SHARE
            measured = times(session, found.questions, shown, costs=found.costs, seconds=allowed)
        seconds = left_of(seconds, time.monotonic() - began)
        with session.transaction(writes=places.may_change):
            with shown.stage(f"prepare {len(options)} options", total=len(options)) as advance:
                place = workplace(session, catalog, options, may_change=places.may_change, advance=advance)
                made = (
                    affordable(
                        options, catalog, most_built(seconds, budget_bytes), lockable(session, catalog)
                    )
                    if place.backend == "built"
                    else affordable(options, catalog, inf, MOST_PRETENDED)
                )
                planner = Planner(session, found.questions, place.stages)
                planner.make(made)
            with shown.stage("find what each statement would use"):
                base = ground(planner, found.questions, found.needs, made, seconds=seconds * PEEL_SHARE)
            unit = base.weigh_by(measured) if measured else 1.0
            loads = write_loads(found.questions, found.plans, catalog)
            upkeep = Upkeep(loads, base.sizes, byte_price(base, catalog), unit)
            nothing = base.problem(Limits(), upkeep).total(0)
            limits = Limits(
                most_bytes=wishes.most_bytes,
                most_per_table=wishes.most_per_table,
                most_writes=None if wishes.most_writes is None else wishes.most_writes * nothing,
            )
            with shown.stage("search for the best set"):
                selected = select(base, limits, seconds=seconds * SEARCH_SHARE, upkeep=upkeep)
            bounded = selected.bounded
            effects: list[Effect] | None = None
            refused: list[tuple[Option, str]] = []
            if place.built is not None:
                selected, effects, refused = _proven(
                    base, limits, upkeep, selected, place.built, found, wishes, shown, seconds * RUN_SHARE
                )
            problem = base.problem(limits, upkeep)
            frontier = frontier_of(problem, selected)
            gains = gains_of(problem, selected.chosen)
        with session.transaction():
            environment = replace(read_environment(session, catalog), database=database)
        answer = answered(
            base,
            found,
            selected,
            effects,
            refused,
            gains,
            wishes.keep,
            usage,
            wishes.unused_days,
            session if places.has_clone else None,
            shown,
        )
    total = problem.total(selected.chosen)
    return IndexAdvice(
        verdict=answer.verdict,
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
        what_if_calls=planner.calls,
        backend=place.backend,
        level="executed" if any(effect.proof is not None for effect in effects or ()) else "planned",
        unit="ms" if measured else "cost",
        environment=environment,
        migration=answer.migration,
        undo=answer.undo,
        notes=(*found.notes, *places.notes, *answer.notes),
    )


def left_of(seconds: float, elapsed: float) -> float:
    """Of the time, once the workload has been planned: all of it where that took little, and never less than ``LEAST_LEFT``.

    >>> left_of(600, 20), left_of(600, 200), left_of(600, 900)
    (600, 400, 240.0)
    """
    return seconds if elapsed < seconds * LITTLE else max(seconds - elapsed, seconds * LEAST_LEFT)


def most_built(seconds: float, budget_bytes: int) -> float:
    """Bytes of options that may be built in the share of the time that is for it."""
    return min(MOST_BUILT_BYTES, budget_bytes / 2, seconds * BUILD_SHARE * BYTES_A_SECOND)


def byte_price(base: Ground, catalog: Catalog) -> float:
    """What a byte of index has to save, in the planner's units: indexes as large as the tables themselves must be worth
    ``PLACE_SHARE`` of what the workload costs at best, for their place in memory, in backups and at writes nobody told us of."""
    best = sum(
        weight * base.costs.of(place, base.costs.useful[place]).cost
        for place, weight in enumerate(base.weights)
    )
    tables = sum(one.table_bytes or 0 for one in catalog.relations)
    return PLACE_SHARE * best / tables if tables else 0.0


def database_of(target: Target) -> str:
    """The name of the database behind the target."""
    with Session.open(target, purpose="advice") as session:
        return str(session.rows("select current_database() as name")[0]["name"])


def _proven(
    base: Ground,
    limits: Limits,
    upkeep: Upkeep,
    selected: Selected,
    built: Built,
    found: Asked,
    wishes: Wishes,
    progress: Progress,
    seconds: float,
) -> tuple[Selected, list[Effect], list[tuple[Option, str]]]:
    """Run the workload with the set, learn what each plan really takes, and search again with that, until no statement is
    harmed and every index gains. What a plan that harms rests on is refused where the search finds no way around it."""
    verifier = Verifier(
        base.planner.session,
        built,
        found.questions,
        base.costs,
        progress,
        weights=base.weights,
        seconds=seconds,
    )
    refused: dict[int, tuple[Option, str]] = {}
    current = selected
    for turn in range(MOST_REPLANS + 1):
        current = _built_within(base, limits, upkeep, current, built, progress)
        base.planner.hide()
        effects = verifier.effects(current.chosen)
        harmed = [effect for effect in effects if effect.is_harmed(wishes.tolerance)]
        idle = _idle(base, effects, current.chosen)
        if not harmed and not idle:
            break
        for effect in effects:
            before, after = effect.before_ms, effect.after_ms
            ratio = after / before if before and after is not None else None
            used = base.costs.of(effect.place, current.chosen).used
            base.learn(effect.place, used, ratio, is_banned=effect in harmed)
        gone = idle
        for effect in harmed:
            name = found.questions[effect.place].name
            reason = (
                f"with it {name} takes {format_ms(effect.after_ms)} instead of {format_ms(effect.before_ms)}"
            )
            for number in numbers(effect.used):
                refused.setdefault(number, (base.options[number], reason))
            gone |= effect.used if turn == MOST_REPLANS - 1 else 0
        for number in numbers(idle):
            refused[number] = (base.options[number], IDLE)
        base.forbid(gone)
        with progress.stage("search again with what was learned"):
            current = select(
                base, limits, seconds=RESELECT_SECONDS, upkeep=upkeep, start=[current.chosen & ~gone]
            )
    current = _built_within(base, limits, upkeep, current, built, progress)
    base.planner.hide()
    effects = verifier.effects(current.chosen)
    while harmed := [effect for effect in effects if effect.is_harmed(wishes.tolerance)]:
        gone = 0
        for effect in harmed:
            name = found.questions[effect.place].name
            for number in numbers(effect.used):
                refused.setdefault(number, (base.options[number], f"with it {name} is slower than without"))
            gone |= effect.used
        current = replace(current, chosen=current.chosen & ~gone)
        effects = verifier.effects(current.chosen)
    kept = set(numbers(current.chosen))
    return current, effects, [told for number, told in refused.items() if number not in kept]


def _built_within(
    base: Ground, limits: Limits, upkeep: Upkeep, selected: Selected, built: Built, progress: Progress
) -> Selected:
    """The set really built; where its true size breaks the limit, a smaller one with the sizes put right."""
    for _ in range(MOST_REBUILDS):
        missing = [base.options[number] for number in numbers(selected.chosen) if not built.has(number)]
        if not missing:
            break
        with progress.stage(f"build {len(missing)} indexes"):
            made = built.make(missing)
        refused = sum(option.bit for option in missing if option.number not in made)
        base.sizes.update({number: float(size) for number, size in made.items()})
        problem = base.problem(limits, upkeep)
        if not refused and problem.is_allowed(selected.chosen):
            break
        base.forbid(refused)
        selected = select(base, limits, seconds=RESELECT_SECONDS, upkeep=upkeep)
    return selected


def _idle(base: Ground, effects: Sequence[Effect], chosen: int) -> int:
    """Options that only statements use which gain nothing that matters."""
    gaining = unknown = 0
    total = sum(weight * base.costs.of(place, 0).cost for place, weight in enumerate(base.weights))
    for effect in effects:
        if effect.proof is None:
            unknown |= effect.used
            continue
        share = base.weights[effect.place] * base.costs.of(effect.place, 0).cost / total
        is_felt = is_worthwhile(effect.proof, is_costly=share < LEAST_COST_SHARE)
        if is_felt:
            gaining |= effect.used
    return chosen & ~gaining & ~unknown
