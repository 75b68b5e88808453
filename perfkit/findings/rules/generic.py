"""Plans made once for every value of a parameter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from perfkit.capture.sensitivity import Sensitivity, SetRun
from perfkit.capture.values import Measurement, PreparedPlans
from perfkit.findings.at import finding_at, known, rows_in_words
from perfkit.findings.conditions import conjuncts
from perfkit.findings.finding import Case, Finding, Rule, Severity
from perfkit.findings.rules.estimates import decision, harm, is_off
from perfkit.findings.tree import SCANS, conditions, qualified
from perfkit.findings.weight import weigh_whole
from perfkit.plan.model import Node
from perfkit.units import format_count, format_ms

REMEDY = "plan_cache_mode = force_custom_plan"

SKEW_FACTOR = 2.0
"""Twice the work: less, planning anew each time may not win back."""

NOTABLE_MS = 1.0
NOTABLE_BLOCKS = 50
"""Below a millisecond and fifty blocks nobody notices which plan ran."""

_PARAMETER = re.compile(r"\$\d+")
_RETURNED = re.compile(r"\(returns (\$[\d,$]+)\)")


def parameters(case: Case, node: Node) -> tuple[str, ...]:
    """Parameters of a prepared statement in the node's conditions; up to 16 ``$0`` may also be what an InitPlan returns.

    In a plan made for one execution, values stand in their place.
    """
    returned = {
        name
        for one in case.unfolded.walk()
        for found in _RETURNED.finditer(one.subplan_name or "")
        for name in found[1].split(",")
    }
    named = (
        term.text
        for text in conditions(node)
        for conjunct in conjuncts(text)
        for term in conjunct.walk()
        if term.kind == "constant" and _PARAMETER.fullmatch(term.text)
    )
    return tuple(name for name in dict.fromkeys(named) if name not in returned)


def generic_plan_skew(case: Case) -> Iterator[Finding]:
    """The plan of a prepared statement was made for an average value of its parameter, and this value is not average.

    After five executions PostgreSQL may stay with one plan for all values. plan_cache_mode = force_custom_plan, for the role or
    the transaction, plans each value anew; so does writing a rare constant into the text. Fine where all values are about as
    frequent. Informational where no join, sort or walk through a table by its index was chosen by it.
    """
    for node in case.plan.walk():
        if node.node_type not in SCANS or not is_off(case, node):
            continue
        names = parameters(case, node)
        decided = decision(case, node)
        weight = weigh_whole(case, decided)
        if not names or not weight.matters:
            continue
        planned = node.estimate.rows if node.estimate else 0.0
        actual = node.actual.rows if node.actual else 0.0
        yield finding_at(
            node,
            "generic-plan-skew",
            f"{qualified(node)} was planned for any value of {', '.join(names)}: {rows_in_words(planned)}"
            f" {'was' if planned == 1 else 'were'} expected and {format_count(actual)} came",
            weight,
            severity=harm(case, node)
            or ("warning" if decided is not node or node.node_type == "Index Scan" else "info"),
            parameters=", ".join(names),
            planned_rows=planned,
            actual_rows=actual,
            estimate_factor=node.estimate_factor,
            condition=node.index_condition or node.filter,
        )


def skew_of(prepared: PreparedPlans) -> Iterator[Finding]:
    """The generic plan that the session uses does clearly more work for these values than the plan made for them.

    Measured, both plans in turns. Nothing is said where the server would not take the generic plan; informational where
    nothing shows that the statement is prepared.
    """
    custom, generic = prepared.custom, prepared.generic
    if prepared.chosen != "generic":
        return
    custom_ms, generic_ms = custom.typical_ms, generic.typical_ms
    if not prepared.is_generic_finished:
        generic_ms = prepared.generic_limit_ms
    factors = _Factors(
        ms=_ratio(generic_ms, custom_ms, NOTABLE_MS),
        blocks=_ratio(_blocks(generic), _blocks(custom), NOTABLE_BLOCKS)
        if prepared.is_generic_finished
        else None,
    )
    if not factors.is_skewed:
        return
    took = format_ms(generic_ms) if prepared.is_generic_finished else f"more than {format_ms(generic_ms)}"
    saved = None if generic_ms is None or custom_ms is None else max(generic_ms - custom_ms, 0.0)
    severity: Severity = "info"
    if prepared.is_in_use:
        severity = "critical" if (factors.ms or 0.0) >= SKEW_FACTOR else "warning"
    who = "the session uses" if prepared.is_in_use else "a driver that prepares the statement would get"
    yield Finding(
        id="generic-plan-skew",
        severity=severity,
        title=f"{who} a plan made for any value: it takes {took} for these, a plan made for them"
        f" {format_ms(custom_ms)}; {prepared.reason}",
        evidence=known(
            plan_cache_mode=prepared.mode,
            setting=REMEDY,
            generic_ms=_rounded(generic_ms),
            custom_ms=_rounded(custom_ms),
            time_factor=_rounded(factors.ms),
            generic_blocks=_blocks(generic),
            custom_blocks=_blocks(custom),
            blocks_factor=_rounded(factors.blocks),
            planned_rows=generic.plan.root.estimate.rows if generic.plan.root.estimate else None,
            share=None if not generic_ms or saved is None else round(saved / generic_ms, 3),
        ),
        at_stake_ms=_rounded(saved),
    )


def skew_over(sensitivity: Sensitivity) -> Iterator[Finding]:
    """The same over several sets of values: those for which the generic plan is clearly worse."""
    if sensitivity.chosen != "generic":
        return
    worse: list[tuple[float, SetRun]] = []
    for run in sensitivity.runs:
        if run.generic is None or run.custom.ms is None:
            continue
        factors = _Factors(
            ms=_ratio(run.generic.ms, run.custom.ms, NOTABLE_MS),
            blocks=_ratio(run.generic.blocks, run.custom.blocks, NOTABLE_BLOCKS),
        )
        if factors.is_skewed or run.generic.ms is None:
            worse.append((max(factors.ms or 0.0, factors.blocks or 0.0), run))
    if not worse:
        return
    factor, worst = max(worse, key=lambda one: one[0])
    assert worst.generic is not None
    saved = None if worst.generic.ms is None else worst.generic.ms - (worst.custom.ms or 0.0)
    yield Finding(
        id="generic-plan-skew",
        severity="critical" if sensitivity.is_in_use and factor >= SKEW_FACTOR * SKEW_FACTOR else "warning",
        title=f"for {len(worse)} of {len(sensitivity.runs)} sets of values the generic plan is clearly worse than a plan made"
        f" for them: {format_ms(worst.generic.ms)} against {format_ms(worst.custom.ms)} for set {worst.number};"
        f" {sensitivity.reason}",
        evidence=known(
            plan_cache_mode=sensitivity.mode,
            setting=REMEDY,
            sets_worse=len(worse),
            sets=len(sensitivity.runs),
            worst_set=worst.number,
            parameters=", ".join("null" if one is None else one for one in worst.parameters),
            generic_ms=_rounded(worst.generic.ms),
            custom_ms=_rounded(worst.custom.ms),
            generic_blocks=worst.generic.blocks,
            custom_blocks=worst.custom.blocks,
            time_factor=_rounded(_ratio(worst.generic.ms, worst.custom.ms, NOTABLE_MS)),
            blocks_factor=_rounded(_ratio(worst.generic.blocks, worst.custom.blocks, NOTABLE_BLOCKS)),
        ),
        at_stake_ms=_rounded(saved),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Factors:
    """How many times as much the generic plan takes; None where one side is unknown."""

    ms: float | None
    blocks: float | None

    @property
    def is_skewed(self) -> bool:
        """Clearly more of one, and not clearly less of the other."""
        known = [one for one in (self.ms, self.blocks) if one is not None]
        return bool(known) and max(known) >= SKEW_FACTOR and min(known) > 1 / SKEW_FACTOR


def _ratio(generic: float | None, custom: float | None, floor: float) -> float | None:
    """Small figures count as the floor, below which a difference is noise."""
    return None if generic is None or custom is None else max(generic, floor) / max(custom, floor)


def _blocks(measurement: Measurement) -> int | None:
    counters = measurement.counters
    return None if counters.shared_blocks is None else counters.shared_blocks + (counters.temp_blocks or 0)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


RULES = (
    Rule(
        id="generic-plan-skew",
        title="A plan for any value of a parameter met an unusual one",
        check=generic_plan_skew,
    ),
)
