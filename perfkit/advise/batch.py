"""Many look-ups against the one statement that replaces them, measured where the database is at hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from perfkit.advise.arm import Arm
from perfkit.advise.result import digest
from perfkit.advise.values import UNPROVEN, Advice, Price, Proof, ProofVerdict
from perfkit.capture.capture import bind_values, within
from perfkit.capture.explain import analyze, run_once, transaction_for
from perfkit.capture.values import Counters, Measurement, Samples
from perfkit.db.session import Session
from perfkit.errors import CaptureError, UsageError
from perfkit.plan import Plan
from perfkit.sql import has_fixed_result, parse_statement, refuse_unless_safe
from perfkit.sql.statement import Statement
from perfkit.stats import CLEAR_FACTOR, median
from perfkit.units import format_count, format_ms
from perfkit.workload.n_plus_one import Repetition

MOST_CALLS = 100
"""Look-ups that are measured; a loop of thousands costs as many times more."""

ROUNDS = 3
SECONDS = 20.0


def batch_advice(repetition: Repetition, number: int, proof: Proof = UNPROVEN) -> Advice:
    """The one statement as advice to the application."""
    batch = repetition.batch
    what = "with the list query before it, or as a join in it" if repetition.list_run else "once"
    caveats = ["the rows come in one result: the application deals them out by " + batch.key]
    if batch.same_columns is None:
        caveats.append(
            "a key without rows is missing from the result, where the single query gave a row for it"
        )
    return Advice(
        id=f"application-{number}",
        kind="application",
        sql=batch.text,
        rationale=f"{format_count(len(repetition.runs))} single queries differ only in {batch.key}: one statement with the list of"
        f" keys as $1 reads the same rows {what}",
        price=Price(),
        proof=proof,
        cures=("n-plus-one-queries",),
        caveats=tuple(caveats),
    )


def try_batch(session: Session, repetition: Repetition) -> Proof:
    """Run the look-ups and the one statement by turns and compare blocks, time and rows. Only plain reads are run."""
    batch = repetition.batch
    runs = {run.text if not run.parameters else str(run.parameters): run for run in repetition.runs}
    singles = [(parse_statement(run.text), tuple(run.parameters)) for run in list(runs.values())[:MOST_CALLS]]
    keys = batch.keys[:MOST_CALLS]
    whole = parse_statement(batch.same_columns or batch.text)
    try:
        for statement, _ in singles[:1]:
            refuse_unless_safe(statement, allow_writes=False)
        values = bind_values(whole, [list(keys)])
        before, after = _measured(session, singles, whole, values)
        same = _same(session, singles, whole, values) if batch.same_columns else None
    except (CaptureError, UsageError) as error:
        return replace(UNPROVEN, reason=f"could not be tried: {error}")
    return _judged(before, after, len(singles), same)


def _measured(
    session: Session,
    singles: Sequence[tuple[Statement, tuple[str | None, ...]]],
    whole: Statement,
    values: tuple[str | None, ...],
) -> tuple[Measurement, Measurement]:
    series: tuple[list[float], list[float]] = ([], [])
    sums: list[Counters] = []
    for _ in within(SECONDS, ROUNDS + 1):
        plans = [_run(session, statement, parameters) for statement, parameters in singles]
        sums.append(_added([Counters.of(plan) for plan in plans]))
        series[0].append(sum(plan.execution_ms or 0.0 for plan in plans))
        series[1].append(_run(session, whole, values).execution_ms or 0.0)
    with transaction_for(session, whole):
        one = analyze(session, *singles[0])
        all_at_once = analyze(session, whole, values)
    # the first round warms the cache
    kept = [times[1:] or times for times in series]
    return (
        Measurement(plan=one, counters=sums[-1], samples=Samples(values=tuple(kept[0]))),
        Measurement(
            plan=all_at_once, counters=Counters.of(all_at_once), samples=Samples(values=tuple(kept[1]))
        ),
    )


def _run(session: Session, statement: Statement, values: Sequence[str | None]) -> Plan:
    with transaction_for(session, statement):
        return run_once(session, statement, values)


def _added(counters: Sequence[Counters]) -> Counters:
    return Counters(
        shared_blocks=sum(one.shared_blocks or 0 for one in counters),
        shared_read_blocks=sum(one.shared_read_blocks or 0 for one in counters),
        temp_blocks=sum(one.temp_blocks or 0 for one in counters),
        rows=sum(one.rows or 0.0 for one in counters),
        rows_removed=sum(one.rows_removed or 0.0 for one in counters),
    )


def _same(
    session: Session,
    singles: Sequence[tuple[Statement, tuple[str | None, ...]]],
    whole: Statement,
    values: tuple[str | None, ...],
) -> bool | None:
    """Whether the rows of all look-ups together are those of the one statement, as multisets. None where they may rightly differ."""
    if not has_fixed_result(whole):
        return None
    count, hashes = 0, Decimal(0)
    for statement, parameters in singles:
        with transaction_for(session, statement):
            found = digest(Arm(session, statement, parameters)).rows
        count += int(found.partition(":")[0])
        hashes += Decimal(found.partition(":")[2])
    with transaction_for(session, whole):
        return digest(Arm(session, whole, values)).rows == f"{count}:{hashes}"


def _judged(before: Measurement, after: Measurement, calls: int, same: bool | None) -> Proof:
    ms_before, ms_after = median(before.samples.values), median(after.samples.values)
    blocks = before.counters.shared_blocks or 0, after.counters.shared_blocks or 0
    blocks_ratio = blocks[1] / blocks[0] if blocks[0] else None
    time_ratio = ms_after / ms_before if ms_before else None
    ratios = [one for one in (blocks_ratio, time_ratio) if one is not None]
    verdict: ProofVerdict = "neutral"
    if same is False or (ratios and min(ratios) > CLEAR_FACTOR):
        verdict = "harms"
    elif ratios and min(ratios) < 1 / CLEAR_FACTOR and (time_ratio or 0.0) <= CLEAR_FACTOR:
        verdict = "improves"
    difference = "; the rows differ" if same is False else "; the same rows" if same else ""
    return Proof(
        level="executed",
        verdict=verdict,
        before=before,
        after=after,
        blocks_ratio=blocks_ratio,
        time_ratio=time_ratio,
        same_result=same,
        reason=f"{calls} single queries read {format_count(blocks[0])} blocks in {format_ms(ms_before)} and as many round trips,"
        f" the one statement {format_count(blocks[1])} in {format_ms(ms_after)}{difference}",
    )
