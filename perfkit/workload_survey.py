"""The statements of a workload looked at one by one: what each costs here, and what its plan shows, without trying remedies."""

from __future__ import annotations

from dataclasses import dataclass, replace

from perfkit.capture.capture import capture
from perfkit.capture.environment import read_environment
from perfkit.capture.values import Environment
from perfkit.db.catalog import read_catalog
from perfkit.db.session import Session
from perfkit.db.target import Target
from perfkit.errors import CaptureError, UsageError
from perfkit.findings.examine_capture import examine_capture
from perfkit.findings.finding import Finding
from perfkit.progress import Progress, Silent
from perfkit.show import Shown
from perfkit.sql import parse_statement
from perfkit.units import format_percent
from perfkit.workload.queries import Workload, WorkloadQuery, ranked, shares

SCHEMA = "perfkit.survey/1"
DEFAULT_TOP = 10

MOST_TIMED = 50
"""Statements that are run to rank them where the source knows no times."""

_RUNS = 1
"""A plan and one time without a clock at each node: a survey ranks, it does not judge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surveyed:
    """One statement of the workload. Figures are None where it could not be run here; ``error`` then says why."""

    name: str
    text: str
    fingerprint: str
    calls: float
    share: float
    """Of the workload's time; where the source knows none, of calls times the time of one run here."""
    ms: float | None = None
    blocks: int | None = None
    """Shared and temporary, of one run here."""
    findings: tuple[Finding, ...] = ()
    error: str = ""

    @property
    def cause(self) -> str:
        """The gravest finding's title; empty where there is none that matters."""
        return next((one.title for one in self.findings if one.severity != "info"), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey(Shown):
    """A workload with what its first statements cost and show; saved as ``perfkit.survey/1``."""

    source: str
    statements: int
    calls: float
    total_ms: float | None
    surveyed: tuple[Surveyed, ...]
    """The largest share first."""
    environment: Environment
    notes: tuple[str, ...] = ()

    @property
    def verdict(self) -> str:
        """In a sentence."""
        caused = [one for one in self.surveyed if one.cause]
        whole = format_percent(sum(one.share for one in self.surveyed))
        of_what = "time" if self.total_ms else "time as measured here"
        lead = f"{len(self.surveyed)} of {self.statements} statements make {whole} of the {of_what}"
        if not caused:
            return f"{lead}; none of their plans shows a fault"
        return f"{lead}; {len(caused)} of their plans {'show' if len(caused) > 1 else 'shows'} a cause, {caused[0].name} first"


def survey(
    target: Target, workload: Workload, top: int = DEFAULT_TOP, progress: Progress | None = None
) -> Survey:
    """Capture the first ``top`` statements, each run four times with the values it is known to run with. Where the workload knows no
    times, up to ``MOST_TIMED`` are run to find the first.

    A statement that writes, or whose values are not known, is told and not run.
    """
    whole = ranked(workload)
    has_times = any(one.total_ms for one in whole.queries)
    found = ranked(workload, top if has_times else MOST_TIMED)
    surveyed = []
    with (
        Session.open(target, purpose="survey") as session,
        (progress or Silent()).stage("look at each statement", total=len(found.queries)) as advance,
    ):
        with session.transaction():
            environment = read_environment(session, read_catalog(session, ()))
        for query, share in zip(found.queries, shares(whole, found.queries), strict=True):
            surveyed.append(_surveyed(session, query, share))
            advance()
    times = [one.total_ms for one in whole.queries if one.total_ms]
    notes = found.skipped
    if not has_times:
        surveyed = _by_measured_time(surveyed)
        left_out = len(surveyed) - len(surveyed[:top])
        notes += (f"{left_out} statements after the first {top}",) if left_out else ()
    return Survey(
        source=workload.source,
        statements=len(whole.queries),
        calls=sum(one.calls for one in whole.queries),
        total_ms=sum(times) if times else None,
        surveyed=tuple(surveyed[:top]),
        environment=environment,
        notes=notes,
    )


def _by_measured_time(surveyed: list[Surveyed]) -> list[Surveyed]:
    """Ranked and weighed by calls and the time of one run here, as the source knows no times."""
    weights = [one.calls * (one.ms or 0.0) for one in surveyed]
    total = sum(weights) or 1.0
    weighed = [replace(one, share=weight / total) for one, weight in zip(surveyed, weights, strict=True)]
    return sorted(weighed, key=lambda one: -one.share)


def _surveyed(session: Session, query: WorkloadQuery, share: float) -> Surveyed:
    sample = query.samples[0]
    known = Surveyed(
        name=query.name, text=sample.text, fingerprint=query.fingerprint, calls=query.calls, share=share
    )
    try:
        if not query.has_values:
            raise UsageError("the values of its parameters are not known")
        statement = parse_statement(sample.text)
        captured = capture(session, statement, sample.parameters, runs=_RUNS, may_be_unfinished=True)
    except (CaptureError, UsageError) as error:
        return replace(known, error=str(error))
    counters = captured.measurement.counters
    return replace(
        known,
        ms=captured.measurement.typical_ms,
        blocks=None
        if counters.shared_blocks is None
        else counters.shared_blocks + (counters.temp_blocks or 0),
        findings=examine_capture(captured, statement),
    )
