"""What a page of the book can do, on a real server."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from perfkit.book import Page, open_page
from perfkit.book.claim import require
from perfkit.db.clone import PREFIX
from perfkit.db.servers import Server
from perfkit.db.session import Session
from perfkit.db.target import Target
from perfkit.errors import CaptureError, ClaimFailed
from perfkit.findings.finding import Finding

pytestmark = [pytest.mark.slow, pytest.mark.server]


@pytest.fixture(scope="module")
def page(server: Server) -> Iterator[Page]:
    page = open_page("test")
    yield page
    page.close()


def test_a_measurement_tells_what_claims_are_made_of(page: Page) -> None:
    found = page.measure("select id from issues where assignee_id = $1", [42])
    assert found.has("Seq Scan on issues")
    assert found.rows + found.rows_removed == page.value("select count(*) from issues")
    assert found.rows_of("Seq Scan on issues") == found.rows
    assert found.blocks == page.value("select relpages from pg_class where relname = 'issues'")
    finding = found.finding("missing-index-filter")
    assert isinstance(finding, Finding) and finding.node == 1
    assert "perfkit finds sort-spill" in str(found.finding("sort-spill", since=page.major + 1))
    with pytest.raises(ClaimFailed, match="does not find sort-spill here; it finds missing-index-filter"):
        found.finding("sort-spill")
    with pytest.raises(ClaimFailed, match="no node Index Scan; it has Seq Scan on issues"):
        found.node("Index Scan")


def test_two_forms_are_compared_with_their_rows(page: Page) -> None:
    one = page.measure("select id from issues where id <= 3 order by id", runs=1)
    same = page.measure("select id from issues where id in (1, 2, 3) order by id", runs=1)
    other = page.measure("select id from issues where id <= $1 order by id", [4], runs=1)
    assert page.compare(one, same).same_result is True
    assert page.compare(one, other).same_result is False
    assert page.compare(one, one).same_result is None, "one statement at two times is not run again"
    assert "whole plan" in str(page.compare(one, same))


def test_changes_stay_until_the_page_is_closed(server: Server) -> None:
    """Statements of their own, VACUUM among them; writes that are measured are undone; the copy is gone in the end."""
    page = open_page("test")
    before = page.value("select count(*) from labels")
    page.change("delete from labels where id % 2 = 0; vacuum analyze labels; create index on labels (color)")
    assert page.value("select count(*) from labels") < before
    assert page.value("select count(*) from pg_indexes where indexdef like '%(color)'") == 1
    gone = page.measure("delete from builds where id < 100", writes=True, runs=1)
    assert gone.has("Delete on builds") and gone.wal_bytes > 0
    assert page.value("select count(*) from builds where id < 100") == 99
    page.close()
    page.close()
    with Session.open(Target(conninfo=server.conninfo("postgres"))) as session:
        assert not session.rows("select from pg_database where starts_with(datname, %s)", [page_prefix(page)])


def page_prefix(page: Page) -> str:
    """The name of the page's own copy: pages of other tests may be open."""
    name = str(page.lab.target).split()[1]
    assert name.startswith(PREFIX)
    return name


def test_a_claim_holds_or_ends_the_page(page: Page) -> None:
    shown = page.claim("reads less", 3 < 7, before=2095, after=3, ratio=0.25)
    assert str(shown) == "✔ holds reads less (before 2,095, after 3, ratio 0.25)"
    with pytest.raises(ClaimFailed, match=r"the claim “reads less” does not hold here \(before 3, after 7\)"):
        page.claim("reads less", 7 < 3, before=3, after=7)
    assert require("plain", True, {}).evidence == ""


def test_a_claim_about_later_majors_is_left_open(page: Page) -> None:
    shown = page.claim("is told", page.major < 0, since=page.major + 1, before=3)
    assert str(shown) == f"from PostgreSQL {page.major + 1} on is told (not claimed of this server)"
    with pytest.raises(ClaimFailed, match="the claim “is told” does not hold here"):
        page.claim("is told", page.major < 0, since=page.major)


def test_vacuum_waits_for_the_snapshots_of_others(page: Page) -> None:
    """Those of the page's own clients are part of what it shows."""
    page.change(
        "create table kept with (autovacuum_enabled = off) as select n from generate_series(1, 100) as n"
    )
    reader = page.client("reader")
    reader.run("begin isolation level repeatable read")
    reader.run("select 1 from kept limit 1")
    page.change("delete from kept; vacuum kept")
    assert page.value("select pg_relation_size('kept')") != 0
    reader.run("commit")
    with Session.open(page.lab.target) as other, ThreadPoolExecutor(1) as worker:
        holds = f"select backend_xmin is not null from pg_stat_activity where pid = {other.backend_pid}"
        slow = worker.submit(other.rows, "select pg_sleep(2), count(*) from kept")
        while not page.value(holds):
            assert not slow.done()
        page.change("vacuum kept")
        assert slow.done(), "the vacuum came after the query"
    assert page.value("select pg_relation_size('kept')") == 0


def test_rows_are_shown_and_reckoned_with(page: Page) -> None:
    rows = page.rows("select id, username from users where id <= 25 order by id")
    assert (len(rows), rows[0]["id"], rows.column("id")[-1]) == (25, 1, 25)
    assert str(rows).splitlines()[-1] == "… and 5 more"
    assert str(page.rows("select 1 where false")) == "No rows."


def test_clients_wait_for_one_another(page: Page) -> None:
    alice, bob = page.client("alice"), page.client("bob")
    update = "update projects set star_count = star_count + 1 where id = 42"
    alice.run("begin")
    alice.run(update)
    waiting = bob.start(update)
    assert waiting.blocked_by() == ("alice",)
    found = page.measure(update, writes=True)
    assert {"lock-wait", "idle-in-transaction"} <= {one.id for one in found.findings}
    alice.run("commit")
    assert waiting.sqlstate() is None
    assert len(waiting.result()) == 0
    assert bob.start("select 1 as one").result().column("one") == [1]
    with pytest.raises(CaptureError, match="does not exist"):
        bob.run("select from nowhere")
    assert bob.start("select from nowhere").sqlstate() == "42P01"


def test_a_deadlock_has_one_victim(page: Page) -> None:
    alice, bob = page.client("alice"), page.client("bob")
    for client, id in ((alice, 1), (bob, 2)):
        client.run("begin")
        client.run("select from projects where id = %s for update", [id])
    crossed = [alice.start("select from projects where id = 2 for update")]
    assert crossed[0].blocked_by() == ("bob",)
    crossed.append(bob.start("select from projects where id = 1 for update"))
    assert sorted(one.sqlstate() or "" for one in crossed) == ["", "40P01"]
    for client in (alice, bob):
        client.run("rollback")
        client.close()
