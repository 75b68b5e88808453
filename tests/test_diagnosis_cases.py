"""The cases of the diagnosis bench are well-formed, and together they show every finding of the vocabulary."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import get_args

import pytest

from perfkit.advise.values import AdviceKind
from perfkit.findings import VOCABULARY
from tests.diagnosis.case import Case, Remedy, every_case
from tests.diagnosis.run import statements

CASES = tuple(every_case())
CATEGORIES = {
    "index", "predicates", "shape", "estimates", "memory", "partitions", "maintenance", "writes", "session", "traps",
    "healthy",
}  # fmt: skip
NOT_SHOWN = {
    "seq-scan-large": "a symptom, told beside its cause",
    "cold-read": "the operating system's cache cannot be emptied",
    "worker-skew": "how workers share a table is chance",
}
"""Ids that no case can show on a server of ours, and why."""


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> Case:
    found = request.param
    assert isinstance(found, Case)
    return found


def entries(case: Case) -> Iterator[Remedy]:
    yield from case.remedy
    yield from case.must_not


def test_a_case_says_what_it_is(case: Case) -> None:
    assert case.category in CATEGORIES
    assert case.kind in ("problem", "trap", "healthy")
    assert case.title.strip() and "\n" not in case.title
    assert case.why.strip()
    assert bool(case.sql.strip()) != bool(case.log.strip())


def test_its_ids_are_in_the_vocabulary(case: Case) -> None:
    assert set(case.cause) | set(case.also) <= set(VOCABULARY)


def test_a_problem_has_a_cause_and_anything_else_none_but_that_no_index_helps(case: Case) -> None:
    if case.kind == "problem":
        assert case.cause
    else:
        assert set(case.cause) <= {"index-not-beneficial"}


def test_its_remedies_are_of_a_known_kind_and_their_patterns_compile(case: Case) -> None:
    for entry in entries(case):
        assert entry.kind in get_args(AdviceKind)
        assert entry.proof in ("executed", "none")
        re.compile(entry.sql, re.IGNORECASE | re.DOTALL)


def test_what_makes_its_database_is_sql(case: Case) -> None:
    assert case.database == "tracker" or list(statements(case.setup))


def test_every_finding_is_the_cause_of_a_case() -> None:
    shown = {id for case in CASES for id in case.cause}
    assert set(VOCABULARY) - shown == set(NOT_SHOWN)
