"""A statement that does not end within statement_timeout is still diagnosed, and its remedies are measured against that limit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from scratch import scratch_database

from perfkit import document
from perfkit.db.target import Limits, Target
from perfkit.errors import CaptureTimeout
from perfkit.investigation import SCHEMA, Investigation
from perfkit.lab import Lab
from perfkit.render.html import write_html_page
from perfkit.render.investigation import investigation_blocks

pytestmark = pytest.mark.server

ENDLESS = "select p.id from products p where p.id not in (select product_id from items) order by p.id"
"""For each of 20,000 rows a list of 60,000 that is too long to be hashed is searched: half a minute."""

CUBE = "select count(*) from items a, items b where a.id + b.id = 0"


SETUP = (
    "create table products (id int primary key)",
    "create table items (id int primary key, product_id int)",
    "insert into products select i from generate_series(1, 20000) as i",
    "insert into items select i, 1 + i * 7 % 15000 from generate_series(1, 60000) as i",
    "analyze",
    "alter database endless_test set work_mem = '64kB'",
)


@pytest.fixture(scope="module")
def market(target: Target) -> Iterator[Target]:
    with scratch_database(target, "endless_test", SETUP) as place:
        yield replace(place, limits=Limits(statement_timeout=2.0))


@pytest.fixture(scope="module")
def found(market: Target) -> Investigation:
    return Lab(market).investigate(ENDLESS, runs=2)


def test_the_cause_is_named_from_the_plan_alone(found: Investigation) -> None:
    assert found.before.ended_after_ms is not None
    assert found.before.ended_after_ms >= 2000
    assert found.before.samples.values == ()
    assert found.findings[0].id == "not-in-nullable-subquery"
    assert any("not executed to its end" in note for note in found.notes)


def test_a_rewrite_is_measured_against_the_limit_and_its_rows_are_compared(found: Investigation) -> None:
    best = found.advice[0]
    assert best.kind == "rewrite"
    assert "not exists" in best.sql.lower()
    assert (best.proof.level, best.proof.verdict, best.proof.same_result) == ("executed", "improves", True)
    assert best.proof.before == found.before
    assert best.proof.time_ratio is not None
    assert best.proof.time_ratio < 0.5
    assert re.match(r"not finished after [\d.]+ s → median", best.proof.reason)
    assert ", proven by execution: the query written another way" in found.verdict


def test_a_page_and_the_document_tell_of_the_limit(found: Investigation) -> None:
    assert document.from_document(Investigation, document.to_document(found, SCHEMA), SCHEMA) == found
    shown = write_html_page(investigation_blocks(found), "report")
    assert re.search(r"&gt; [\d.]+ s, not finished", shown)


def test_where_nothing_lets_it_end_the_limit_is_told(market: Target) -> None:
    short = replace(market, limits=Limits(statement_timeout=0.5))
    nothing = Lab(short).investigate(CUBE, runs=2)
    assert nothing.advice == ()
    assert re.search(r"It takes more than [\d.]+ m?s", nothing.verdict)


def test_a_capture_alone_refuses_it(market: Target) -> None:
    short = replace(market, limits=Limits(statement_timeout=0.3))
    with pytest.raises(CaptureTimeout, match="raise statement_timeout"):
        Lab(short).explain(CUBE)
