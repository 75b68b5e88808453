"""One round: every query observed, those that write apart from the others, which must find the database as it was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import TypeAlias

from perfkit.capture.environment import read_mark
from perfkit.capture.values import Dataset
from perfkit.db.clone import clone
from perfkit.db.session import Session
from perfkit.db.target import Target
from perfkit.errors import CapabilityMissing, CaptureError, PerfkitError, UsageError
from perfkit.gate.observe import Observation, gate_session, observe, writes
from perfkit.gate.queries import GateQuery
from perfkit.progress import Advance

Observed: TypeAlias = "Observation | PerfkitError"
"""How a query runs, or why it cannot be run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a round was run."""

    server_version: str
    database: str
    dataset: Dataset | None


def observe_all(
    target: Target, queries: Sequence[GateQuery], runs: int, allow_writes: bool, advance: Advance
) -> tuple[Place, dict[str, Observed]]:
    """Every query by its name. A statement that writes leaves rows behind that nobody sees, and with them other blocks to read and
    other plans: on a scratch database it runs on a clone, elsewhere only with ``allow_writes``, after the others."""
    found: dict[str, Observed] = {}
    writing = [query for query in queries if writes(query)]
    with gate_session(target) as session:
        place = _place(session)
        for query in queries:
            if query not in writing:
                found[query.name] = _attempt(session, query, runs, may_write=False)
                advance()
        if not target.is_scratch:
            for query in writing:
                found[query.name] = _attempt(session, query, runs, may_write=allow_writes)
                advance()
            return place, found
    if writing:
        with _clone(target, place.database) as (where, refusal), gate_session(where) as session:
            for query in writing:
                observed = _attempt(session, query, runs, may_write=not refusal)
                if refusal and isinstance(observed, Observation):
                    observed = replace(observed, notes=(f"it writes and was only planned: {refusal}",))
                found[query.name] = observed
                advance()
    return place, found


def _attempt(session: Session, query: GateQuery, runs: int, *, may_write: bool) -> Observed:
    try:
        return observe(session, query, runs=runs, may_write=may_write)
    except (CaptureError, UsageError) as error:
        return error


@contextmanager
def _clone(target: Target, database: str) -> Iterator[tuple[Target, str]]:
    """A clone to write on; where none can be made the database itself, and why."""
    with ExitStack() as stack:
        place, refusal = target, ""
        try:
            place = stack.enter_context(clone(target, database))
        except CapabilityMissing as error:
            refusal = str(error)
        yield place, refusal


def _place(session: Session) -> Place:
    with session.transaction():
        row = session.rows(
            "select datname::text as name, shobj_description(oid, 'pg_database') as comment"
            " from pg_database where datname = current_database()"
        )[0]
    return Place(
        server_version=session.server_version,
        database=str(row["name"]),
        dataset=read_mark(row["comment"]),
    )
