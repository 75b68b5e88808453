"""How large an index will be: estimates beside indexes that were really built."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from scratch import scratch_database

from perfkit.advise.indexes.shape import Key, Method, Shape
from perfkit.advise.selection.option import Option
from perfkit.advise.selection.shares import with_shares
from perfkit.advise.selection.sizes import estimated_bytes
from perfkit.catalog import Catalog
from perfkit.db.catalog import read_catalog
from perfkit.db.session import Session
from perfkit.db.target import Target

pytestmark = pytest.mark.server

SETUP = """
create table sized (
    id bigint not null, many int not null, few int not null, sparse int, code text not null, word text not null, day date not null,
    price numeric not null, share double precision not null, at timestamptz not null, data jsonb not null, tags text[] not null
);
insert into sized
    select i, (i * 7919) % 1000003, i % 7, case when i % 3 = 0 then i % 500 end, md5(i::text), 'word ' || i % 60,
        date '2000-01-01' + i % 3000, (i % 900) / 10.0, random(), timestamptz '2024-01-01' + i * interval '1 minute',
        jsonb_build_object('k', i % 400), array['t' || i % 300, 'u' || i % 11]
    from generate_series(1, 40000) as i;
create table parted (id int not null, day date not null, few int not null) partition by range (day);
create table parted_1 partition of parted for values from ('2024-01-01') to ('2024-07-01');
create table parted_2 partition of parted for values from ('2024-07-01') to ('2025-01-01');
insert into parted select i, date '2024-01-01' + i % 366, i % 5 from generate_series(1, 30000) as i;
"""


@pytest.fixture(scope="module")
def place(target: Target) -> Iterator[Target]:
    with scratch_database(target, "sizes_test", [SETUP, "vacuum analyze"]) as made:
        yield made


@pytest.fixture(scope="module")
def catalog(place: Target) -> Catalog:
    with Session.open(place) as session, session.transaction():
        return read_catalog(session, {"sized", "parted"})


def shape_of(
    catalog: Catalog,
    table: str,
    *columns: str,
    included: tuple[str, ...] = (),
    predicate: tuple[str, ...] = (),
    method: Method = "btree",
) -> Shape:
    relation = catalog.relation(table)
    assert relation is not None
    return Shape(
        relation=relation,
        equal=(),
        then=tuple(Key(column=name) for name in columns),
        included=included,
        predicate=predicate,
        method=method,
        given_name="sized_option",
    )


def built_bytes(place: Target, shape: Shape) -> int:
    with Session.open(place) as session, session.transaction(writes=True):
        session.execute(shape.sql)
        rows = session.rows(
            "select coalesce(sum(pg_relation_size(relid)), 0)::bigint as size from pg_partition_tree('sized_option')"
            " where isleaf"
        )
        plain = session.rows("select pg_relation_size('sized_option')::bigint as size")
    return int(str(rows[0]["size"])) or int(str(plain[0]["size"]))


@pytest.mark.parametrize(
    "columns",
    [
        ("id",),
        ("many",),
        ("few",),
        ("sparse",),
        ("code",),
        ("word",),
        ("day",),
        ("price",),
        ("share",),
        ("at",),
        ("few", "day"),
        ("few", "word"),
        ("many", "few"),
        ("price", "few"),
        ("code", "at"),
        ("few", "sparse", "day"),
    ],
    ids=", ".join,
)
def test_a_b_tree(place: Target, catalog: Catalog, columns: tuple[str, ...]) -> None:
    is_near(place, catalog, shape_of(catalog, "sized", *columns), 1.35)


@pytest.mark.parametrize(
    ("columns", "included", "predicate"),
    [
        (("few",), ("many",), ()),
        (("word",), ("day", "price"), ()),
        (("id",), ("code",), ()),
        (("id",), (), ("few = 3",)),
        (("day",), ("id",), ("few = 3",)),
        (("id",), (), ("sparse IS NULL",)),
        (("id",), (), ("sparse IS NOT NULL",)),
    ],
    ids=str,
)
def test_a_covering_or_partial_b_tree(
    place: Target,
    catalog: Catalog,
    columns: tuple[str, ...],
    included: tuple[str, ...],
    predicate: tuple[str, ...],
) -> None:
    is_near(
        place, catalog, shape_of(catalog, "sized", *columns, included=included, predicate=predicate), 1.35
    )


@pytest.mark.parametrize(
    ("column", "method", "factor"),
    [
        ("id", "hash", 2.0),
        ("code", "hash", 2.0),
        ("at", "brin", 2.0),
        ("tags", "gin", 5.0),
        ("data", "gin", 5.0),
    ],
)
def test_other_methods(place: Target, catalog: Catalog, column: str, method: Method, factor: float) -> None:
    """A GIN index is as large as its distinct values, of which the statistics say nothing: an estimate in the middle."""
    is_near(place, catalog, shape_of(catalog, "sized", column, method=method), factor)


@pytest.mark.parametrize("columns", [("id",), ("few",), ("few", "day")], ids=", ".join)
def test_a_partitioned_index(place: Target, catalog: Catalog, columns: tuple[str, ...]) -> None:
    """All partitions together."""
    is_near(place, catalog, shape_of(catalog, "parted", *columns), 1.35)


def test_before_13_keys_were_not_shared(catalog: Catalog) -> None:
    shape = shape_of(catalog, "sized", "few")
    old = replace(catalog, server_version_num=120000)
    assert estimated_bytes(shape, old) > 1.5 * estimated_bytes(shape, catalog)


def test_a_condition_that_the_statistics_do_not_know_keeps_a_tenth(catalog: Catalog) -> None:
    whole = estimated_bytes(shape_of(catalog, "sized", "id"), catalog)
    part = estimated_bytes(shape_of(catalog, "sized", "id", predicate=("lower(word) = 'a'",)), catalog)
    assert 0.05 < part / whole < 0.15


@pytest.mark.parametrize(
    ("table", "predicate"),
    [
        ("sized", ("few < sparse",)),
        ("sized", ("many > id", "few = 3")),
        ("sized", ("lower(word) = 'word 7' or few = 1",)),
        ("parted", ("few = 2",)),
    ],
    ids=str,
)
def test_what_a_predicate_keeps_is_counted(
    place: Target, catalog: Catalog, table: str, predicate: tuple[str, ...]
) -> None:
    shape = shape_of(catalog, table, "day" if table == "parted" else "id", predicate=predicate)
    options = [
        Option(number=0, shape=shape),
        Option(number=1, shape=shape_of(catalog, table, "few")),
    ]
    with Session.open(place) as session, session.transaction():
        partial, whole = with_shares(session, options, catalog)
        condition = ") and (".join(predicate)
        rows = session.run_users("", f"select count(*) filter (where ({condition})), count(*) from {table}")
    assert whole.kept is None
    assert partial.kept == pytest.approx(int(str(rows[0][0])) / int(str(rows[0][1])))
    told, true = estimated_bytes(shape, catalog, partial.kept), built_bytes(place, shape)
    assert true / 1.35 <= told <= true * 1.35


def test_a_predicate_that_fails_is_left_to_the_statistics(place: Target, catalog: Catalog) -> None:
    options = [Option(number=0, shape=shape_of(catalog, "sized", "id", predicate=("1 / (few - few) = 1",)))]
    with Session.open(place) as session, session.transaction():
        assert with_shares(session, options, catalog) == tuple(options)
        assert session.rows("select 1 as n") == [{"n": 1}]


def is_near(place: Target, catalog: Catalog, shape: Shape, factor: float) -> None:
    told, true = estimated_bytes(shape, catalog), built_bytes(place, shape)
    assert true / factor <= told <= true * factor, f"told {told}, built {true}: {told / true:.2f} times"
