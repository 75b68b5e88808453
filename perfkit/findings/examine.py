"""Ask every rule about one plan, and put the answers in order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from perfkit.catalog import Catalog
from perfkit.findings.catalogue import RULES
from perfkit.findings.finding import SEVERITIES, Case, Finding
from perfkit.findings.partitions import folded
from perfkit.findings.tree import qualified
from perfkit.plan.model import Node, Plan
from perfkit.sql.statement import Statement

QUIET_MS = 0.5
"""A statement that is planned and executed within half a millisecond has nothing to gain that a person would notice."""

QUIET_COST = 300.0
"""About a millisecond by the planner's default costs: ten thousand rows on two hundred pages."""

AT_STAKE_MS = 0.5
"""What takes less than this cannot be told from the noise of one run."""


class Trap(NamedTuple):
    id: str
    reason: str


TRAPS = (
    Trap("not-in-nullable-subquery", "gives no row at all once the data has a NULL, however fast it is"),
    Trap("offset-pagination", "the page that is fast today is slow at the end of the list"),
)
"""Told of plans under a millisecond too: the form does harm that this run did not show."""

RIGHT = frozenset({"index-not-beneficial"})
"""Says that nothing needs curing, which is worth saying of quick plans too."""

MOST_NODES = 20
"""Partitions named by their number; of hundreds, the count says more than the list."""

_CAUSES_OF_READING = frozenset(
    {
        "missing-index-filter",
        "or-across-columns",
        "missing-index-join",
        "missing-composite-index",
        "missing-partial-index",
        "missing-gist-range-index",
        "missing-expression-index",
        "missing-pattern-ops-index",
        "missing-trigram-index",
        "missing-gin-jsonb",
        "missing-fulltext-index",
        "any-array-not-indexable",
        "function-on-column",
        "cast-on-column",
        "implicit-type-mismatch",
        "timezone-cast-filter",
        "case-insensitive-match",
    }
)
"""Why a scan reads more than it keeps."""

_HIDDEN_COLUMN = _CAUSES_OF_READING - {
    "missing-index-filter",
    "or-across-columns",
    "missing-index-join",
    "missing-composite-index",
    "missing-partial-index",
    "missing-gist-range-index",
}
"""Conditions that need another index, or another wording, than a b-tree on a column."""

KEY_SHARE = 0.01
"""An equality that keeps a hundredth of a table is reason enough for an index, whatever stands beside it."""

SYMPTOMS: Mapping[str, frozenset[str]] = {
    "order-by-limit-wrong-index": frozenset({"not-in-nullable-subquery"}),
    "missing-index-filter": frozenset({"composite-index-wrong-order"}),
    "temp-io": frozenset({"cte-materialization-fence"}),
    "inefficient-index-scan": _CAUSES_OF_READING,
    "missing-composite-index": frozenset({"missing-gist-range-index", "missing-partial-index"}),
    "leading-wildcard-like": frozenset({"missing-trigram-index"}),
    "missing-covering-index": frozenset({"lossy-bitmap"}),
    "correlated-subquery-per-row": frozenset({"count-used-as-exists"}),
}
"""Findings that follow from another one at the same node, and are then told for information beside it."""

FOLLOWING: Mapping[str, frozenset[str]] = {
    "sort-spill": frozenset(
        {
            "missing-index-order-limit",
            "missing-index-group-by",
            "union-instead-of-union-all",
            "distinct-hides-fanout",
            "top-n-per-group-window",
            "groupwise-max-full-scan",
            "order-by-random",
            "antijoin-by-aggregate",
            "ndistinct-misestimate",
        }
    ),
    "hashagg-spill": frozenset(
        {
            "missing-index-group-by",
            "distinct-hides-fanout",
            "union-instead-of-union-all",
            "antijoin-by-aggregate",
            "ndistinct-misestimate",
        }
    ),
    "hash-spill": frozenset({"antijoin-by-aggregate", "distinct-hides-fanout", "missing-index-join"}),
    "temp-io": frozenset({"cte-materialization-fence", "top-n-per-group-window"}),
    "missing-covering-index": frozenset(
        {"top-n-per-group-window", "groupwise-max-full-scan", "offset-pagination", "distinct-hides-fanout"}
    ),
    "missing-index-order-limit": frozenset({"order-by-random", "offset-pagination"}),
    "inefficient-index-scan": frozenset({"correlated-subquery-per-row"}),
    "late-filter": frozenset({"any-array-not-indexable"}),
    "cast-on-column": frozenset({"partition-pruning-defeated"}),
    "function-on-column": frozenset({"partition-pruning-defeated"}),
    "timezone-cast-filter": frozenset({"partition-pruning-defeated"}),
    "case-insensitive-match": frozenset({"partition-pruning-defeated"}),
    "missing-expression-index": frozenset({"partition-pruning-defeated"}),
}
"""Findings that follow from another one above or below them in the plan."""

_WRONG_COUNTS = frozenset(
    {
        "stale-statistics",
        "correlated-columns-misestimate",
        "expression-no-statistics",
        "srf-rows-misestimate",
        "ndistinct-misestimate",
    }
)
"""Why the planner took a join or a sort for cheap, or look-ups for dear."""

_OF_LOOPS = frozenset(
    {"nested-loop-on-misestimate", "missing-index-join", "many-subplan-loops", "late-filter"}
)

OF_WHOLE: Mapping[str, frozenset[str]] = {
    "planning-dominates": frozenset({"too-many-partitions", "large-in-list"}),
    "temp-io": frozenset({"cte-materialization-fence"}),
    "sort-spill": _WRONG_COUNTS | {"partitionwise-disabled"},
    "hash-spill": _WRONG_COUNTS | {"partitionwise-disabled"},
}
"""Findings that follow from another one wherever it is."""


def examine(
    plan: Plan, statement: Statement | None = None, catalog: Catalog | None = None
) -> tuple[Finding, ...]:
    """What is wrong with a plan, worst first: by severity, then by the time at stake, or its share where nothing was timed.

    Statement and catalog sharpen the diagnosis; without the catalog, whether an index exists is not known and an index is
    called missing where the plan reads as if. A plan without ANALYZE has no figures to judge by: only forms that an
    index cannot serve, or that are a trap, are told of it, for information. An untroubled statement gives an empty tuple.
    """
    view = folded(plan)
    case = Case(plan=view.plan, statement=statement, catalog=catalog, given=plan)
    found = [finding for rule in RULES for finding in rule.check(case)]
    kept = _merged(
        case, [_of_partitions(case, finding, view.members) for finding in _worth_saying(plan, found)]
    )
    return tuple(sorted(_beside_causes(case, kept), key=_rank))


def _of_partitions(case: Case, finding: Finding, members: Mapping[int, tuple[int, ...]]) -> Finding:
    """The finding with the number of partitions it was added up from."""
    numbers = members.get(finding.node or 0, ())
    if not numbers:
        return finding
    return replace(
        finding,
        title=f"{_of_whole_table(case, finding)}; added up over {len(numbers)} partitions",
        evidence={
            **finding.evidence,
            "partitions": len(numbers),
            "also_at_nodes": " ".join(map(str, numbers[1 : MOST_NODES + 1])),
        },
    )


def _of_whole_table(case: Case, finding: Finding) -> str:
    """The title with the partitioned table's name in the place of the partition's that speaks for all."""
    node = case.node(finding.node or 0)
    relation = case.relation(node)
    if relation is None or relation.partition_of is None:
        return finding.title
    schema, _, name = relation.partition_of.rpartition(".")
    whole = name if schema == "public" else relation.partition_of
    return re.sub(rf"(?<![\w.]){re.escape(qualified(node))}(?![\w.])", whole, finding.title)


def _beside_causes(case: Case, findings: list[Finding]) -> Iterator[Finding]:
    causes = {(finding.node, finding.id) for finding in findings}
    for finding in findings:
        has_cause = any((finding.node, id) in causes for id in SYMPTOMS.get(finding.id, ()))
        has_cause = has_cause or _follows(case, finding, findings) or _is_lesser_filter(finding, findings)
        has_cause = has_cause or _is_of_wrong_loop(case, finding, findings)
        has_cause = has_cause or any(
            other.id in OF_WHOLE.get(finding.id, ()) and other.severity != "info" for other in findings
        )
        yield replace(finding, severity="info") if has_cause else finding


def _is_of_wrong_loop(case: Case, finding: Finding, findings: list[Finding]) -> bool:
    """Whether a nested loop that another count would have avoided, of which the cause is told, compares the pairs."""
    if finding.node is None:
        return False
    node = case.node(finding.node)
    is_again = finding.id == "missing-index-filter" and (node.loops or 0) > node.measures.participants
    if not is_again and finding.id not in _OF_LOOPS:
        return False
    loop = next((one for one in (node, *case.ancestors(node)) if one.node_type == "Nested Loop"), None)
    below = {one.number for one in loop.walk()} if loop is not None else set()
    return any(
        one.id in _WRONG_COUNTS and one.node in below and one.severity != "info" and _is_low(one)
        for one in findings
    )


def _is_low(wrong: Finding) -> bool:
    """Whether more rows came than planned."""
    factor = wrong.evidence.get("estimate_factor")
    return isinstance(factor, float | int) and factor > 1


def _is_lesser_filter(finding: Finding, findings: list[Finding]) -> bool:
    """Of two reasons why a scan filters, a column without an index and a condition no index serves, the one that keeps more."""
    beside = [one for one in findings if one.node == finding.node and one.severity != "info"]
    if finding.id == "missing-index-filter":
        return not _is_selective(finding) and any(one.id in _HIDDEN_COLUMN for one in beside)
    return finding.id in _HIDDEN_COLUMN and any(
        one.id == "missing-index-filter" and _is_selective(one) for one in beside
    )


def _is_selective(missing: Finding) -> bool:
    share = missing.evidence.get("expected_share")
    return isinstance(share, float) and share <= KEY_SHARE


def _follows(case: Case, finding: Finding, findings: list[Finding]) -> bool:
    ids = FOLLOWING.get(finding.id)
    if not ids or finding.node is None:
        return False
    line = {one.number for one in case.ancestors(case.node(finding.node))} | {
        below.number for below in case.node(finding.node).walk()
    }
    return any(other.id in ids and other.node in line and other.severity != "info" for other in findings)


def _worth_saying(plan: Plan, findings: Iterable[Finding]) -> list[Finding]:
    traps = {trap.id for trap in TRAPS}
    if _is_quiet(plan):
        return [
            replace(finding, severity="warning") if finding.severity == "critical" else finding
            for finding in findings
            if finding.id in traps or finding.id in RIGHT
        ]
    return [
        finding
        for finding in findings
        if finding.id in traps
        or finding.id in RIGHT
        or finding.at_stake_ms is None
        or finding.at_stake_ms >= AT_STAKE_MS
    ]


def _is_quiet(plan: Plan) -> bool:
    if plan.total_ms is not None:
        return (plan.planning_ms or 0.0) + plan.total_ms < QUIET_MS
    estimate = plan.root.estimate
    return not plan.is_analyzed and estimate is not None and estimate.total_cost < QUIET_COST


def _rank(finding: Finding) -> tuple[int, float, float]:
    share = finding.evidence.get("share")
    return (
        SEVERITIES.index(finding.severity),
        -(finding.at_stake_ms or 0.0),
        -share if isinstance(share, float | int) else 0.0,
    )


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
    if finding.id == "seq-scan-large" and name:
        return (name,)
    return (name, columns) if name and columns else None
