"""Reading and writing EXPLAIN (FORMAT JSON)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from made_plans import deep_text, documents
from recorded_plans import plan, text_of

from perfkit.errors import PlanParseError
from perfkit.plan import Buffers, Node, Plan, dump_json, parse_plan, read_json
from perfkit.plan.json_text import _loads_deep


@given(documents())
def test_dump_gives_back_any_document(document: list[dict[str, Any]]) -> None:
    assert dump_json(read_json(document)) == document


@given(documents())
def test_sums_hold_for_any_figures(document: list[dict[str, Any]]) -> None:
    """Exclusive values are never negative, and with the residual they are the root."""
    found = read_json(document)
    nodes = list(found.walk())
    if found.residual_ms is not None:
        exclusive = [node.exclusive_ms or 0.0 for node in nodes]
        assert min(exclusive) >= 0
        assert sum(exclusive) + found.residual_ms == pytest.approx(found.root.total_ms, abs=1e-6)
    if found.residual_shared_blocks is not None:
        blocks = [node.exclusive_shared_blocks or 0 for node in nodes]
        assert min(blocks) >= 0
        assert found.root.buffers is not None
        assert sum(blocks) + found.residual_shared_blocks == found.root.buffers.shared


@given(st.text() | documents().map(json.dumps))
@example("[")
@example('[{"Plan": {"Node Type": "Result", "Plans": 3}}]')
@example('[{"Plan": {"Node Type": "Result", "Plans": [[]]}}]')
@example('{"Plan": {"Node Type": "Result", "Actual Rows": 1e400, "Actual Loops": 1}}')
@example('{"Plan": {"Node Type": "Result", "Actual Rows": NaN, "Actual Loops": 1}}')
@example(
    f'{{"Plan": {{"Node Type": "Result", "Actual Total Time": 1.5, "Actual Rows": 1, "Actual Loops": {10**400}}}}}'
)
@example("[" * 10_000)
@example("1" * 5_000)
@example("[" + "1" * 5_000 + "]")
def test_any_text_is_a_plan_or_a_plan_parse_error(text: str) -> None:
    try:
        found = parse_plan(text)
    except PlanParseError:
        return
    assert [node.label for node in found.walk()]
    assert found.shape


RESULT = '{"Node Type": "Result", "Actual Rows": 1, "Actual Loops": 2'


@given(documents().map(json.dumps))
@example(f"  {RESULT}}}  ")
@example(f"[{RESULT}}}]")
@example(f'[{{"Plan": {RESULT}, "Plans": null}}}}]')
@example(f'[{{"Plan": {RESULT}, "Plans": {{}}}}}}]')
@example(f'[{{"Plan": {RESULT}, "Plans": [{RESULT}}}, 7]}}}}]')
@example(f'[{{"Plan": {RESULT}, "Plans": [{{"Node Type": 7}}]}}}}]')
@example(f'[{{"Plan": {RESULT}, "Plans": [{RESULT}}}], "Plans": [{RESULT}}}, {RESULT}}}]}}}}]')
@example(f'[{{"Plan": {RESULT}, "Origin": {RESULT}}}}}}}]')
@example(f'[{{"Plan": {RESULT}, "Workers": [{RESULT}, "Worker Number": 0}}]}}}}]')
@example(f'[{{"Plan": {RESULT}}}, "Planning": {RESULT}}}}}]')
@example(f'[{{"Plan": {RESULT}}}, "Plan": {RESULT}, "Alias": "later"}}}}]')
@example(f'[{{"Plan": {RESULT}}}, "Plan": 7}}]')
def test_a_text_is_read_as_its_parsed_document(text: str) -> None:
    """Nodes that are made while the text is decoded, and nodes made of its objects, are the same."""
    assert _outcome(parse_plan, text) == _outcome(lambda text: read_json(json.loads(text)), text)


def _outcome(read: Callable[[str], Plan], text: str) -> object:
    try:
        found = read(text)
    except PlanParseError as error:
        return str(error).partition(" (line 1, column 1)")[0]
    nodes = [(node.keys, node.measures) for node in found.walk()]
    return found, found.keys, found.residual_ms, found.residual_shared_blocks, nodes


@pytest.mark.parametrize(
    ("text", "message", "line", "column"),
    [
        ("", "the text is empty", None, None),
        ("hello", "found no plan; expected the output of EXPLAIN", 1, 1),
        ('[\n {"Plan": {"Node Type": }}\n]', "not JSON: expecting value", 2, 25),
        ('[{"Plan": {"Node Type": "Result"}}', "not JSON", 1, 35),
        ("[]", "empty array", 1, 1),
        ('["Utility Statement"]', "found text", 1, 1),
        ('{"Query Plan": 1}', 'has no "Plan"', 1, 1),
        ('{"Plan": {"Node Type": "Result", "Plans": [{}]}}', "node 2 of the plan is an object", 1, 1),
        ('{"Plan": {"Node Type": "Result", "Plans": {}}}', '"Plans" of node 1 is an object', 1, 1),
    ],
)
def test_a_parse_error_says_what_and_where(
    text: str, message: str, line: int | None, column: int | None
) -> None:
    with pytest.raises(PlanParseError, match=message) as caught:
        parse_plan(text)
    assert (caught.value.line, caught.value.column) == (line, column)


def test_an_excerpt_shows_the_place_in_a_long_line() -> None:
    text = '{"Plan": {"Output": ["' + "x" * 500 + '"], oops}}'
    with pytest.raises(PlanParseError) as caught:
        parse_plan(text)
    assert caught.value.excerpt is not None
    assert "oops" in caught.value.excerpt
    assert len(caught.value.excerpt) <= 60


def test_two_plans_are_refused_with_their_number() -> None:
    with pytest.raises(PlanParseError, match="holds 2 plans"):
        read_json([{"Plan": {"Node Type": "Result"}}] * 2)


@pytest.mark.parametrize("levels", [2_000, 20_000])
def test_depth_is_no_limit(levels: int) -> None:
    text = deep_text(levels)
    found = parse_plan(text)
    assert sum(1 for _ in found.walk()) == levels + 1
    assert found.residual_ms is not None
    assert len(found.shape) == 16
    written: Any = dump_json(found)[0]["Plan"]
    for _ in range(levels):
        written = written["Plans"][0]
    assert written == {"Node Type": "Result"}


@given(documents().map(json.dumps))
@example('  {"a": [ ] , "b" : {} }  ')
def test_the_reader_for_deep_text_reads_as_json_does(text: str) -> None:
    assert json.dumps(_loads_deep(text)) == json.dumps(json.loads(text))


@pytest.mark.parametrize(
    "text", ["", "[", "{", '{"a"}', '{"a": }', "[1 2]", "[1] 2", "{1: 2}", "[01]", "[tru]", '"x']
)
def test_the_reader_for_deep_text_refuses_what_json_refuses(text: str) -> None:
    with pytest.raises(json.JSONDecodeError):
        json.loads(text)
    with pytest.raises(json.JSONDecodeError):
        _loads_deep(text)


def test_auto_explain_keeps_the_query_text() -> None:
    found = parse_plan('{"Query Text": "select 1", "Plan": {"Node Type": "Result"}}')
    assert found.query_text == "select 1"


def test_a_value_of_another_type_than_postgresql_prints_stays_in_extra() -> None:
    found = read_json(
        {"Plan": {"Node Type": "Sort", "Sort Key": ["a", 1], "Sort Space Used": "much", "New": [1]}}
    )
    assert found.root.sort_key == ()
    assert found.root.sort_space_kb is None
    assert dict(found.root.extra) == {"Sort Key": ["a", 1], "Sort Space Used": "much", "New": [1]}


def test_a_field_under_two_names_loses_neither() -> None:
    """Before 17 I/O times had no scope in their name."""
    document = [{"Plan": {"Node Type": "Result", "I/O Read Time": 1.5, "Shared I/O Read Time": 2.5}}]
    found = read_json(document)
    assert found.root.buffers == Buffers(shared_read_ms=1.5)
    assert dump_json(found) == document


def test_a_plan_made_by_hand_is_written_as_postgresql_would() -> None:
    made = Plan(
        root=Node(
            number=1,
            node_type="Sort",
            sort_key=("title",),
            buffers=Buffers(shared_hit=3, shared_read_ms=0.5),
            children=(Node(number=2, node_type="Seq Scan", relation="issue", is_disabled=True),),
        ),
        planning_ms=0.1,
    )
    document = dump_json(made)
    sort: Any = document[0]["Plan"]
    assert document[0]["Planning Time"] == 0.1
    assert sort["Sort Key"] == ["title"]
    assert (sort["Shared Hit Blocks"], sort["Shared I/O Read Time"]) == (3, 0.5)
    assert sort["Plans"] == [
        {
            "Node Type": "Seq Scan",
            "Parallel Aware": False,
            "Async Capable": False,
            "Relation Name": "issue",
            "Disabled": True,
        }
    ]
    assert read_json(document) == made


def test_everything_beside_the_tree_is_read() -> None:
    found = plan("update_with_triggers")
    (trigger,) = found.triggers
    assert (trigger.name, trigger.relation, trigger.calls) == ("note_before", "issue", 199)
    assert trigger.total_ms is not None
    assert found.planning_ms is not None
    assert found.execution_ms == found.total_ms
    assert found.planning_memory_bytes is not None
    assert found.root.wal is not None
    assert found.root.wal.records > 199
    assert plan("hash_join").serialization is not None
    assert plan("bitmap_or").settings["enable_seqscan"] == "off"


def test_jit_is_read_with_its_phases() -> None:
    """Since 17 generation has a part of its own for deforming."""
    jit = {
        "Functions": 4,
        "Options": {"Inlining": False, "Optimization": True, "Expressions": True, "Deforming": True},
        "Timing": {
            "Generation": {"Deform": 0.1, "Total": 0.5},
            "Inlining": 0.0,
            "Optimization": 2.0,
            "Emission": 3.0,
            "Total": 5.5,
        },
    }
    document = [{"Plan": {"Node Type": "Result"}, "JIT": jit}]
    found = read_json(document)
    assert found.jit is not None
    assert (found.jit.functions, found.jit.total_ms) == (4, 5.5)
    assert found.jit.timing["Generation"] == 0.5
    assert found.jit.options["Optimization"] is True
    assert "JIT" not in found.extra
    assert dump_json(found) == document


def test_workers_are_read() -> None:
    workers = [worker for node in plan("parallel_aggregate").walk() for worker in node.workers]
    assert {worker.number for worker in workers} == {0, 1}
    assert all(
        worker.loops == 1 and worker.buffers is not None for worker in workers if worker.loops is not None
    )
    assert '"Workers"' in text_of("parallel_aggregate")
