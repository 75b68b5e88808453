"""HypoPG answers where nothing may be changed. It is no part of the embedded server: PERFKIT_POSTGRES names one that has it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from perfkit.db.session import Session
from perfkit.db.target import Target
from perfkit.lab import Lab

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def production(target: Target) -> Iterator[Target]:
    """A database nobody declared scratch."""
    with Session.open(target) as session:
        if not session.rows("select from pg_available_extensions where name = 'hypopg'"):
            pytest.skip("this server has no HypoPG")
        session.change("drop database if exists whatif_test with (force)")
        session.change("create database whatif_test")
    place = target.at("whatif_test")
    with Session.open(place) as session:
        session.change("create extension hypopg")
        session.change("create table orders (id bigint primary key, customer_id int not null, price numeric)")
        session.change("insert into orders select i, i % 2000, i from generate_series(1, 100000) as i")
        session.change("vacuum analyze")
    yield replace(place, is_scratch=False)
    with Session.open(target) as session:
        session.change("drop database whatif_test with (force)")


def test_an_index_is_planned_for_and_never_built(production: Target) -> None:
    found = Lab(production).investigate("select sum(price) from orders where customer_id = 77", runs=2)
    best = found.advice[0]
    assert (best.kind, best.proof.level, best.proof.verdict) == ("index", "planned", "improves")
    assert best.price.size_bytes
    assert "planned cost" in best.proof.reason
    with Session.open(production) as session:
        assert session.rows("select count(*) as n from pg_indexes where tablename = 'orders'") == [{"n": 1}]
