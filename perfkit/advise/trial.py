"""Try one index: build it, measure the statement with and without it by turns, undo it.

All happens in one transaction that is rolled back. "Without" is the same transaction with the new index dropped inside a
savepoint, so both arms see the same rows in the same cache, moments apart, and nothing is built twice.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from perfkit.advise.result import digest
from perfkit.advise.values import Price
from perfkit.capture.capture import execution_ms, within
from perfkit.capture.explain import analyze, plan_only, run_once
from perfkit.capture.values import Counters, Measurement, Samples
from perfkit.db.session import Session, stored_query
from perfkit.identifier import quote_identifier
from perfkit.plan import Plan
from perfkit.progress import Advance
from perfkit.sql.statement import Statement
from perfkit.stats import Arm, interleaved

PAIRS = 9
"""With nine interleaved pairs, minimum and lower quartile together give about one false alarm in a hundred."""

SECONDS = 20.0
"""Time for the samples of one candidate."""

BUILD_SECONDS = 900
"""An index on a table of tens of gigabytes is built within it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What trying one index gave. ``before`` and ``after`` are None when the planner leaves the index alone."""

    price: Price
    cost_before: float | None
    """The planner's total cost."""
    cost_after: float | None
    before: Measurement | None = None
    after: Measurement | None = None
    same_result: bool | None = None


def try_index(
    session: Session,
    statement: Statement,
    parameters: Sequence[str | None],
    sql: str,
    before: Plan,
    advance: Advance,
) -> Trial:
    """Build the index, and where the planner uses it, measure. Holds a SHARE lock on the table until it returns."""
    with session.transaction(writes=True):
        cost_before = _cost(plan_only(session, statement, parameters))
        built, build_ms = _build(session, sql)
        price = Price(size_bytes=sum(index.size_bytes for index in built), build_ms=build_ms)
        planned = plan_only(session, statement, parameters)
        if not _is_planned_for(built, planned):
            return Trial(price=price, cost_before=cost_before, cost_after=_cost(planned))
        arms = _Arms(session, statement, parameters, [index.drop_sql for index in built if index.is_top])
        for arm in ("before", "after"):
            arms.run(arm)
        for _ in within(SECONDS, PAIRS):
            for arm in interleaved(1, seed=len(arms.samples["before"])):
                arms.sample(arm)
            advance()
        after = arms.analyzed()
        same_result = arms.same_result()
    return Trial(
        price=price,
        cost_before=cost_before,
        cost_after=_cost(after),
        before=arms.measurement("before", before),
        after=arms.measurement("after", after),
        same_result=same_result,
    )


class _Arms:
    """The two states of the database within the trial's transaction, and what was measured in each."""

    def __init__(
        self, session: Session, statement: Statement, parameters: Sequence[str | None], drops: Sequence[str]
    ) -> None:
        self._session = session
        self._statement = statement
        self._parameters = parameters
        self._drops = drops
        self.samples: dict[Arm, list[float]] = {"before": [], "after": []}
        self._counters: dict[Arm, Counters] = {}

    def _in(self, arm: Arm) -> None:
        for drop in self._drops if arm == "before" else ():
            self._session.execute(drop)

    def run(self, arm: Arm) -> Plan:
        with self._session.savepoint():
            self._in(arm)
            return run_once(self._session, self._statement, self._parameters)

    def sample(self, arm: Arm) -> None:
        plan = self.run(arm)
        self.samples[arm].append(execution_ms(plan))
        self._counters[arm] = Counters.of(plan)

    def analyzed(self) -> Plan:
        with self._session.savepoint():
            return analyze(self._session, self._statement, self._parameters)

    def same_result(self) -> bool | None:
        digests = []
        for arm in ("before", "after"):
            with self._session.savepoint():
                self._in(arm)
                digests.append(digest(self._session, self._statement, self._parameters))
        return None if digests[0] is None else digests[0] == digests[1]

    def measurement(self, arm: Arm, plan: Plan) -> Measurement:
        return Measurement(
            plan=plan, counters=self._counters[arm], samples=Samples(values=tuple(self.samples[arm]))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Built:
    """An index that the trial made; on a partitioned table one for the parent and one for each partition."""

    oid: int
    schema: str
    name: str
    table: str
    size_bytes: int
    is_top: bool

    @property
    def drop_sql(self) -> str:
        return f"drop index {quote_identifier(self.schema)}.{quote_identifier(self.name)}"


def _build(session: Session, sql: str) -> tuple[list[_Built], float]:
    """Run the DDL; what it made, and its milliseconds."""
    known = {index.oid for index in _indexes(session)}
    session.execute(f"set local statement_timeout = '{BUILD_SECONDS}s'")
    started = time.perf_counter()
    session.execute(sql)
    build_ms = (time.perf_counter() - started) * 1000
    limit = session.target.limits.statement_timeout
    session.execute(f"set local statement_timeout = '{round((limit or 0) * 1000)}ms'")
    return [index for index in _indexes(session) if index.oid not in known], build_ms


def _indexes(session: Session) -> list[_Built]:
    return [_Built(**cast(dict[str, Any], row)) for row in session.rows(stored_query("all_indexes"))]


def _is_planned_for(built: Sequence[_Built], plan: Plan) -> bool:
    """Whether the plan shows one of the indexes; True also for a table the plan does not scan: a foreign key's
    trigger searches it out of the plan's sight, and only the clock tells."""
    if not {index.table for index in built} & {node.relation for node in plan.walk()}:
        return True
    return bool({index.name for index in built} & {node.index for node in plan.walk()})


def _cost(plan: Plan) -> float | None:
    return plan.root.estimate.total_cost if plan.root.estimate else None
