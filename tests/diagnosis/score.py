"""What an investigation is worth against a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.diagnosis.case import Case


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    case: Case
    cause: bool | None
    """The cause was named; None where there is none to name."""
    remedy: bool | None
    """A right remedy was given, and proven where that can be; None where there is none."""
    restraint: bool
    """Nothing was advised that must not be."""
    noise: int
    """Findings above information that are neither the cause nor right beside it."""
    seconds: float
    database_share: float
    said: str
    """Findings above information, advice, and what was rejected, for a reader."""
    error: str | None = None

    @property
    def is_perfect(self) -> bool:
        return self.cause is not False and self.remedy is not False and self.restraint and not self.noise


def score(
    case: Case,
    found: Mapping[str, Any] | None,
    seconds: float,
    database_seconds: float,
    error: str | None = None,
) -> Score:
    """``found`` is the investigation as JSON; None where it failed with ``error``."""
    document = found or {"findings": [], "advice": [], "rejected": [], "verdict": ""}
    findings, advice = document["findings"], document["advice"]
    loud = [finding["id"] for finding in findings if finding["severity"] != "info"]
    ids = {finding["id"] for finding in findings}
    right = [one for one in advice if any(_is_right(entry, one) for entry in case.remedy)]
    wrong = [one for one in advice if any(entry.matches(one) for entry in case.must_not)]
    if not case.remedy:
        wrong = list(advice)
    return Score(
        case=case,
        cause=bool(ids & set(case.cause)) if case.cause else None,
        remedy=bool(right) if case.remedy else None,
        restraint=not wrong and error is None,
        noise=len([id for id in loud if id not in (*case.cause, *case.also)]),
        seconds=seconds,
        database_share=database_seconds / seconds if seconds else 0.0,
        said=_said(document),
        error=error,
    )


def _is_right(entry: Any, advice: Mapping[str, Any]) -> bool:
    proven = advice["proof"]["level"] == "executed" and advice["proof"]["verdict"] == "improves"
    return bool(entry.matches(advice)) and (proven or entry.proof == "none")


def _said(document: Mapping[str, Any]) -> str:
    lines = [f"  F {one['severity']} {one['id']}: {one['title'][:110]}" for one in document["findings"]]
    lines += [
        f"  A {one['id']} {one['proof']['verdict']}: {' '.join(one['sql'].split())[:170]} | {one['proof']['reason'][:110]}"
        for one in document["advice"]
    ]
    lines += [
        f"  R {one['kind']}: {' '.join(one['sql'].split())[:120]} | {one['reason'][:110]}"
        for one in document["rejected"]
    ]
    return "\n".join(lines) or "  nothing"
