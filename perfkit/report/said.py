"""What a result says, point by point, so that the results of two runs can be set against each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from perfkit.advise.values import Advice
from perfkit.capture.plan_diagram import PlanDiagram
from perfkit.capture.sensitivity import Sensitivity
from perfkit.capture.settings_experiment import SettingsExperiment
from perfkit.capture.values import Capture, Counters
from perfkit.comparison import Comparison
from perfkit.findings.finding import Finding
from perfkit.health import Health
from perfkit.index_advice import IndexAdvice
from perfkit.investigation import Investigation
from perfkit.workload_survey import Survey

Kind = Literal["finding", "advice", "plan", "time", "blocks"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One point. Two results speak of the same one where ``kind`` and ``subject`` are the same."""

    kind: Kind
    subject: str
    """What it is about; for a count of blocks the statement, empty where there is one only."""
    words: str = ""
    blocks: int | None = None
    """Shared and temporary, for the kind ``blocks``."""


def said_by(value: object) -> Iterator[Said]:
    """The points of a result; none of a value that perfkit does not know."""
    match value:
        case Investigation():
            yield from _findings(value.findings)
            yield from _advice(value.advice)
            yield from _blocks("", value.before.counters)
        case Capture():
            yield from _blocks("", value.measurement.counters)
        case IndexAdvice():
            yield from _advice(value.advice)
        case Survey():
            for one in value.surveyed:
                yield from _findings(one.findings, one.name)
                if one.blocks is not None:
                    yield Said(kind="blocks", subject=one.name, blocks=one.blocks)
        case Health():
            for found in value.findings:
                yield Said(kind="finding", subject=f"{found.id} {found.relation}", words=found.title)
        case Sensitivity():
            for run in value.runs:
                subject = f"set {run.number}"
                yield Said(
                    kind="plan",
                    subject=f"{subject} {run.custom.shape}",
                    words=f"{subject}: {run.custom.plan}",
                )
                if run.custom.blocks is not None:
                    yield Said(kind="blocks", subject=subject, blocks=run.custom.blocks)
        case PlanDiagram():
            for shape in value.shapes:
                yield Said(
                    kind="plan", subject=f"diagram {shape.shape}", words=f"in the diagram: {shape.plan}"
                )
        case SettingsExperiment():
            yield from _blocks("", value.before.counters)
            for choice in value.runs:
                words = f"{choice.times.verdict} with {choice.name}"
                yield Said(kind="time", subject=words, words=words)
                yield from _blocks(choice.name, choice.measurement.counters)
        case Comparison():
            for change in value.findings:
                words = f"{change.fate} on the second side: {change.finding.id}"
                yield Said(kind="finding", subject=words, words=words)


def _findings(findings: tuple[Finding, ...], where: str = "") -> Iterator[Said]:
    for one in findings:
        lead = f"{where}: " if where else ""
        yield Said(
            kind="finding", subject=f"{lead}{one.id} {one.node_label}", words=f"{lead}{one.id}: {one.title}"
        )


def _advice(advice: tuple[Advice, ...]) -> Iterator[Said]:
    for one in advice:
        words = f"{one.kind} ({one.proof.verdict}): {' '.join(one.sql.split())}"
        yield Said(kind="advice", subject=words, words=words)


def _blocks(subject: str, counters: Counters) -> Iterator[Said]:
    if counters.shared_blocks is not None:
        yield Said(
            kind="blocks", subject=subject, blocks=counters.shared_blocks + (counters.temp_blocks or 0)
        )
