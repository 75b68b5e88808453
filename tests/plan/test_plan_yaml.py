"""Reading EXPLAIN (FORMAT YAML): what the server never writes but hands and editors do, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from recorded_plans import ONLY_JSON, document
from server_formats import as_yaml

from perfkit.errors import PlanParseError
from perfkit.plan import collect_plans, parse_plan, read_json, yaml_text
from perfkit.plan.yaml_text import loads


@pytest.mark.parametrize("name", [name for name in ONLY_JSON if "jit" in name] + ONLY_JSON[::3])
def test_other_recorded_documents_are_read_from_yaml(name: str) -> None:
    """With times, and the JIT of workers, which no steady set of options prints."""
    assert loads(as_yaml(document(name))) == document(name)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('a: "true"\nb: true\nc: "12"\nd: 12\ne: "null"\nf: "~"\ng: ""', {"a": "true", "b": True, "c": "12", "d": 12, "e": "null", "f": "~", "g": ""}),
        ("a: 1.50\nb: -0.0\nc: 1e3\nd: 007\ne: 1_000\nf: .5", {"a": 1.5, "b": 0.0, "c": 1000.0, "d": "007", "e": "1_000", "f": ".5"}),
        ('a: "x\\ny \\"z\\" \\u00e9 \\\\ \\t"', {"a": 'x\ny "z" é \\ \t'}),
        ('a: "\\ud83d\\ude00"', {"a": "\U0001f600"}),
        ("Triggers: \nSettings: \nJIT: ", {"Triggers": [], "Settings": {}, "JIT": {}}),
        ('Grouping Sets: \n  - Hash Keys: \n      - ["a", "b"]\n      - []\n', {"Grouping Sets": [{"Hash Keys": [["a", "b"], []]}]}),
        ("I/O Read Time: 0.5\nOne-Time Filter: x\nFull-sort Groups: 1\nauto.x: 2", {"I/O Read Time": 0.5, "One-Time Filter": "x", "Full-sort Groups": 1, "auto.x": 2}),
        ('- "a: b"\n- "- c"\n- "# d"', ["a: b", "- c", "# d"]),
        ('- - "a"\n  - "b"\n- - "c"', [["a", "b"], ["c"]]),
    ],
)  # fmt: skip
def test_what_the_server_writes(text: str, value: object) -> None:
    assert loads(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("# a comment\n---\na: 1 # more\n\n# b\nb: \"x # y\" # z\n...", {"a": 1, "b": "x # y"}),
        ("a:\n- 1\n- 2\nb: 3", {"a": [1, 2], "b": 3}),
        ("a:\n        b: 1\n        c:\n         - 2", {"a": {"b": 1, "c": [2]}}),
        ("-   a: 1\n    b: 2\n-\n    a: 3", [{"a": 1, "b": 2}, {"a": 3}]),
        ("'a': 'it''s'\n\"b\": 'c: d'", {"a": "it's", "b": "c: d"}),
        ("a: (b = 'c'::text)\nd: a:b", {"a": "(b = 'c'::text)", "d": "a:b"}),
        ("a: null\nb: ~\nc: off", {"a": None, "b": None, "c": "off"}),
        ('a: "one\n  two\n\n  three \\\n  four"\nb: 1', {"a": "one two\nthree four", "b": 1}),
        ("a: 'one\n   two'\nb: 1", {"a": "one two", "b": 1}),
        ("a: one\n  two\n  three\nb: 1", {"a": "one two three", "b": 1}),
        ("- one\n  two\n- three", ["one two", "three"]),
        ('a:\n  "x"\nb: 1', {"a": "x", "b": 1}),
        ('a: "\\x41\\e\\ \\U0001F600\\_"', {"a": "A\x1b \U0001f600\xa0"}),
        ("a: []\nb: {}", {"a": [], "b": {}}),
    ],
)  # fmt: skip
def test_what_hands_and_editors_write(text: str, value: object) -> None:
    assert loads(text) == value
    assert loads(text.replace("\n", "\r\n")) == value


@pytest.mark.parametrize(
    ("text", "message", "line", "column"),
    [
        ('a: 1\nb: "x', "this text has no end", 2, 4),
        ('a: "x\nb: "y"', "this text has no end", 1, 4),
        ('a: "x" y', "after the end of a text", 1, 7),
        ('a: "\\q"', "a backslash that stands for nothing", 1, 4),
        ("a: 1\n  b: 2", "indented as no line above", 2, 3),
        ("a:\n    b: 1\n  c: 2", "indented as no line above", 3, 3),
        ("a: 1\n- b", "a list item where a property was expected", 2, 1),
        ("- a\nb: 1", "a property where a list item was expected", 2, 1),
        ("a: 1\nwords", "expected a property and its value", 2, 1),
        ("a: 1\n\tb: 2", "expected a property and its value", 2, 1),
        ("a: &x 1", "begins with &", 1, 4),
        ("a: |\n  x", "begins with |", 1, 4),
        ("a: !!str 1", "begins with !", 1, 4),
        ("a: *x", "begins with *", 1, 4),
        ("a: - b", "begins with -", 1, 4),
        ("a: b: c", "a second property in one line", 1, 5),
        ("a: [1, b]", "cannot read this list", 1, 8),
        ("Plan:\n  Node Type: x\n  Node Type: y", '"Node Type" stands here twice', 3, 3),
    ],
)
def test_a_refusal_says_what_and_where(text: str, message: str, line: int, column: int) -> None:
    with pytest.raises(
        PlanParseError, match="(?s)" + message.replace("|", r"\|").replace("*", r"\*")
    ) as caught:
        loads(text)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert caught.value.excerpt


def test_a_refusal_points_into_what_was_pasted() -> None:
    text = 'psql output\n\n- Plan: \n    Node Type: "Result"\n    Alias: "x" y\n    Plan Rows: 1\n'
    with pytest.raises(PlanParseError) as caught:
        parse_plan(text)
    assert (caught.value.line, caught.value.column) == (5, 15)


def test_documents_are_plans_of_their_own() -> None:
    text = "---\nPlan:\n  Node Type: Result\n---\nPlan:\n  Node Type: Limit\n"
    found: Any = loads(text)
    assert [one["Plan"]["Node Type"] for one in found] == ["Result", "Limit"]


def test_a_property_of_an_extension_is_kept() -> None:
    remote = {"Plan": {"Node Type": "Seq Scan", "Alias": "a: b"}}
    job = {"Task Count": 2, "Tasks": [{"Node": "host=a port=1", "Remote Plan": [remote]}, {"Node": "b"}]}
    node = {
        "Node Type": "Custom Scan",
        "Custom Plan Provider": "Citus Adaptive",
        "Distributed Query": {"Job": job},
    }
    found = parse_plan(as_yaml([{"Plan": node}]))
    assert found == read_json([{"Plan": node}])
    assert found.root.extra["Distributed Query"] == {"Job": job}


def test_depth_is_no_limit() -> None:
    levels = 1_500
    lines = ["- Plan: "]
    for level in range(levels):
        indent = " " * (4 + 4 * level)
        lines += [f'{indent[:-2] + "- " if level else indent}Node Type: "Limit"', f"{indent}Plans: "]
    lines.append(f'{" " * (4 * levels + 2)}- Node Type: "Result"')
    assert sum(1 for _ in read_json(loads("\n".join(lines))).walk()) == levels + 1


@settings(deadline=None)
@given(st.text(st.sampled_from("ab: -\n\"'\\#[]{}|&\t~12") | st.characters(), max_size=60))
@example("-")
@example("- ")
@example("a:\n-")
@example("[" * 5_000)
@example("- " * 3_000 + "a")
@example("a: " + "1" * 5_000)
@example('"' + "\\" * 4_999)
@example(" " * 50_000 + ":")
@example("a" + ":" * 50_000)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        yaml_text.loads(text)
    except PlanParseError as error:
        assert error.line is not None
        assert error.column is not None
    collect_plans(f"- Plan: \n    Node Type: {text}")
