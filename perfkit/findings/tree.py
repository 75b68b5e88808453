"""Ways through a plan that several rules take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from perfkit.findings.finding import Case
from perfkit.plan.model import Node

JOINS = frozenset({"Nested Loop", "Hash Join", "Merge Join"})
INDEX_SCANS = frozenset({"Index Scan", "Index Only Scan"})
SCANS = INDEX_SCANS | {"Seq Scan", "Bitmap Heap Scan"}
APPENDS = frozenset({"Append", "Merge Append"})

_WRAPPERS = frozenset(
    {"Hash", "Materialize", "Memoize", "Sort", "Incremental Sort", "Gather", "Gather Merge", "Result"}
)
"""Nodes that hand on the rows of the one node below them."""
_STREAMS = frozenset({"Gather", "Gather Merge", "Result", "ProjectSet", "Subquery Scan", "LockRows"})
"""Wrappers that neither keep nor reorder rows: a LIMIT above stops what is below."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Rows a scan read in all loops and processes, and what became of them."""

    kept: float
    removed: float

    @property
    def read(self) -> float:
        return self.kept + self.removed

    @property
    def kept_share(self) -> float:
        return self.kept / self.read if self.read else 1.0


def tally(node: Node) -> Tally:
    """Rows kept and rows removed by the node's filter; what a lossy bitmap rechecked is left out."""
    return Tally(
        kept=node.total_rows or 0.0,
        removed=(node.rows_removed_by_filter or 0.0) * (node.loops or 0),
    )


def passes(node: Node) -> float:
    """How often the relation was read in full: loops, where processes that share one pass count once."""
    loops = node.loops or 1
    return max(loops / node.measures.participants, 1.0) if node.is_parallel else float(loops)


def children(node: Node) -> tuple[Node, ...]:
    """The nodes that feed this one, without its InitPlans and SubPlans."""
    return tuple(child for child in node.children if child.parent_relationship not in ("InitPlan", "SubPlan"))


def outer(join: Node) -> Node:
    return children(join)[0]


def inner(join: Node) -> Node:
    return children(join)[1]


def joins(case: Case) -> Iterator[Node]:
    """Joins that were executed, with both sides known."""
    for node in case.plan.walk():
        if node.node_type in JOINS and node.loops and len(children(node)) == 2:
            yield node


def unwrapped(node: Node) -> Node:
    """The node whose rows this one hands on: through Hash, Materialize, Sort, Gather and their like."""
    while node.node_type in _WRAPPERS and len(children(node)) == 1:
        node = children(node)[0]
    return node


def streamed(node: Node) -> Node:
    """The node below Gather, Subquery Scan and others that stop as soon as the one above stops."""
    while node.node_type in _STREAMS and not node.filter and len(children(node)) == 1:
        node = children(node)[0]
    return node


def aliases(node: Node) -> frozenset[str]:
    """Names by which conditions call the relations scanned at and below the node."""
    return frozenset(below.alias or below.relation or "" for below in node.walk()) - {""}


def conditions(node: Node) -> tuple[str, ...]:
    """All conditions of the node as printed."""
    texts = (
        node.filter, node.join_filter, node.index_condition, node.recheck_condition, node.hash_condition,
        node.merge_condition, node.one_time_filter, node.tid_condition, node.cache_key,
    )  # fmt: skip
    return tuple(text for text in texts if text)


def qualified(node: Node) -> str:
    """The relation as a person would write it, with its schema where that is not public."""
    name = node.relation or node.alias or node.node_type
    return f"{node.schema}.{name}" if node.schema and node.schema != "public" else name


def refers(node: Node, others: frozenset[str]) -> bool:
    """Whether anything at or below the node mentions one of the relations: a parameter handed in."""
    for below in node.walk():
        texts = (*conditions(below), *below.output, str(below.extra.get("Function Call", "")))
        if any(f"{name}." in text or f'"{name}".' in text for name in others for text in texts):
            return True
    return False


def names(node: Node) -> str:
    """What the node reads, as a person would write it: its relations, else its label."""
    found = dict.fromkeys(qualified(below) for below in node.walk() if below.relation or below.alias)
    return ", ".join(found) or node.label
