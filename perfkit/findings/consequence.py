"""What came of a wrong row count beside a nested loop: a table read whole for fear of many look-ups, a sort on disk."""

from __future__ import annotations

from perfkit.findings.conditions import read_condition
from perfkit.findings.finding import Case, Severity
from perfkit.findings.indexes import leading
from perfkit.findings.tree import JOINS, children, tally, unwrapped
from perfkit.findings.weight import MANY_ROWS, weigh, weigh_whole
from perfkit.plan.misestimate import LEAST_FACTOR
from perfkit.plan.model import Node

FEW_PROBES_SHARE = 0.01
"""A look-up in an index reads about four pages; below one probe for a hundred rows it beats reading the table."""

MANY_PAIRS = 10_000
"""Pairs of rows compared in vain: below, a join ends within a millisecond or two however it is done."""

MATTERS_SHARE = 0.25
"""A quarter of the time: below, another plan would gain little."""


def consequence(case: Case, node: Node) -> Severity | None:
    """How much was lost by the node's wrong count as far as the plan shows; None where nothing is seen to come of it."""
    factor = node.estimate_factor
    if factor is None:
        return None
    if factor < 1:
        join = feared_join(case, node)
        return weigh_whole(case, join).severity if join is not None else None
    return _looped(case, node) or _spilled(case, node)


def feared_join(case: Case, node: Node) -> Node | None:
    """The join at or above the node that read its other side whole, although an index leads with its key, for fear of rows
    that did not come. Looked for as far up as the wrong count is handed on; None where there is none."""
    for above in (node, *case.ancestors(node)):
        factor = above.estimate_factor
        if above.node_type in JOINS and _reads_whole(case, above, node):
            return above
        if above.node_type in JOINS and factor is not None and factor > 1 / LEAST_FACTOR:
            return None
    return None


def _reads_whole(case: Case, join: Node, node: Node) -> bool:
    """Whether a hash or merge join reads the side that the node is not on whole for the few rows of the other."""
    if join.node_type == "Nested Loop" or len(children(join)) != 2:
        return False
    condition = join.hash_condition or join.merge_condition
    for side, other in zip(children(join), reversed(children(join)), strict=True):
        scan = unwrapped(side)
        relation = case.relation(scan)
        if scan.node_type != "Seq Scan" or relation is None or not condition or node in side.walk():
            continue
        read = tally(scan).read
        if read < MANY_ROWS or (other.total_rows or 0.0) > FEW_PROBES_SHARE * read:
            continue
        keys = {
            t.name for t in read_condition(condition).columns() if t.qualifier in (scan.alias, scan.relation)
        }
        weight = weigh_whole(case, join)
        if any(leading(relation, key) for key in keys) and (weight.share or 0.0) >= MATTERS_SHARE:
            return True
    return False


def _looped(case: Case, node: Node) -> Severity | None:
    """More rows came than planned, and a nested loop above reads a table, or what was kept of it, again for each."""
    for above in case.ancestors(node):
        if above.node_type != "Nested Loop" or len(children(above)) != 2:
            continue
        again = children(above)[1]
        weight = weigh_whole(case, above)
        pairs = (above.rows_removed_by_join_filter or 0.0) * (above.loops or 0)
        if (
            unwrapped(again).node_type == "Seq Scan"
            and pairs >= MANY_PAIRS
            and (weight.share or 0.0) >= MATTERS_SHARE
        ):
            return weight.severity
    return None


def _spilled(case: Case, node: Node) -> Severity | None:
    """More rows came than planned, and a sort above, chosen for few, went to disk."""
    for above in case.ancestors(node):
        if above.node_type == "Sort" and above.sort_space_type == "Disk":
            return "warning" if weigh(case, above).matters else None
    return None
