"""A page of the book: a fresh copy of the data set tracker that it may do anything to, and what it does there."""

from __future__ import annotations

import atexit
from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from perfkit.advise.arm import Arm
from perfkit.advise.result import same_result
from perfkit.book.claim import Claim, Figure, require
from perfkit.book.client import Client
from perfkit.book.compared import Compared
from perfkit.book.measured import Measured, finding_among
from perfkit.book.rows import Rows
from perfkit.book.snapshots import await_no_snapshot
from perfkit.book.source import DATABASE, source
from perfkit.comparison.compare import compare
from perfkit.comparison.observed import observed
from perfkit.db.clone import clone
from perfkit.lab import Lab
from perfkit.progress import progress_for_here
from perfkit.sql import parse_statement
from perfkit.sql.session_setup import split_statements

if TYPE_CHECKING:
    from perfkit.db.session import Session
    from perfkit.findings.finding import Finding
    from perfkit.investigation import Investigation

RUNS = 3
"""Timed runs of a measurement. Claims rest on counters, so a few are enough to show the order of magnitude."""

_STEADY = """do $$ declare t regclass; begin
    for t in select oid from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace loop
        execute format('alter table %s set (autovacuum_enabled = off)', t);
    end loop;
end $$"""
"""Statistics and visibility map change when the page says so, not when autovacuum comes by."""


def open_page(id: str) -> Page:
    """Open the page of this anti-pattern on a copy of ``tracker`` on the embedded server, both made where they are missing.

    The copy is dropped when the page is closed, or Python ends. ServerError and DatasetError say what is lacking.
    """
    page = Page(id)
    atexit.register(page.close)
    return page


class Page:
    """What a notebook of the book calls ``page``. Everything it makes is gone when it is closed."""

    def __init__(self, id: str) -> None:
        self.id = id
        self._clients: dict[int, str] = {}
        with ExitStack() as opening:
            self.lab = Lab(opening.enter_context(clone(source(progress_for_here()), DATABASE)))
            self._open: Session | None = None
            opening.callback(self._let_go)
            self._session.change(_STEADY)
            self._closing = opening.pop_all()

    def __repr__(self) -> str:
        return f"<Page {self.id} on PostgreSQL {self._session.server_version}>"

    def close(self) -> None:
        """End the clients and drop the copy; a second call does nothing."""
        self._closing.close()

    @property
    def _session(self) -> Session:
        if self._open is None:
            self._open = self.lab.session("book")
        return self._open

    def _let_go(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None

    @property
    def major(self) -> int:
        """PostgreSQL's major version, 12 to 18."""
        return self._session.server_version_num // 10000

    def measure(
        self,
        sql: str,
        params: Sequence[object] = (),
        *,
        setup: str = "",
        writes: bool = False,
        runs: int = RUNS,
    ) -> Measured:
        """Run a statement with every node timed, and ``runs`` times more for its time. ``params`` are the values of ``$1`` …,
        ``setup`` is what the session does before (SET, PREPARE). One that ``writes`` is rolled back each time."""
        return Measured(capture=self.lab.explain(sql, params, setup=setup, allow_writes=writes, runs=runs))

    def change(self, sql: str) -> None:
        """Make a change for good: statements separated by semicolons, each in a transaction of its own. From 15 on the server's
        counters know of it at once, not up to a second later. VACUUM waits for snapshots that no client of the page holds."""
        for statement in split_statements(sql):
            if statement.lstrip().lower().startswith("vacuum"):
                await_no_snapshot(self._session, self._clients)
            self._session.change(statement)
        if self.major >= 15:
            self._session.rows("select pg_stat_force_next_flush()")

    def rows(self, sql: str) -> Rows:
        """The rows of a query, without its plan: from the catalog, or of the data."""
        return Rows(rows=tuple(self._session.rows(sql)))

    def value(self, sql: str) -> object:
        """The one value that a query returns."""
        (value,) = self._session.rows(sql)[0].values()
        return value

    def compare(self, before: Measured, after: Measured) -> Compared:
        """Two measurements side by side. Of two different SELECTs also whether they return the same rows now."""
        comparison = compare(
            (observed(before.capture),),
            (observed(after.capture),),
            same_result=self.same_rows(before, after) if _differ(before, after) else None,
        )
        return Compared(comparison=comparison)

    def same_rows(self, before: Measured, after: Measured) -> bool | None:
        """Whether two SELECTs return the same rows; None where that cannot be compared. Runs each once more."""
        arms = [
            Arm(self._session, parse_statement(one.capture.query.text), one.capture.query.parameters)
            for one in (before, after)
        ]
        if any(arm.statement.kind != "select" for arm in arms):
            return None
        with self._session.transaction():
            return same_result(*arms)

    def claim(self, sentence: str, holds: bool, *, since: int = 0, **figures: Figure) -> Claim:
        """Show that the sentence holds, with its figures; ClaimFailed, which ends the page, where it does not.

        On a major before ``since`` it is left open, and shown as such: for what PostgreSQL does or tells only from there on."""
        if self.major < since:
            return Claim(sentence=sentence, since=since)
        return require(sentence, bool(holds), figures)

    def client(self, name: str) -> Client:
        """Another application's connection, whose transactions stay open: for what happens between sessions."""
        client = Client(self.lab.target, name, self._blockers)
        self._clients[client.pid] = name
        self._closing.callback(client.close)
        return client

    def investigate(self, sql: str, params: Sequence[object] = (), *, seconds: float = 10.0) -> Investigation:
        """The whole investigation with proven advice, which takes seconds: of a statement, a script or a log.

        It tries remedies on a copy of this copy, so no client may be open."""
        self._let_go()
        return self.lab.investigate(sql, params, runs=RUNS, budget_seconds=seconds)

    def finding(self, found: Investigation, id: str) -> Finding:
        """What an investigation says under this id; ClaimFailed where it does not say it."""
        return finding_among(found.findings, id)

    def _blockers(self, pid: int) -> tuple[str, ...]:
        pids = self._session.rows("select unnest(pg_blocking_pids(%s)) as pid", [pid])
        return tuple(self._clients.get(int(str(row["pid"])), "somebody else") for row in pids)


def _differ(before: Measured, after: Measured) -> bool:
    one, other = before.capture.query, after.capture.query
    return (one.text, one.parameters) != (other.text, other.parameters)
