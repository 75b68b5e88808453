"""Would the planner use an index that nobody has built: HypoPG answers where it is installed, without changing anything.

HypoPG (https://hypopg.readthedocs.io) keeps its indexes in the memory of one session; EXPLAIN without ANALYZE sees them.
It knows b-tree, BRIN, hash and bloom indexes, not GIN, GiST or SP-GiST. Sizes are its estimates.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from perfkit.advise.change import Change
from perfkit.advise.trial import Subject
from perfkit.advise.values import Price, Proof, ProofVerdict
from perfkit.capture.explain import plan_only
from perfkit.catalog import Catalog
from perfkit.db.session import Session
from perfkit.plan import Plan
from perfkit.units import format_count

EXTENSION = "hypopg"

COST_FACTOR = 2.0
"""Costs are guesses: a plan said to be less than twice as cheap promises nothing."""


def is_available(catalog: Catalog) -> bool:
    return EXTENSION in catalog.extensions


def plan_with(session: Session, subject: Subject, change: Change) -> tuple[Proof, Price] | None:
    """What the planner would do with the indexes of the change: a planned proof and their estimated size.

    None where the change is more than indexes. CaptureError where HypoPG does not know the kind of index. Two EXPLAINs.
    """
    if not change.database or any(step.kind != "index" for step in change.database):
        return None
    with session.transaction():
        before = plan_only(session, subject.statement, subject.parameters)
        with _hypothetical(session, [step.sql for step in change.database]) as made:
            after = plan_only(session, subject.after, subject.parameters_after)
            size = sum(_size(session, oid) for oid, _ in made)
    names = {name for _, name in made}
    is_used = bool(names & {node.index for node in after.walk()})
    return _proof(before, after, is_used), Price(size_bytes=size)


@contextmanager
def _hypothetical(session: Session, statements: Sequence[str]) -> Iterator[list[tuple[int, str]]]:
    made: list[tuple[int, str]] = []
    try:
        for sql in statements:
            rows = session.rows(
                "select indexrelid::bigint as oid, indexname as name from hypopg_create_index(%s)", [sql]
            )
            made += [(int(str(row["oid"])), str(row["name"])) for row in rows]
        yield made
    finally:
        session.rows("select hypopg_reset()")


def _size(session: Session, oid: int) -> int:
    return int(str(session.rows("select hypopg_relation_size(%s::oid) as size", [oid])[0]["size"]))


def _proof(before: Plan, after: Plan, is_used: bool) -> Proof:
    a = before.root.estimate.total_cost if before.root.estimate else 0.0
    b = after.root.estimate.total_cost if after.root.estimate else 0.0
    helps = is_used and b * COST_FACTOR < a
    verdict: ProofVerdict = "improves" if helps else "neutral"
    costs = f"planned cost {format_count(a)} → {format_count(b)} by HypoPG, not executed"
    return Proof(
        level="planned",
        verdict=verdict,
        reason=costs if is_used else f"the planner would not use it ({costs})",
    )
