"""Values that came after the last ANALYZE."""

from __future__ import annotations

from dataclasses import replace

from issue_catalog import tracker

from perfkit.catalog import Activity, Catalog
from perfkit.findings import Finding, examine
from perfkit.plan import parse_plan

IMPORTED = """
Nested Loop  (cost=0.00..9000.00 rows=1 width=60) (actual time=10.000..{ms} rows=400 loops=1)
  Join Filter: (i.author_id = n.author_id)
  Rows Removed by Join Filter: {pairs}
  ->  Seq Scan on issues i  (cost=0.00..4500.00 rows=1 width=24) (actual time=9.000..12.000 rows=400 loops=1)
        Filter: (state = 'imported'::text)
        Rows Removed by Filter: 200000
  ->  Seq Scan on notes n  (cost=0.00..4400.00 rows=1200 width=40) (actual time=0.010..2.000 rows=1200 loops=400)
Planning Time: 0.200 ms
Execution Time: {ms} ms
"""


def found(plan: str, catalog: Catalog) -> dict[str, Finding]:
    return {one.id: one for one in examine(parse_plan(plan), catalog=catalog)}


def changed(rows: int) -> Catalog:
    """The tracker after so many issues were loaded that no ANALYZE has seen."""
    activity = Activity(
        live_rows=200_000 + rows,
        dead_rows=0,
        modified_since_analyze=rows,
        inserted_since_vacuum=rows,
        last_analyze="2025-01-01T00:00:00+00:00",
        last_vacuum=None,
    )
    catalog = tracker()
    return replace(
        catalog,
        relations=tuple(
            replace(one, activity=activity) if one.name == "issues" else one for one in catalog.relations
        ),
    )


def test_a_few_hundred_new_rows_of_a_value_that_statistics_do_not_know_are_stale() -> None:
    """Then the loop over them follows from it, and so does what each pass filters."""
    findings = found(IMPORTED.format(ms=900.0, pairs=480000), changed(400))
    assert findings["stale-statistics"].severity != "info"
    assert findings["missing-index-join"].severity == "info"


def test_statistics_are_not_stale_for_fewer_changes_than_rows_found() -> None:
    """What was there at the last ANALYZE it had a chance to see."""
    assert "stale-statistics" not in found(IMPORTED.format(ms=900.0, pairs=480000), changed(200))
