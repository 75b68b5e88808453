"""How often a subquery runs and how much it reads before a rewrite is worth naming."""

from __future__ import annotations

from perfkit.findings import Finding, examine
from perfkit.plan import parse_plan

PER_ROW = """
Index Scan using projects_pkey on projects p  (cost=0.28..900.00 rows=320 width=20) (actual time=0.500..{ms} rows={loops} loops=1)
  SubPlan 1
    ->  Aggregate  (cost=150.00..150.01 rows=1 width=8) (actual time={each}..{each} rows=1 loops={loops})
          ->  Seq Scan on events e  (cost=0.00..150.00 rows=5 width=0) (actual time=0.001..{each} rows=5 loops={loops})
                Filter: (author_id = p.creator_id)
                Rows Removed by Filter: {removed}
Planning Time: 0.200 ms
Execution Time: {ms} ms
"""


def found(plan: str) -> dict[str, Finding]:
    return {one.id: one for one in examine(parse_plan(plan))}


def test_a_subquery_that_reads_a_table_for_some_hundred_rows_is_named() -> None:
    findings = found(PER_ROW.format(ms=170.0, loops=320, each=0.5, removed=4900))
    assert findings["correlated-subquery-per-row"].evidence["loops"] == 320


def test_a_subquery_for_the_rows_of_a_page_or_that_reads_little_is_left_in_peace() -> None:
    page = found(PER_ROW.format(ms=50.0, loops=90, each=0.5, removed=4900))
    little = found(PER_ROW.format(ms=10.0, loops=320, each=0.02, removed=100))
    assert "correlated-subquery-per-row" not in page.keys() | little.keys()
