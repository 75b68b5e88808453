"""One plan as it was pasted in many ways, and one in the four formats."""

from __future__ import annotations

from pathlib import Path

import pytest

from perfkit.plan import parse_plan

PASTED = Path(__file__).parents[1] / "pasted"
COUNT = sorted(PASTED.glob("count.*"))
JOIN = sorted(PASTED.glob("join.*"))


def read(path: Path) -> str:
    return path.read_bytes().decode()


@pytest.mark.parametrize("path", COUNT, ids=lambda path: path.name)
def test_every_paste_of_the_plan_is_read_as_the_clean_one(path: Path) -> None:
    found = parse_plan(read(path))
    assert found.root == parse_plan(read(PASTED / "count.clean.txt")).root
    assert (found.query_text is not None) == (".log." in path.name)


@pytest.mark.parametrize("path", JOIN, ids=lambda path: path.name)
def test_the_formats_say_one_plan(path: Path) -> None:
    found, clean = parse_plan(read(path)), parse_plan(read(PASTED / "join.clean.json"))
    told = [
        (node.node_type, node.relation, node.alias, node.filter, node.hash_condition) for node in found.walk()
    ]
    assert told == [
        (node.node_type, node.relation, node.alias, node.filter, node.hash_condition) for node in clean.walk()
    ]
    assert found.query_id == clean.query_id
