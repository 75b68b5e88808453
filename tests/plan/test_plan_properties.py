"""What holds for any plan that PostgreSQL could print, and for any of its texts that somebody damaged."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recorded_plans import FOUR_FORMATS, formatted
from server_formats import as_xml, as_yaml
from strategies import plan_documents
from test_plan_text_recorded import differences

from perfkit.errors import PlanParseError
from perfkit.plan import collect_plans, diff, dump_json, parse_plan, read_json, xml_text, yaml_text
from perfkit.plan.json_text import loads
from perfkit.plan.text import read_text, write_text

SUFFIXES = ("json", "yaml", "xml", "txt")
FRAGMENTS = (
    *("", "\n", "\n\n", "  ", "\t", "'", '"', "\\", "&", "<", ">", "</Plan>", "<Plan>", "-", "- ", ": ", "{", "[", "]", "}"),
    *(",", "#", "->", "(", ")", "9" * 400, "é", "\x00", "\r\n", "---\n", "Plans:\n", "<!--", "<![CDATA[", "null", "-1", "1e999"),
)  # fmt: skip
"""What a slip of hand or a program puts between."""

few = settings(max_examples=60, deadline=None)


@few
@given(plan_documents())
def test_every_format_gives_back_what_the_server_wrote(document: list[dict[str, Any]]) -> None:
    assert yaml_text.loads(as_yaml(document)) == document
    assert xml_text.loads(as_xml(document)) == document
    found = parse_plan(json.dumps(document))
    assert dump_json(found) == document
    assert read_json(dump_json(found)) == found


@few
@given(plan_documents())
def test_text_gives_back_what_it_can_tell(document: list[dict[str, Any]]) -> None:
    """Not groups of extensions, a statement only in a log, settings of one line."""
    document[0].pop("Query Text", None)
    if "\n" in "".join(document[0].get("Settings", {}).values()):
        del document[0]["Settings"]
    for node in nodes_of(document):
        node.pop("Novel Group", None)
    whole = read_json(document)
    written = write_text(whole)
    found = read_text(written)
    assert differences(found, whole) == []
    assert [node.label for node in found.walk()] == [node.label for node in whole.walk()]
    assert write_text(found) == written


@few
@given(plan_documents(room=6), plan_documents(room=6))
def test_a_diff_adds_up_to_the_difference_of_the_roots(
    one: list[dict[str, Any]], other: list[dict[str, Any]]
) -> None:
    before, after = read_json(one), read_json(other)
    assert not any(edit.kinds for edit in diff(before, before).edits)
    found, back = diff(before, after), diff(after, before)
    deltas = [pair.exclusive_shared_blocks_delta or 0 for pair in found.pairs]
    residual = found.residual_shared_blocks_delta
    if residual is not None:
        assert before.root.buffers is not None
        assert after.root.buffers is not None
        assert sum(deltas) + residual == after.root.buffers.shared - before.root.buffers.shared
    assert sorted(deltas) == sorted(-(pair.exclusive_shared_blocks_delta or 0) for pair in back.pairs)


def nodes_of(document: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    stack = [document[0]["Plan"]]
    while stack:
        node = stack.pop()
        yield node
        stack += node.get("Plans", ())


@pytest.mark.parametrize("suffix", SUFFIXES)
@settings(max_examples=80, deadline=None)
@given(st.data())
def test_a_damaged_plan_is_read_or_refused_with_its_place(suffix: str, data: st.DataObject) -> None:
    text = formatted(data.draw(st.sampled_from(FOUR_FORMATS)), suffix)
    for _ in range(data.draw(st.integers(1, 4))):
        begin = data.draw(st.integers(0, len(text)))
        end = min(len(text), begin + data.draw(st.sampled_from([0, 0, 1, 5, 40])))
        text = text[:begin] + data.draw(st.sampled_from(FRAGMENTS)) + text[end:]
    assert_is_read_or_refused(text)


@pytest.mark.parametrize("suffix", SUFFIXES)
@settings(max_examples=80, deadline=None)
@given(st.data())
def test_a_cut_plan_is_read_or_refused_with_its_place(suffix: str, data: st.DataObject) -> None:
    whole = formatted(data.draw(st.sampled_from(FOUR_FORMATS)), suffix).strip()
    text = whole[: data.draw(st.integers(0, len(whole) - 1))]
    assert_is_read_or_refused(text)
    if suffix in ("json", "xml"):
        assert not collect_plans(text).plans, "the end of the document is missing"


def assert_is_read_or_refused(text: str) -> None:
    found = collect_plans(text)
    assert found.plans or found.errors
    for plan in found.plans:
        assert [node.label for node in plan.walk()]
    for error in found.errors:
        assert "\n" not in str(error)
        if error.line is not None:
            assert 1 <= error.line <= len(re.split(r"\r\n|\n|\r", text))
        elif "\n" in text.strip():
            assert is_json(text), "in whole JSON the fault is told by the number of its node"
    if found.errors:
        with pytest.raises(PlanParseError):
            parse_plan(text)


def is_json(text: str) -> bool:
    try:
        loads(text)
    except json.JSONDecodeError:
        return False
    return True
