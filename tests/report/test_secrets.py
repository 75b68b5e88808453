"""Passwords are recognised and struck, and nothing else is."""

from __future__ import annotations

import pytest

from perfkit.report.secrets import STRUCK, holds_password, passwords_in, strike, strike_all


@pytest.mark.parametrize(
    "text",
    [
        "select * from users where password_hash = $1",
        "service=shop",
        "postgresql://ann@db:5433/shop",
        "see https://example.org/a:b/c@d",
        "passfile=/home/ann/.pgpass",
    ],
)
def test_plain_texts_hold_no_password(text: str) -> None:
    assert not holds_password(text)
    assert strike(text) == text


def test_sql_on_a_password_column_stays_as_it_is() -> None:
    sql = "select id from users where password = $1"
    assert strike(sql) == sql


def test_strikes_connection_strings_and_known_passwords() -> None:
    text = "a password=x1 b postgres://u:x2@h/d c PGPASSWORD='x 3' d hunter2"
    struck = strike(text, ("hunter2",))
    assert struck == f"a password={STRUCK} b postgres://u:{STRUCK}@h/d c PGPASSWORD={STRUCK} d {STRUCK}"
    assert strike(struck, ("hunter2",)) == struck


def test_passwords_are_found_in_the_environment() -> None:
    environment = {
        "PGPASSWORD": "first-secret",
        "SHOP_DSN": "host=db user=ann password='second secret'",
        "PERFKIT_DSN": "postgresql://ann:third%2Fsecret@db/shop",
        "HOME": "/home/ann",
    }
    assert set(passwords_in(environment)) == {
        "first-secret",
        "second secret",
        "third%2Fsecret",
        "third/secret",
    }


def test_a_password_equal_to_a_name_is_no_secret_worth_striking() -> None:
    assert passwords_in({"PERFKIT_DSN": "postgres://postgres:postgres@localhost/shop"}) == ()
    assert passwords_in({"PERFKIT_DSN": "user=shop password=shop", "PGPASSWORD": "postgres"}) == ()


def test_documents_are_struck_in_depth() -> None:
    document = {"a": ["x", {"b": "secret here"}], "n": 1, "none": None}
    assert strike_all(document, ("secret",)) == {"a": ["x", {"b": f"{STRUCK} here"}], "n": 1, "none": None}
