"""What came of a wrong row count further up than the next join."""

from __future__ import annotations

from issue_catalog import tracker

from perfkit.catalog import Catalog
from perfkit.findings import Finding, examine
from perfkit.plan import parse_plan

TEAM = """
Hash Join  (cost=3000.00..9000.00 rows={planned} width=60) (actual time=33.900..34.300 rows={rows} loops=1)
  Hash Cond: (n.issue_id = i.id)
  ->  Nested Loop  (cost=0.70..4000.00 rows={planned} width=40) (actual time=0.060..0.100 rows={rows} loops=1)
        ->  Function Scan on team_of t  (cost=0.25..10.25 rows=1000 width=8) (actual time=0.050..0.051 rows=3 loops=1)
        ->  Index Scan using notes_author_id_idx on notes n  (cost=0.42..3.90 rows=26 width=48) (actual time=0.004..0.016 rows={each} loops=3)
              Index Cond: (author_id = t.user_id)
  ->  Hash  (cost=2700.00..2700.00 rows=40000 width=24) (actual time=33.700..33.700 rows=40000 loops=1)
        ->  Seq Scan on issues i  (cost=0.00..2700.00 rows=40000 width=24) (actual time=0.010..14.400 rows=40000 loops=1)
Planning Time: 0.200 ms
Execution Time: 34.500 ms
"""


def found(plan: str, catalog: Catalog) -> dict[str, Finding]:
    return {one.id: one for one in examine(parse_plan(plan), catalog=catalog)}


def test_a_function_feared_two_joins_below_the_hash_is_named() -> None:
    """The look-ups next to the function are cheap; the table hashed for fear of its thousand rows is further up."""
    cause = found(TEAM.format(planned=26000, rows=6, each=2), tracker())["srf-rows-misestimate"]
    assert cause.severity != "info"
    assert (cause.evidence["planned_rows"], cause.evidence["actual_rows"]) == (1000.0, 3.0)


def test_a_function_is_not_blamed_where_the_rows_came_all_the_same() -> None:
    """Each of its few rows has many partners, so that the hash above was right."""
    assert "srf-rows-misestimate" not in found(TEAM.format(planned=26000, rows=24000, each=8000), tracker())
