"""What the gate says of queries that run as they did, worse, better, or not at all, on a real server."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from perfkit.db.session import Session
from perfkit.db.target import Target
from perfkit.errors import ServerError, UsageError
from perfkit.gate import GateReport, Result
from perfkit.gate.asked import read_asked
from perfkit.gate.update import update
from perfkit.lab import Lab

pytestmark = pytest.mark.server

Change = Callable[..., Lab]


@pytest.fixture
def lab(shop: Target) -> Lab:
    return Lab(shop)


@pytest.fixture
def baseline(lab: Lab, queries: Path) -> Path:
    """Baselines of all queries as the shop is."""
    folder = queries / "baseline"
    written, removed = update(folder, lab.gate(queries).results)
    assert (written, removed) == (3, 0)
    return folder


def by_name(report: GateReport) -> dict[str, Result]:
    return {one.query: one for one in report.results}


def kinds(result: Result) -> set[str]:
    return {one.kind for one in result.worse}


def test_without_baselines_every_query_is_new_and_the_gate_open(lab: Lab, queries: Path) -> None:
    report = lab.gate(queries)
    assert report.counts == {"new": 3}
    assert report.is_open
    assert not lab.gate(queries, strict=True).is_open


@pytest.mark.usefixtures("baseline")
def test_the_same_again_is_ok(lab: Lab, queries: Path) -> None:
    for _ in range(5):
        assert lab.gate(queries, strict=True).counts == {"ok": 3}


def test_a_new_run_within_tolerance_changes_no_file(lab: Lab, queries: Path, baseline: Path) -> None:
    before = {path.name: path.read_bytes() for path in baseline.iterdir()}
    assert update(baseline, lab.gate(queries).results) == (0, 0)
    assert {path.name: path.read_bytes() for path in baseline.iterdir()} == before


def test_baselines_hold_no_values_and_no_times(baseline: Path) -> None:
    text = "".join(path.read_text() for path in baseline.iterdir())
    assert "42" not in json.loads((baseline / "orders_of_customer.json").read_text())["statement"]
    assert "Time" not in text
    assert "Cost" not in text
    document = json.loads((baseline / "orders_of_customer.json").read_text())
    assert list(document) == sorted(document)
    assert document["counters"]["rows"] == 20


@pytest.mark.usefixtures("baseline")
def test_a_dropped_index_is_found_and_named(changed: Change, queries: Path) -> None:
    report = changed("drop index orders_customer_id_idx").gate(queries)
    assert not report.is_open
    worst = report.results[0]
    assert worst.verdict == "regressed"
    found = by_name(report)["orders_of_customer"]
    assert {"shape", "blocks", "rows-removed", "finding"} <= kinds(found)
    assert found.causes[0].subject == "orders_customer_id_idx"
    assert "CREATE INDEX orders_customer_id_idx ON public.orders" in found.remedies[0]
    assert "missing-index-filter" in {one.id for one in found.findings if one.is_new}
    assert by_name(report)["revenue"].verdict == "ok"


@pytest.mark.usefixtures("baseline")
def test_an_index_of_another_name_and_the_same_work_is_no_regression(changed: Change, queries: Path) -> None:
    report = changed("alter index orders_customer_id_idx rename to orders_by_customer").gate(queries)
    assert report.is_open
    assert by_name(report)["orders_of_customer"].remedies == ()


@pytest.mark.parametrize(
    ("setting", "query"),
    [
        ("work_mem = '64kB'", "revenue"),
        ("enable_indexscan = off; set enable_bitmapscan = off", "orders_of_customer"),
        ("random_page_cost = 100000", "orders_of_customer"),
    ],
)
@pytest.mark.usefixtures("baseline")
def test_a_changed_setting_is_found_and_named(
    changed: Change, queries: Path, setting: str, query: str
) -> None:
    lab = changed()
    name = lab.target.conninfo.split("dbname=")[1].split()[0]
    with Session.open(lab.target) as session:
        for one in setting.split("; set "):
            session.change(f"alter database {name} set {one}")
    found = by_name(lab.gate(queries))[query]
    assert found.verdict == "regressed"
    assert setting.split(" ")[0] in {one.subject for one in found.causes if one.kind == "setting"}


@pytest.mark.usefixtures("baseline")
def test_a_worse_query_is_found(lab: Lab, queries: Path) -> None:
    file = queries / "orders_of_customer.sql"
    file.write_text(file.read_text().replace("customer_id = $1", "customer_id + 0 = $1"))
    found = by_name(lab.gate(queries))["orders_of_customer"]
    assert found.verdict == "regressed"
    assert found.causes[0].kind == "statement"


def test_stale_statistics_are_found(shop: Target, changed: Change, queries: Path) -> None:
    """The table was filled after it was analysed: a nested loop is chosen for one row that are thousands."""
    (queries / "fresh.sql").write_text(
        "select count(o.note) from events as e join orders as o on o.id = e.order_id where e.kind = 'new'"
    )
    make = (
        "create table events (id integer primary key, order_id integer not null, kind text not null)",
        "insert into events select i, i, 'old' from generate_series(1, 20000) as i",
    )
    fill = "update events set kind = 'new' where id <= 15000"
    good = changed(*make, fill, "vacuum analyze events")
    update(queries / "baseline", good.gate(queries).results)
    stale = changed(
        *make,
        "vacuum analyze events",
        "alter table events set (autovacuum_enabled = off)",
        fill,
    )
    found = by_name(stale.gate(queries))["fresh"]
    assert found.verdict == "regressed"
    assert "stale-statistics" in {one.id for one in found.findings}


@pytest.mark.usefixtures("baseline")
def test_a_new_index_improves(changed: Change, queries: Path) -> None:
    report = changed("drop index orders_customer_id_idx").gate(queries)
    folder = queries / "worse"
    update(folder, report.results)
    better = changed().gate(queries, baseline=folder)
    assert by_name(better)["orders_of_customer"].verdict == "improved"
    assert better.is_open


@pytest.mark.usefixtures("baseline")
def test_a_removed_file_is_gone_and_an_update_removes_its_baseline(lab: Lab, queries: Path) -> None:
    (queries / "cities.sql").unlink()
    report = lab.gate(queries)
    assert by_name(report)["cities"].verdict == "gone"
    assert report.is_open
    assert update(queries / "baseline", report.results) == (0, 1)
    assert lab.gate(queries).counts == {"ok": 2}


def test_a_query_that_cannot_be_run_fails_and_the_others_are_judged(
    lab: Lab, queries: Path, baseline: Path
) -> None:
    (queries / "cities.sql").write_text("select nothing from customers")
    report = lab.gate(queries)
    assert not report.is_open
    assert report.counts == {"failed": 1, "ok": 2}
    assert 'column "nothing" does not exist' in report.results[0].worse[0].text
    before = (baseline / "cities.json").read_bytes()
    assert update(baseline, report.results) == (0, 0)
    assert (baseline / "cities.json").read_bytes() == before


@pytest.mark.usefixtures("baseline")
def test_other_data_is_not_compared_and_a_blind_gate_is_closed(changed: Change, queries: Path) -> None:
    more = changed(
        "insert into orders select i, i % 2000 + 1, 'done', 1, '' from generate_series(50000, 150000) as i",
        "vacuum analyze orders",
    )
    report = more.gate(queries)
    assert report.counts == {"not comparable": 3}
    assert not report.is_open
    assert "public.orders had 40,000 rows and has 140,000" in report.results[0].notes[0]
    (queries / "customer.sql").write_text("select name from customers where id = 7")
    assert more.gate(queries).is_blind
    update(queries / "baseline", more.gate(queries).results)
    assert more.gate(queries).counts == {"ok": 4}


@pytest.mark.usefixtures("baseline")
def test_tolerances_let_through_what_they_name(changed: Change, queries: Path) -> None:
    (queries / "gate.toml").write_text(
        '[query."orders_of_customer"]\nblocks = "any"\nrows = "any"\nshape = "any"\n'
        'findings = ["missing-index-filter"]\n[query."cities"]\nblocks = "any"\nrows = "any"\nshape = "any"\n'
        'findings = ["missing-index-join", "missing-index-filter"]\n'
    )
    report = changed("drop index orders_customer_id_idx").gate(queries)
    assert report.counts == {"ok": 3}


@pytest.mark.usefixtures("baseline")
def test_the_same_shape_may_be_asked_for(changed: Change, queries: Path) -> None:
    (queries / "gate.toml").write_text('[defaults]\nshape = "same"\n')
    report = changed("create index on orders (customer_id, id) include (state, amount)").gate(queries)
    found = by_name(report)["orders_of_customer"]
    assert kinds(found) == {"shape"}
    assert "orders_customer_id_id_state_amount_idx" in found.worse[0].text


def test_a_second_database_stands_for_the_baselines(shop: Target, changed: Change, queries: Path) -> None:
    worse = changed("drop index orders_customer_id_idx")
    report = worse.gate(queries, against=shop.conninfo)
    assert by_name(report)["orders_of_customer"].verdict == "regressed"
    assert worse.gate(queries, against=worse.target.conninfo).counts == {"ok": 3}


def test_a_statement_that_writes_is_planned_or_rolled_back(
    shop: Target, lab: Lab, changed: Change, queries: Path
) -> None:
    (queries / "close.sql").write_text("update orders set state = 'done' where state = 'open'")
    production = Lab(replace(shop, is_scratch=False))
    planned = by_name(production.gate(queries))["close"]
    assert planned.after is not None
    assert planned.after.counters.shared_blocks is None
    assert "only planned" in planned.notes[0]
    copy = changed()
    update(queries / "baseline", copy.gate(queries).results)
    for _ in range(3):
        assert copy.gate(queries, strict=True).counts == {"ok": 4}
    with Session.open(copy.target) as session:
        rows = session.rows("select count(*) as open from orders where state = 'open'")
    assert rows == [{"open": 200}]


def test_what_no_rollback_undoes_is_refused(lab: Lab, queries: Path) -> None:
    (queries / "signal.sql").write_text("select pg_reload_conf()")
    found = by_name(lab.gate(queries))["signal"]
    assert found.verdict == "failed"
    assert "acts on the whole server" in found.worse[0].text


def test_a_server_that_is_not_there_is_no_verdict(queries: Path) -> None:
    nowhere = Lab(Target(conninfo="host=/nowhere dbname=x"))
    with pytest.raises(ServerError, match="cannot connect"):
        nowhere.gate(queries)


def test_several_sets_of_values_are_several_queries(lab: Lab, queries: Path) -> None:
    (queries / "orders_of_customer.jsonl").write_text("[1]\n[2]\n")
    report = lab.gate(queries)
    assert {"orders_of_customer.1", "orders_of_customer.2"} <= set(by_name(report))


def test_nothing_asked_is_told(queries: Path) -> None:
    with pytest.raises(UsageError, match="nothing to look at"):
        read_asked(None, None)
    with pytest.raises(UsageError, match="does not say which queries are known"):
        read_asked(None, None, log=queries / "x.log")
