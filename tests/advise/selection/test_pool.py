"""The options a statement gives: which indexes its tables could use, and none that is there or that no table wants."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from scratch import scratch_database

from perfkit.advise.selection.ask import Asked, asked
from perfkit.advise.selection.option import Option
from perfkit.advise.selection.pool import pooled
from perfkit.advise.selection.vary import variations
from perfkit.db.session import Session
from perfkit.db.sessions import Sessions
from perfkit.db.target import Target
from perfkit.progress import Silent
from perfkit.workload.queries import Workload, query_of

pytestmark = pytest.mark.server

SETUP = """
create table customers (id int primary key, city text not null, email text not null, note text not null);
insert into customers
    select i, 'city ' || i % 200, 'User' || i || '@example.com', repeat('n', 150) from generate_series(1, 20000) as i;
create table orders (
    id bigint primary key, customer_id int not null, state text not null, ordered_on date not null, wanted_on date not null,
    sent_on date not null, price int not null, note text not null
);
insert into orders
    select i, i % 20000 + 1, case when i % 50 = 0 then 'open' else 'done' end, date '2020-01-01' + i * 7 % 1500,
        date '2020-01-01' + i % 1500 + i % 9, date '2020-01-01' + i % 1500 + i % 11, i % 997, repeat('x', 100)
    from generate_series(1, 40000) as i;
create table lines (order_id bigint not null, item int not null, quantity int not null, note text not null);
insert into lines select i % 40000 + 1, i * 7 % 700, i % 9, repeat('z', 60) from generate_series(1, 60000) as i;
create index lines_item_idx on lines (item);
create table tiny (id int, kind int);
insert into tiny select i, i % 5 from generate_series(1, 50) as i;
"""

LATE = "select id from orders where state = 'open' and ordered_on between '2020-03-01' and '2020-03-09'"
BOUGHT = "select sum(price) from orders where customer_id = 7"
JOINED = """select c.city, sum(o.price) from customers c join orders o on o.customer_id = c.id
    where c.city = 'city 9' group by c.city"""
UNSENT = """select o.ordered_on from orders o where o.price = 9
    and exists (select * from lines l where l.order_id = o.id and l.quantity > 5)"""
TARDY = "select id from orders where customer_id = 7 and wanted_on < sent_on"


@pytest.fixture(scope="module")
def place(target: Target) -> Iterator[Target]:
    with scratch_database(target, "pool_test", [SETUP, "vacuum analyze"]) as made:
        yield made


def found_for(place: Target, *texts: str) -> Asked:
    queries = tuple(query_of(f"q{number}", text) for number, text in enumerate(texts, 1))
    with Session.open(place) as session:
        return asked(Sessions(session), Workload(source="folder", queries=queries), (), Silent())


def options_for(place: Target, *texts: str) -> tuple[Option, ...]:
    return pooled(found_for(place, *texts).needs)


def bodies(options: tuple[Option, ...]) -> list[str]:
    return [f"{option.shape.relation.name} {option.shape.body}" for option in options]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (BOUGHT, {"orders (customer_id)", "orders (customer_id) INCLUDE (price)"}),
        (
            LATE,
            {
                "orders (ordered_on)",
                "orders (state)",
                "orders (state, ordered_on)",
                "orders (ordered_on, state)",
                "orders (state, ordered_on) INCLUDE (id)",
                "orders (ordered_on) WHERE state = 'open'",
                "orders (ordered_on) INCLUDE (id) WHERE state = 'open'",
            },
        ),
        (
            JOINED,
            {
                "customers (city)",
                "customers (city) INCLUDE (id)",
                "orders (customer_id)",
                "orders (customer_id) INCLUDE (price)",
            },
        ),
        (UNSENT, {"lines (order_id)", "lines (order_id) INCLUDE (quantity)", "lines (order_id, quantity)"}),
        (
            TARDY,
            {
                "orders (customer_id) WHERE sent_on > wanted_on",
                "orders (customer_id) INCLUDE (id, sent_on, wanted_on)",
            },
        ),
        ("select id from customers where lower(email) = 'user7@example.com'", {"customers (lower(email))"}),
        (
            "select customer_id, max(price) from orders group by customer_id",
            {"orders (customer_id)", "orders (customer_id) INCLUDE (price)"},
        ),
        ("update orders set price = 1 where customer_id = 8", {"orders (customer_id)"}),
        ("delete from orders where customer_id = 8 and price = 4", {"orders (customer_id, price)"}),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)
def test_what_a_statement_gives(place: Target, text: str, wanted: set[str]) -> None:
    assert wanted <= set(bodies(options_for(place, text)))


def test_an_index_that_is_there_is_no_option(place: Target) -> None:
    options = bodies(
        options_for(place, "select note from lines where item = 7", "select note from customers where id = 8")
    )
    assert "lines (item)" not in options
    assert "customers (id)" not in options


def test_a_covering_index_beside_a_narrow_one_is_an_option(place: Target) -> None:
    assert "lines (item) INCLUDE (quantity)" in bodies(
        options_for(place, "select quantity from lines where item = 7")
    )


def test_a_tiny_table_gets_none(place: Target) -> None:
    assert options_for(place, "select id from tiny where kind = 3") == ()


def test_the_whole_row_is_not_repeated_in_an_index(place: Target) -> None:
    options = options_for(place, "select * from orders where customer_id = 7")
    assert bodies(options) == ["orders (customer_id)"]


def test_a_table_that_is_written_gets_no_covering_index(place: Target) -> None:
    assert not [
        one
        for one in options_for(place, "update orders set price = 1 where customer_id = 8")
        if one.shape.included
    ]


def test_no_partial_index_rests_on_a_value_of_the_callers(place: Target) -> None:
    generic = LATE.replace("'open'", "$1")
    assert [one for one in options_for(place, LATE) if one.shape.predicate]
    assert not [one for one in options_for(place, generic) if one.shape.predicate]


def test_a_comparison_of_two_columns_depends_on_no_value(place: Target) -> None:
    generic = TARDY.replace("7", "$1")
    assert "orders (customer_id) WHERE sent_on > wanted_on" in bodies(options_for(place, generic))


def test_each_index_is_an_option_once_and_serves_all_that_may_use_it(place: Target) -> None:
    found = found_for(place, BOUGHT, JOINED, LATE)
    options = pooled(found.needs)
    assert len(set(bodies(options))) == len(options)
    assert [option.number for option in options] == list(range(len(options)))
    users = {
        f"{one.shape.relation.name} {one.shape.body}": [
            place for place, needs in enumerate(found.needs) if any(need.may_use(one.shape) for need in needs)
        ]
        for one in options
    }
    assert users["orders (customer_id)"] == [0, 1]
    assert users["customers (city)"] == [1]
    assert users["orders (ordered_on) WHERE state = 'open'"] == [2]


def test_what_one_statement_proposes_comes_before_wider_options(place: Target) -> None:
    ranks = {one.shape.body: one.rank for one in options_for(place, LATE)}
    assert (
        ranks["(state, ordered_on)"]
        < ranks["(ordered_on, state)"]
        < ranks["(ordered_on) INCLUDE (id, state)"]
    )
    assert set(ranks.values()) == {0, 1, 2}


def test_variations_are_wider_and_narrower_and_new(place: Target) -> None:
    options = {one.number: one for one in options_for(place, LATE, BOUGHT, TARDY)}
    by_body = {one.shape.body: one for one in options.values()}
    wide, narrow = (
        by_body["(customer_id) INCLUDE (id, sent_on, wanted_on)"],
        by_body["(customer_id) INCLUDE (price)"],
    )
    new = variations(options, wide.bit, wide.bit | narrow.bit, len(options))
    made = {one.shape.body: parents for one, parents in new}
    assert made["(customer_id) INCLUDE (id, price, sent_on, wanted_on)"] == wide.bit | narrow.bit
    assert made["(customer_id) INCLUDE (id, sent_on)"] == wide.bit
    assert not made.keys() & by_body.keys()
    assert [one.number for one, _ in new] == list(range(len(options), len(options) + len(new)))
    assert variations(options, 0, wide.bit, len(options)) == ()


def test_the_order_depends_on_nothing_but_the_workload(place: Target) -> None:
    """Neither on the hashes of strings, which differ from run to run, nor on the order of the statements."""
    texts = (BOUGHT, LATE, JOINED, UNSENT, TARDY)
    program = (
        "import sys; from perfkit.db.target import Target; from test_pool import bodies, options_for;"
        " print(*bodies(options_for(Target(conninfo=sys.argv[1], is_scratch=True), *sys.argv[2:])), sep='\\n')"
    )
    path = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program, place.conninfo, *texts],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONHASHSEED": str(seed), "PYTHONPATH": path},
        )
        for seed in (0, 1, 2)
    ]
    told = [one.communicate(timeout=120)[0].splitlines() for one in running]
    assert told[0] == told[1] == told[2]
    assert told[0] == bodies(options_for(place, *reversed(texts)))


def test_a_statement_may_use_what_another_proposed(place: Target) -> None:
    """A longer key that begins with what it compares, and a partial one only where its condition is certain."""
    (need,) = found_for(place, BOUGHT).needs[0]
    shape = next(one.shape for one in options_for(place, BOUGHT) if not one.shape.included)
    longer = replace(
        shape,
        then=(*shape.keys, *(key for one in options_for(place, LATE) for key in one.shape.keys)),
        equal=(),
    )
    assert need.may_use(longer)
    assert not need.may_use(replace(shape, predicate=("state = 'open'",)))
