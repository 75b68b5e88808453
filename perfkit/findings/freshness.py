"""Whether the statistics of a table are as old as they seem, by what a scan met."""

from __future__ import annotations

from perfkit.catalog import Relation
from perfkit.findings.restrictions import restrictions
from perfkit.findings.tree import passes, tally
from perfkit.plan.model import Node
from perfkit.units import BLOCK_BYTES

STALE_SHARE = 0.1
"""A tenth of the rows changed since ANALYZE: where autovacuum itself would refresh them (autovacuum_analyze_scale_factor)."""

NEARLY_ALL = 0.999
"""A column NULL in all sampled rows."""

SOME_ROWS = 100
"""Fewer new rows hardly change a plan."""

FAR_FACTOR = 10
"""An order of magnitude from what an average value has."""


def unknown_column(node: Node, relation: Relation) -> str | None:
    """A column that a condition compares with a constant and that has no statistics, or was NULL throughout when they were taken."""
    analyzed = relation.activity is None or relation.activity.last_analyze is not None
    if analyzed and all(column.statistics is None for column in relation.columns):
        # a role without rights sees no statistics
        return None
    for text in (node.filter, node.index_condition or node.recheck_condition):
        for restriction in restrictions(text, node.alias, relation):
            column = relation.column(restriction.column)
            if column is None or restriction.against is not None or restriction.operator == "is null":
                continue
            if column.statistics is None or column.statistics.null_fraction >= NEARLY_ALL:
                return column.name
    return None


def is_new_value(node: Node, relation: Relation, changed: float) -> bool:
    """Whether the scan asks for a value that came after the last ANALYZE: it expects far fewer rows than the average value
    has, and as many changed as it found."""
    planned = node.estimate.rows if node.estimate else 0.0
    actual = node.actual.rows if node.actual else 0.0
    if actual < FAR_FACTOR * planned or changed < max(tally(node).kept / (node.loops or 1), SOME_ROWS):
        return False
    texts = (node.filter, node.index_condition or node.recheck_condition)
    asked = [one for text in texts for one in restrictions(text, node.alias, relation)]
    if len(asked) != 1 or asked[0].form != "bare" or asked[0].operator != "=" or asked[0].against is not None:
        return False
    column = relation.column(asked[0].column)
    distinct = column.statistics.distinct if column is not None and column.statistics is not None else 0.0
    return distinct > 0 and (relation.rows or 0.0) / distinct >= FAR_FACTOR * planned


def is_counted_twice(relation: Relation, node: Node) -> bool:
    """Whether the counters say more rows than there are, and the statistics as many.

    A load and its ANALYZE in one session within a second leave the load counted after the ANALYZE, although it saw it: then
    more rows are said to live than were counted, in a table that has not grown. A sequential scan counted them itself.
    """
    activity, rows = relation.activity, relation.rows
    if activity is None or not rows or activity.live_rows <= (1 + STALE_SHARE) * rows:
        return False
    if node.node_type == "Seq Scan":
        return abs(tally(node).read / passes(node) - rows) < STALE_SHARE * rows
    blocks = (relation.main_bytes or 0) / BLOCK_BYTES
    return 0 < blocks <= (1 + STALE_SHARE) * relation.pages
