"""Index candidates: what is proposed, what is turned down and why, and in which order."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from golden import Case, check, read_cases
from issue_catalog import column, expression_key, index, index_key, table, tracker, trigram_key

from perfkit.advise.indexes.candidates import MOST_CANDIDATES, index_candidates
from perfkit.advise.values import Candidate, Rejected
from perfkit.catalog import Catalog, Index, Relation, Setting
from perfkit.findings.finding import Finding
from perfkit.plan.model import Actual, Measures, Node, Plan
from perfkit.sql import parse_statement

CASES = read_cases(Path(__file__).parent / "cases")

PAGE = "select * from issues where project_id = $1 order by created_at desc limit 20"


def advise(
    sql: str, catalog: Catalog | None = None, plan: Plan | None = None, findings: tuple[Finding, ...] = ()
) -> tuple[tuple[Candidate, ...], tuple[Rejected, ...]]:
    statement = parse_statement(sql)
    assert statement.parse_error is None
    return index_candidates(statement, catalog or tracker(), plan, findings)


def describe(sql: str) -> list[str]:
    candidates, rejected = advise(sql)
    lines = []
    for candidate in candidates:
        lines += [candidate.sql, f"  {candidate.rationale}", f"  cures {', '.join(candidate.cures)}"]
        lines += [f"  if {condition}" for condition in candidate.conditions]
        lines += [f"  but {caveat}" for caveat in candidate.caveats]
    return lines + [f"rejected {item.sql}: {item.reason}" for item in rejected]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_candidates(case: Case) -> None:
    check(case, describe)


@pytest.mark.parametrize(
    "existing",
    [
        index("by_page", "project_id", "created_at desc"),
        index("by_page", "project_id", "created_at"),
        index("by_page", "project_id", "created_at desc", "id"),
        index("by_page", "project_id", "created_at", included=("title",)),
    ],
    ids=["same", "read backward", "longer", "with columns included"],
)
def test_an_index_that_does_it_already_is_named(existing: Index) -> None:
    candidates, rejected = advise(PAGE, tracker(issue_indexes=(existing,)))
    assert candidates == ()
    assert rejected[0].reason == "index by_page already covers it"


@pytest.mark.parametrize(
    "existing",
    [
        index("half", "created_at", "project_id"),
        index("half", "project_id", "created_at", is_valid=False),
        index("half", "project_id", "created_at", method="gist"),
        index("half", "project_id", "created_at", predicate="(state = 'open'::text)"),
        index(
            "half", replace(index_key("project_id"), operator_class="x", is_default_class=False), "created_at"
        ),
        index("half", "project_id", replace(index_key("created_at"), nulls_first=True)),
    ],
    ids=["wrong order", "invalid", "other method", "partial", "operator class", "nulls"],
)
def test_an_index_that_does_not_do_it_is_no_reason(existing: Index) -> None:
    candidates, _ = advise(PAGE, tracker(issue_indexes=(existing,)))
    assert [item.sql for item in candidates] == [
        "CREATE INDEX issues_project_id_created_at_idx ON public.issues (project_id, created_at DESC)"
    ]


def test_a_partial_index_covers_what_implies_its_predicate() -> None:
    existing = index(
        "opened", "project_id", "created_at", predicate="((state = 'open'::text) AND (deleted_at IS NULL))"
    )
    sql = PAGE.replace("order", "and state = 'open' and deleted_at is null order")
    candidates, _ = advise(sql, tracker(issue_indexes=(existing,)))
    assert all("(project_id, created_at DESC)" not in item.sql for item in candidates)
    candidates, _ = advise(PAGE, tracker(issue_indexes=(existing,)))
    assert candidates


def test_not_null_follows_from_equality() -> None:
    existing = index("known", "author_id", predicate="(author_id IS NOT NULL)")
    _, rejected = advise("select 1 from issues where author_id = 3", tracker(issue_indexes=(existing,)))
    assert rejected[0].reason == "index known already covers it"


def test_an_expression_index_is_recognised_in_postgresql_spelling() -> None:
    existing = index("lowered", expression_key("lower((title)::text)"))
    candidates, rejected = advise(
        "select 1 from issues i where Lower(i.title) = 'x'", tracker(issue_indexes=(existing,))
    )
    assert candidates == ()
    assert rejected[0].reason == "index lowered already covers it"


def test_an_index_that_would_be_extended_gives_way_to_the_new_one() -> None:
    old = replace(
        index("by_project", "project_id"),
        definition="CREATE INDEX by_project ON public.issues USING btree (project_id)",
    )
    candidates, _ = advise(PAGE, tracker(issue_indexes=(old,)))
    best = candidates[0]
    assert best.rationale.endswith("takes the place of index by_project")
    assert [step.sql for step in best.steps] == [
        "CREATE INDEX issues_project_id_created_at_idx ON public.issues (project_id, created_at DESC)",
        "DROP INDEX public.by_project",
    ]
    assert (best.safe_sql or "").splitlines()[-1] == "DROP INDEX CONCURRENTLY public.by_project;"
    assert best.undo_sql == (
        "CREATE INDEX CONCURRENTLY by_project ON public.issues USING btree (project_id);\n"
        "DROP INDEX CONCURRENTLY public.issues_project_id_created_at_idx"
    )


@pytest.mark.parametrize(
    "kept",
    [
        index("kept", "created_at"),
        index("kept", "project_id", predicate="(state = 'open'::text)"),
        index("kept", "project_id", included=("title",)),
        index("kept", "project_id", "created_at", "id", included=("title",)),
        index("kept", "project_id", method="hash"),
    ],
    ids=["other column", "partial", "holds more", "longer", "other method"],
)
def test_an_index_that_still_does_what_the_new_one_does_not_stays(kept: Index) -> None:
    candidates, _ = advise(
        "select * from issues where project_id = 1 order by updated_at limit 5",
        tracker(issue_indexes=(kept,)),
    )
    assert candidates[0].sql.startswith("CREATE INDEX issues_project_id_updated_at_idx")
    assert candidates[0].steps == ()


def test_a_composite_index_in_the_wrong_order_is_named() -> None:
    candidates, _ = advise(PAGE, tracker(issue_indexes=(index("half", "created_at", "project_id"),)))
    assert "composite-index-wrong-order" in candidates[0].cures
    assert candidates[0].caveats == (
        "index half holds the same columns in another order: drop it if no other statement leads with created_at",
    )


def test_what_a_failed_build_left_behind_is_told() -> None:
    broken = index("half", "project_id", "created_at", is_valid=False)
    candidates, _ = advise(PAGE, tracker(issue_indexes=(broken,)))
    assert "index half on public.issues is INVALID" in candidates[0].caveats[0]


def test_a_taken_name_gets_a_number() -> None:
    taken = index("issues_project_id_created_at_idx", "created_at", is_unique=True)
    candidates, _ = advise(PAGE, tracker(issue_indexes=(taken,)))
    assert candidates[0].sql.startswith("CREATE INDEX issues_project_id_created_at_idx1 ON")


def test_the_safe_form_checks_the_build() -> None:
    candidates, _ = advise(PAGE)
    assert (candidates[0].safe_sql or "").splitlines() == [
        "SET lock_timeout = '5s';",
        "CREATE INDEX CONCURRENTLY issues_project_id_created_at_idx ON public.issues (project_id, created_at DESC);",
        "SELECT indisvalid FROM pg_index WHERE indexrelid = 'public.issues_project_id_created_at_idx'::regclass;",
        "-- false, or the build was cancelled: DROP INDEX CONCURRENTLY IF EXISTS public.issues_project_id_created_at_idx;"
        " and build it again",
    ]
    assert candidates[0].undo_sql == "DROP INDEX CONCURRENTLY public.issues_project_id_created_at_idx"


def test_columns_read_are_included_where_a_finding_says_the_fetches_cost() -> None:
    found = replace(
        tracker(),
        relations=tuple(
            replace(relation, all_visible_pages=relation.pages) for relation in tracker().relations
        ),
    )
    sql = "select sum(priority) from issues where author_id = 4"
    fetching = replace(
        scan(2, "issues", 90, removed=1e6),
        node_type="Bitmap Heap Scan",
        measures=replace(scan(2, "issues", 90).measures, total_rows=5000),
    )
    plan = plan_of(fetching, ms=100)
    named = Finding(
        id="missing-covering-index", severity="warning", title="", evidence={"relation": "public.issues"}
    )
    bodies = [item.sql.partition(" ON ")[2] for item in advise(sql, found, plan, (named,))[0]]
    assert sorted(bodies) == ["public.issues (author_id)", "public.issues (author_id) INCLUDE (priority)"]
    for catalog, findings in ((found, ()), (tracker(), (named,))):
        bodies = [item.sql.partition(" ON ")[2] for item in advise(sql, catalog, plan, findings)[0]]
        assert bodies == ["public.issues (author_id)"]


def test_a_large_table_in_order_gets_a_brin_index_beside_the_b_tree() -> None:
    relations = tuple(
        replace(relation, pages=50_000) if relation.name == "issues" else relation
        for relation in tracker().relations
    )
    sql = "select count(*) from issues where created_at >= '2024-05-01' and created_at < '2024-06-01'"
    candidates, _ = advise(sql, replace(tracker(), relations=relations))
    assert [item.sql for item in candidates] == [
        "CREATE INDEX issues_created_at_idx ON public.issues (created_at)",
        "CREATE INDEX issues_created_at_idx1 ON public.issues USING brin (created_at)",
    ]
    candidates, _ = advise(sql.replace("created_at", "updated_at"), replace(tracker(), relations=relations))
    assert len(candidates) == 1


def test_words_without_a_configuration_are_asked_for_with_one() -> None:
    setting = Setting(
        name="default_text_search_config", value="pg_catalog.english", unit=None, source="configuration file"
    )
    sql = "select id from issues where to_tsvector(title) @@ plainto_tsquery($1)"
    assert advise(sql)[0] == ()
    candidates, _ = advise(sql, replace(tracker(), settings=(setting,)))
    assert [step.sql for step in candidates[0].steps] == [
        "CREATE INDEX issues_to_tsvector_idx ON public.issues USING gin (to_tsvector('english', title))",
        "ANALYZE public.issues",
        "select id from issues where to_tsvector('english', title) @@ plainto_tsquery($1)",
    ]
    assert candidates[0].conditions == ("default_text_search_config is english",)


def test_an_extension_that_is_there_needs_no_step() -> None:
    sql = "select id from issues where title ilike '%crash%'"
    candidates, _ = advise(sql, replace(tracker(), extensions=("pg_trgm",)))
    assert (candidates[0].steps, candidates[0].caveats) == ((), ())
    assert (
        candidates[0].sql == "CREATE INDEX issues_title_idx ON public.issues USING gin (title gin_trgm_ops)"
    )


@pytest.mark.parametrize(
    ("sql", "existing"),
    [
        ("metadata @> '{}'", index("there", "metadata", method="gin")),
        ("tags @> array['a']", index("there", "project_id", "tags", method="gin")),
        ("title like '%crash%'", index("there", trigram_key("title"), method="gist")),
        ("title in ('a', 'b')", index("there", "title", "id")),
    ],
)
def test_an_index_of_another_method_that_does_it_is_named(sql: str, existing: Index) -> None:
    candidates, rejected = advise(f"select 1 from issues where {sql}", tracker(issue_indexes=(existing,)))
    assert candidates == ()
    assert rejected[0].reason == "index there already covers it"


def test_each_partition_gets_its_index_by_itself() -> None:
    parts = tuple(
        replace(table(f"events_{number}", ()), partition_of="public.events") for number in range(24)
    )
    catalog = tracker()
    listed = replace(catalog, relations=(*catalog.relations, *parts))
    lines = (advise("select 1 from events where author_id = 3", listed)[0][0].safe_sql or "").splitlines()
    assert lines[1:4] == [
        "CREATE INDEX events_author_id_idx ON ONLY public.events (author_id);",
        "CREATE INDEX CONCURRENTLY events_0_author_id_idx ON public.events_0 (author_id);",
        "ALTER INDEX public.events_author_id_idx ATTACH PARTITION public.events_0_author_id_idx;",
    ]
    candidates, _ = advise("select 1 from events where author_id = 3")
    assert len((candidates[0].safe_sql or "").splitlines()) == 6
    assert candidates[0].undo_sql == "DROP INDEX public.events_author_id_idx"


def test_a_constraint_is_never_called_redundant() -> None:
    unique = index("one_each", "author_id", is_unique=True)
    candidates, _ = advise(
        "select 1 from issues order by author_id, created_at limit 5", tracker(issue_indexes=(unique,))
    )
    assert candidates[0].steps == ()


def test_a_table_never_analysed_is_not_called_small() -> None:
    relation = replace(table("fresh", (column("a", distinct=None),)), rows=None, pages=0, table_bytes=None)
    catalog = replace(tracker(), relations=(relation,))
    candidates, _ = advise("select 1 from fresh where a = 1", catalog)
    assert [item.sql for item in candidates] == ["CREATE INDEX fresh_a_idx ON public.fresh (a)"]


def test_the_servers_own_tables_get_no_index() -> None:
    relation = table("pg_class", (column("relname", "text"),), schema="pg_catalog")
    catalog = replace(tracker(), relations=(relation,))
    assert advise("select 1 from pg_class where relname = 'x'", catalog) == ((), ())


def test_at_most_eight_and_the_same_each_time() -> None:
    names = [f"t{number}" for number in range(12)]
    catalog = replace(tracker(), relations=tuple(table(name, (column("a"),)) for name in names))
    sql = " union all ".join(f"select 1 from {name} where a = 1" for name in names)
    candidates, _ = advise(sql, catalog)
    assert len(candidates) == MOST_CANDIDATES
    assert candidates == advise(sql, catalog)[0]


def scan(number: int, relation: str, ms: float | None, removed: float = 1000) -> Node:
    return Node(
        number=number,
        node_type="Seq Scan",
        schema="public",
        relation=relation,
        alias=relation,
        actual=Actual(startup_ms=0, total_ms=ms, rows=10, loops=1),
        rows_removed_by_filter=removed,
        measures=Measures(
            participants=1, total_ms=ms, exclusive_ms=ms, exclusive_buffers=None, total_rows=10
        ),
    )


def plan_of(*scans: Node, ms: float | None) -> Plan:
    root = Node(
        number=1,
        node_type="Hash Join",
        children=scans,
        actual=Actual(startup_ms=0, total_ms=ms, rows=10, loops=1),
        measures=Measures(participants=1, total_ms=ms, exclusive_ms=1, exclusive_buffers=None, total_rows=10),
    )
    return Plan(root=root, execution_ms=ms)


TWO_TABLES = "select 1 from issues i join projects p on p.id = i.project_id where p.namespace_id = 3 and i.author_id = 4"


def first_relation(plan: Plan, findings: tuple[Finding, ...] = ()) -> str | None:
    candidates, _ = advise(TWO_TABLES, plan=plan, findings=findings)
    return candidates[0].relation


def test_the_slowest_scan_comes_first() -> None:
    issues, projects = scan(2, "issues", 90), scan(3, "projects", 8)
    assert first_relation(plan_of(issues, projects, ms=100)) == "public.issues"
    issues, projects = scan(2, "issues", 8), scan(3, "projects", 90)
    assert first_relation(plan_of(issues, projects, ms=100)) == "public.projects"


def test_rows_weigh_where_the_plan_has_no_times() -> None:
    plan = plan_of(scan(2, "issues", None, removed=10), scan(3, "projects", None, removed=9e6), ms=None)
    assert first_relation(plan) == "public.projects"


def test_a_finding_that_names_the_cure_lifts_it() -> None:
    plan = plan_of(scan(2, "issues", 50), scan(3, "projects", 45), ms=100)
    finding = Finding(
        id="missing-index-filter", severity="warning", title="x", evidence={"relation": "public.projects"}
    )
    assert first_relation(plan) == "public.issues"
    assert first_relation(plan, (finding,)) == "public.projects"


def test_a_scan_that_takes_no_time_is_left_alone() -> None:
    plan = plan_of(scan(2, "issues", 99), scan(3, "projects", 0.2), ms=100)
    candidates, rejected = advise(TWO_TABLES, plan=plan)
    assert {item.relation for item in candidates} == {"public.issues"}
    assert "scans of public.projects take 0.2 % of the time: there is little to save" in [
        item.reason for item in rejected
    ]


def test_a_filter_that_keeps_most_rows_needs_no_index() -> None:
    plan = plan_of(
        replace(scan(2, "issues", 99, removed=5), alias="i"), scan(3, "projects", 9, removed=1e6), ms=100
    )
    candidates, rejected = advise(TWO_TABLES, plan=plan)
    assert not any("issues (author_id" in item.sql for item in candidates)
    assert "the conditions keep 67 % of public.issues: reading all of it is right" in [
        item.reason for item in rejected
    ]


def test_scans_of_partitions_count_for_their_parent() -> None:
    parts = tuple(
        replace(table(f"events_{number}", ()), partition_of="public.events") for number in range(24)
    )
    catalog = tracker()
    catalog = replace(catalog, relations=(*catalog.relations, *parts))
    plan = plan_of(scan(2, "events_3", 60), scan(3, "events_4", 39), ms=100)
    candidates, _ = advise("select 1 from events where author_id = 3", catalog, plan)
    assert candidates[0].sql == "CREATE INDEX events_author_id_idx ON public.events (author_id)"


def test_a_fast_statement_is_left_alone() -> None:
    plan = plan_of(scan(2, "issues", 0.09), scan(3, "projects", 0.05), ms=0.15)
    candidates, rejected = advise(TWO_TABLES, plan=plan)
    assert candidates == ()
    assert "the statement takes 0.150 ms: there is nothing to save" in [item.reason for item in rejected]


def test_small_partitions_make_a_small_table() -> None:
    parts = tuple(
        replace(table(f"events_{number}", (), rows=1), partition_of="public.events", pages=0)
        for number in range(24)
    )
    catalog = tracker()
    catalog = replace(catalog, relations=(*catalog.relations, *parts))
    candidates, rejected = advise("select 1 from events where author_id = 3", catalog)
    assert candidates == ()
    assert "has 0 blocks" in rejected[0].reason


def test_a_renamed_expression_is_not_indexed_under_a_foreign_name() -> None:
    candidates, _ = advise("select 1 from (select title as name from issues) x where lower(x.name) = 'a'")
    assert candidates == ()


def test_a_statement_without_tree_has_no_candidates() -> None:
    assert index_candidates(parse_statement("select from where"), tracker()) == ((), ())


def test_a_column_name_from_the_text_cannot_leave_its_quotes() -> None:
    hostile = 'a") ; drop table t; --'
    relation: Relation = table("t", (column(hostile),))
    catalog = replace(tracker(), relations=(relation,))
    quoted = hostile.replace('"', '""')
    candidates, _ = advise(f'select 1 from t where "{quoted}" = 1', catalog)
    assert [item.sql for item in candidates] == [f'CREATE INDEX "t_{quoted}_idx" ON public.t ("{quoted}")']
