"""Both plans of a prepared statement, the one made for its values and the one made for any, and which of them a session gets.

PostgreSQL plans the first five executions for their values; then it stays with the generic plan where that costs less than
the average so far, to which planning is added (choose_custom_plan and cached_plan_cost in plancache.c).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from perfkit.capture.explain import (
    PLAN_OPTIONS,
    RUN_OPTIONS,
    PlanCacheMode,
    analyze_options,
    execute_prepared,
    transaction_for,
)
from perfkit.capture.values import Counters, Measurement, PlanChoice, PreparedPlans, Samples
from perfkit.db.session import Session
from perfkit.errors import CaptureError, CaptureTimeout
from perfkit.plan import Plan, dump_json
from perfkit.plan.shape import fingerprint
from perfkit.sql.prepared import execute_text
from perfkit.sql.statement import Statement

FIRST_VERSION = 120000
"""plan_cache_mode is there since 12."""

CUSTOM_PLANS = 5
"""Executions that are planned for their values before a generic plan is considered."""

PLANNING_OPERATORS = 1000.0
"""plancache.c takes 1000 × cpu_operator_cost × (relations + 1) for planning once."""

_NAME = "perfkit_statement"
_PARAMETER = re.compile(r"\$\d+")

SHORTEST_LIMIT_SECONDS = 5.0
LIMIT_FACTOR = 20.0
"""A generic plan that nobody asked to run is ended once it takes twenty times as long as the custom one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedBoth:
    """Both plans, not executed, and which the server takes."""

    name: str
    mode: str
    custom: Plan
    generic: Plan
    chosen: PlanChoice
    reason: str
    is_in_use: bool


def plan_both(
    session: Session,
    statement: Statement,
    values: Sequence[str | None],
    *,
    name: str | None = None,
    executions: int = 0,
    average_cost: float | None = None,
) -> PlannedBoth | None:
    """Plan the statement for its values and for any. None where it has no parameters, both plans are of one shape, or the
    server cannot tell.

    ``name`` is that of a statement the session has prepared, executed ``executions`` times; without it the statement is
    prepared here. ``average_cost`` is what custom plans of other values cost on average, planning included.
    """
    if not values or session.server_version_num < FIRST_VERSION:
        return None
    if name is None and not _prepare(session, statement):
        return None
    execution = execute_text(name or _NAME, values)
    with transaction_for(session, statement):
        mode = str(session.rows("select current_setting('plan_cache_mode') as mode")[0]["mode"])
        has_settled = name is not None and mode == "auto" and executions >= CUSTOM_PLANS
        now = execute_prepared(session, execution) if has_settled else None
    with transaction_for(session, statement):
        custom = execute_prepared(session, execution, "force_custom_plan", PLAN_OPTIONS)
    with transaction_for(session, statement):
        generic = execute_prepared(session, execution, "force_generic_plan", PLAN_OPTIONS)
    if fingerprint(custom.root) == fingerprint(generic.root):
        return None
    chosen, reason = _choice(session, mode, now, custom, generic, executions, average_cost)
    return PlannedBoth(
        name=name or _NAME,
        mode=mode,
        custom=custom,
        generic=generic,
        chosen=chosen,
        reason=reason,
        is_in_use=name is not None or mode != "auto",
    )


def measure_both(
    session: Session,
    statement: Statement,
    values: Sequence[str | None],
    planned: PlannedBoth,
    custom: Measurement,
    *,
    runs: int,
) -> PreparedPlans:
    """Run the generic plan, and the custom one again in turns with it. A generic plan that is not in use is ended when it is
    clear that it is far slower; one in use may take the whole of the session's statement_timeout."""
    execution = execute_text(planned.name, values)
    is_used = planned.is_in_use and planned.chosen == "generic"
    limit = None if is_used else _limit_ms(session, custom)

    def run(mode: PlanCacheMode, options: str) -> Plan:
        with transaction_for(session, statement):
            if mode == "force_generic_plan" and limit is not None:
                session.execute(f"set local statement_timeout = {round(limit)}")
            return execute_prepared(session, execution, mode, options)

    try:
        run("force_generic_plan", RUN_OPTIONS)
        plan = run("force_generic_plan", analyze_options(session, statement))
        series: dict[PlanCacheMode, list[float]] = {"force_custom_plan": [], "force_generic_plan": []}
        for _ in range(runs):
            for mode, found in series.items():
                found.append(run(mode, RUN_OPTIONS).execution_ms or 0.0)
    except CaptureTimeout:
        whole = session.target.limits.statement_timeout
        return PreparedPlans(
            mode=planned.mode,
            chosen=planned.chosen,
            reason=planned.reason,
            is_in_use=planned.is_in_use,
            custom=custom,
            generic=unexecuted(planned.generic),
            is_generic_finished=False,
            generic_limit_ms=limit or (whole * 1000 if whole else None),
        )
    return PreparedPlans(
        mode=planned.mode,
        chosen=planned.chosen,
        reason=planned.reason,
        is_in_use=planned.is_in_use,
        custom=Measurement(
            plan=custom.plan,
            counters=custom.counters,
            samples=Samples(values=tuple(series["force_custom_plan"])),
        ),
        generic=Measurement(
            plan=plan,
            counters=Counters.of(plan),
            samples=Samples(values=tuple(series["force_generic_plan"])),
        ),
    )


def unexecuted(plan: Plan, ended_after_ms: float | None = None) -> Measurement:
    """A plan that was not run to its end: no figures but the planner's."""
    return Measurement(
        plan=plan,
        counters=Counters.of(plan),
        samples=Samples(values=()),
        ended_after_ms=ended_after_ms,
    )


def cost_with_planning(session: Session, custom: Plan) -> float:
    """What the server takes a custom plan to cost when it chooses."""
    rows = session.rows("select current_setting('cpu_operator_cost')::float8 as cost")
    relations = sum(1 for node in custom.walk() if node.relation)
    planning = PLANNING_OPERATORS * float(str(rows[0]["cost"])) * (relations + 1)
    return (custom.root.estimate.total_cost if custom.root.estimate else 0.0) + planning


def _prepare(session: Session, statement: Statement) -> bool:
    with session.transaction():
        there = session.rows("select 1 from pg_prepared_statements where name = %s", [_NAME])
    if there:
        session.run_users("", f"deallocate {_NAME}")
    try:
        session.run_users(f"prepare {_NAME} as ", statement.text)
    except CaptureError:
        # without declared types some parameters have none; bound one by one they had the same fault
        return False
    return True


def _choice(
    session: Session,
    mode: str,
    now: Plan | None,
    custom: Plan,
    generic: Plan,
    executions: int,
    average_cost: float | None,
) -> tuple[PlanChoice, str]:
    if mode == "force_generic_plan":
        return "generic", "plan_cache_mode = force_generic_plan"
    if mode == "force_custom_plan":
        return "custom", "plan_cache_mode = force_custom_plan"
    if now is not None and _parameters(now) > _parameters(custom):
        return "generic", f"after {executions} executions the session stays with it"
    if executions >= CUSTOM_PLANS:
        return "custom", f"after {executions} executions the session still plans each for its values"
    cost = generic.root.estimate.total_cost if generic.root.estimate else 0.0
    with session.transaction():
        average = cost_with_planning(session, custom) if average_cost is None else average_cost
    if cost < average:
        return "generic", (
            f"its cost of {cost:.0f} is below the {average:.0f} of planning each time, so a session that prepares the"
            " statement stays with it from the sixth execution on"
        )
    return "custom", f"its cost of {average:.0f} with planning is below the generic plan's {cost:.0f}"


def _parameters(plan: Plan) -> int:
    return len(_PARAMETER.findall(json.dumps(dump_json(plan))))


def _limit_ms(session: Session, custom: Measurement) -> float:
    usual = (custom.plan.execution_ms or 0.0) * LIMIT_FACTOR
    whole = session.target.limits.statement_timeout
    limit = max(SHORTEST_LIMIT_SECONDS * 1000, usual)
    return min(limit, whole * 1000) if whole else limit
