"""What the snapshot of the catalog says of constraints and row security."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from perfkit.catalog import Constraint, Relation
from perfkit.db.catalog import read_catalog
from perfkit.db.session import Session
from perfkit.db.target import Target
from perfkit.sql.rewrites.keys import is_not_null

pytestmark = pytest.mark.server

NOT_VALIDATED_SINCE = 180000


@pytest.fixture(scope="module")
def house(target: Target) -> Iterator[Session]:
    with Session.open(target) as session:
        session.change("drop database if exists catalog_test with (force)")
        session.change("create database catalog_test")
    with Session.open(target.at("catalog_test")) as session:
        session.change(
            "create table bookings (id int primary key, room int check (room is not null), during int4range not null,"
            " guest text, price int constraint dear check (price < 1000), exclude using gist (during with &&))"
        )
        session.change("alter table bookings add constraint named check (guest is not null) not valid")
        session.change("alter table bookings enable row level security")
        session.change("create table plain (id int primary key, late int)")
        yield session
    with Session.open(target) as session:
        session.change("drop database catalog_test with (force)")


def relation(session: Session, name: str) -> Relation:
    with session.transaction():
        found = read_catalog(session, [name]).relation(name)
    assert found is not None
    return found


def test_constraints_are_told_with_whether_old_rows_keep_them(house: Session) -> None:
    bookings = relation(house, "bookings")
    assert Constraint(name="dear", kind="check", definition="CHECK ((price < 1000))") in bookings.constraints
    assert [one.kind for one in bookings.constraints].count("exclusion") == 1
    assert [one.name for one in bookings.constraints if not one.is_valid] == ["named"]
    assert bookings.has_row_security
    assert (relation(house, "plain").constraints, relation(house, "plain").has_row_security) == ((), False)


def test_a_check_promises_as_much_as_not_null_once_it_is_valid(house: Session) -> None:
    bookings = relation(house, "bookings")
    told = {name: is_not_null(bookings, name) for name in ("id", "room", "during", "guest", "price")}
    assert told == {"id": True, "room": True, "during": True, "guest": False, "price": False}


def test_not_null_without_a_look_at_old_rows_promises_nothing(house: Session) -> None:
    if house.server_version_num < NOT_VALIDATED_SINCE:
        pytest.skip("NOT NULL is always validated before 18")
    house.change("insert into plain values (1, null)")
    house.change("alter table plain add constraint late_there not null late not valid")
    assert not is_not_null(relation(house, "plain"), "late")
    house.change("update plain set late = 1")
    house.change("alter table plain validate constraint late_there")
    assert is_not_null(relation(house, "plain"), "late")


def test_what_is_set_to_read_it_is_as_before(house: Session) -> None:
    wanted = "select setting, source from pg_settings where name = 'jit'"
    with house.transaction():
        house.execute("set local jit = on")
        before = house.rows(wanted)
        read = read_catalog(house, ["bookings"])
        assert house.rows(wanted) == before
    setting = read.setting("jit")
    assert setting is not None
    assert (setting.value, setting.source) == ("on", "session")
