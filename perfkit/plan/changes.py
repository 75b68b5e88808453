"""What the differences of one node amount to, in the words people use for it."""

from __future__ import annotations

from collections.abc import Iterator

from perfkit.plan.edits import EXPRESSION_FIELDS, ChangeKind, Difference
from perfkit.plan.match import JOINS
from perfkit.plan.model import Node


def kinds(before: Node, after: Node, differences: tuple[Difference, ...]) -> tuple[ChangeKind, ...]:
    """The names of a change, the weightiest first; empty when it has none.

    >>> one = Node(number=1, node_type="Seq Scan", relation="issue")
    >>> other = Node(number=1, node_type="Index Scan", relation="issue", index="issue_pkey")
    >>> kinds(one, other, (Difference(field="node_type", before="Seq Scan", after="Index Scan"),))
    ('access-method-changed',)
    """
    fields = {one.field for one in differences}
    found = tuple(_kinds(before, after, fields))
    if not found and not fields.isdisjoint(EXPRESSION_FIELDS):
        # another index or method takes over the conditions in its own way, which is no change of its own
        return ("condition-changed",)
    return found


def _kinds(before: Node, after: Node, fields: set[str]) -> Iterator[ChangeKind]:
    if "join_order" in fields:
        yield "join-order-changed"
    if "outer_input" in fields:
        yield "join-sides-swapped"
    if "node_type" in fields:
        if before.node_type in JOINS and after.node_type in JOINS:
            yield "join-method-changed"
        elif before.relation is not None and before.relation == after.relation:
            yield "access-method-changed"
    if before.index is not None and after.index is not None and before.index != after.index:
        yield "index-replaced"
    if is_spread(before) != is_spread(after):
        yield "parallelised" if is_spread(after) else "made-serial"
    if has_spilled(before) != has_spilled(after) and not (before.never_executed or after.never_executed):
        yield "spills" if has_spilled(after) else "fits-in-memory"


def is_spread(node: Node) -> bool:
    """Whether processes share the node's work, or it puts together what they prepared."""
    return node.is_parallel or node.partial_mode in ("Partial", "Finalize")


def has_spilled(node: Node) -> bool:
    """Whether a sort, a hash or an aggregate did not fit into its memory."""
    return (
        node.sort_space_type == "Disk"
        or (node.hash_batches or 0) > 1
        or (node.hashagg_batches or 0) > 1
        or (node.disk_usage_kb or 0) > 0
    )
