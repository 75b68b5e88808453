"""How much a statement's plan and work depend on the values of its parameters."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from perfkit.capture.capture import bind_values, executions
from perfkit.capture.explain import (
    RUN_OPTIONS,
    PlanCacheMode,
    execute_prepared,
    plan_only,
    run_once,
    transaction_for,
)
from perfkit.capture.prepared_plans import PlannedBoth, cost_with_planning, plan_both
from perfkit.capture.session_setup import apply
from perfkit.capture.values import Counters, PlanChoice
from perfkit.db.session import Session
from perfkit.errors import CaptureTimeout, UsageError
from perfkit.plan import Plan
from perfkit.progress import Progress, Silent
from perfkit.show import Shown
from perfkit.sql import refuse_unless_safe
from perfkit.sql.prepared import execute_text
from perfkit.sql.session_setup import NO_SETUP, SessionSetup
from perfkit.sql.statement import Statement
from perfkit.stats import median

MOST_SETS = 50
"""More sets add little to what fifty show of the shapes a plan can take."""

SENSITIVITY_SECONDS = 60.0
"""After this no further set is run."""

ALIKE_FACTOR = 2.0
"""Sets whose work differs by less than this are of one kind: caches alone make as much of a difference."""

NOTABLE_MS = 1.0
NOTABLE_BLOCKS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRun:
    """How one plan ran with one set of values. None where it did not finish."""

    shape: str
    """Fingerprint of the plan's shape."""
    plan: str
    """Its scans in a few words."""
    cost: float | None
    """The planner's total cost."""
    ms: float | None = None
    blocks: int | None = None
    """Shared and temporary blocks."""
    rows: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRun:
    """One set of values: the plan made for it, and the generic plan where that is another one."""

    number: int
    """Its place in what was given, from 1."""
    parameters: tuple[str | None, ...]
    custom: PlanRun
    generic: PlanRun | None = None
    """None where the generic plan has the same shape, or there is none."""


def _loss(run: SetRun) -> float:
    """Milliseconds the generic plan takes beyond the custom one, where that is at least as much again."""
    if run.generic is None or run.generic.ms is None or run.custom.ms is None:
        return 0.0
    is_clear = run.generic.ms >= ALIKE_FACTOR * max(run.custom.ms, NOTABLE_MS)
    return run.generic.ms - run.custom.ms if is_clear else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity(Shown):
    """Several sets of values of one statement, compared."""

    runs: tuple[SetRun, ...]
    """In the order given."""
    worst: int
    """Number of the set that takes most time or blocks with the plan the server uses."""
    typical: int
    """Number of the set in the middle."""
    is_alike: bool
    """Whether all sets have one plan shape and about the same work."""
    chosen: PlanChoice
    """The plan a session that prepares the statement settles on."""
    mode: str
    """plan_cache_mode."""
    reason: str
    is_in_use: bool
    """Whether the session runs the statement prepared; else ``chosen`` is what a driver that prepares it would get."""
    left_out: int = 0
    """Sets that were not run: beyond the number or the time perfkit takes."""

    @property
    def investigated(self) -> SetRun:
        """The set for which a generic plan in use is worst, else the worst set, or where all are alike the typical one."""
        return self.skewed or self.run(self.typical if self.is_alike else self.worst)

    @property
    def skewed(self) -> SetRun | None:
        """The set for which the generic plan, where that is chosen, takes most beyond a plan made for it."""
        if self.chosen != "generic":
            return None
        worst = self.run(self.worst)
        if _loss(worst) > 0:
            return worst
        losses = [(_loss(run), run) for run in self.runs]
        loss, run = max(losses, key=lambda one: one[0])
        return run if loss > 0 else None

    def run(self, number: int) -> SetRun:
        return next(one for one in self.runs if one.number == number)

    def used(self, run: SetRun) -> PlanRun:
        """The plan the server uses for this set."""
        is_generic = self.is_in_use and self.chosen == "generic"
        return run.generic if is_generic and run.generic is not None else run.custom

    @property
    def shapes(self) -> Mapping[str, tuple[SetRun, ...]]:
        """Sets by the shape of the plan made for them, the commonest first."""
        groups: dict[str, list[SetRun]] = {}
        for run in self.runs:
            groups.setdefault(run.custom.shape, []).append(run)
        ordered = sorted(groups.items(), key=lambda item: -len(item[1]))
        return {shape: tuple(members) for shape, members in ordered}


def measure_sensitivity(
    session: Session,
    statement: Statement,
    sets: Sequence[Sequence[object]],
    *,
    allow_writes: bool = False,
    setup: SessionSetup = NO_SETUP,
    prepared_name: str | None = None,
    progress: Progress | None = None,
) -> Sensitivity:
    """Run the statement twice with each set, and where the generic plan is another, twice with that.

    UsageError when a set has the wrong number of values; what the server says of a value is raised as it is.
    """
    refuse_unless_safe(statement, allow_writes=allow_writes)
    values = [bind_values(statement, one) for one in sets]
    apply(session, setup)
    return run_sets(
        session,
        statement,
        values,
        prepared_name=prepared_name,
        executed=executions(setup, prepared_name),
        progress=progress,
    )


def run_sets(
    session: Session,
    statement: Statement,
    values: Sequence[tuple[str | None, ...]],
    *,
    prepared_name: str | None = None,
    executed: int = 0,
    progress: Progress | None = None,
) -> Sensitivity:
    """As ``measure_sensitivity``, in a session that is set up, for a statement that may be run; ``executed`` is how often the
    setup has run the prepared statement."""
    measured = _Measured(session, statement, prepared_name, executed)
    started = time.monotonic()
    runs: list[SetRun] = []
    with (progress or Silent()).stage("compare parameter sets", total=min(len(values), MOST_SETS)) as advance:
        measured.plan(values[:MOST_SETS])
        for number, one in enumerate(values[:MOST_SETS], 1):
            if runs and time.monotonic() - started > SENSITIVITY_SECONDS:
                break
            runs.append(measured.run(number, one))
            advance()
    return summary(tuple(runs), measured.choice, left_out=len(values) - len(runs))


def summary(runs: tuple[SetRun, ...], choice: PlannedBoth | None, *, left_out: int = 0) -> Sensitivity:
    """Which set is the worst and which typical."""
    found = Sensitivity(
        runs=runs,
        worst=runs[0].number,
        typical=runs[0].number,
        is_alike=False,
        chosen=choice.chosen if choice else "custom",
        mode=choice.mode if choice else "auto",
        reason=choice.reason
        if choice
        else "the generic plan has the same shape as the plans made for the values",
        is_in_use=choice.is_in_use if choice else False,
        left_out=left_out,
    )
    finished = [run for run in runs if found.used(run).ms is not None]
    if not finished:
        raise UsageError("no set of parameters ran to its end; raise statement_timeout or give sets that do")
    work = {run.number: _work(found, run, finished) for run in finished}
    ordered = sorted(work, key=lambda number: work[number])
    middle = ordered[(len(ordered) - 1) // 2]
    shapes = {found.used(run).shape for run in runs}
    is_alike = len(shapes) == 1 and len(finished) == len(runs) and _is_even(found, finished)
    return replace(found, worst=ordered[-1], typical=middle, is_alike=is_alike)


def _work(found: Sensitivity, run: SetRun, others: Sequence[SetRun]) -> float:
    """Time and blocks as multiples of the median set's, the larger of both."""
    plan = found.used(run)
    ms = median([found.used(one).ms or 0.0 for one in others])
    blocks = median([float(found.used(one).blocks or 0) for one in others])
    return max((plan.ms or 0.0) / max(ms, NOTABLE_MS), (plan.blocks or 0) / max(blocks, NOTABLE_BLOCKS))


def _is_even(found: Sensitivity, runs: Sequence[SetRun]) -> bool:
    return all(
        max(values) <= max(ALIKE_FACTOR * min(values), floor)
        for values, floor in (
            ([found.used(run).ms or 0.0 for run in runs], NOTABLE_MS),
            ([float(found.used(run).blocks or 0) for run in runs], NOTABLE_BLOCKS),
        )
    )


class _Measured:
    """Runs the sets in one session, against one generic plan."""

    def __init__(self, session: Session, statement: Statement, name: str | None, executed: int) -> None:
        self._session = session
        self._statement = statement
        self._name = name
        self._executed = executed
        self.choice: PlannedBoth | None = None
        self._generic: Plan | None = None

    def plan(self, sets: Sequence[tuple[str | None, ...]]) -> None:
        """Plan each set, and find the generic plan and whether the server would use it over all these sets."""
        costs = []
        for values in sets:
            with transaction_for(self._session, self._statement):
                costs.append(
                    cost_with_planning(self._session, plan_only(self._session, self._statement, values))
                )
        average = sum(costs) / len(costs)
        for values in sets:
            both = plan_both(
                self._session,
                self._statement,
                values,
                name=self._name,
                executions=self._executed,
                average_cost=average,
            )
            if both is not None:
                self.choice = both
                return

    def run(self, number: int, values: tuple[str | None, ...]) -> SetRun:
        custom = self._twice(
            lambda: run_once(self._session, self._statement, values),
            lambda: plan_only(self._session, self._statement, values),
        )
        generic = None
        if self.choice is not None and self.choice.generic.shape != custom.shape:
            execution = execute_text(self.choice.name, values)

            def executed(options: str, mode: PlanCacheMode = "force_generic_plan") -> Plan:
                return execute_prepared(self._session, execution, mode, options)

            generic = self._twice(lambda: executed(RUN_OPTIONS), lambda: executed("verbose, format json"))
        return SetRun(number=number, parameters=values, custom=custom, generic=generic)

    def _twice(self, run: Callable[[], Plan], plan: Callable[[], Plan]) -> PlanRun:
        """The second of two runs; the first warms the cache."""
        found = None
        try:
            for _ in range(2):
                with transaction_for(self._session, self._statement):
                    found = run()
        except CaptureTimeout:
            with transaction_for(self._session, self._statement):
                planned = plan()
            return PlanRun(shape=planned.shape, plan=scans_in_words(planned), cost=_cost(planned))
        assert found is not None
        counters = Counters.of(found)
        return PlanRun(
            shape=found.shape,
            plan=scans_in_words(found),
            cost=_cost(found),
            ms=found.execution_ms,
            blocks=(counters.shared_blocks or 0) + (counters.temp_blocks or 0),
            rows=counters.rows,
        )


def scans_in_words(plan: Plan) -> str:
    """How the plan reaches its tables: one line for a table of plans."""
    names = [
        f"{node.node_type}{f' {node.index}' if node.index else f' {node.relation}' if node.relation else ''}"
        for node in plan.walk()
        if node.relation or node.index
    ]
    kept = list(dict.fromkeys(names))
    return (
        ", ".join(kept[:4]) + (f" and {len(kept) - 4} more" if len(kept) > 4 else "") or plan.root.node_type
    )


def _cost(plan: Plan) -> float | None:
    return plan.root.estimate.total_cost if plan.root.estimate else None
