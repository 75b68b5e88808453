"""A test suite's log: query shapes that nobody has seen before, with plans and findings, and no values of theirs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from perfkit.db.target import Target
from perfkit.gate.queries import read_log_queries
from perfkit.gate.update import update
from perfkit.lab import Lab
from perfkit.render.ci.code_quality import write_code_quality
from perfkit.render.ci.note import write_note

LINES = (
    "select relname from pg_class limit 1",
    "select version()",
    "select id, state, amount from orders where customer_id = 7 order by id",
    "select count(*) from orders where note like 'hush%' and state = 'secret'",
    "update orders set state = 'hush' where id = 3",
    "select * from nowhere where x = 'hush'",
    "select count(*) from orders where note like 'other%' and state = 'secret'",
)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "postgresql.log"
    path.write_text(
        "".join(
            f"2026-11-28 06:59:{number:02}.000 UTC [7] LOG:  duration: {number + 1}.5 ms  statement: {sql}\n"
            for number, sql in enumerate(LINES)
        )
    )
    return path


def test_known_shapes_and_the_catalog_are_left_out(log: Path) -> None:
    found = read_log_queries(log, set())
    assert (found.shapes, found.others, len(found.unseen)) == (4, 2, 4)
    assert [one.line for one in found.unseen] == [4, 6, 5, 3]
    known = {one.name.removeprefix("log-") for one in found.unseen[:1]}
    assert len(read_log_queries(log, known).unseen) == 3


@pytest.mark.server
def test_new_shapes_are_reported_and_then_known(shop: Target, queries: Path, log: Path) -> None:
    lab = Lab(shop)
    folder = queries / "baseline"
    update(folder, lab.gate(queries).results)
    report = lab.gate(None, baseline=folder, log=log)
    assert report.counts == {"new": 3}
    assert report.is_open
    assert not lab.gate(None, baseline=folder, log=log, strict=True).is_open
    said = write_note(report) + write_code_quality(report) + str(report)
    assert "secret" not in said
    assert "hush" not in said
    assert "select count(\\*) from orders" in said or "select count(*) from orders" in said
    by_text = {one.statement.split()[0]: one for one in report.results if one.statement}
    assert by_text["select"].findings
    assert any('relation "nowhere" does not exist' in note for one in report.results for note in one.notes)
    assert update(folder, report.results) == (2, 0)
    assert lab.gate(None, baseline=folder, log=log).counts == {"new": 1}
    assert lab.gate(queries, strict=True).counts == {"ok": 3}, "what a log showed is expected in no folder"


@pytest.mark.server
def test_a_write_in_the_log_is_only_planned_unless_scratch(shop: Target, queries: Path, log: Path) -> None:
    production = Lab(replace(shop, is_scratch=False))
    report = production.gate(None, baseline=queries / "none", log=log)
    (writing,) = [one for one in report.results if one.statement.startswith("update")]
    assert writing.after is not None
    assert not writing.after.plan.is_analyzed
    (ran,) = [
        one
        for one in Lab(shop).gate(None, baseline=queries / "none", log=log).results
        if one.statement.startswith("update")
    ]
    assert ran.after is not None
    assert ran.after.plan.is_analyzed
