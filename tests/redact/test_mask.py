"""Literals are masked in statements, conditions and sentences; what tells of the form stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from perfkit.plan import read_json
from perfkit.redact import Mask
from perfkit.redact.mask import is_statement
from perfkit.redact.values import Redactor


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("a = 'x' and b = 'x' and c = 'y'", "a = '•1' and b = '•1' and c = '•2'"),
        ("id = 4711 or id = '4711'::bigint", "id = •1 or id = '•1'::bigint"),
        ("a = E'it\\'s' and b = $$it's$$", "a = '•1' and b = '•2'"),
        ("select 1 where x = 0 and y = '' and z = $1", "select 1 where x = 0 and y = '' and z = $1"),
        ("select a from t order by 2, 3 desc limit 20 offset 400", "select a from t order by 2, 3 desc limit 20 offset 400"),
        ("a::varchar(40) = 'Ann'::character varying(40)", "a::varchar(40) = '•1'::character varying(40)"),
        ("(hashed SubPlan 12) and x > 12", "(hashed SubPlan 12) and x > •1"),
        ("SET lock_timeout = '2s'; SELECT 'Ann'", "SET lock_timeout = '2s'; SELECT '•1'"),
        ("CREATE INDEX i ON t (a) WITH (fillfactor = 70) WHERE b = 'Ann'", "CREATE INDEX i ON t (a) WITH (fillfactor = 70) WHERE b = '•1'"),
        ("select 'never closed", "select '•"),
        ("id = ANY ('{10,20}'::integer[])", "id = ANY ('•1'::integer[])"),
        ("(name = 'cut in the mid…", "(name = '•"),
    ],
)  # fmt: skip
def test_literals_of_sql(given: str, shown: str) -> None:
    mask = Mask()
    assert mask.sql(given) == shown
    assert mask.sql(shown) == shown, "what is masked stays as it is"


def test_sentences_lose_quoted_and_known_values() -> None:
    mask = Mask()
    mask.learn("select * from orders where owner = 'Quux Ltd' and code = 'orders' and n = 77777 -- orders")
    said = mask.prose(
        "the users' orders of Quux Ltd, n = 77777; owner = 'new one', a node's own; at 'cut off her…"
    )
    assert said == "the users' orders of •1, n = •3; owner = '•4', a node's own; at '•…"
    assert mask.sql("-- for Quux Ltd\nselect 5") == "-- for •1\nselect •5"


def test_the_table_is_read_back_as_it_was(tmp_path: Path) -> None:
    mask = Mask()
    mask.learn("name = 'Quux'")
    mask.save(tmp_path / "table")
    assert Mask.load(tmp_path / "table").prose("Quux, and Quux") == "•1, and •1"


def test_only_sql_is_taken_for_sql() -> None:
    assert [is_statement(text) for text in ("select 1", "queries/select.sql", "tracker/x", "", "set", "'")] == [
        True, False, False, False, False, False,
    ]  # fmt: skip


def test_a_plan_is_masked_by_what_its_fields_hold() -> None:
    """Conditions, unknown properties and the statement lose values; names, figures and settings do not. Done twice, it is
    the same object."""
    plan = read_json(
        {
            "Plan": {
                "Node Type": "Index Scan", "Relation Name": "users", "Alias": "u", "Index Name": "users_2024",
                "Plan Rows": 2024, "Startup Cost": 0, "Total Cost": 1, "Plan Width": 8,
                "Index Cond": "(u.year = 2024)", "Filter": "(u.name = 'Quux'::text)",
                "Conflict Filter": "(name <> 'Quux'::text)", "Output": ["u.id", "'Quux'::text"],
            },
            "Settings": {"work_mem": "2024kB"},
            "Query Text": "select id, 'Quux' from users u where year = 2024",
        }
    )  # fmt: skip
    redactor = Redactor(Mask())
    masked = redactor.redacted(plan)
    root = masked.root
    assert (root.filter, root.output, root.index) == (
        "(u.name = '•1'::text)",
        ("u.id", "'•1'::text"),
        "users_2024",
    )
    assert root.index_condition == "(u.year = •2)"
    assert root.extra["Conflict Filter"] == "(name <> '•1'::text)"
    assert masked.query_text == "select id, '•1' from users u where year = •2"
    assert masked.settings == {"work_mem": "2024kB"}
    assert root.estimate is not None and root.estimate.rows == 2024
    assert redactor.redacted(plan) is masked
    assert redactor.redacted(masked) is masked
