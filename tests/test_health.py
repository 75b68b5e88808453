"""A database's own books: what is told is there, and what cannot be known is not told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from perfkit.db.catalog import read_catalog
from perfkit.db.session import Session
from perfkit.db.target import Target
from perfkit.db.usage import IndexUsage, Usage
from perfkit.health import examine_health, findings_of
from perfkit.render import to_html, to_text
from tests.scratch import scratch_database

pytestmark = pytest.mark.server

SETUP = (
    "create table customers (id int primary key, name text)",
    "create table orders (id int primary key, customer int references customers, code text, at date)",
    "insert into customers select n, 'c' || n from generate_series(1, 2000) n",
    "insert into orders select n, 1 + n % 2000, 'o' || n, date '2026-01-01' + n % 300 from generate_series(1, 5000) n",
    "create index orders_code on orders (code)",
    "create index orders_code_at on orders (code, at)",
    'create index "Orders At" on orders (at)',
    "vacuum analyze orders",
)


def test_what_is_amiss_is_told_with_its_cure(target: Target) -> None:
    """A repeated index, a foreign key without one, and a table never analyzed; the script runs, and cures what it says."""
    with scratch_database(target, "health", SETUP) as place:
        found = examine_health(place)
        kinds = {one.id: one for one in found.findings}
        assert "index orders_code:" in kinds["redundant-prefix-index"].title
        assert "customer" in kinds["missing-fk-index"].title
        assert "unused-index" not in kinds, "the counters are younger than a month"
        assert any("which indexes are never read is told from 30 on" in note for note in found.notes)
        assert found.tables == 2 and found.indexes == 5
        for shown in (to_text(found), to_html(found)):
            assert "cannot show" not in shown
        assert "no statement of the workload" not in to_text(found)
        with Session.open(place) as session:
            for one in found.findings:
                for sql in filter(str.strip, one.sql.split(";\n")):
                    session.change(sql.rstrip(";\n "))
            session.change("create index orders_customer on orders (customer)")
        assert not examine_health(place).findings


def test_never_read_is_said_of_what_was_counted_long_enough(target: Target) -> None:
    """By counters of two months in which the other indexes were read and this one kept up; not by those of a week."""
    with scratch_database(target, "health_usage", SETUP) as place, Session.open(place) as session:
        with session.transaction():
            catalog = read_catalog(session, ["orders"])
        counted = {
            ("public", index.name): IndexUsage(scans=0 if index.name == "Orders At" else 5000, blocks=9000, entered_rows=5000)
            for _, index in catalog.indexes()
        }  # fmt: skip
        told = [
            one for one in findings_of(catalog, Usage(days=60.0, indexes=counted)) if one.id == "unused-index"
        ]
        assert ["Orders At" in one.title for one in told] == [True]
        assert '"Orders At"' in told[0].sql and "CREATE INDEX" in told[0].undo_sql
        assert not [
            one for one in findings_of(catalog, Usage(days=7.0, indexes=counted)) if one.id == "unused-index"
        ]


def test_an_invalid_index_is_told(target: Target) -> None:
    with scratch_database(target, "health_invalid", SETUP) as place, Session.open(place) as session:
        with session.transaction():
            catalog = read_catalog(session, ["orders"])
        relation = catalog.relations[0]
        broken = replace(
            relation, indexes=(replace(relation.indexes[0], is_valid=False), *relation.indexes[1:])
        )
        found = list(findings_of(replace(catalog, relations=(broken,)), Usage(days=None)))
        assert [one.id for one in found if "is invalid" in one.title] == ["invalid-index"]


def test_an_empty_database_has_nothing_amiss(target: Target) -> None:
    with scratch_database(target, "health_empty", ()) as place:
        found = examine_health(place)
    assert found.verdict == "Nothing is amiss in the catalog of 0 tables and 0 indexes"
