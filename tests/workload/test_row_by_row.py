"""INSERTs of one row each, one after the other, are one INSERT of many rows."""

from __future__ import annotations

from perfkit.findings.rules.sessions import rows_one_by_one
from perfkit.workload import read_script, row_by_row

HEAD = "insert into orders (customer_id, placed_on) values"


def script(*rows: str) -> str:
    return "\n".join(f"{HEAD} {row};" for row in rows)


def test_rows_are_written_together() -> None:
    rows = [f"({number}, '2024-05-{number:02}')" for number in range(1, 13)]
    (loop,) = row_by_row(read_script(script(*rows)).runs)
    assert (loop.table, len(loop.runs)) == ("orders", 12)
    assert loop.sql == f"{HEAD}\n  " + ",\n  ".join(rows)
    (finding,) = rows_one_by_one([loop])
    assert (finding.id, finding.severity) == ("n-plus-one-queries", "warning")
    assert finding.title.startswith("12 rows of orders were inserted by a statement each")
    assert "2024-05-01" not in str(finding.evidence["query"])


def test_a_handful_is_no_loop() -> None:
    assert row_by_row(read_script(script(*(f"({number}, now())" for number in range(9)))).runs) == ()


def test_an_insert_that_gives_something_back_or_takes_from_a_query_is_left_alone() -> None:
    many = range(20)
    returning = "\n".join(f"{HEAD} ({number}, now()) returning id;" for number in many)
    selecting = "\n".join(
        f"insert into orders (customer_id) select id from customers where id = {number};" for number in many
    )
    assert row_by_row(read_script(returning).runs) == ()
    assert row_by_row(read_script(selecting).runs) == ()


def test_statements_with_several_rows_are_joined_by_nobody() -> None:
    assert (
        row_by_row(read_script(script(*(f"({number}, now()), (0, now())" for number in range(12)))).runs)
        == ()
    )
