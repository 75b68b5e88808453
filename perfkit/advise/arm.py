"""One side of a comparison: a statement in one state of the database, run as often as it is asked to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from perfkit.capture.capture import execution_ms
from perfkit.capture.explain import analyze, plan_only, run_once
from perfkit.capture.values import Counters, Measurement, Samples
from perfkit.db.session import Session
from perfkit.plan import Plan
from perfkit.sql.statement import Statement


class Arm:
    """A statement on a session whose transaction the caller opened; each run undoes what it did."""

    def __init__(
        self,
        session: Session,
        statement: Statement,
        parameters: Sequence[str | None],
        *,
        first: Sequence[str] = (),
        longest_ms: float | None = None,
        prepare: Callable[[], None] = lambda: None,
    ) -> None:
        """``first`` is run before the statement each time, and undone with it; ``prepare`` is called before and not undone. A run
        that takes longer than ``longest_ms`` is ended with CaptureTimeout; None leaves the session's limit."""
        self._session = session
        self.statement = statement
        self._parameters = parameters
        self._first = tuple(first)
        self._longest_ms = longest_ms
        self._prepare = prepare
        self.samples: list[float] = []
        self._counters: Counters | None = None

    def under(self, settings: Sequence[str]) -> Arm:
        """The same statement in the same state, with more SET LOCAL statements before it."""
        return Arm(
            self._session,
            self.statement,
            self._parameters,
            first=(*self._first, *settings),
            longest_ms=self._longest_ms,
            prepare=self._prepare,
        )

    @contextmanager
    def state(self, *, is_timed: bool = True, longest_ms: float | None = None) -> Iterator[Session]:
        """The session as this arm has it, until the block is left; ``longest_ms`` holds where the statement itself is timed,
        not for what compares its rows."""
        self._prepare()
        with self._session.savepoint():
            for sql in self._first:
                self._session.execute(sql)
            limit = longest_ms if longest_ms is not None else self._longest_ms
            if limit is not None and is_timed:
                self._session.execute(f"set local statement_timeout = '{round(limit)}ms'")
            yield self._session

    def planned(self) -> Plan:
        with self.state() as session:
            return plan_only(session, self.statement, self._parameters)

    def run(self, longest_ms: float | None = None) -> Plan:
        """``longest_ms`` goes before the arm's own limit."""
        with self.state(longest_ms=longest_ms) as session:
            plan = run_once(session, self.statement, self._parameters)
        self._count(Counters.of(plan))
        return plan

    def sample(self, longest_ms: float | None = None) -> None:
        self.samples.append(execution_ms(self.run(longest_ms)))

    def _count(self, counters: Counters) -> None:
        """Keep the run that touched fewest blocks: a statement that writes meets ever more rows that were rolled back."""
        if self._counters is None or _touched(counters) < _touched(self._counters):
            self._counters = counters

    @property
    def touched(self) -> int | None:
        """Shared and temporary blocks of the leanest run; None before the first, and without BUFFERS."""
        if self._counters is None or self._counters.shared_blocks is None:
            return None
        return _touched(self._counters)

    def analyzed(self) -> Plan:
        with self.state() as session:
            return analyze(session, self.statement, self._parameters)

    def rows(self, prefix: str, suffix: str) -> list[tuple[object, ...]]:
        """The statement wrapped into a query of ours."""
        with self.state(is_timed=False) as session:
            return session.run_users(prefix, self.statement.text, self._parameters, suffix)

    def after_running(self, query: str) -> list[dict[str, object]]:
        """Run the statement, then a query of ours that looks at what it did."""
        with self.state(is_timed=False) as session:
            session.run_users("", self.statement.text, self._parameters)
            return session.rows(query)

    def measurement(self, plan: Plan, samples: Sequence[float] | None = None) -> Measurement:
        """Of all its runs, or of those that ``samples`` names."""
        assert self._counters is not None
        values = tuple(self.samples if samples is None else samples)
        return Measurement(plan=plan, counters=self._counters, samples=Samples(values=values))


def _touched(counters: Counters) -> int:
    return (counters.shared_blocks or 0) + (counters.temp_blocks or 0)
