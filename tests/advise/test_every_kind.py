"""Each kind of remedy, from the statement to the proof, on a real server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from scratch import scratch_database

from perfkit.advise.evidence import Evidence
from perfkit.advise.prove import Outcome, prove
from perfkit.advise.values import Candidate, Step
from perfkit.capture.capture import capture
from perfkit.db.clone import PREFIX
from perfkit.db.session import Session
from perfkit.db.target import Target
from perfkit.lab import Lab
from perfkit.progress import Silent
from perfkit.sql import parse_statement

pytestmark = pytest.mark.server

SETUP = (
    "create table customers (id int primary key, name text not null, city text, zip text)",
    "insert into customers select i, 'name ' || i, 'city ' || i % 200, 'zip ' || i % 200 from generate_series(1, 40000) i",
    "create table orders (id int primary key, customer_id int not null references customers, price numeric, note text)",
    "insert into orders select i, 1 + i % 40000, i, repeat('x', 60) from generate_series(1, 120000) i",
    "create index on orders (customer_id)",
    "create table fresh (id int primary key, kind int not null) with (autovacuum_enabled = off)",
    "create index on fresh (kind)",
    "insert into fresh select i, i % 500 from generate_series(1, 100000) i",
    "vacuum analyze customers, orders",
)


@pytest.fixture(scope="module")
def shop(target: Target) -> Iterator[Target]:
    with scratch_database(target, "every_kind", SETUP) as place:
        yield place


def tried(place: Target, sql: str, *candidates: Candidate, parameters: tuple[object, ...] = ()) -> Outcome:
    statement = parse_statement(sql)
    with Session.open(place) as session:
        captured = capture(session, statement, parameters, runs=2, allow_writes=True)
    return prove(candidates, statement, captured, place, progress=Silent())


def rewrite(sql: str, **more: object) -> Candidate:
    return replace(Candidate(kind="rewrite", sql=sql, rationale="asks once"), **more)  # type: ignore[arg-type]


PER_ROW = "select id, (select count(*) from orders o where o.price + 0 = c.id * 8000) from customers c where id <= 20"
JOINED = (
    "select c.id, coalesce(n, 0) from customers c left join"
    " (select price + 0 as price, count(*) n from orders where price + 0 <= 160000 group by 1) o on o.price = c.id * 8000"
    " where c.id <= 20"
)


def test_a_rewrite_with_the_same_rows_is_proven(shop: Target) -> None:
    outcome = tried(shop, PER_ROW, rewrite(JOINED))
    advice = outcome.advice[0]
    assert (advice.kind, advice.proof.verdict, advice.proof.same_result) == ("rewrite", "improves", True)
    assert advice.sql.endswith(JOINED)


def test_a_rewrite_with_other_rows_is_rejected(shop: Target) -> None:
    outcome = tried(shop, PER_ROW, rewrite(JOINED.replace("coalesce(n, 0)", "n")))
    assert outcome.advice == ()
    assert "the result is not the same" in outcome.rejected[0].reason


def test_a_rewrite_is_proven_without_leave_to_change_anything(shop: Target) -> None:
    """It only reads; an index is named and labelled."""
    outcome = tried(
        replace(shop, is_scratch=False),
        PER_ROW,
        rewrite(JOINED),
        Candidate(kind="index", sql="CREATE INDEX ON orders (price)", rationale=""),
    )
    assert [(one.kind, one.proof.level) for one in outcome.advice] == [
        ("rewrite", "executed"),
        ("index", "none"),
    ]
    assert "--scratch" in outcome.advice[1].proof.reason


def test_what_postgresql_refuses_is_rejected_with_its_words(shop: Target) -> None:
    outcome = tried(shop, PER_ROW, rewrite("select nothing from customers"))
    assert 'column "nothing" does not exist' in outcome.rejected[0].reason


def test_a_page_by_its_keys_is_compared_with_the_page_by_its_number(shop: Target) -> None:
    outcome = tried(
        shop,
        "select id, note from orders order by id limit 20 offset 90000",
        rewrite(
            "select id, note from orders where id > $1 order by id limit 20",
            values_sql="select id from orders order by id limit 1 offset 89999",
        ),
    )
    (advice,) = outcome.advice
    assert (advice.proof.verdict, advice.proof.same_result) == ("improves", True)
    assert "id > '90000'" in advice.sql


def test_statistics_are_proven_on_a_clone_of_its_own(shop: Target) -> None:
    """The database itself is left as it was."""
    outcome = tried(
        shop,
        "select count(*) from fresh f join orders o on o.id = f.id where f.kind = 3",
        Candidate(kind="statistics", sql="ANALYZE fresh", rationale=""),
    )
    assert [one.sql for one in (*outcome.advice, *outcome.rejected)] == ["ANALYZE fresh"]
    with Session.open(shop) as session:
        assert session.rows("select count(*) as n from pg_stats where tablename = 'fresh'") == [{"n": 0}]
        assert session.rows("select from pg_database where starts_with(datname, %s)", [PREFIX]) == []


def test_the_smallest_work_mem_that_ends_a_spill(shop: Target) -> None:
    found = Lab(shop).investigate("select note, price from orders order by note, price desc, id", runs=2)
    (setting,) = [one for one in found.advice if one.kind == "setting"]
    assert setting.proof.verdict == "improves"
    assert setting.sql in ("SET work_mem = '16MB'", "SET work_mem = '32MB'")
    assert setting.undo_sql == "RESET work_mem"
    assert setting.proof.after is not None
    assert setting.proof.after.counters.temp_blocks == 0
    assert [one.reason for one in found.rejected if one.kind == "setting"] == ["it still spills"] * len(
        [one for one in found.rejected if one.kind == "setting"]
    )


def test_vacuum_is_proven_although_no_transaction_may_run_it(shop: Target) -> None:
    outcome = tried(
        shop,
        "select count(*) from fresh where kind between 10 and 20",
        Candidate(kind="maintenance", sql="VACUUM (ANALYZE) fresh", rationale=""),
    )
    (advice,) = outcome.advice
    assert (advice.proof.verdict, advice.kind) == ("improves", "maintenance")
    assert advice.price.build_ms


def test_a_changed_type_is_proven(shop: Target) -> None:
    outcome = tried(
        shop,
        "select count(*) from customers c where zip = 'zip 7'",
        Candidate(
            kind="schema",
            sql="ALTER TABLE customers ALTER COLUMN zip TYPE varchar(10); CREATE INDEX zips ON customers (zip)",
            steps=(
                Step(kind="schema", sql="ALTER TABLE customers ALTER COLUMN zip TYPE varchar(10)"),
                Step(kind="index", sql="CREATE INDEX zips ON customers (zip)"),
            ),
            rationale="",
        ),
    )
    (advice,) = outcome.advice
    assert (advice.proof.verdict, len(advice.steps)) == ("improves", 2)


def test_what_people_must_do_is_not_called_proven(shop: Target) -> None:
    outcome = tried(
        shop, "select 1", Candidate(kind="application", sql="-- ask for all rows at once", rationale="")
    )
    assert (outcome.advice[0].proof.level, outcome.rejected) == ("none", ())


def test_a_rewrite_is_tried_with_the_index_it_calls_for(shop: Target) -> None:
    outcome = tried(
        shop,
        "select id from orders where price + 0 = 4711",
        rewrite("select id from orders where price = 4711"),
    )
    best = outcome.advice[0]
    assert [step.kind for step in best.steps] == ["index", "rewrite"]
    assert best.proof.verdict == "improves"


def test_a_rewritten_update_leaves_the_same_rows(shop: Target) -> None:
    outcome = tried(
        shop,
        "update orders set note = 'seen' where (select count(*) from customers c where c.id = orders.customer_id"
        " and c.id < 5) > 0",
        rewrite("update orders set note = 'seen' where customer_id < 5"),
        rewrite("update orders set note = 'seen' where customer_id < 6"),
    )
    assert [(one.proof.verdict, one.proof.same_result) for one in outcome.advice] == [("improves", True)]
    assert "not the same" in outcome.rejected[0].reason


def test_evidence_speaks_of_the_whole_table(shop: Target) -> None:
    statement = parse_statement("select count(*) from orders where note = 'a'")
    with Session.open(shop) as session:
        captured = capture(session, statement, runs=1)
    evidence = Evidence(statement=statement, catalog=captured.catalog, plan=captured.plan, findings=())
    assert list(evidence.of("missing-index-filter")) == []


def test_harm_to_other_statements_is_seen(shop: Target) -> None:
    """What cannot be run is left out."""
    found = Lab(shop).investigate(
        "select id from orders where note = 'a' and price = 5",
        runs=2,
        workload=["select count(*) from customers", "select broken from nowhere", "select 1 where $1"],
    )
    best = found.advice[0]
    assert [one.sql for one in best.proof.bystanders] == ["select count(*) from customers"]
    assert best.proof.bystanders[0].verdict == "neutral"
    assert "1 other statement of the workload" in str(found)
