"""One side of a comparison made of anything that holds a plan: a plan, a capture, a measurement, an investigation."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from perfkit.capture.values import Capture, Counters, Measurement, Samples
from perfkit.errors import PlanParseError, UsageError
from perfkit.findings.finding import Finding
from perfkit.plan import Plan, read_json

if TYPE_CHECKING:
    from perfkit.investigation import Investigation

Comparable: TypeAlias = "Plan | Capture | Measurement | Investigation"

NO_SAMPLES = Samples(values=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """A plan with what is known around it."""

    plan: Plan
    capture: Capture | None = None
    """None for a bare plan."""
    samples: Samples = NO_SAMPLES
    counters: tuple[Counters, ...] = ()
    """Of each run that was counted; empty where the plan is the only run."""
    line: int | None = None
    """Of the text that it was read from; None where it was read from none, or perfkit saved it."""
    known_findings: tuple[Finding, ...] | None = None
    """Those of an investigation; None where they have to be looked for."""

    def findings(self) -> tuple[Finding, ...]:
        """What is wrong with the plan; statement and catalog sharpen it where they are known."""
        if self.known_findings is not None:
            return self.known_findings
        from perfkit.findings import examine

        if self.capture is None:
            return examine(self.plan)
        from perfkit.sql import parse_statement

        try:
            statement = parse_statement(self.capture.query.text)
        except UsageError:
            statement = None
        return examine(self.plan, statement, self.capture.catalog)


def observed(given: Comparable | Observed) -> Observed:
    """The value as one side. UsageError for what holds no plan."""
    if isinstance(given, Observed):
        return given
    if isinstance(given, Plan):
        return Observed(plan=given)
    if isinstance(given, Capture):
        return Observed(plan=given.plan, capture=given, samples=given.samples, counters=_counted(given))
    if isinstance(given, Measurement):
        return Observed(plan=given.plan, samples=given.samples, counters=(given.counters,))
    from perfkit.investigation import Investigation

    if isinstance(given, Investigation):
        capture = Capture(
            query=given.query,
            measurement=given.before,
            environment=given.environment,
            catalog=given.catalog,
            notes=given.notes,
        )
        return Observed(
            plan=capture.plan,
            capture=capture,
            samples=capture.samples,
            counters=_counted(capture),
            known_findings=given.findings,
        )
    raise UsageError(
        f"a {type(given).__name__} holds no plan to compare; give a plan (perfkit.parse_plan reads text), a capture or an investigation"
    )


def _counted(capture: Capture) -> tuple[Counters, ...]:
    return (capture.measurement.counters,)


def read_observed(text: str, name: str) -> tuple[Observed, ...]:
    """What a file holds: a document that perfkit saved, or EXPLAIN's output in any format, of one run or several.

    ``name`` is what the text is called in errors. UsageError for a document that holds no plan, PlanParseError for a
    text that cannot be read.
    """
    found, errors = collect_observed(text, name)
    if errors:
        raise errors[0]
    return found


def collect_observed(text: str, name: str) -> tuple[tuple[Observed, ...], tuple[PlanParseError, ...]]:
    """The same with an error for each plan that cannot be read, instead of the first one raised."""
    saved = read_saved(text, name)
    if saved is not None:
        return saved, ()
    from perfkit.plan import collect_plans

    found = collect_plans(text)
    plans = zip(found.plans, found.lines, strict=True)
    return tuple(Observed(plan=plan, line=line) for plan, line in plans), found.errors


def read_saved(text: str, name: str) -> tuple[Observed, ...] | None:
    """What a document of perfkit's holds; None for any other text."""
    from perfkit.document import from_document

    if '"schema"' not in text:
        return None
    try:
        document = json.loads(text)
    except ValueError:
        return None
    schema = document.get("schema") if isinstance(document, dict) else None
    if schema is None:
        return None
    if schema == "perfkit.plan/1":
        return (Observed(plan=read_json(document["plan"])),)
    if schema == "perfkit.plans/1":
        return tuple(Observed(plan=read_json(one["plan"])) for one in document["plans"])
    if schema == "perfkit.capture/1":
        return (observed(from_document(Capture, document, schema)),)
    if schema == "perfkit.investigation/1":
        from perfkit.investigation import Investigation

        return (observed(from_document(Investigation, document, schema)),)
    raise UsageError(
        f"{name} is a {schema} document and holds no single plan; give a capture, an investigation or EXPLAIN's output"
    )
