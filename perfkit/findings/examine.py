"""Ask every rule about one plan, and put the answers in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from perfkit.catalog import Catalog
from perfkit.findings.catalogue import RULES
from perfkit.findings.finding import SEVERITIES, Case, Finding
from perfkit.plan.model import Node, Plan
from perfkit.sql.statement import Statement

QUIET_MS = 1.0
"""A statement that is planned and executed within a millisecond has nothing to gain that a person would notice."""

AT_STAKE_MS = 0.2
"""What takes less than this cannot be told from the noise of one run."""

SYMPTOMS = {"temp-io": frozenset({"cte-materialization-fence"})}
"""Findings that follow from another one at the same node, and are then told for information beside it."""

TRAPS = frozenset({"not-in-nullable-subquery"})
"""Told however fast the statement is: the form gives wrong answers, or none, once the data changes."""


def examine(
    plan: Plan, statement: Statement | None = None, catalog: Catalog | None = None
) -> tuple[Finding, ...]:
    """What is wrong with a plan, worst first: by severity, then by the time at stake.

    Statement and catalog sharpen the diagnosis; without the catalog, whether an index exists is not known and an index is
    called missing where the plan reads as if. A plan without ANALYZE has no figures to judge by and stays without
    findings. An untroubled statement gives an empty tuple.
    """
    case = Case(plan=plan, statement=statement, catalog=catalog)
    found = [finding for rule in RULES for finding in rule.check(case)]
    kept = _merged(case, _worth_saying(plan, found))
    return tuple(sorted(_beside_causes(kept), key=_rank))


def _beside_causes(findings: list[Finding]) -> Iterator[Finding]:
    causes = {(finding.node, finding.id) for finding in findings}
    for finding in findings:
        has_cause = any((finding.node, id) in causes for id in SYMPTOMS.get(finding.id, ()))
        yield replace(finding, severity="info") if has_cause else finding


def _worth_saying(plan: Plan, findings: Iterable[Finding]) -> list[Finding]:
    spent = (plan.planning_ms or 0.0) + (plan.total_ms or 0.0)
    is_quiet = plan.total_ms is not None and spent < QUIET_MS
    return [
        finding
        for finding in findings
        if finding.id in TRAPS
        or not (is_quiet or (finding.at_stake_ms is not None and finding.at_stake_ms < AT_STAKE_MS))
    ]


def _rank(finding: Finding) -> tuple[int, float]:
    return SEVERITIES.index(finding.severity), -(finding.at_stake_ms or 0.0)


def _merged(case: Case, findings: list[Finding]) -> list[Finding]:
    """One finding for each diagnosis of one subject: the worst speaks for the nodes above and below it, and for the
    other partitions of its table."""
    kept: list[Finding] = []
    by_subject: dict[object, int] = {}
    by_node: dict[tuple[str, int], int] = {}
    by_ancestor: dict[tuple[str, int], int] = {}
    for finding in sorted(findings, key=_rank):
        number = finding.node
        if number is None:
            kept.append(finding)
            continue
        node = case.node(number)
        above = [ancestor.number for ancestor in case.ancestors(node)]
        subject = _subject(case, node, finding)
        in_line = [by_node[finding.id, n] for n in above if (finding.id, n) in by_node]
        in_line += [by_ancestor[finding.id, number]] if (finding.id, number) in by_ancestor else []
        place = in_line[0] if in_line else by_subject.get((finding.id, subject)) if subject else None
        if place is None:
            place = len(kept)
            kept.append(finding)
        else:
            kept[place] = _joined(case, kept[place], finding, adds_up=not in_line)
        by_subject.setdefault((finding.id, subject), place)
        by_node.setdefault((finding.id, number), place)
        for n in above:
            by_ancestor.setdefault((finding.id, n), place)
    return kept


def _joined(case: Case, kept: Finding, other: Finding, *, adds_up: bool) -> Finding:
    stake = kept.at_stake_ms
    if adds_up and stake is not None and other.at_stake_ms is not None:
        stake = round(min(stake + other.at_stake_ms, case.plan.total_ms or stake), 3)
    nodes = f"{kept.evidence.get('also_at_nodes', '')} {other.node}".strip()
    return replace(kept, at_stake_ms=stake, evidence={**kept.evidence, "also_at_nodes": nodes})


def _subject(case: Case, node: Node, finding: Finding) -> tuple[object, ...] | None:
    """What a cure would change: the relation with the columns, or the partitioned table it belongs to."""
    relation = case.relation(node)
    columns = finding.evidence.get("columns") or finding.evidence.get("column")
    if relation is not None and relation.partition_of is not None:
        return relation.partition_of, columns
    name = finding.evidence.get("relation")
    return (name, columns) if name and columns else None
