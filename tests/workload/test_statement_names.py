"""Names for statements of a log: short, told apart, the same each time, and without a value of anybody's."""

from __future__ import annotations

from pathlib import Path

import pytest

from perfkit.sql.fingerprint import fingerprint
from perfkit.sql.tokens import scan
from perfkit.workload.name import MOST_LETTERS, named
from perfkit.workload.read import read_workload

RECORDED = Path(__file__).parent / "recorded"


def name(text: str) -> str:
    """Without its digits."""
    (found,) = named([(text, fingerprint(scan(text)))])
    assert found.endswith(f"#{fingerprint(scan(text))[:4]}")
    return found.rpartition(" #")[0]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("select id, title, state, author_id from issues where project_id = 7 order by created_at",
         "issues: select … where project_id = ? …"),
        ("SELECT count(*) FROM shop.orders o WHERE o.state = 'open'", "orders: select count(*) where o.state = ?"),
        ("select now()", "select now()"),
        ("select * from f(3)", "select *"),
        ("insert into public.notes (a, b) values (1, 'x')", "notes: insert"),
        ("insert into s.notes (a) select a from issues where id = 3", "notes: insert … select a from issues where id = ?"),
        ("update only issues as i set state = 'x' where i.id = 8", "issues: update set state = ? where i.id = ?"),
        ('delete from "Odd Table" where "Key Col" = 3;', 'Odd Table: delete where "Key Col" = ?'),
        ("merge into t using s on t.a = s.a when matched then delete", "t: merge"),
        ("with x as (select 1 from a), y as (select 2 from x) select * from y", "a: select *"),
        ("select extract(year from d) from orders limit 3", "orders: select … limit ?"),
        ("select (select max(x) from inner_one) as m, 1, 2, 3 from outer_one", "outer_one: select …"),
        ("select a from jobs order by id limit 1 for update skip locked", "jobs: select a order by id limit ? for update skip …"),
    ],
)  # fmt: skip
def test_what_a_name_says(text: str, wanted: str) -> None:
    assert name(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        f"select {'a' * 63} from {'t' * 63} where {'b' * 63} = 'secret'",
        "select a from t where " + " and ".join(f"t.column_number_{n} = 'secret{n}'" for n in range(50)),
        f"update t set x = 'secret' where y in ({', '.join(map(str, range(300)))})",
    ],
)
def test_a_long_statement_has_a_short_name(text: str) -> None:
    found = name(text)
    assert len(found) + len(" #1234") <= MOST_LETTERS
    assert "…" in found or len(text) - len(found) > 1000
    assert "secret" not in found
    assert not found.endswith((". …", "and …", "= …"))


def test_names_of_one_workload_differ() -> None:
    """Fingerprints that begin alike are told by more digits; texts of one fingerprint by a number."""
    found = named(
        [("select 1", "aaaa1100"), ("select 1", "aaaa1200"), ("select 1", "bb"), ("select 1", "bb")]
    )
    assert found == ["select ? #aaaa11", "select ? #aaaa12", "select ? #bb", "select ? #bb.2"]


@pytest.mark.parametrize("path", sorted(RECORDED.iterdir()), ids=lambda path: path.name)
def test_statements_of_a_log_have_names_of_their_own(path: Path) -> None:
    names = [one.name for one in read_workload(path).queries]
    assert len(set(names)) == len(names)
    assert max(map(len, names)) <= MOST_LETTERS
    assert any(one.startswith("perfkit_accounts: select name, balance where id = ? #") for one in names)
