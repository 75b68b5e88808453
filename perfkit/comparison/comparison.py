"""What a comparison is: two plans as trees, the runs behind them, the findings of both, and what may be the cause."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from perfkit.capture.causes import Cause
from perfkit.capture.runs import RunsCompared
from perfkit.chain import Framed
from perfkit.comparison.observed import Observed
from perfkit.comparison.verdict import verdict_of
from perfkit.plan.diff import Pair, PlanDiff, Totals
from perfkit.plan.edits import Difference, Edit
from perfkit.plan.gate import Regression, Tolerances, regressions
from perfkit.show import Shown
from perfkit.units import format_ratio

if TYPE_CHECKING:
    from perfkit.findings.compare import FindingChange


@dataclass(frozen=True, kw_only=True)  # no slots: findings are kept once they were looked for
class Comparison(Framed, Shown):
    """Two plans of one statement compared, with all that was known around them."""

    diff: PlanDiff
    earlier: Observed
    """Of several runs the one that stands for them: that of the median time among those of the commonest plan."""
    later: Observed
    causes: tuple[Cause, ...] = ()
    """What differed around two captures; empty where one side is a bare plan, of which ``settings`` tells."""
    runs: RunsCompared | None = None
    """None when there is one bare plan on each side: one run says nothing about time."""
    same_result: bool | None = None
    """Whether both statements returned the same rows; None where that was not tried or rightly varies."""
    notes: tuple[str, ...] = ()

    @cached_property
    def findings(self) -> tuple[FindingChange, ...]:
        """Findings of both plans: new, moved, staying, gone. Looked for when first asked."""
        from perfkit.findings.compare import compare_findings

        return compare_findings(self.diff, self.earlier.findings(), self.later.findings())

    @property
    def verdict(self) -> str:
        """What it comes to, in a sentence."""
        return verdict_of(self.diff, self.runs, self.same_result)

    def regressions(
        self, tolerances: Tolerances | None = None, *, with_time: bool = False
    ) -> tuple[Regression, ...]:
        """What got worse by what hardly varies; ``with_time`` also that the runs became slower beyond doubt."""
        found = regressions(self.diff, tolerances)
        if with_time and self.runs is not None and self.runs.times.verdict == "slower":
            ratio = self.runs.times.ratio
            times = f", median {format_ratio(ratio.median)}" if ratio else ""
            found += (Regression(kind="time", text=f"slower{times}: {self.runs.times.reason}"),)
        return found

    @property
    def edits(self) -> tuple[Edit, ...]:
        return self.diff.edits

    @property
    def pairs(self) -> tuple[Pair, ...]:
        return self.diff.pairs

    @property
    def totals(self) -> Totals:
        return self.diff.totals

    @property
    def settings(self) -> tuple[Difference, ...]:
        return self.diff.settings

    @property
    def residual_ms_delta(self) -> float | None:
        return self.diff.residual_ms_delta

    @property
    def residual_shared_blocks_delta(self) -> int | None:
        return self.diff.residual_shared_blocks_delta

    @property
    def is_same_shape(self) -> bool:
        return self.diff.is_same_shape

    def to_document(self) -> dict[str, object]:
        """Everything as plain dicts and lists, each sample included."""
        runs = self.runs
        return {
            "verdict": self.verdict,
            **self.diff.to_document(),
            "times": asdict(runs.times) if runs else None,
            "counters": [asdict(one) for one in runs.counters] if runs else [],
            "samples": {
                "unit": runs.before.samples.unit,
                "before": list(runs.before.samples.values),
                "after": list(runs.after.samples.values),
                "is_interleaved": runs.is_interleaved,
            }
            if runs
            else None,
            "same_result": self.same_result,
            "findings": [
                {
                    "fate": one.fate,
                    "id": one.finding.id,
                    "severity": one.finding.severity,
                    "title": one.finding.title,
                    "before_node": one.before.node if one.before else None,
                    "after_node": one.after.node if one.after else None,
                }
                for one in self.findings
            ],
            "causes": [asdict(one) for one in self.causes],
            "notes": list(self.notes),
        }
