"""When two plans have the same shape."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from recorded_plans import NAMES, plan

from perfkit.plan import Node
from perfkit.plan.shape import fingerprint


def changed(node: Node, change: Callable[[Node], Node]) -> Node:
    return change(replace(node, children=tuple(changed(child, change) for child in node.children)))


def scan(relation: str, alias: str | None = None, kind: str = "Seq Scan") -> Node:
    return Node(number=1, node_type=kind, relation=relation, alias=alias or relation)


def append(*members: Node) -> Node:
    return Node(number=1, node_type="Append", children=members)


@pytest.mark.parametrize("name", NAMES)
def test_figures_aliases_and_conditions_do_not_matter(name: str) -> None:
    def blurred(node: Node) -> Node:
        return replace(
            node,
            alias=node.alias and f"q{node.alias}",
            filter="other",
            estimate=None,
            actual=None,
            buffers=None,
            schema=None,
            output=(),
        )

    root = plan(name).root
    assert fingerprint(changed(root, blurred)) == fingerprint(root) == plan(name).shape


@pytest.mark.parametrize(
    "change",
    [
        {"node_type": "Index Scan"},
        {"relation": "other"},
        {"index": "other"},
        {"is_parallel": True},
        {"join_type": "Left"},
        {"strategy": "Hashed"},
        {"parent_relationship": "SubPlan"},
    ],
    ids=str,
)
def test_what_a_node_does_matters(change: dict[str, object]) -> None:
    assert fingerprint(replace(scan("issue"), **change)) != fingerprint(scan("issue"))  # type: ignore[arg-type]


def test_a_further_partition_is_the_same_shape() -> None:
    two = append(scan("event_1", "e_1"), scan("event_2", "e_2"))
    three = append(scan("event_1", "e_1"), scan("event_2", "e_2"), scan("event_3", "e_3"))
    assert fingerprint(two) == fingerprint(three)


def test_a_partition_read_in_another_way_is_another_shape() -> None:
    two = append(scan("event_1", "e_1"), scan("event_2", "e_2"))
    assert fingerprint(two) != fingerprint(
        append(scan("event_1", "e_1"), scan("event_2", "e_2", "Index Scan"))
    )


def test_union_all_of_tables_keeps_their_names() -> None:
    assert fingerprint(append(scan("issue"), scan("comment"))) != fingerprint(
        append(scan("issue"), scan("label"))
    )
