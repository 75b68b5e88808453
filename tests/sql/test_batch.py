"""Many look-ups as one statement: where it reads the same rows, and where it must not be tried."""

from __future__ import annotations

import pytest

from perfkit.sql.batch import Call, batch_of


def calls(text: str, *values: str) -> list[Call]:
    return [Call(text=text.replace("?", value)) for value in values]


@pytest.mark.parametrize(
    ("text", "batch"),
    [
        ("select * from t where id = ?", "select * from t where id = any($1)"),
        ("select * from t where id = '?'", "select * from t where id = any($1)"),
        ("select * from t where id = ? limit 1", "select * from t where id = any($1)"),
        ('select "t"."id" from "t" where "t"."id" = ? limit 21', 'select "t"."id" from "t" where "t"."id" = any($1)'),
        ("select id, a from t where id = ? and b > 3", "select id, a from t where id = any($1) and b > 3"),
        ("select t.a from t where t.id = ? order by t.a", "select t.id, t.a from t where t.id = any($1) order by t.a"),
        ("select count(*) from t where k = ?", "select k, count(*) from t where k = any($1)\ngroup by k"),
        ("select a from t where id = ?::bigint", "select id, a from t where id = any($1::bigint[])"),
    ],
)  # fmt: skip
def test_a_key_becomes_a_list(text: str, batch: str) -> None:
    found = batch_of(calls(text, "5", "6", "6"))
    assert found is not None
    assert found.text == batch
    assert found.keys == ("5", "6")


def test_parameters_that_stay_are_written_out() -> None:
    text = "select * from t where id = $1 and s = $2 limit $3"
    found = batch_of([Call(text=text, parameters=(str(n), "it's", "1")) for n in range(3)])
    assert found is not None
    assert found.text == "select * from t where id = any($1) and s = 'it''s'"


@pytest.mark.parametrize(
    "text",
    [
        "select * from t where id > ?",
        "select * from t where id = ? or b",
        "select * from t where not id = ?",
        "select * from t limit 10 offset ?",
        "select * from t where id = ? limit 5",
        "select k, count(*) from t where id = ? group by k",
        "select distinct a from t where id = ?",
        "select * from t where id = ? union all select * from t",
        "select * from t where a in (select b from u where id = ?)",
        "select row_number() over () from t where id = ?",
        "select * from t where id = ? for update",
        "select max(a), b from t where id = ?",
        "select ? as a",
        "select * from t where f(?) = 1",
        "selec * from t where id = ?",
    ],
)
def test_other_forms_are_left_alone(text: str) -> None:
    assert batch_of(calls(text, "5", "6", "7")) is None


def test_two_keys_that_differ_are_left_alone() -> None:
    assert batch_of([Call(text=f"select * from t where a = {n} and b = {n + 1}") for n in range(3)]) is None
    assert batch_of([Call(text="select 1"), Call(text="select 2, 3")]) is None
    assert batch_of([Call(text="select * from t where a = 1")] * 3) is None
    assert batch_of([]) is None
