"""What an investigation comes to, in the one sentence a colleague would say."""

from __future__ import annotations

from collections.abc import Sequence

from perfkit.advise.prove import Outcome
from perfkit.advise.values import Advice
from perfkit.capture.values import Capture
from perfkit.findings.finding import Finding
from perfkit.stats import CLEAR_FACTOR, median
from perfkit.units import BLOCK_BYTES, format_bytes, format_count, format_ms, format_ratio

_COMMON = frozenset(
    {"it", "all", "no", "the", "a", "an", "rows", "reads", "planning", "turning", "sorting", "for", "each"}
)
"""Words that begin a sentence of ours; everything else there may be a name."""

UNREMARKABLE_MS = 100.0
"""A statement this quick whose plan shows no fault is well; of a slower one perfkit only says that it found nothing."""


def verdict_of(captured: Capture, findings: Sequence[Finding], outcome: Outcome) -> str:
    """The proven gain where there is one, else the cause, else that there is none."""
    took = _took(captured)
    best = outcome.advice[0] if outcome.advice else None
    causes = [finding for finding in findings if finding.severity != "info"]
    cured = [finding for finding in causes if best is not None and finding.id in best.cures]
    cause = next((finding.title for finding in (*cured, *causes)), None)
    if best and best.proof.verdict == "improves":
        said = f"{_gain(best)}: {_remedy(best)}"
        return _capital(f"{cause}; {said}" if cause else said)
    if cause and best:
        said = f"it takes {took}; {cause}" if captured.measurement.typical_ms is not None else cause
        return _capital(f"{said}; {_remedy(best)} may cure it, {best.proof.reason}")
    if cause:
        said = f"it takes {took}; {cause}" if captured.measurement.typical_ms is not None else cause
        return _capital(said + ("; no remedy that was considered helps" if outcome.rejected else ""))
    right = next((finding.title for finding in findings if finding.id == "index-not-beneficial"), None)
    if right or (captured.measurement.ended_after_ms or captured.plan.total_ms or 0) < UNREMARKABLE_MS:
        return f"Nothing to fix here: it takes {took}; {right or 'the plan shows no fault'}"
    return f"It takes {took}, and no cause that perfkit knows shows in its plan"


def _took(captured: Capture) -> str:
    ended_ms = captured.measurement.ended_after_ms
    return (
        format_ms(captured.measurement.typical_ms) if ended_ms is None else f"more than {format_ms(ended_ms)}"
    )


def _capital(sentence: str) -> str:
    """With a capital, unless the first word is a name or a call, which keeps its spelling.

    >>> _capital("all of orders is read"), _capital("date(at) hides at"), _capital("users_email is sorted")
    ('All of orders is read', 'date(at) hides at', 'users_email is sorted')
    """
    first = sentence.partition(" ")[0]
    return sentence[:1].upper() + sentence[1:] if first.isalpha() and first in _COMMON else sentence


def _remedy(advice: Advice) -> str:
    """The remedy as part of a sentence: its SQL, or for a rewrite what it does, as the text fills a page."""
    if advice.kind != "rewrite":
        return " ".join(advice.sql.split())
    others = [" ".join(step.sql.split()) for step in advice.steps if step.kind != "rewrite"]
    return " and ".join(["the query written another way", *others]) + f" ({advice.rationale})"


def _gain(advice: Advice) -> str:
    """How much a proven remedy gives, in time where that moved, else in blocks."""
    proof = advice.proof
    if proof.before is None or proof.after is None:
        return f"promising ({proof.reason})"
    after = median(proof.after.samples.values)
    if proof.before.ended_after_ms is not None:
        return f"ends in {format_ms(after)}, proven by execution"
    before = median(proof.before.samples.values)
    if proof.time_ratio is not None and proof.time_ratio < 1 / CLEAR_FACTOR:
        times = f"{format_ms(before)} → {format_ms(after)}"
        return f"{format_ratio(before / after if after else None)} as fast ({times}), proven by execution"
    temps = [side.counters.temp_blocks or 0 for side in (proof.before, proof.after)]
    if temps[0] > temps[1]:
        sizes = " → ".join(format_bytes(blocks * BLOCK_BYTES) for blocks in temps)
        times = f"{format_ms(before)} → {format_ms(after)}"
        return f"moves {sizes} through temporary files ({times} here), proven by execution"
    blocks = (format_count(side.counters.shared_blocks) for side in (proof.before, proof.after))
    return f"reads {' → '.join(blocks)} blocks, proven by execution"
