"""Logs that servers wrote with auto_explain, and what psql showed of it.

``logs/<major>.<options>.<log_line_prefix>.<destination>``; every file holds the entries of the same statements. Some
have text that looks like a plan in a comment and in a constant.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from paste_decorations import each, lines

from perfkit.plan import Plan, collect_plans, parse_plans

LOGS = Path(__file__).parent / "logs"
SERVER_LOGS = sorted(path for path in LOGS.iterdir() if path.suffix != ".txt")
HEADS = re.compile(r"duration: [\d.]+ ms  plan:")


def read(name: str) -> str:
    return (LOGS / name).read_text()


def told(plan: Plan) -> list[tuple[object, ...]]:
    return [(node.node_type, node.relation, node.index, node.filter, node.estimate) for node in plan.walk()]


@pytest.mark.parametrize("path", SERVER_LOGS, ids=lambda path: path.name)
def test_every_entry_of_a_log_is_read(path: Path) -> None:
    text = path.read_text()
    found = collect_plans(text)
    assert found.errors == ()
    assert len(found.plans) == len(HEADS.findall(text)) >= 5
    assert list(found.lines) == sorted(found.lines)
    assert all(plan.query_text and "(actual" not in plan.query_text for plan in found.plans)
    joined = next(plan for plan in found.plans if "join project" in (plan.query_text or ""))
    assert [node.node_type for node in joined.walk()] == [
        "Aggregate",
        "Hash Join",
        "Seq Scan",
        "Hash",
        "Seq Scan",
    ]
    assert (list(joined.walk())[-1].filter or "").removeprefix("(p.").removeprefix(
        "("
    ) == "name <> 'x''y'::text)"
    limited = next(plan for plan in found.plans if "limit 3" in (plan.query_text or ""))
    assert [node.node_type for node in limited.walk()] == ["Limit", "Sort", "Seq Scan"]
    assert (list(limited.walk())[-1].filter or "").count("\n") == 3


def test_the_destinations_of_one_log_say_the_same() -> None:
    stderr = parse_plans(read("18.text.0.stderr"))
    assert parse_plans(read("18.text.0.csv")) == stderr
    assert parse_plans(read("18.text.0.jsonlog")) == stderr


@pytest.mark.parametrize(
    "name",
    ["18.text.1.stderr", "18.text.2.stderr", "18.text.3.stderr", "18.yaml.4.stderr", "18.xml.4.stderr"],
)
def test_neither_prefix_nor_format_changes_the_plans(name: str) -> None:
    expected = parse_plans(read("18.text.0.stderr"))
    found = parse_plans(read(name))
    assert [told(plan) for plan in found] == [told(plan) for plan in expected]
    assert [plan.query_text for plan in found] == [plan.query_text for plan in expected]


def test_parameters_of_an_entry_are_kept() -> None:
    found = parse_plans(read("18.text.0.stderr"))
    assert (
        found[-1].extra["Query Parameters"]
        == "$1 = '5', $2 = 'it''s\n->  Foo  (cost=1.00..2.00 rows=1 width=1)'"
    )


@pytest.mark.parametrize("prefix", ["db-1  | ", "2024-01-01T00:00:00.123456789Z stderr F ", "[pod/db-0/pg] "])
def test_what_collects_logs_may_put_its_own_prefix_before_each_line(prefix: str) -> None:
    text = read("18.text.0.stderr")
    assert parse_plans(each(prefix)(text)) == parse_plans(text)


def test_syslog_numbers_the_lines_of_an_entry() -> None:
    text = read("18.text.0.stderr")
    found = []
    entry = line_number = 0
    for line in lines(text):
        is_first = not line.startswith("\t")
        entry, line_number = entry + is_first, 1 if is_first else line_number + 1
        body = line.replace("\t", "#011")
        found.append(f"Nov  4 00:32:17 db1 postgres[6649]: [{entry}-{line_number}] {body}")
    assert parse_plans("\n".join(found)) == parse_plans(text)


def test_psql_shows_entries_between_results() -> None:
    found = collect_plans(read("psql.client.txt"))
    assert found.errors == ()
    assert [[node.node_type for node in plan.walk()] for plan in found.plans] == [
        ["Aggregate", "Hash Join", "Seq Scan", "Hash", "Seq Scan"],
        ["Index Only Scan"],
        ["Index Only Scan"],
        ["Index Only Scan"],
    ]
    assert list(found.plans[0].walk())[-1].filter == "(name <> 'x''y'::text)"


@pytest.mark.parametrize("name", ["psql.notice.txt", "psql.notice_verbose.txt"])
def test_a_plan_that_a_function_raised_line_by_line_is_read(name: str) -> None:
    (found,) = parse_plans(read(name))
    assert [node.node_type for node in found.walk()] == ["Aggregate", "Nested Loop", "Seq Scan", "Seq Scan"]
    assert [node.filter for node in found.walk()][2:] == [
        "(body = 'a\n-> b'::text)",
        "(name <> 'x''y'::text)",
    ]


def test_an_entry_without_a_plan_is_an_error_with_its_place() -> None:
    text = read("18.text.0.stderr")
    first = lines(text)[1]
    broken = text.replace(lines(text)[2], "\tnothing like a plan", 1)
    found = collect_plans(broken)
    assert first.startswith("\tQuery Text")
    assert len(found.plans) == 4
    assert [error.line for error in found.errors] == [2]
