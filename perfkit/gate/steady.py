"""The part of a plan that is the same in every run of it: no times, no costs, no literals, nothing that depends on who
else is busy on the server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from perfkit.errors import UsageError
from perfkit.plan import Plan, dump_json, read_json
from perfkit.sql.tokens import scan

_KEPT: Final = (
    "Node Type",
    "Parent Relationship",
    "Subplan Name",
    "Strategy",
    "Partial Mode",
    "Operation",
    "Parallel Aware",
    "Scan Direction",
    "Schema",
    "Relation Name",
    "Alias",
    "Index Name",
    "Function Name",
    "CTE Name",
    "Join Type",
    "Command",
    "Sort Space Type",
    "Actual Rows",
    "Actual Loops",
    "Rows Removed by Filter",
    "Rows Removed by Join Filter",
    "Rows Removed by Index Recheck",
    "Temp Read Blocks",
    "Temp Written Blocks",
)
_ACTUAL: Final = ("Actual Rows", "Actual Loops")
"""Told also where they are zero; any other property then says as little as one that is not there."""

_CONDITIONS: Final = (
    "Filter",
    "Join Filter",
    "Index Cond",
    "Recheck Cond",
    "Hash Cond",
    "Merge Cond",
    "One-Time Filter",
    "TID Cond",
    "Order By",
)
_HIT, _READ = "Shared Hit Blocks", "Shared Read Blocks"

_OUR_OWN: Final = frozenset({"max_parallel_workers_per_gather"})
"""Settings that the gate's session has, wherever it runs."""

_OF_THE_MOMENT: Final = frozenset(
    {
        "Actual Startup Time",
        "Actual Total Time",
        "Workers Launched",
        "Workers",
        "Shared Dirtied Blocks",
        "Shared Written Blocks",
        "Shared I/O Read Time",
        "Shared I/O Write Time",
        "I/O Read Time",
        "I/O Write Time",
        "Temp I/O Read Time",
        "Temp I/O Write Time",
    }
)
"""What a busy machine, other sessions or a cold cache change in the same plan."""


def steady(plan: Plan) -> Plan:
    """The plan as a baseline keeps it: its shape, rows, blocks and conditions with ``?`` for each value.

    >>> before = read_json({"Plan": {"Node Type": "Seq Scan", "Filter": "(a = 7)", "Total Cost": 8.5, "Shared Read Blocks": 3}})
    >>> dump_json(steady(before))
    [{'Plan': {'Node Type': 'Seq Scan', 'Filter': '(a = ?)', 'Shared Hit Blocks': 3}}]
    """
    return _rewritten(plan, _steady_node)


def untimed(plan: Plan) -> Plan:
    """The plan with its literals and estimates, but as if nothing of the moment had been looked at: rules that read it say the
    same on a quiet machine and on a busy one."""
    return _rewritten(plan, _untimed_node)


def masked(text: str) -> str:
    """SQL with ``?`` for each value.

    >>> masked("((state = 'it''s'::text) AND (id > 7))")
    '((state = ?::text) AND (id > ?))'
    """
    try:
        tokens = scan(text)
    except UsageError:
        return "?"
    parts, end = [], 0
    for token in tokens:
        if token.is_literal and token.kind != "parameter":
            parts += [text[end : token.start], "?"]
            end = token.end
    return "".join([*parts, text[end:]])


def _rewritten(plan: Plan, rewrite: Any) -> Plan:
    body = dump_json(plan)[0]
    kept = {"Plan": _tree(body["Plan"], rewrite)}
    if settings := {name: plan.settings[name] for name in sorted(plan.settings) if name not in _OUR_OWN}:
        kept["Settings"] = settings
    return read_json([kept])


def _tree(node: Mapping[str, Any], rewrite: Any) -> dict[str, Any]:
    written: dict[str, Any] = rewrite(node)
    if children := node.get("Plans"):
        written["Plans"] = [_tree(child, rewrite) for child in children]
    return written


def _steady_node(node: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: value for key in _KEPT if (value := node.get(key)) or (key in _ACTUAL and key in node)}
    kept |= {key: masked(node[key]) for key in _CONDITIONS if key in node}
    return kept | _blocks(node)


def _untimed_node(node: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in node.items() if key not in _OF_THE_MOMENT and key != "Plans"}
    kept.pop(_READ, None)
    return kept | _blocks(node)


def _blocks(node: Mapping[str, Any]) -> dict[str, int]:
    """Hits and reads in one: which of them a block was says what was cached."""
    if _HIT not in node and _READ not in node:
        return {}
    return {_HIT: node.get(_HIT, 0) + node.get(_READ, 0)}
