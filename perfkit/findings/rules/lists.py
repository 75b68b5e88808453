"""Conditions that carry too much: long lists of values, and counts that are only asked whether they are zero."""

from __future__ import annotations

import re
from collections.abc import Iterator

from perfkit.findings.at import finding_at
from perfkit.findings.conditions import conjuncts
from perfkit.findings.finding import Case, Finding, Rule
from perfkit.findings.tree import children, conditions, unwrapped
from perfkit.findings.weight import MANY_ROWS, Weight, weigh, weigh_whole
from perfkit.plan.model import Node
from perfkit.units import format_count, format_ms

LONG_LIST = 500
"""From hundreds of values on, a statement's text, its parsing and its planning weigh as much as its work."""

MANY_ARMS = 50
"""Arms of an OR are tried one after the other for each row; some tens cost more than reading the row."""

COUNT_BYTES = 8
"""The width of a count; a row of any other width is not one."""

_ARRAY = re.compile(r"= ANY \(+'\{([^']*(?:''[^']*)*)\}'")
_NONE = r"(?: (?:>|<>|=|<=) '?0'?| (?:>=|<) '?1'?)(?![\d.])"
"""What asks of a count whether it is zero."""

_COUNTED = re.compile(r"(?:\((InitPlan \d+)\)\.col1|(\$\d+)|\((SubPlan \d+)\))\)?" + _NONE)
_COUNT_OF_NONE = re.compile(r"\bcount\([^()]*\)\)?" + _NONE)


def large_in_list(case: Case) -> Iterator[Finding]:
    """An IN list holds hundreds of values, or an OR dozens of arms.

    The text is sent, parsed and planned each time, and no two lists share a plan. A join with unnest($1::int[]) or with
    a temporary table takes the values as one parameter, with statistics in the second case. Fine now and then. Time at
    stake is planning and the scan itself.
    """
    for node in case.plan.walk():
        if node.never_executed:
            continue
        values, arms = _list_length(node), _arms(node)
        if values < LONG_LIST and arms < MANY_ARMS:
            continue
        own = weigh(case, node, *children(node))
        planning = case.plan.planning_ms or 0.0
        whole = (case.plan.total_ms or 0.0) + planning
        ms = (own.ms or 0.0) + planning
        weight = Weight(ms=ms, share=min(ms / whole, 1.0)) if whole else own
        if not weight.matters:
            continue
        spent = f"is planned in {format_ms(planning)} and" if case.plan.planning_ms is not None else "is"
        what = f"a list of {format_count(values)} values" if values >= LONG_LIST else f"an OR of {arms} arms"
        yield finding_at(
            node,
            "large-in-list",
            f"{what} {spent} checked at {node.label}",
            weight,
            severity="warning" if case.plan.is_analyzed else "info",
            list_length=values or None,
            or_arms=arms or None,
            planning_ms=case.plan.planning_ms,
        )


def _list_length(node: Node) -> int:
    return max(
        (found[1].count(",") + 1 for text in conditions(node) for found in _ARRAY.finditer(text)), default=0
    )


def _arms(node: Node) -> int:
    texts = [text for text in conditions(node) if text.count(" OR ") >= MANY_ARMS - 1]
    return max(
        (len(term.parts) for text in texts for term in conjuncts(text) if term.kind == "or"), default=0
    )


def count_used_as_exists(case: Case) -> Iterator[Finding]:
    """All rows are counted only to know whether there is one.

    EXISTS stops at the first. Fine where at most a handful can match. Informational without VERBOSE, when the plan does
    not show that it is a count.
    """
    yield from _counted_for_the_answer(case)
    counted = {number for node in case.plan.walk() for number in _compared_with_zero(node)}
    if not counted:
        return
    for node in case.plan.walk():
        name = re.match(r"((?:Init|Sub)Plan \d+)(?: \(returns (\$\d+)\))?$", node.subplan_name or "")
        if name is None or not counted & {name[1], name[2]}:
            continue
        rows = _rows_counted(node)
        weight = weigh_whole(case, node)
        if rows is None or rows < MANY_ROWS + (node.loops or 0) or not weight.matters:
            continue
        yield finding_at(
            node,
            "count-used-as-exists",
            f"{format_count(rows)} rows are counted only to know whether there is one",
            weight,
            severity=None if node.output else "info",
            rows_counted=rows,
        )


def _counted_for_the_answer(case: Case) -> Iterator[Finding]:
    """Counts of the statement itself that are returned, or kept by HAVING, as a yes or no alone."""
    for node in case.plan.walk():
        if node.node_type != "Aggregate" or node.group_key or not node.loops or not children(node):
            continue
        texts = (*node.output, *conditions(node))
        asked = sum(len(_COUNT_OF_NONE.findall(text)) for text in texts)
        rows, weight = _rows_below(node), weigh_whole(case, node)
        if not asked or asked < sum(text.count("count(") for text in texts):
            continue
        if (rows or 0.0) >= MANY_ROWS and weight.matters:
            yield finding_at(
                node,
                "count-used-as-exists",
                f"{format_count(rows)} rows are counted only to know whether there is one",
                weight,
                rows_counted=rows,
            )


def _compared_with_zero(node: Node) -> Iterator[str]:
    """Names of the InitPlans and SubPlans whose value the node compares with zero."""
    for text in (*conditions(node), *node.output):
        for found in _COUNTED.finditer(text):
            yield next(name for name in found.groups() if name)


def _rows_counted(node: Node) -> float | None:
    """Rows below an Aggregate that gives a count; None when it gives something else."""
    if node.node_type != "Aggregate" or node.group_key or not children(node):
        return None
    is_wide = node.estimate is not None and node.estimate.width != COUNT_BYTES
    if is_wide or (node.output and not any("count(" in one for one in node.output)):
        return None
    return _rows_below(node)


def _rows_below(node: Node) -> float | None:
    below = unwrapped(children(node)[0])
    if below.node_type == "Aggregate" and children(below):
        below = children(below)[0]
    return below.total_rows


RULES = (
    Rule(id="large-in-list", title="A list of values is as large as a table", check=large_in_list),
    Rule(
        id="count-used-as-exists",
        title="Rows are counted to know whether there is one",
        check=count_used_as_exists,
    ),
)
