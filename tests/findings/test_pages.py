"""A page for every finding: whole, true to real plans, and with SQL that a server takes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from psycopg import Connection
from psycopg.errors import FeatureNotSupported

from perfkit.db.connection import connect
from perfkit.db.target import Target
from perfkit.errors import UsageError
from perfkit.findings import RULES, VOCABULARY, examine
from perfkit.findings.page import HEADINGS, PAGES, Page, page_of
from perfkit.plan import parse_plan
from tests.findings.scenarios import BASE

HERE = Path(__file__).parent
RECORDINGS = (*sorted((HERE / "pasted").glob("*.fires.*.txt")), HERE / "page_plans.txt")
MANUAL = "https://www.postgresql.org/docs/current/"

SHOWN_BY_ANOTHER = {
    "collation-prevents-prefix-index": "missing-pattern-ops-index",
    "idle-in-transaction": "lock-wait",
}
"""Pages whose plan is that of another diagnosis: theirs is told by the catalog, or by the list of sessions."""

NOT_OF_THE_PLAN_ALONE = {
    "composite-index-wrong-order": "catalog", "missing-brin-index": "catalog", "duplicate-index": "catalog",
    "redundant-prefix-index": "catalog", "unused-index": "catalog", "stale-statistics": "catalog",
    "partitionwise-disabled": "catalog", "table-bloat": "catalog", "hot-update-lost": "catalog",
    "parallel-disabled-by-function": "catalog", "n-plus-one-queries": "log", **SHOWN_BY_ANOTHER,
    "large-in-list": "the list, which is shortened", "too-many-partitions": "the partitions, which are left out",
}  # fmt: skip
"""Findings that the excerpt on their page cannot show, and what would."""

EXAMPLES = (
    *(statement for statement in BASE if not statement.startswith(("insert", "vacuum"))),
    "create extension pg_stat_statements",
    "create table notes (id int primary key, issue_id int references issues (id), body text)",
    "create table places (id int primary key, city int not null, postcode int not null)",
    "create table bands (id int primary key, project_id int, low int, high int)",
    "create table bookings (id int primary key, starts int not null, ends int not null, note text not null)",
    "create table events (id int primary key, issue_id int not null, kind int not null)",
    "create table documents (id int primary key, body jsonb)",
    "create table log (id int not null) partition by range (id)",
    "create table log_0 partition of log for values from (0) to (1000)",
    "create table orders (id int not null, note text not null) partition by hash (id)",
    "create table lines (order_id int not null, body text not null) partition by hash (order_id)",
    "create table visits (at timestamptz not null, page int not null, note text not null, issue_id int)",
    "create function wanted(n int) returns setof int language sql as 'select generate_series(1, n)'",
    "create function weight_of(title text) returns int language sql as 'select length(title)'",
    "create table part_1 (kind int not null, title text not null) with (parallel_workers = 0)",
)
"""The tables and functions that the pages speak of; the tables are empty."""

OUTSIDE_A_TRANSACTION = re.compile(r"(\b(?:create|drop|index)\b.*?) concurrently\b")
"""The rest of such a statement is tried: that it may not be in a transaction is known."""

each_page = pytest.mark.parametrize("id", VOCABULARY)


def fences(page: Page, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page.markdown, flags=re.MULTILINE | re.DOTALL)


def test_every_id_has_a_page_and_every_page_an_id() -> None:
    assert {path.stem for path in PAGES.glob("*.md")} == set(VOCABULARY)
    assert {path.suffix for path in PAGES.iterdir()} == {".md"}


@each_page
def test_a_page_is_whole(id: str) -> None:
    """The fixed headings, each with something below it, at a length that is read in a minute or two."""
    page = page_of(id)
    assert page.id == id
    assert page.markdown.startswith(f"# {page.title}\n\n## ")
    assert tuple(section.heading for section in page.sections) == HEADINGS
    assert all(section.markdown for section in page.sections)
    prose = re.sub(r"```.*?```|\(https[^)]*\)", "", page.markdown, flags=re.DOTALL)
    assert 120 <= len(prose.split()) <= 350
    assert set(re.findall(r"^```(.+)$", page.markdown, flags=re.MULTILINE)) <= {"plan", "sql"}
    assert fences(page, "plan")
    assert fences(page, "sql")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_page_has_the_title_of_its_rule(rule: object) -> None:
    assert page_of(rule.id).title == rule.title  # type: ignore[attr-defined]


@each_page
def test_a_page_leads_to_the_manual(id: str) -> None:
    """By the chapter's name and its address; other findings are named by ids that exist."""
    page = page_of(id)
    links = re.findall(r"\[([^\]]+)\]\(([^)]+)\)", page.sections[-1].markdown)
    assert links
    assert all(re.fullmatch(rf"{MANUAL}[a-z0-9-]+\.html(#[A-Z0-9-]+)?", address) for _, address in links)
    named = {word for word in re.findall(r"`([a-z]+(?:-[a-z]+)+)`", page.markdown)}
    assert named <= set(VOCABULARY)


@cache
def recorded_lines() -> frozenset[str]:
    """Lines of real plans without their indentation: as they are, and as they are with COSTS OFF."""
    lines = {
        line.strip().removeprefix("->  ") for path in RECORDINGS for line in path.read_text().split("\n")
    }
    return frozenset(lines | {re.sub(r"  \(cost=[^)]*\)(?= )", "", line) for line in lines})


@each_page
def test_the_plans_are_real(id: str) -> None:
    """Line by line from a recording; an ellipsis stands for what was left out within a line."""
    for excerpt in fences(page_of(id), "plan"):
        for line in excerpt.rstrip("\n").split("\n"):
            head, dots, tail = line.strip().removeprefix("->  ").partition("…")
            if dots:
                assert any(one.startswith(head) and one.endswith(tail) for one in recorded_lines()), line
            else:
                assert head in recorded_lines(), line


@each_page
def test_the_plans_show_what_the_page_is_about(id: str) -> None:
    """perfkit itself reads the excerpt, and finds out what is wrong with it where a plan alone can tell."""
    found = {finding.id for text in fences(page_of(id), "plan") for finding in examine(parse_plan(text))}
    assert id in found or id in NOT_OF_THE_PLAN_ALONE
    assert (
        SHOWN_BY_ANOTHER.get(id, id) in found or id in NOT_OF_THE_PLAN_ALONE.keys() - SHOWN_BY_ANOTHER.keys()
    )


@pytest.fixture(scope="module")
def examples(target: Target) -> Iterator[Connection[tuple[object, ...]]]:
    """A connection to a database with the tables that the pages speak of, and the role they set things for."""
    with connect(target.conninfo) as connection:
        connection.execute("create database page_examples")
        connection.execute("create role reporting")
    with connect(target.at("page_examples").conninfo) as connection:
        for statement in EXAMPLES:
            connection.execute(statement.encode())
        yield connection
    with connect(target.conninfo) as connection:
        connection.execute("drop database page_examples")
        connection.execute("drop role reporting")


def statements(sql: str) -> list[str]:
    """The statements of a block, each ending a line with its semicolon; a body in dollar quotes stays whole."""
    parts = re.split(r"(\$\$.*?\$\$)", sql, flags=re.DOTALL)
    marked = "".join(
        part if at % 2 else re.sub(r";$", "\0", part, flags=re.MULTILINE) for at, part in enumerate(parts)
    )
    return [statement.strip() for statement in marked.split("\0") if statement.strip()]


@pytest.mark.server
@each_page
def test_a_server_takes_the_sql(id: str, examples: Connection[tuple[object, ...]]) -> None:
    """Every statement of the page runs, one after the other, on empty tables; nothing of it stays."""
    with examples.transaction(force_rollback=True):
        for block in fences(page_of(id), "sql"):
            for statement in statements(block):
                word = statement.split()[0].lower()
                if word in NO_NESTING:
                    continue
                if word == "vacuum":
                    statement = re.sub(r"^vacuum( \(.*?\)| analyze)?", "analyze", statement)
                if "pg_stat_statements" in statement:
                    statement = f"explain {statement}"
                try:
                    with examples.transaction():
                        examples.execute(OUTSIDE_A_TRANSACTION.sub(r"\1", statement).encode())
                except FeatureNotSupported as error:
                    assert "ICU is not supported in this build" in str(error)


NO_NESTING = {"begin", "commit", "rollback"}
"""The test's own transaction is around the page's."""


def test_an_unknown_id_is_told_with_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"no finding 'sort-spil'; did you mean sort-spill"):
        page_of("sort-spil")
    with pytest.raises(UsageError, match=r"did you mean .*missing-index-filter"):
        page_of("Missing Index Filter")
    with pytest.raises(UsageError, match=r"did you mean .*lossy-bitmap"):
        page_of("bitmap")
    with pytest.raises(UsageError, match=r"explain-finding --list"):
        page_of("xyzzy")
