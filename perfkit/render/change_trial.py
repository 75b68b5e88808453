"""A change somebody asked about: whether it helps, its figures, and what it does to the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perfkit.render.advice import advice_panel, proof_blocks, verdict_mark
from perfkit.render.blocks import Block, Blocks, Code, Details, Panel, Span, paragraph, text
from perfkit.render.capture import notes_blocks
from perfkit.render.diff_report import comparison_blocks
from perfkit.render.plan import plan_blocks

if TYPE_CHECKING:
    from perfkit.advise.values import Rejected
    from perfkit.change_trial import ChangeTrial


def change_trial_blocks(trial: ChangeTrial) -> Blocks:
    from perfkit.advise.values import Rejected

    outcome = trial.outcome
    blocks: list[Block] = [_refused(outcome) if isinstance(outcome, Rejected) else advice_panel(outcome)]
    if trial.interrupted:
        blocks.append(paragraph(Span("stopped early", "warn", badge=True), f" {trial.interrupted}"))
    if trial.after is not None and outcome.proof is not None and outcome.proof.before is not None:
        blocks.append(
            Details(summary=text("what it does to the plan"), blocks=comparison_blocks(trial.diff()))
        )
    else:
        plan = plan_blocks(trial.capture.plan, trial.capture.samples.values)
        blocks.append(Details(summary=text("the plan as it is"), blocks=plan))
    blocks.extend(notes_blocks(trial.notes))
    return tuple(blocks)


def _refused(rejected: Rejected) -> Panel:
    """The change with why it does not help."""
    mark, tone = verdict_mark(rejected.proof) if rejected.proof is not None else ("✗ no use", "warn")
    proof = proof_blocks(rejected.proof) if rejected.proof is not None else ()
    return Panel(
        head=text(Span(mark, tone, badge=True), "  ", Span(rejected.reason, "strong")),
        blocks=(Code(text=rejected.sql), *proof),
        tone=tone,
        kind="advice",
    )
