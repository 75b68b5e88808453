"""One execution of a workload's statement, as the planner is asked about it."""

from __future__ import annotations

from dataclasses import dataclass

from perfkit.sql.statement import Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Of each statement there is one question for each of its samples; their weights add up to its calls."""

    name: str
    """Of the workload's query."""
    fingerprint: str
    statement: Statement
    parameters: tuple[str | None, ...] = ()
    weight: float = 1.0
    is_generic: bool = False
    """Its ``$1`` … have no values: it is planned for any."""
    told_ms: float | None = None
    """What a call took where the workload was recorded; None where the source does not say."""
