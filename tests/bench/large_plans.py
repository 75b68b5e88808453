"""Plans of any number of nodes, built from the shapes that real ones have: as EXPLAIN's JSON and as its text.

Join trees over partitioned scans, with the options a careful user gives. The figures add up, as a server's do.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

BUFFERS = (
    "Shared Hit Blocks",
    "Shared Read Blocks",
    "Shared Dirtied Blocks",
    "Shared Written Blocks",
    "Local Hit Blocks",
    "Local Read Blocks",
    "Local Dirtied Blocks",
    "Local Written Blocks",
    "Temp Read Blocks",
    "Temp Written Blocks",
)

PARTITIONS = 20
"""Members of each Append: what a table partitioned by month has."""

OUTER, INNER, MEMBER = ({"Parent Relationship": role} for role in ("Outer", "Inner", "Member"))
JOIN = {"Join Type": "Inner", "Inner Unique": False, "Hash Cond": "(event.id = e.event_id)"}
HASH = {"Hash Buckets": 4096, "Original Hash Buckets": 4096, "Hash Batches": 1, "Original Hash Batches": 1,
        "Peak Memory Usage": 200}  # fmt: skip


def json_plan(nodes: int, *, is_heavy: bool = False) -> str:
    """EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) of about that many nodes; heavy: VERBOSE and WAL too."""
    root = _grown(nodes)
    if is_heavy:
        for node in _walk(root):
            _add_details(node)
    document = [
        {"Plan": root, "Planning Time": 1.234, "Triggers": [], "Execution Time": root["Actual Total Time"]}
    ]
    return json.dumps(document, indent=2)


def text_plan(nodes: int) -> str:
    """The same plan as EXPLAIN (ANALYZE, BUFFERS) prints it."""
    root = _grown(nodes)
    lines: list[str] = []
    stack = [(root, 0)]
    while stack:
        node, depth = stack.pop()
        lines += _text_of(node, depth)
        stack.extend((child, depth + 1) for child in reversed(node.get("Plans", ())))
    return (
        "\n".join([*lines, "Planning Time: 1.234 ms", f"Execution Time: {root['Actual Total Time']:.3f} ms"])
        + "\n"
    )


def _grown(nodes: int) -> dict[str, Any]:
    """Appends of partition scans, joined in pairs of pairs: each brings its members, itself, a Hash and a Hash Join."""
    level: list[dict[str, Any]] = []
    made = 0
    while made < nodes:
        members = [{**_scan(made + number), **MEMBER} for number in range(PARTITIONS)]
        level.append(_over("Append", members))
        made += PARTITIONS + 3
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        level = [*map(_joined, pairs), *level[len(level) // 2 * 2 :]]
    return level[0]


def _joined(pair: tuple[dict[str, Any], dict[str, Any]]) -> dict[str, Any]:
    outer, inner = pair
    hashed = _over("Hash", [{**inner, **OUTER}], **HASH)
    return _over("Hash Join", [{**outer, **OUTER}, {**hashed, **INNER}], **JOIN)


def _scan(number: int) -> dict[str, Any]:
    blocks = 5 + number % 90
    return {
        "Node Type": "Seq Scan",
        "Parallel Aware": False,
        "Async Capable": False,
        "Relation Name": f"event_p{number}",
        "Alias": f"e_{number}",
        "Startup Cost": 0.0,
        "Total Cost": 18.5 + number % 100,
        "Plan Rows": 100,
        "Plan Width": 36,
        "Actual Startup Time": 0.004,
        "Actual Total Time": round(0.05 + number % 50 * 0.001, 3),
        "Actual Rows": 90 + number % 20,
        "Actual Loops": 1,
        "Filter": f"((at >= '2024-01-01'::date) AND (kind = 'kind {number % 5}'::text))",
        "Rows Removed by Filter": 11,
        **dict(zip(BUFFERS, (blocks, number % 3, *[0] * 8), strict=True)),
    }


def _over(kind: str, children: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {
        "Node Type": kind,
        "Parallel Aware": False,
        "Async Capable": False,
        "Startup Cost": 1.5,
        "Total Cost": round(sum(child["Total Cost"] for child in children) + 1.0, 2),
        "Plan Rows": 1000,
        "Plan Width": 36,
        "Actual Startup Time": 0.02,
        "Actual Total Time": round(sum(child["Actual Total Time"] for child in children) + 0.015, 3),
        "Actual Rows": 1000,
        "Actual Loops": 1,
        **more,
        **{name: sum(child[name] for child in children) for name in BUFFERS},
        "Plans": children,
    }


def _add_details(node: dict[str, Any]) -> None:
    node["Disabled"] = False
    node["Output"] = [f"e.{name}" for name in ("id", "at", "kind", "event_id")]
    if "Relation Name" in node:
        node["Schema"] = "public"
    node |= {"Shared I/O Read Time": 0.012, "Shared I/O Write Time": 0.0, "Temp I/O Read Time": 0.0,
             "Temp I/O Write Time": 0.0, "Local I/O Read Time": 0.0, "Local I/O Write Time": 0.0,
             "WAL Records": 0, "WAL FPI": 0, "WAL Bytes": 0, "WAL Buffers Full": 0}  # fmt: skip
    node["Workers"] = []


def _walk(root: dict[str, Any]) -> Iterator[dict[str, Any]]:
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(node.get("Plans", ()))


def _text_of(node: dict[str, Any], depth: int) -> list[str]:
    arrow = " " * (6 * depth - 4) + "->  " if depth else ""
    inner = " " * (6 * depth + 2)
    on = f" on {node['Relation Name']} {node['Alias']}" if "Relation Name" in node else ""
    lines = [
        f"{arrow}{node['Node Type']}{on}  (cost={node['Startup Cost']:.2f}..{node['Total Cost']:.2f} rows={node['Plan Rows']}"
        f" width={node['Plan Width']}) (actual time={node['Actual Startup Time']:.3f}..{node['Actual Total Time']:.3f}"
        f" rows={node['Actual Rows']} loops={node['Actual Loops']})"
    ]
    lines += [
        f"{inner}{key}: {node[key]}"
        for key in ("Hash Cond", "Filter", "Rows Removed by Filter")
        if key in node
    ]
    if "Sort Key" in node:
        lines += [
            f"{inner}Sort Key: {', '.join(node['Sort Key'])}",
            f"{inner}Sort Method: quicksort  Memory: 97kB",
        ]
    if "Hash Buckets" in node:
        lines.append(f"{inner}Buckets: 4096  Batches: 1  Memory Usage: 200kB")
    read = f" read={node['Shared Read Blocks']}" if node["Shared Read Blocks"] else ""
    lines.append(f"{inner}Buffers: shared hit={node['Shared Hit Blocks']}{read}")
    return lines
