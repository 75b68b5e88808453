"""Where the planner expected something else, why, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator

from perfkit.findings.at import finding_at, in_all, rows_in_words
from perfkit.findings.consequence import consequence, feared_join
from perfkit.findings.finding import Case, Finding, Rule, Severity
from perfkit.findings.freshness import STALE_SHARE, is_counted_twice, is_new_value, unknown_column
from perfkit.findings.restrictions import Restriction, restrictions
from perfkit.findings.tree import (
    JOINS,
    SCANS,
    children,
    inner,
    joins,
    outer,
    qualified,
    unwrapped,
)
from perfkit.findings.weight import MANY_ROWS, weigh_whole
from perfkit.plan.misestimate import misestimates
from perfkit.plan.model import Node
from perfkit.units import format_count, format_percent, format_ratio

MISESTIMATE_FACTOR = 10
"""Plans are chosen within a factor of a few; an order of magnitude picks another join or another index."""

SOME_ROWS = 100
"""So many rows where a handful was expected make a nested loop of what should have been hashed."""

FEARED_ROWS = 250
"""So many rows where a handful came make a hash of what should have been a nested loop."""

LOOPS_BLOWN_UP = 1_000
"""Inner executions that a plan made for a handful runs into; fewer end within milliseconds."""

DECIDED_SHARE = 0.25
"""A quarter of the time in what was chosen by a wrong count: below, another choice would gain little."""

NESTED_LOOP_SHARE = 0.25
"""A quarter of the time on the inner side: below, another join method would gain little."""

LOOKUP_MS = 0.05
"""An index look-up takes some microseconds; what costs ten times that per outer row, another join method spares."""

DEFAULT_FUNCTION_ROWS = (1000.0, 100.0)
"""What CREATE FUNCTION assumes of a set-returning function without ROWS, and what internal ones declare."""

_UNCOUNTED = {"BitmapAnd", "BitmapOr", "Limit", "Hash", "Memoize"}
"""Nodes whose row counts say nothing of the planner's idea: not counted, cut short, or their child's own."""
_DECIDED_BY_ROWS = JOINS | {"Sort", "Incremental Sort", "Hash", "Memoize", "Gather", "Gather Merge"}


def misestimated(case: Case) -> Iterator[Node]:
    """Nodes where a wrong row count is born, not inherited: off by ten beyond their inputs, and a decision above."""
    for birth in misestimates(case.plan, MISESTIMATE_FACTOR):
        node = _of_heap(case, birth.node)
        if not is_off(case, node):
            continue
        above = [a for a in case.ancestors(node) if a.node_type in _DECIDED_BY_ROWS]
        if any((weigh_whole(case, a).share or 0.0) >= DECIDED_SHARE for a in above):
            yield node


def _of_heap(case: Case, node: Node) -> Node:
    """The scan that fetches what a bitmap found; any other node itself."""
    above = case.parent(node)
    is_bitmap = node.node_type == "Bitmap Index Scan" and above is not None
    return above if is_bitmap and above is not None and above.node_type == "Bitmap Heap Scan" else node


def is_off(case: Case, node: Node) -> bool:
    """Whether ten times more or fewer rows came than planned, of a count that matters and that nothing cut short."""
    factor = node.estimate_factor
    if factor is None or node.node_type in _UNCOUNTED or 1 / MISESTIMATE_FACTOR < factor < MISESTIMATE_FACTOR:
        return False
    if factor > 1:
        return (node.total_rows or 0.0) >= SOME_ROWS
    planned = (node.estimate.rows if node.estimate else 0.0) * (node.loops or 0)
    return planned >= FEARED_ROWS and not _may_stop_early(case, node)


def _may_stop_early(case: Case, node: Node) -> bool:
    """Whether something above may have asked for fewer rows than there are."""
    below = node
    for above in case.ancestors(node):
        if above.node_type == "Limit" or above.node_type == "Merge Join":
            return True
        stops = above.join_type in {"Semi", "Anti", "Right Semi", "Right Anti"} or above.is_inner_unique
        if above.node_type == "Nested Loop" and stops and len(children(above)) == 2 and inner(above) is below:
            return True
        if below.parent_relationship in {"SubPlan", "InitPlan"}:
            return True
        below = above
    return False


def _rows(node: Node) -> tuple[float, float]:
    """Planned and actual rows of one loop."""
    return (node.estimate.rows if node.estimate else 0.0), (node.actual.rows if node.actual else 0.0)


def row_misestimate(case: Case) -> Iterator[Finding]:
    """The planner expected ten times more or fewer rows than came, at the node where that error is born.

    A symptom: errors further up follow from it and are not listed. It matters where a join method, an order or memory was
    chosen by it; a cause found for it stands beside it. Fine where the plan would have been the same.
    """
    for node in misestimated(case):
        planned, actual = _rows(node)
        factor = node.estimate_factor or 1.0
        yield finding_at(
            node,
            "row-misestimate",
            f"{node.label}: {rows_in_words(planned)} {'was' if planned == 1 else 'were'} expected and"
            f" {format_count(actual)} came ({format_ratio(factor)})",
            weigh_whole(case, decision(case, node)),
            severity="info",
            planned_rows=planned,
            actual_rows=actual,
            estimate_factor=factor,
            condition=node.filter or node.index_condition or node.hash_condition or node.join_filter,
        )


def stale_statistics(case: Case) -> Iterator[Finding]:
    """A table changed much since its last ANALYZE, or was never analysed, and its row counts are wrong.

    The planner still plans for the table as it was. ANALYZE costs a sample of the table. Fine where estimates fit all the
    same. Needs the catalog with its activity counters.
    """
    told = set()
    for node in case.unfolded.walk():
        relation = case.relation(node)
        if relation is None or node.node_type not in SCANS or not is_off(case, node):
            continue
        if relation.qualified_name in told:
            continue
        activity, rows = relation.activity, relation.rows
        never = rows is None and all(column.statistics is None for column in relation.columns)
        changed = activity.modified_since_analyze if activity else 0
        size = max(rows or 0.0, float(activity.live_rows) if activity else 0.0, 1.0)
        unknown = unknown_column(node, relation) if not never else None
        if (
            not never
            and unknown is None
            and not is_new_value(node, relation, changed)
            and (changed < MANY_ROWS or changed < STALE_SHARE * size or is_counted_twice(relation, node))
        ):
            continue
        planned, actual = _rows(node)
        top = decision(case, node)
        weight = weigh_whole(case, top)
        if not weight.matters:
            continue
        told.add(relation.qualified_name)
        since = (
            "was never analysed"
            if never
            else f"has a column, {unknown}, whose values no ANALYZE has seen"
            if unknown is not None
            else f"had {format_count(changed)} rows ({format_percent(min(changed / size, 1.0))}) changed since its last ANALYZE"
        )
        yield finding_at(
            node,
            "stale-statistics",
            f"{qualified(node)} {since}: {rows_in_words(planned)} {'was' if planned == 1 else 'were'} expected and"
            f" {format_count(actual)} came",
            weight,
            severity=harm(case, node) or "warning",
            planned_rows=planned,
            actual_rows=actual,
            estimate_factor=node.estimate_factor,
            modified_since_analyze=None if never else changed,
            last_analyze=activity.last_analyze if activity else None,
        )


def harm(case: Case, node: Node) -> Severity | None:
    """How bad the error turned out: that of the nested loop it blew up, or of another choice; None where nothing came of it."""
    above = {ancestor.number for ancestor in case.ancestors(node)}
    blown_up = {finding.node: finding.severity for finding in nested_loop_on_misestimate(case)}
    found = next((severity for number, severity in blown_up.items() if number in above), None)
    return found or consequence(case, node)


def decision(case: Case, node: Node) -> Node:
    """The join that feared the node's rows, else the nearest node above that was chosen by their count; the node itself
    without one."""
    feared = feared_join(case, node) if (node.estimate_factor or 1.0) < 1 else None
    return feared or next(
        (above for above in case.ancestors(node) if above.node_type in JOINS | {"Sort"}), node
    )


def correlated_columns_misestimate(case: Case) -> Iterator[Finding]:
    """Several equality conditions hold together far more often than the planner thinks, or hardly ever.

    It multiplies their shares as if they were independent; a city and its postcode are not. CREATE STATISTICS
    (dependencies, mcv) on the columns teaches it. Fine where nothing above was chosen by the estimate.
    """
    for node in misestimated(case):
        factor = node.estimate_factor or 1.0
        relation = case.relation(node)
        equal = _equalities(node, case)
        is_stale = any(f.node == node.number for f in stale_statistics(case))
        if (
            node.node_type not in SCANS
            or 1 / MISESTIMATE_FACTOR < factor < MISESTIMATE_FACTOR
            or len({r.column for r in equal}) < 2
            or is_stale
        ):
            continue
        planned, actual = _rows(node)
        columns = ", ".join(dict.fromkeys(r.column for r in equal))
        yield finding_at(
            node,
            "correlated-columns-misestimate",
            f"{columns} of {qualified(node)} depend on each other: {rows_in_words(planned)} were expected and"
            f" {format_count(actual)} came",
            weigh_whole(case, decision(case, node)),
            severity=harm(case, node) or "info",
            columns=columns,
            planned_rows=planned,
            actual_rows=actual,
            estimate_factor=factor,
            relation=relation.qualified_name if relation else None,
        )


def _equalities(node: Node, case: Case) -> list[Restriction]:
    return [
        r
        for text in (node.filter, node.index_condition or node.recheck_condition)
        for r in restrictions(text, node.alias, case.relation(node))
        if r.form == "bare"
        and r.operator in {"=", "is true", "is false", "is null"}
        and r.against is None
        # of a parameter's value the planner knows nothing, whatever the columns
        and not (r.other is not None and r.other.text.startswith("$"))
    ]


def expression_no_statistics(case: Case) -> Iterator[Finding]:
    """The condition is on an expression the planner has no statistics for, so it assumed a fixed share of the rows.

    0.5 % for an equality, a third for an inequality, whatever the data. Statistics on the expression (CREATE STATISTICS,
    since 14) or an expression index give it real ones. Fine where nothing above was chosen by the estimate.
    """
    for node in misestimated(case):
        relation = case.relation(node)
        wrapped = [
            r
            for r in restrictions(node.filter, node.alias, relation)
            if r.form != "bare" and r.against is None
        ]
        if node.node_type not in SCANS or not wrapped:
            continue
        planned, actual = _rows(node)
        yield finding_at(
            node,
            "expression-no-statistics",
            f"{wrapped[0].wrapped} has no statistics: {rows_in_words(planned)} were assumed and"
            f" {format_count(actual)} came",
            weigh_whole(case, decision(case, node)),
            severity=harm(case, node) or "info",
            expression=wrapped[0].wrapped,
            column=wrapped[0].column,
            planned_rows=planned,
            actual_rows=actual,
            estimate_factor=node.estimate_factor,
        )


def srf_rows_misestimate(case: Case) -> Iterator[Finding]:
    """A set-returning function is planned with its default number of rows.

    ALTER FUNCTION … ROWS, a support function, or a SQL function that can be inlined gives the planner the real one. Fine
    where nothing above was chosen by it.
    """
    for node in case.plan.walk():
        if node.node_type != "Function Scan" or not is_off(case, node):
            continue
        planned, actual = _rows(node)
        weight = weigh_whole(case, decision(case, node))
        if planned not in DEFAULT_FUNCTION_ROWS or not weight.matters:
            continue
        yield finding_at(
            node,
            "srf-rows-misestimate",
            f"{node.function or node.alias}() is planned with its default of {format_count(planned)} rows and gave"
            f" {format_count(actual)}",
            weight,
            severity=harm(case, node) or "info",
            function=node.function,
            planned_rows=planned,
            actual_rows=actual,
            estimate_factor=node.estimate_factor,
        )


def nested_loop_on_misestimate(case: Case) -> Iterator[Finding]:
    """A nested loop was chosen for a few expected outer rows and ran its inner side for thousands.

    With the real number the planner would have hashed or merged. The cure is the estimate: statistics, or the cause named
    beside this. An index on the inner side softens it. Fine where the inner side costs little in sum.
    """
    for join in joins(case):
        if join.node_type != "Nested Loop":
            continue
        feed, started = outer(join), inner(join)
        factor = feed.estimate_factor
        executed = (started.loops or 0) / max(join.loops or 1, 1)
        weight = weigh_whole(case, started)
        if factor is None or factor < MISESTIMATE_FACTOR or executed < LOOPS_BLOWN_UP:
            continue
        if (weight.share or 0.0) < NESTED_LOOP_SHARE:
            continue
        planned, actual = _rows(feed)
        each = (started.total_ms or 0.0) * started.measures.participants / max(started.loops or 1, 1)
        yield finding_at(
            join,
            "nested-loop-on-misestimate",
            f"{format_count(planned)} outer rows were expected and {format_count(actual)} came, each starting"
            f" {unwrapped(started).label}" + in_all(weight),
            weight,
            severity=None if each > LOOKUP_MS else "warning",
            planned_rows=planned,
            actual_rows=actual,
            estimate_factor=factor,
            inner_loops=started.loops,
        )


RULES = (
    Rule(
        id="row-misestimate",
        title="Estimated and actual rows differ by ten times or more",
        check=row_misestimate,
    ),
    Rule(id="stale-statistics", title="Statistics older than a large change", check=stale_statistics),
    Rule(
        id="correlated-columns-misestimate",
        title="Dependent columns are estimated as if independent",
        check=correlated_columns_misestimate,
    ),
    Rule(
        id="expression-no-statistics",
        title="A fixed share was assumed for an expression",
        check=expression_no_statistics,
    ),
    Rule(
        id="srf-rows-misestimate", title="A function is planned with default rows", check=srf_rows_misestimate
    ),
    Rule(
        id="nested-loop-on-misestimate",
        title="A nested loop chosen for few rows ran for thousands",
        check=nested_loop_on_misestimate,
    ),
)
