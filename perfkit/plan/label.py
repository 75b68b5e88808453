"""The head of a node's line in EXPLAIN's text format."""

from __future__ import annotations

from typing import Final

from perfkit.identifier import quote_identifier
from perfkit.plan.model import Node

_AGGREGATES: Final = {
    "Plain": "Aggregate",
    "Sorted": "GroupAggregate",
    "Hashed": "HashAggregate",
    "Mixed": "MixedAggregate",
}
_JOINS: Final = {"Hash Join": "Hash", "Merge Join": "Merge", "Nested Loop": "Nested Loop"}
_OBJECT_KEYS: Final = ("Table Function Name", "Tuplestore Name")


def label(node: Node) -> str:
    """The node as PostgreSQL heads its line, without figures.

    >>> label(Node(number=1, node_type="Seq Scan", relation="issue", alias="i", is_parallel=True))
    'Parallel Seq Scan on issue i'
    >>> label(Node(number=1, node_type="Hash Join", join_type="Left"))
    'Hash Left Join'
    >>> label(Node(number=1, node_type="Aggregate", strategy="Hashed", partial_mode="Partial"))
    'Partial HashAggregate'
    >>> label(Node(number=1, node_type="Index Scan", scan_direction="Backward", index="issue_pkey", relation="issue"))
    'Index Scan Backward using issue_pkey on issue'
    """
    prefix = ("Parallel " if node.is_parallel else "") + ("Async " if node.is_async else "")
    return prefix + _kind(node) + _target(node)


def _kind(node: Node) -> str:
    kind = node.node_type
    if kind == "Aggregate":
        name = _AGGREGATES.get(node.strategy or "", kind)
        return f"{node.partial_mode} {name}" if node.partial_mode in ("Partial", "Finalize") else name
    if kind in _JOINS and node.join_type is not None:
        # historical: an inner Nested Loop is not called a join
        if node.join_type == "Inner":
            return kind
        return f"{_JOINS[kind]} {node.join_type} Join"
    if kind == "SetOp":
        name = "HashSetOp" if node.strategy == "Hashed" else kind
        return f"{name} {node.command}" if node.command else name
    if kind == "ModifyTable":
        return node.operation or kind
    if kind == "Foreign Scan" and node.operation not in (None, "Select"):
        return f"Foreign {node.operation}"
    if kind == "Custom Scan" and isinstance(node.extra.get("Custom Plan Provider"), str):
        return f"Custom Scan ({node.extra['Custom Plan Provider']})"
    return kind


def _target(node: Node) -> str:
    if node.node_type == "Bitmap Index Scan":
        return f" on {quote_identifier(node.index)}" if node.index else ""
    words = ""
    if node.index is not None and node.node_type.startswith("Index"):
        words += " Backward" if node.scan_direction == "Backward" else ""
        words += f" using {quote_identifier(node.index)}"
    name = node.relation or node.cte or node.function
    for key in _OBJECT_KEYS:
        given = node.extra.get(key)
        if name is None and isinstance(given, str):
            name = given
    if name is None and node.alias is None:
        return words
    words += " on"
    if name is not None:
        words += (
            f" {quote_identifier(node.schema)}.{quote_identifier(name)}"
            if node.schema
            else f" {quote_identifier(name)}"
        )
    if node.alias is not None and node.alias != name:
        words += f" {quote_identifier(node.alias)}"
    return words
