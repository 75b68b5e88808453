"""Which existing indexes may go, from a real catalog and the server's own counters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import LiteralString

import psycopg
import pytest
from scratch import scratch_database

from perfkit.advise.selection.drops import redundant_drops, unused_drops
from perfkit.catalog import Catalog
from perfkit.db.catalog import read_catalog
from perfkit.db.session import Session
from perfkit.db.target import Target
from perfkit.db.usage import Usage, read_usage
from perfkit.index_advice import IndexAdvice, Wishes, advise
from perfkit.workload.queries import Workload, query_of

pytestmark = pytest.mark.server

SETUP = """
create table people (id int primary key, name text not null);
create table deals (
    id int primary key, person_id int not null references people, code int not null unique, amount int not null,
    state text not null, note text not null
);
create index deals_person_id_idx on deals (person_id);
create index deals_amount_idx on deals (amount);
create index deals_state_idx on deals (state);
create index deals_note_idx on deals (note);
create index deals_note_state_idx on deals (note, state);
create index deals_lower_idx on deals (lower(note));
create index deals_open_idx on deals (amount) where state = 'open';
create table calm (id int primary key, a int not null);
create index calm_a_idx on calm (a);
create table quiet (id int primary key, a int not null);
create index quiet_a_idx on quiet (a);
create table visits (day int not null, page int not null, form int not null) partition by range (day);
create table visits_1 partition of visits for values from (0) to (100);
create index visits_page_idx on visits (page);
create index visits_page_form_idx on visits (page, form, day);
insert into people select i, 'p' || i from generate_series(1, 100) as i;
insert into calm select i, i from generate_series(1, 50) as i;
insert into quiet select i, i from generate_series(1, 2000) as i;
insert into visits select i % 100, i, i from generate_series(1, 2000) as i;
"""
WRITES: tuple[LiteralString, ...] = (
    "insert into deals select i, i % 100 + 1, i, i % 500, 'done', 'n' || i from generate_series(1, 8000) as i",
    "vacuum analyze",
)
READ_OFTEN: LiteralString = """
do $$ begin for i in 1..1000 loop perform from deals where state = 'x'; end loop; end $$
"""
READS = "select note from deals where state = 'x'"


@pytest.fixture(scope="module")
def shop(target: Target) -> Iterator[Target]:
    """Each index of deals was there for all its rows; one was read."""
    with scratch_database(target, "drops_test", [SETUP]) as made:
        with psycopg.connect(made.conninfo, autocommit=True) as connection:
            for statement in (
                *WRITES,
                "set enable_seqscan = off",
                READ_OFTEN,
                "select pg_stat_force_next_flush()",
            ):
                connection.execute(statement)
        yield made


@pytest.fixture(scope="module")
def usage(shop: Target) -> Usage:
    with Session.open(shop) as session:
        return read_usage(session)


@pytest.fixture(scope="module")
def catalog(shop: Target) -> Catalog:
    with Session.open(shop) as session, session.transaction():
        return read_catalog(session, {"people", "deals", "calm", "quiet", "visits", "visits_1"})


def test_what_the_server_counted(usage: Usage) -> None:
    assert usage.days is not None
    assert 0 <= usage.days < 1, "vacuum has left its time in the counters"
    state, amount = usage.indexes["public", "deals_state_idx"], usage.indexes["public", "deals_amount_idx"]
    assert (state.scans, amount.scans, amount.entered_rows) == (1000, 0, 8000)
    assert amount.blocks >= 8000
    assert ("public", "visits_page_idx") not in usage.indexes


def names(drops: object) -> list[str]:
    assert isinstance(drops, list)
    return [one.sql.rpartition(".")[2] for one in drops]


def test_an_index_nobody_reads_may_go(catalog: Catalog, usage: Usage) -> None:
    """Neither a key nor one that a foreign key, an expression's statistics, a plan or another server's reader may need."""
    long = replace(usage, days=45.6)
    drops, notes = unused_drops(catalog, set(), (), long, 30)
    assert names(drops) == ["deals_amount_idx", "deals_note_idx", "deals_note_state_idx"]
    (calm,) = [note for note in notes if "calm_a_idx" in note]
    assert "deals_open_idx" in calm, "none of its rows was ever entered"
    assert "quiet_a_idx" in calm, "no index of its table was read"
    assert "seen too few reads or writes" in calm
    one = drops[0]
    assert (one.proof.level, one.proof.verdict) == ("planned", "neutral")
    assert one.rationale.startswith("never read in 45 days, while 8,000 rows of deals were written")
    assert any("45 days" in caveat for caveat in one.caveats)
    assert any("standby" in caveat for caveat in one.caveats)
    assert one.undo_sql == "CREATE INDEX CONCURRENTLY deals_amount_idx ON public.deals USING btree (amount)"


def test_what_is_kept_or_used_stays(catalog: Catalog, usage: Usage) -> None:
    long = replace(usage, days=45.6)
    drops, _ = unused_drops(catalog, {"deals_amount_idx"}, ("public.deals_note_idx",), long, 30)
    assert names(drops) == ["deals_note_state_idx"]
    drops, _ = unused_drops(
        catalog, {"deals_amount_idx"}, ("deals_note_idx", "deals_note_state_idx"), long, 30
    )
    assert drops == []


@pytest.mark.parametrize(
    ("days", "says"),
    [
        (2.4, "the server's counters cover 2 days, too few"),
        (0.3, "the server's counters cover less than a day, too few"),
        (None, "the server's counters do not say since when they count"),
    ],
)
def test_young_counters_say_nothing(catalog: Catalog, usage: Usage, days: float | None, says: str) -> None:
    drops, (note,) = unused_drops(catalog, set(), (), replace(usage, days=days), 30)
    assert drops == []
    assert note.startswith("6 indexes are used by no statement of the workload (")
    assert says in note
    assert unused_drops(catalog, set(), (), Usage(days=400), 30) == ([], []), "nothing was counted"


def test_one_that_another_begins_with_goes_and_the_other_stays(catalog: Catalog) -> None:
    drops, spoken = redundant_drops(catalog, set(), ())
    assert names(drops) == ["deals_note_idx", "visits_page_idx"]
    assert spoken == {"deals_note_idx", "deals_note_state_idx", "visits_page_idx", "visits_page_form_idx"}
    assert names(redundant_drops(catalog, {"deals_note_idx"}, ())[0]) == ["visits_page_idx"]
    part = next(
        index.name
        for relation, index in catalog.indexes()
        if relation.name == "visits_1" and index.columns == ("page",)
    )
    assert names(redundant_drops(catalog, {part}, ())[0]) == ["deals_note_idx"], (
        "a plan names the partition's"
    )


def advised(shop: Target, **wishes: object) -> IndexAdvice:
    workload = Workload(
        source="folder", queries=(query_of("read", READS), query_of("key", "select 1 from calm"))
    )
    return advise(shop, workload, Wishes(**wishes), seconds=10)  # type: ignore[arg-type]


def test_an_unused_one_is_advised_apart_from_what_is_sure(shop: Target) -> None:
    """Redundant ones go with the script; unused ones stand in it as a remark, with what a write is spared."""
    found = advised(shop, unused_days=0.0, keep=("public.calm_a_idx",))
    by_name = {one.sql.rpartition(".")[2]: one for one in found.advice}
    assert list(by_name) == ["deals_note_idx", "deals_amount_idx"]
    unused = by_name["deals_amount_idx"]
    assert found.verdict == "Drop 1; 1 existing index is unused by the server's counters"
    assert unused.price.write_cost is not None
    before, after = unused.price.write_cost.wal_bytes_before, unused.price.write_cost.wal_bytes_after
    assert before is not None
    assert after is not None
    assert after < before
    assert "\nDROP INDEX CONCURRENTLY public.deals_note_idx;" in found.migration
    assert f"-- {unused.id}, once what it says to mind was looked at:" in found.migration
    assert "\n-- DROP INDEX CONCURRENTLY public.deals_amount_idx;" in found.migration
    assert "deals_amount_idx" not in found.undo
    assert "≈ neutral" in str(found)


def test_by_itself_the_server_knows_too_little_here(shop: Target) -> None:
    found = advised(shop)
    assert [one.sql for one in found.advice] == ["DROP INDEX public.deals_note_idx"]
    (note,) = found.notes
    assert "deals_amount_idx" in note
    assert "less than a day" in note
