"""Updates that write every index: what the statement's own WAL tells of them where the counters know too little."""

from __future__ import annotations

from dataclasses import replace

from issue_catalog import index, tracker

from perfkit.catalog import Catalog
from perfkit.findings import Finding, examine
from perfkit.plan import parse_plan
from perfkit.sql import parse_statement

COUNTED_UP = """
Update on issues  (cost=0.00..900.00 rows=0 width=0) (actual time=60.000..60.000 rows=0 loops=1)
  WAL: records={records} bytes=890000
  ->  Seq Scan on issues  (cost=0.00..900.00 rows={rows} width=10) (actual time=0.100..5.000 rows={rows} loops=1)
        Filter: (project_id = 42)
Planning Time: 0.200 ms
Execution Time: 60.500 ms
"""
COUNT_UP = "update issues set priority = priority + 1 where project_id = 42"


def found(plan: str, catalog: Catalog) -> dict[str, Finding]:
    return {one.id: one for one in examine(parse_plan(plan), parse_statement(COUNT_UP), catalog)}


def with_room(*options: str) -> Catalog:
    catalog = tracker(
        issue_indexes=(index("issues_priority_idx", "priority"), index("issues_author_id_idx", "author_id"))
    )
    return replace(
        catalog,
        relations=tuple(
            replace(one, options=options) if one.name == "issues" else one for one in catalog.relations
        ),
    )


def test_the_wal_of_an_update_tells_that_an_index_made_it_write_all() -> None:
    """Whatever the counters know: the pages have room, the column is indexed, and each row has several records."""
    findings = found(COUNTED_UP.format(records=4400, rows=1000), with_room("fillfactor=60"))
    cause = findings["hot-update-lost"]
    assert (cause.evidence["index"], cause.evidence["updates"]) == ("issues_priority_idx", 1000)


def test_heap_only_updates_full_pages_and_few_rows_lose_nothing() -> None:
    for records, rows, options in (
        (1100, 1000, ("fillfactor=60",)),
        (4400, 1000, ()),
        (220, 50, ("fillfactor=60",)),
    ):
        plan = COUNTED_UP.format(records=records, rows=rows)
        assert "hot-update-lost" not in found(plan, with_room(*options))
