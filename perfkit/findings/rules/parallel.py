"""What keeps a statement from being shared among processes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from perfkit.capture.functions import called_functions
from perfkit.catalog import Function
from perfkit.findings.at import finding_at
from perfkit.findings.finding import Case, Finding, Rule
from perfkit.findings.tree import qualified
from perfkit.findings.weight import DOMINATES_SHARE, weigh, weigh_whole
from perfkit.plan.model import Node, Plan
from perfkit.units import format_count

MIN_PARALLEL_PAGES = 1_024
"""min_parallel_table_scan_size at its default of 8 MB: smaller tables get no worker."""

WORTH_MS = 20.0
"""Starting workers costs some milliseconds: a shorter scan gains nothing."""


def parallel_disabled_by_function(case: Case) -> Iterator[Finding]:
    """A large scan runs in one process, because the statement calls a function that is not PARALLEL SAFE.

    Functions are PARALLEL UNSAFE unless they say otherwise, and one unsafe call keeps the whole statement in one process.
    ALTER FUNCTION … PARALLEL SAFE frees it, where the body allows that: no writes, no session state. Fine on small
    tables. Needs the catalog.
    """
    if case.catalog is None or not case.plan.is_analyzed or _has_workers(case.plan):
        return
    setting = case.catalog.setting("max_parallel_workers_per_gather")
    if setting is None or setting.value == "0" or not case.catalog.functions:
        return
    called = called_functions(case.plan)
    blocking = [one for one in case.catalog.functions if one.parallel != "safe" and one.name in called]
    if not blocking:
        return
    for node in case.plan.walk():
        relation, weight = case.relation(node), weigh_whole(case, case.plan.root)
        if node.node_type != "Seq Scan" or relation is None or relation.pages < MIN_PARALLEL_PAGES:
            continue
        if (weight.ms or 0.0) < WORTH_MS or not _dominates(case, node, blocking):
            continue
        function = _nearest(blocking, node)
        yield finding_at(
            node,
            "parallel-disabled-by-function",
            f"{qualified(node)} with its {format_count(relation.pages)} pages is scanned by one process:"
            f" {function.name}() is parallel {function.parallel}",
            weight,
            severity="warning",
            function=f"{function.schema}.{function.name}",
            parallel=function.parallel,
            volatility=function.volatility,
        )


def _dominates(case: Case, scan: Node, blocking: list[Function]) -> bool:
    """Whether scanning and calling the functions is most of the work: what workers could share."""
    names = {one.name for one in blocking}
    callers = [
        node
        for node in case.plan.walk()
        if node.number != scan.number and names & called_functions(Plan(root=replace(node, children=())))
    ]
    return (weigh(case, scan, *callers).share or 0.0) >= DOMINATES_SHARE


def _has_workers(plan: Plan) -> bool:
    return any(node.node_type in {"Gather", "Gather Merge"} for node in plan.walk())


def _nearest(blocking: list[Function], node: Node) -> Function:
    """The function that the scan itself calls, else the first one."""
    own = called_functions(Plan(root=node))
    return next((one for one in blocking if one.name in own), blocking[0])


RULES = (
    Rule(
        id="parallel-disabled-by-function",
        title="A function keeps the whole statement from running in parallel",
        check=parallel_disabled_by_function,
    ),
)
