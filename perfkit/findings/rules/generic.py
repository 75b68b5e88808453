"""Plans made once for every value of a parameter."""

from __future__ import annotations

import re
from collections.abc import Iterator

from perfkit.findings.at import finding_at, rows_in_words
from perfkit.findings.conditions import conjuncts
from perfkit.findings.finding import Case, Finding, Rule
from perfkit.findings.rules.estimates import decision, harm, is_off
from perfkit.findings.tree import SCANS, conditions, qualified
from perfkit.findings.weight import weigh_whole
from perfkit.plan.model import Node
from perfkit.units import format_count

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


RULES = (
    Rule(
        id="generic-plan-skew",
        title="A plan for any value of a parameter met an unusual one",
        check=generic_plan_skew,
    ),
)
