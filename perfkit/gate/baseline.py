"""What a baseline is: how one query ran when somebody last said that it ran well. No times, no values from the data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from perfkit.capture.values import Counters, Dataset
from perfkit.findings.finding import Severity
from perfkit.plan import Plan

SCHEMA = "perfkit.baseline/1"

Source = Literal["folder", "log"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedFinding:
    """A finding as a baseline keeps it."""

    id: str
    severity: Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationThen:
    """A relation that the plan touches, as it was."""

    rows: float | None
    """pg_class.reltuples to two digits, so that another ANALYZE leaves it alone; None when never analysed."""
    indexes: Mapping[str, str] = field(default_factory=dict)
    """Name → definition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What bears on a plan beside the statement."""

    server_major: int
    dataset: Dataset | None
    relations: Mapping[str, RelationThen]
    """By qualified name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """One query: its plan with rows and blocks, and what was found wrong with it."""

    query: str
    source: Source
    """``log``: seen in a log; no file is expected to hold it."""
    fingerprint: str
    statement: str
    """With ``?`` for values."""
    values: str
    """Digest of the statement with its values: says whether they changed, not what they are."""
    plan: Plan
    """As ``steady`` gives it; without rows and blocks where the statement was only planned."""
    findings: tuple[NamedFinding, ...]
    surroundings: Surroundings

    @property
    def counters(self) -> Counters:
        return Counters.of(self.plan)

    @property
    def shape(self) -> str:
        return self.plan.shape
