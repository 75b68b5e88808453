"""What proves one index of a set: the statements that use it, run with the set and without."""

from __future__ import annotations

from collections.abc import Sequence

from perfkit.advise.selection.effect import Effect
from perfkit.advise.values import Proof, ProofVerdict
from perfkit.units import format_ms


def planned() -> Proof:
    return Proof(
        level="planned",
        verdict="improves",
        reason="the planner uses it and expects the workload to cost less; not executed",
    )


def proof_of(effects: Sequence[Effect]) -> Proof:
    """All statements that use the index, with the set and without it."""
    run = [one for one in effects if one.before_ms is not None and one.after_ms is not None]
    if not run:
        return planned()
    least = "over " if any(one.is_least_before for one in run) else ""
    before = sum(one.before_ms or 0.0 for one in run)
    after = sum(one.after_ms or 0.0 for one in run)
    ratio = after / before if before else None
    verdict: ProofVerdict = "improves" if any(_improves(one) for one in run) else "neutral"
    unseen = [one for one in run if one.proof is None or not one.proof.same_result]
    whose = f"the {len(run)} statements that use it" if len(run) > 1 else "the statement that uses it"
    return Proof(
        level="executed",
        verdict=verdict,
        time_ratio=ratio,
        same_result=None if unseen else True,
        not_compared=_not_compared(unseen, len(run)),
        reason=f"{whose}: {least}{format_ms(before)} → {format_ms(after)}{' in all' if len(run) > 1 else ''} with the whole set"
        + _told_not_run(len(effects) - len(run)),
    )


def _told_not_run(count: int) -> str:
    if not count:
        return ""
    return f"; {count} more that would use it {'was' if count == 1 else 'were'} not run"


def _not_compared(unseen: Sequence[Effect], run: int) -> str:
    """Why it is not said that the results are the same."""
    if not unseen:
        return ""
    whose = "" if run == 1 else f"of {len(unseen)} of the {run} statements: "
    return whose + "; ".join(dict.fromkeys(one.not_compared for one in unseen))


def _improves(effect: Effect) -> bool:
    return effect.proof is not None and (
        effect.proof.verdict == "improves" or (effect.proof.time_ratio or 1.0) < 0.9
    )
