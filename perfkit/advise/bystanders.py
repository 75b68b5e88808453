"""What a remedy does to the other statements of a workload: none of them should pay for it."""

from __future__ import annotations

from collections.abc import Sequence

from perfkit.advise.arm import Arm
from perfkit.advise.judge import judge
from perfkit.advise.values import Bystander
from perfkit.db.session import Session
from perfkit.errors import CaptureError
from perfkit.plan.shape import fingerprint
from perfkit.sql.statement import Statement
from perfkit.stats import interleaved, median
from perfkit.units import format_ms

PAIRS = 5
"""Enough to see harm that matters; each bystander costs ten runs for each remedy that helps."""

MOST_BYSTANDERS = 30
_SQL_LENGTH = 80


def watched(
    session: Session, changed: Session, others: Sequence[Statement], drops: Sequence[str]
) -> tuple[Bystander, ...]:
    """Run each statement without and with the change by turns, where its plan differs. Each is undone.

    Statements with parameters are left out, as nobody gave their values, and so are ones that fail.
    """
    found = []
    for statement in others[:MOST_BYSTANDERS]:
        if statement.parameter_count or statement.kind == "other":
            continue
        try:
            found.append(_watched(Arm(session, statement, (), first=drops), Arm(changed, statement, ())))
        except CaptureError:
            continue
    return tuple(found)


def _watched(before: Arm, after: Arm) -> Bystander:
    old, new = before.planned(), after.planned()
    same_plan = fingerprint(old.root) == fingerprint(new.root) and before.statement.kind == "select"
    for arm in interleaved(1 if same_plan else PAIRS):
        (before if arm == "before" else after).sample()
    proof = judge(before.measurement(old), after.measurement(new), True)
    return Bystander(
        sql=before.statement.text,
        verdict="neutral" if same_plan else proof.verdict,
        before_ms=median(before.samples),
        after_ms=median(after.samples),
        blocks_ratio=proof.blocks_ratio,
    )


def slows_down(slower: Sequence[Bystander]) -> str:
    """
    >>> slows_down([Bystander(sql="select 1", verdict="harms", before_ms=1.0, after_ms=5.0, blocks_ratio=None)])
    'it slows down select 1 (1 ms → 5 ms)'
    """
    named = [
        f"{' '.join(one.sql.split())[:_SQL_LENGTH]} ({format_ms(one.before_ms)} → {format_ms(one.after_ms)})"
        for one in slower
    ]
    return "it slows down " + "; ".join(named)
