"""A small shop and a folder of queries on it, for the gate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from perfkit.db.session import Session
from perfkit.db.target import Target
from perfkit.lab import Lab
from tests.scratch import scratch_database

TABLES = (
    "create table customers (id integer primary key, name text not null, city text not null)",
    "insert into customers select i, 'name ' || i, 'city ' || i % 50 from generate_series(1, 2000) as i",
    "create table orders (id integer primary key, customer_id integer not null, state text not null, amount integer,"
    " note text)",
    "insert into orders select i, i % 2000 + 1, case when i % 200 = 0 then 'open' else 'done' end, i % 997,"
    " repeat('x', 80) from generate_series(1, 40000) as i",
    "create index orders_customer_id_idx on orders (customer_id)",
    "vacuum analyze customers",
    "vacuum analyze orders",
)

QUERIES = {
    "orders_of_customer": "-- orders on a customer's page\n-- params: [42]\n"
    "select id, state, amount from orders where customer_id = $1 order by id",
    "revenue": "select customer_id, sum(amount) from orders group by customer_id order by 2 desc, 1 limit 5",
    "cities": "select c.city, count(*) from customers as c join orders as o on o.customer_id = c.id"
    " where c.id between 10 and 20 group by c.city",
}


@pytest.fixture(scope="module")
def shop(target: Target) -> Iterator[Target]:
    """A database of its own for a module; tests that change it use ``changed``."""
    with scratch_database(target, "gate_shop", TABLES) as place:
        yield place


@pytest.fixture
def queries(tmp_path: Path) -> Path:
    folder = tmp_path / "queries"
    folder.mkdir()
    for name, text in QUERIES.items():
        (folder / f"{name}.sql").write_text(text)
    return folder


@pytest.fixture
def changed(shop: Target) -> Iterator[Callable[..., Lab]]:
    """A copy of the shop in which the given statements have run."""
    names = iter(f"gate_shop_{number}" for number in range(9))
    made: list[str] = []

    def change(*statements: str) -> Lab:
        name = next(names)
        with Session.open(shop.at("postgres")) as session:
            session.change(f"drop database if exists {name} with (force)")
            session.change(f"create database {name} template gate_shop")
        made.append(name)
        place = shop.at(name)
        with Session.open(place) as session:
            for sql in statements:
                session.change(sql)
        return Lab(place)

    try:
        yield change
    finally:
        with Session.open(shop.at("postgres")) as session:
            for name in made:
                session.change(f"drop database if exists {name} with (force)")
