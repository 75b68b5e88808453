"""Columns of different types that are joined: the one without the index is given the other's type, and that is measured."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from scratch import scratch_database

from perfkit.db.session import Session
from perfkit.db.target import Target
from perfkit.lab import Lab

pytestmark = pytest.mark.server

SETUP = (
    "create table sensors (serial bigint primary key, site text not null)",
    "insert into sensors select i, 'site ' || i % 9 from generate_series(1, 80000) i",
    "create table faults (serial numeric not null, code text, batch int not null)",
    "insert into faults select 1 + i * 7919 % 80000, 'code', i % 500 from generate_series(1, 20000) i",
    "create index on faults (batch)",
    "create table notes (serial text not null, batch int not null)",
    "insert into notes select i || case when i % 2 > 0 then 'x' else '' end, i % 50 from generate_series(1, 2000) i",
    "vacuum analyze",
)


@pytest.fixture(scope="module")
def plant(target: Target) -> Iterator[Target]:
    with scratch_database(target, "column_types", SETUP) as place:
        yield place


def test_the_column_without_the_index_takes_the_type_of_the_other(plant: Target) -> None:
    sql = "select s.site, f.code from faults f join sensors s on s.serial = f.serial where f.batch = 7"
    found = Lab(plant).investigate(sql, runs=2)
    assert "implicit-type-mismatch" in [one.id for one in found.findings if one.severity != "info"]
    (schema,) = [one for one in found.advice if one.kind == "schema"]
    assert (
        schema.steps[0].sql
        == "ALTER TABLE public.faults ALTER COLUMN serial TYPE bigint USING serial::bigint"
    )
    assert (
        schema.undo_sql == "ALTER TABLE public.faults ALTER COLUMN serial TYPE numeric USING serial::numeric"
    )
    assert (schema.proof.verdict, schema.proof.same_result) == ("improves", True)
    assert schema.caveats[0].startswith("rewrites the table under an ACCESS EXCLUSIVE lock")
    with Session.open(plant) as session:
        (row,) = session.rows("select pg_typeof(serial)::text as type from faults limit 1")
    assert row["type"] == "numeric"


def test_a_cast_that_the_statement_writes_is_no_matter_of_the_column(plant: Target) -> None:
    sql = "select s.site from notes n join sensors s on s.serial::text = n.serial where n.batch = 4"
    found = Lab(plant).investigate(sql, runs=2)
    assert not [one for one in (*found.advice, *found.rejected) if one.kind == "schema"]
