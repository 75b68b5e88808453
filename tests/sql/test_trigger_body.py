"""Which SQL is found in the body of a trigger function."""

from __future__ import annotations

import pytest

from perfkit.sql.trigger_body import statements_of


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (
            "begin update p set sold = (select sum(n) from l where p = new.p) where id = NEW.p; return null; end",
            ["update p set sold = (select sum(n) from l where p = $1) where id = $1"],
        ),
        (
            "declare total numeric; v int := 3;\nbegin\n total := (select sum(x) from l where o = old.o and k = v);\nend",
            ["select (select sum(x) from l where o = $1 and k = $2)"],
        ),
        (
            "declare r record; begin select a, max(b) into strict r.a, r.b from l where k = new.k; return new; end",
            ["select a, max(b) from l where k = $1"],
        ),
        (
            "begin if exists (select 1 from s where sku = new.sku) then delete from s where sku = new.sku; end if; end",
            ["select exists (select 1 from s where sku = $1)", "delete from s where sku = $1"],
        ),
        (
            "begin for r in select id from i where o = new.o loop update i set n = 1 where id = r.id; end loop; end",
            ["select id from i where o = $1", "update i set n = 1 where id = $1"],
        ),
        (
            "begin perform 1 from a where b = new.b; insert into log select new.id, count(*) from c where d = new.d; end",
            ["select 1 from a where b = $1", "insert into log select $1, count(*) from c where d = $2"],
        ),
        (
            "begin update t set s = case when new.a > 1 then 2 else 3 end where id = new.id; end",
            ["update t set s = case when $1 > 1 then 2 else 3 end where id = $2"],
        ),
        ("begin new.changed = now(); execute 'select 1'; return new; end", []),
        ("begin raise notice 'not closed; end", []),
    ],
)
def test_statements_have_parameters_for_what_the_trigger_gives_them(body: str, found: list[str]) -> None:
    assert [statement.text for statement in statements_of(body)] == found
