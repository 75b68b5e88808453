"""Two statements run in turns on one database, so that the drift of the machine hits both alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from perfkit.advise.arm import Arm as Side
from perfkit.advise.result import same_result
from perfkit.capture.capture import SAMPLING_SECONDS, bind_values, capture, execution_ms, within
from perfkit.capture.explain import run_once, transaction_for
from perfkit.capture.values import Capture, Counters, Samples
from perfkit.comparison.compare import compare
from perfkit.comparison.comparison import Comparison
from perfkit.comparison.observed import Observed
from perfkit.db.session import Session
from perfkit.progress import Progress, Silent
from perfkit.sql import has_fixed_result, parse_statement
from perfkit.sql.statement import Statement
from perfkit.stats import interleaved
from perfkit.stats.how_often import COMPARED_TURNS


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """One of two statements with the values of its ``$1`` …"""

    statement: Statement
    parameters: Sequence[object] = ()


def arm_of(given: str | Capture, params: Sequence[object]) -> Arm:
    """A statement with its values; a capture stands for its own with those it was taken with."""
    if isinstance(given, Capture):
        return Arm(statement=parse_statement(given.query.text), parameters=given.query.parameters)
    return Arm(statement=parse_statement(given), parameters=tuple(params))


def compare_in_turns(
    session: Session,
    before: Arm,
    after: Arm,
    *,
    runs: int = COMPARED_TURNS,
    allow_writes: bool = False,
    progress: Progress | None = None,
) -> Comparison:
    """Run each statement 2 + ``runs`` times, the timed runs in turns, and where both are SELECTs once more to compare their
    rows. A statement that writes needs ``allow_writes`` and is rolled back each time.

    UnsafeStatement, CaptureError and CaptureTimeout as for one capture.
    """
    shown = progress or Silent()
    arms = {"before": before, "after": after}
    captured = {
        name: capture(
            session, arm.statement, arm.parameters, runs=0, allow_writes=allow_writes, progress=shown
        )
        for name, arm in arms.items()
    }
    times: dict[str, list[float]] = {name: [] for name in arms}
    counters: dict[str, list[Counters]] = {name: [] for name in arms}
    with shown.stage("run both in turns", total=runs) as advance:
        for turn in within(2 * SAMPLING_SECONDS, runs):
            for name in interleaved(1, seed=turn):
                arm = arms[name]
                with transaction_for(session, arm.statement):
                    plan = run_once(session, arm.statement, bind_values(arm.statement, arm.parameters))
                times[name].append(execution_ms(plan))
                counters[name].append(Counters.of(plan))
            advance()
    one, other = (_observed(captured[name], times[name], counters[name]) for name in ("before", "after"))
    return compare((one,), (other,), is_interleaved=True, same_result=_same_result(session, before, after))


def _observed(captured: Capture, times: Sequence[float], counters: Sequence[Counters]) -> Observed:
    samples = Samples(values=tuple(times))
    sampled = replace(captured, measurement=replace(captured.measurement, samples=samples))
    return Observed(plan=sampled.plan, capture=sampled, samples=samples, counters=tuple(counters))


def _same_result(session: Session, before: Arm, after: Arm) -> bool | None:
    if any(arm.statement.kind != "select" for arm in (before, after)):
        return None
    one, other = (
        Side(session, arm.statement, bind_values(arm.statement, arm.parameters)) for arm in (before, after)
    )
    with session.transaction():
        is_same = same_result(one, other)
    may_vary = not all(has_fixed_result(arm.statement) for arm in (before, after))
    return None if may_vary and not is_same else is_same
