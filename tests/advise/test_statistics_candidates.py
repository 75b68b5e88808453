"""Statistics that are proposed, and which of them is tried first."""

from __future__ import annotations

from dataclasses import replace

from issue_catalog import tracker

from perfkit.advise.evidence import Evidence
from perfkit.advise.propose import propose
from perfkit.catalog import Catalog
from perfkit.findings.finding import Finding
from perfkit.plan import parse_plan
from perfkit.sql import parse_statement

SQL = "select s.id from issues i join issues s on s.project_id = i.project_id where i.title = 'lost'"
PLAN = """
Hash Join  (cost=3000.00..9000.00 rows=90000 width=8) (actual time=33.900..34.300 rows=96 loops=1)
  Hash Cond: (s.project_id = i.project_id)
  ->  Seq Scan on issues s  (cost=0.00..2700.00 rows=200000 width=16) (actual time=0.010..14.400 rows=200000 loops=1)
  ->  Hash  (cost=2700.00..2700.00 rows=30 width=8) (actual time=3.700..3.700 rows=24 loops=1)
        ->  Seq Scan on issues i  (cost=0.00..2700.00 rows=30 width=8) (actual time=0.010..3.400 rows=24 loops=1)
              Filter: (title = 'lost'::text)
"""


def catalog(override: float | None) -> Catalog:
    found = tracker()
    return replace(
        found,
        relations=tuple(
            replace(
                relation,
                columns=tuple(
                    replace(one, distinct_override=override) if one.name == "project_id" else one
                    for one in relation.columns
                ),
            )
            if relation.name == "issues"
            else relation
            for relation in found.relations
        ),
    )


def statistics(override: float | None) -> list[str]:
    evidence = Evidence(
        statement=parse_statement(SQL),
        catalog=catalog(override),
        plan=parse_plan(PLAN),
        findings=(
            Finding(
                id="ndistinct-misestimate",
                severity="warning",
                title="x",
                node=1,
                evidence={"relation": "public.issues", "column": "project_id"},
            ),
            Finding(id="row-misestimate", severity="info", title="x", node=1),
        ),
    )
    candidates, _ = propose(evidence)
    return [one.steps[0].sql for one in candidates if one.kind == "statistics"]


def test_a_stated_number_of_distinct_values_is_taken_back_before_anything_else_is_tried() -> None:
    """A larger sample would be analysed with the number still in force."""
    assert statistics(40.0) == ["ALTER TABLE public.issues ALTER COLUMN project_id RESET (n_distinct)"]


def test_where_none_is_stated_a_larger_sample_is_tried() -> None:
    assert statistics(None) == ["ALTER TABLE public.issues ALTER COLUMN project_id SET STATISTICS 1000"]
