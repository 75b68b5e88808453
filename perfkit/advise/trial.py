"""Try one candidate: run the statement with and without it by turns, in the same minute on the same server.

An index is built in one transaction that is rolled back; "without" drops it inside a savepoint, so both arms share rows and
cache. A setting or another text needs no more than a savepoint either. What one transaction cannot take back (statistics,
VACUUM, a changed type) is done to a second clone, and the arms run on the two databases by turns.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from perfkit.advise.arm import Arm
from perfkit.advise.build import BUILD_SECONDS, build, indexes, is_planned_for
from perfkit.advise.bystanders import watched
from perfkit.advise.change import Change
from perfkit.advise.result import same_result
from perfkit.advise.values import Bystander, Price
from perfkit.capture.capture import within
from perfkit.capture.values import Measurement
from perfkit.db.session import Session
from perfkit.errors import CaptureTimeout
from perfkit.plan import Plan
from perfkit.plan.shape import fingerprint
from perfkit.progress import Advance
from perfkit.sql.safety import needs_writing
from perfkit.sql.statement import Statement
from perfkit.stats import compare_counts, interleaved
from perfkit.units import format_count

PAIRS = 9
"""With nine interleaved pairs, minimum and lower quartile together give about one false alarm in a hundred."""

FEWEST_PAIRS = 4
"""So many pairs are taken even where the difference is plain."""

SLOW_MS = 1_000.0
FEWEST_SLOW_PAIRS = 2
"""A statement of a second and more is steady enough for two, and each more costs the time in which another remedy is tried."""

PLAIN_FACTOR = 1.5
"""Every run of one arm this much faster than every run of the other: further pairs would not change the verdict."""

FUTILE_SHARE = 0.9
"""A remedy that after some pairs saved no tenth at its best run will not be found worth its price."""

SECONDS = 20.0
"""Time for the samples of one candidate."""

LONGEST_FACTOR = 3.0
"""A remedy that makes the statement take three times as long need not be waited for."""

STILL_SPILLS = "it still spills"
SAME_CHOICE = "the planner's choice stays the same"

LEAST_PATIENCE_MS = 1_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What trying one candidate gave. ``before`` and ``after`` are None when it was not worth running."""

    price: Price
    before: Measurement | None = None
    after: Measurement | None = None
    same_result: bool | None = None
    idle_reason: str | None = None
    """Why it was not run: the planner leaves it alone."""
    bystanders: tuple[Bystander, ...] = ()
    planned_cost: float | None = None

    @property
    def is_faster(self) -> bool:
        if self.before is None or self.after is None:
            return False
        return (self.after.typical_ms or 0.0) < (self.before.typical_ms or 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The statement on trial, with what is known of it."""

    statement: Statement
    parameters: tuple[str | None, ...]
    before: Measurement
    """As it was captured."""
    after: Statement
    """What takes its place; the same statement where it stays."""
    parameters_after: tuple[str | None, ...]
    ending: tuple[str, ...] | None = None
    """Settings under which a statement ends that does not end as it is; None where none are known, or needed."""

    @property
    def is_endless(self) -> bool:
        """Whether a timeout ended the statement when it was captured: it is then not run as it is again."""
        return self.before.ended_after_ms is not None

    @property
    def is_rewritten(self) -> bool:
        return self.after is not self.statement

    @property
    def too_long(self) -> str:
        return f"it takes longer than {self.longest_ms / 1000:.0f} s"

    @property
    def longest_ms(self) -> float:
        if self.before.ended_after_ms is not None:
            return max(self.before.ended_after_ms / 2, LEAST_PATIENCE_MS)
        return max((self.before.plan.execution_ms or 0.0) * LONGEST_FACTOR, LEAST_PATIENCE_MS)


def try_in_place(
    session: Session,
    subject: Subject,
    change: Change,
    advance: Advance,
    *,
    ends_spill: bool = False,
    most_cost: float | None = None,
    others: Sequence[Statement] = (),
) -> Trial:
    """Try a candidate on one session, in a transaction that is rolled back. Holds what locks its DDL takes until then.

    With ``ends_spill`` it is measured only where it leaves no temporary file, with ``most_cost`` only where the planner
    expects no more.
    """
    writes = bool(change.database) or needs_writing(subject.statement)
    with session.transaction(writes=writes):
        built, build_ms = (
            build(session, [step.sql for step in change.database]) if change.database else ([], None)
        )
        price = Price(
            size_bytes=sum(index.size_bytes for index in built) if built else None, build_ms=build_ms
        )
        drops = [index.drop_sql for index in built if index.is_top]
        before, after = _arms(session, session, subject, change, drops)
        planned = after.planned()
        cost = planned.root.estimate.total_cost if planned.root.estimate else 0.0
        if built and not is_planned_for(built, planned):
            return Trial(price=price, idle_reason="the planner does not use it")
        if most_cost is not None and cost > most_cost:
            return Trial(
                price=price, idle_reason=f"the planner expects little of it (cost {format_count(cost)})"
            )
        if subject.is_endless and not subject.is_rewritten and _is_same(subject.before.plan, planned):
            return Trial(price=price, idle_reason=SAME_CHOICE)
        try:
            if ends_spill and _spills(after):
                return Trial(price=price, idle_reason=STILL_SPILLS)
        except CaptureTimeout:
            return Trial(price=price, idle_reason=subject.too_long)
        trial = replace(_measured(before, after, subject, price, advance), planned_cost=cost)
        if change.database and trial.is_faster:
            trial = replace(trial, bystanders=watched(session, session, others, drops))
        return trial


def try_apart(
    session: Session,
    changed: Session,
    subject: Subject,
    change: Change,
    advance: Advance,
    *,
    others: Sequence[Statement] = (),
) -> Trial:
    """Try a candidate that was already made on the database of ``changed``; ``session`` is on one without it."""
    writes = needs_writing(subject.statement)
    with session.transaction(writes=writes), changed.transaction(writes=writes):
        before, after = _arms(session, changed, subject, change, ())
        only_informs = not subject.is_rewritten and all(step.kind == "statistics" for step in change.parts)
        if only_informs and _is_same(before.planned(), after.planned()):
            return Trial(price=Price(), idle_reason=SAME_CHOICE)
        trial = _measured(before, after, subject, Price(), advance)
        if trial.is_faster:
            trial = replace(trial, bystanders=watched(session, changed, others, ()))
        return trial


def make(changed: Session, change: Change) -> Price:
    """Make the change for good on a clone of its own; how long that took, and the size of the indexes it made."""
    known = {index.oid for index in indexes(changed)}
    started = time.perf_counter()
    for step in change.database:
        with _patience(changed):
            changed.change(step.sql)
    build_ms = (time.perf_counter() - started) * 1000
    sizes = [index.size_bytes for index in indexes(changed) if index.oid not in known]
    return Price(build_ms=build_ms, size_bytes=sum(sizes) if sizes else None)


@contextmanager
def _patience(session: Session) -> Iterator[None]:
    limit = session.target.limits.statement_timeout
    session.execute(f"set statement_timeout = '{BUILD_SECONDS}s'")
    try:
        yield
    finally:
        session.execute(f"set statement_timeout = '{round((limit or 0) * 1000)}ms'")


def _spills(arm: Arm) -> bool:
    buffers = arm.run().root.buffers
    return buffers is not None and buffers.temp > 0


def _is_same(before: Plan, after: Plan) -> bool:
    return fingerprint(before.root) == fingerprint(after.root)


def _arms(
    session: Session, changed: Session, subject: Subject, change: Change, drops: Sequence[str]
) -> tuple[Arm, Arm]:
    settings = [_local(sql) for sql in change.settings]
    return (
        Arm(session, subject.statement, subject.parameters, first=drops),
        Arm(changed, subject.after, subject.parameters_after, first=settings, longest_ms=subject.longest_ms),
    )


def _local(setting: str) -> str:
    """
    >>> _local("SET work_mem = '64MB'")
    "SET LOCAL work_mem = '64MB'"
    """
    words = setting.split(None, 1)
    return setting if words[1].lower().startswith("local ") else f"{words[0]} LOCAL {words[1]}"


def _measured(before: Arm, after: Arm, subject: Subject, price: Price, advance: Advance) -> Trial:
    try:
        after.run()
    except CaptureTimeout:
        return Trial(price=price, idle_reason=subject.too_long)
    if subject.is_endless:
        return _measured_alone(before, after, subject, price, advance)
    before.run()
    for _ in within(SECONDS, PAIRS):
        for arm in interleaved(1, seed=len(before.samples)):
            (before if arm == "before" else after).sample()
        advance()
        if _is_plain(before.samples, after.samples) or _is_futile(before, after):
            break
    plan = after.analyzed()
    return Trial(
        price=price,
        before=before.measurement(subject.before.plan),
        after=after.measurement(plan),
        same_result=same_result(before, after),
    )


def _measured_alone(before: Arm, after: Arm, subject: Subject, price: Price, advance: Advance) -> Trial:
    """Against a statement that did not end: the time it was given stands for it, and its rows are those it gives under the
    settings with which it ends."""
    for _ in within(SECONDS, FEWEST_PAIRS):
        after.sample()
        advance()
    plan = after.analyzed()
    same = None
    if subject.is_rewritten and subject.ending is not None:
        same = same_result(before.under(subject.ending), after)
    return Trial(price=price, before=subject.before, after=after.measurement(plan), same_result=same)


def _is_futile(before: Arm, after: Arm) -> bool:
    """Whether a few pairs already show that neither blocks nor time will fall: the low ends of both arms lie together."""
    if not _are_enough(before.samples) or before.touched is None or after.touched is None:
        return False
    touches_fewer = compare_counts(before.touched, after.touched) == "falls"
    return not touches_fewer and min(after.samples) > FUTILE_SHARE * min(before.samples)


def _is_plain(before: Sequence[float], after: Sequence[float]) -> bool:
    if not _are_enough(before):
        return False
    return max(after) * PLAIN_FACTOR < min(before) or max(before) * PLAIN_FACTOR < min(after)


def _are_enough(samples: Sequence[float]) -> bool:
    fewest = FEWEST_SLOW_PAIRS if samples and min(samples) >= SLOW_MS else FEWEST_PAIRS
    return len(samples) >= fewest
