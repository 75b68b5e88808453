"""What a gate answers: a verdict for each query, worst first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final, Literal, get_args

from perfkit.capture.causes import Cause
from perfkit.capture.values import Dataset
from perfkit.findings.finding import Severity
from perfkit.gate.baseline import Baseline, Source
from perfkit.show import Shown
from perfkit.stats import RunsVerdict

SCHEMA = "perfkit.gate/1"

Verdict = Literal["failed", "regressed", "not comparable", "too noisy", "new", "gone", "improved", "ok"]
"""Worst first."""
VERDICTS: Final[tuple[Verdict, ...]] = get_args(Verdict)

ChangeKind = Literal["shape", "blocks", "temp", "rows", "rows-removed", "finding", "time", "failed"]

_FAILS: Final = frozenset({"failed", "regressed"})
_FAILS_STRICTLY: Final = _FAILS | {"not comparable", "too noisy", "new", "gone"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that got worse or better, in a sentence without its full stop."""

    kind: ChangeKind
    text: str
    subject: str = ""
    """What of the query it is about, without figures: nodes of the plan, or a finding's id."""
    severity: Severity = "critical"
    ratio: float | None = None
    """After ÷ before; None where nothing was counted, or there was nothing before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TitledFinding:
    """A finding of the query as it runs now."""

    id: str
    severity: Severity
    title: str
    """With ``…`` for text from the statement's values."""
    node: str | None
    """Label of the plan node; None where it speaks of the statement."""
    is_new: bool
    """The baseline does not have it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Both databases run in turns."""

    verdict: RunsVerdict
    reason: str
    before_ms: float
    """Fastest run on the database that was compared against."""
    after_ms: float
    ratio: float
    """Fastest ÷ fastest."""
    noise: float
    """How far apart two runs of the same database were, as a part of one: the control."""
    before: tuple[float, ...]
    after: tuple[float, ...]
    """Every sample, in the order it was taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One query."""

    query: str
    source: Source
    verdict: Verdict
    path: str = ""
    line: int = 1
    fingerprint: str = ""
    statement: str = ""
    """With ``?`` for values."""
    worse: tuple[Change, ...] = ()
    better: tuple[Change, ...] = ()
    before: Baseline | None = None
    """None for a new query."""
    after: Baseline | None = None
    """None for one that is gone or could not be run."""
    findings: tuple[TitledFinding, ...] = ()
    causes: tuple[Cause, ...] = ()
    """What is not as it was when the baseline was taken."""
    remedies: tuple[str, ...] = ()
    times: Times | None = None
    notes: tuple[str, ...] = ()

    def identity(self, kind: str, subject: str) -> str:
        """Stays the same from run to run for the same complaint about the same query, whatever the figures."""
        said = "\n".join((kind, self.query, self.fingerprint, subject))
        return blake2b(said.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class GateReport(Shown):
    """All queries, worst first; saved as ``perfkit.gate/1``."""

    results: tuple[Result, ...]
    server_version: str
    database: str
    dataset: Dataset | None = None
    is_strict: bool = False
    """Whether what could not be compared fails the gate too."""
    notes: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[Verdict, int]:
        """How many queries have each verdict, worst first; verdicts that none has are left out."""
        found = Counter(one.verdict for one in self.results)
        return {verdict: found[verdict] for verdict in VERDICTS if found[verdict]}

    @property
    def is_open(self) -> bool:
        """Whether the change may pass. Where baselines were there, and none of them could be compared, it may not."""
        return not any(self.fails(one) for one in self.results) and not self.is_blind

    @property
    def is_blind(self) -> bool:
        compared = [one for one in self.results if one.before is not None and one.verdict != "gone"]
        return bool(compared) and all(one.verdict == "not comparable" for one in compared)

    def fails(self, result: Result) -> bool:
        return result.verdict in (_FAILS_STRICTLY if self.is_strict else _FAILS)

    @property
    def sentence(self) -> str:
        """What it comes to."""
        if not self.results:
            return "nothing to compare"
        said = ", ".join(f"{count} {verdict}" for verdict, count in self.counts.items())
        if self.is_blind:
            return f"{said}: every baseline is from another environment; take new ones here with --update"
        return said


def weight(result: Result) -> tuple[int, float, float, str]:
    """For sorting: the worst verdict first, then what reads the most blocks more, then the largest ratio."""
    added = 0.0
    if result.before is not None and result.after is not None:
        one, other = result.before.counters, result.after.counters
        added = float(
            (other.shared_blocks or 0) + (other.temp_blocks or 0)
            - (one.shared_blocks or 0) - (one.temp_blocks or 0)
        )  # fmt: skip
    ratio = max((change.ratio or 0.0 for change in result.worse), default=0.0)
    return VERDICTS.index(result.verdict), -added, -ratio, result.query
