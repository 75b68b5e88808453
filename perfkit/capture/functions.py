"""Which functions a statement and its verbose plan call by name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from perfkit.plan.model import Node, Plan
from perfkit.sql.tokens import scan

_CALL = re.compile(r'("(?:[^"]|"")+"|[A-Za-z_][\w$]*)\(')


def called_functions(plan: Plan) -> frozenset[str]:
    """Bare names of what looks like a call in any expression of the plan, and of scanned functions; types and operators
    that are written alike are among them.

    >>> scan = Node(number=1, node_type="Seq Scan", relation="t", filter="(shop.is_due(t.at) AND (lower(t.b) = 'x'::text))")
    >>> sorted(called_functions(Plan(root=scan)))
    ['is_due', 'lower']
    """
    return frozenset(name for node in plan.walk() for text in _texts(node) for name in _names(text))


def named_functions(text: str) -> frozenset[str]:
    """Bare names of what is written like a call in a statement: the planner puts the body of a simple SQL function in
    its place, so that the plan does not name it.

    >>> sorted(named_functions("select shop.is_due(at), count(*) from t where b in (1, 2)"))
    ['count', 'is_due']
    """
    return frozenset(
        token.name for token, after in pairwise(scan(text)) if token.is_identifier and after.text == "("
    )


def _names(text: str) -> Iterator[str]:
    for found in _CALL.finditer(text):
        name = found[1]
        yield name[1:-1].replace('""', '"') if name.startswith('"') else name


def _texts(node: Node) -> Iterator[str]:
    if node.function:
        yield f"{node.function.rpartition('.')[2]}("
    for text in (
        node.filter, node.join_filter, node.index_condition, node.recheck_condition, node.hash_condition,
        node.merge_condition, node.one_time_filter, str(node.extra.get("Function Call", "")),
    ):  # fmt: skip
        if text:
            yield text
    yield from node.output
    yield from node.sort_key
    yield from node.group_key
