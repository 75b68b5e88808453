"""Conditions and forms of statements."""

from __future__ import annotations

from tests.findings.scenarios.scenario import SERIAL, Scenario

PREDICATES = (
    Scenario(
        id="function-on-column",
        setup=("create index on issues (created_at)",),
        query="select id from issues where date_trunc('day', created_at) = '2024-03-01'",
        clean="select id from issues where created_at >= '2024-03-01' and created_at < '2024-03-02'",
    ),
    Scenario(
        id="case-insensitive-match",
        setup=("create index on issues (title)",),
        query="select id from issues where lower(title) = 'issue c4ca4238a0b923820dcc509a6f75849b'",
        cure=("create index on issues (lower(title))", "analyze issues"),
    ),
    Scenario(
        id="missing-expression-index",
        query="select id from issues where data->>'ref' = '4711'",
        cure=("create index on issues ((data->>'ref'))", "analyze issues"),
    ),
    Scenario(
        id="timezone-cast-filter",
        setup=("create index on issues (created_at)",),
        query="select id from issues where (created_at at time zone 'Europe/Berlin')::date = '2024-03-01'",
        clean="select id from issues where created_at >= '2024-03-01 00:00+01' and created_at < '2024-03-02 00:00+01'",
    ),
    Scenario(
        id="cast-on-column",
        setup=("create index on issues (created_at)",),
        query="select id from issues where created_at::date = '2024-03-01'",
        clean="select id from issues where created_at >= '2024-03-01' and created_at < '2024-03-02'",
    ),
    Scenario(
        id="implicit-type-mismatch",
        query="select id, title from issues where id = 4711.0",
        clean="select id, title from issues where id = 4711",
    ),
    Scenario(
        id="leading-wildcard-like",
        query="select id from issues where title like '%c4ca4238a0b9%'",
        cure=("create index on issues using gin (title gin_trgm_ops)",),
    ),
    Scenario(
        id="missing-trigram-index",
        query="select id from issues where title ilike '%C4CA4238A0B9%'",
        cure=("create index on issues using gin (title gin_trgm_ops)",),
    ),
    Scenario(
        id="missing-pattern-ops-index",
        setup=(
            'alter table issues alter title type varchar(80) collate "en-x-icu"',
            "create index on issues (title)",
            "analyze issues",
        ),
        query="select id from issues where title like 'Issue c4ca42%'",
        cure=("create index on issues (title varchar_pattern_ops)",),
        needs_llvm_icu=True,
    ),
    Scenario(
        id="collation-prevents-prefix-index",
        setup=("create index on issues (title)", "analyze issues"),
        query="select id from issues where title like 'Issue c4ca42%'",
        cure=("create index on issues (title varchar_pattern_ops)",),
    ),
    Scenario(
        id="parallel-disabled-by-function",
        setup=(
            "create table ledger as select i, i % 100 as kind, repeat('x', 90) as note from generate_series(1, 200000) as i",
            "create function is_odd(n int) returns boolean language plpgsql immutable as 'begin return n % 2 = 1; end'",
            "vacuum analyze ledger",
        ),
        query="select count(*) from ledger where is_odd(kind)",
        settings={"max_parallel_workers_per_gather": "2"},
        cure=("alter function is_odd(int) parallel safe",),
    ),
    Scenario(
        id="missing-gin-jsonb",
        query="select id from issues where data @> '{\"ref\": 4711}'",
        cure=("create index on issues using gin (data jsonb_path_ops)",),
    ),
    Scenario(
        id="any-array-not-indexable",
        setup=("create index on issues using gin (labels)",),
        query="select id from issues where 'l17' = any (labels)",
        clean="select id from issues where labels @> array['l17']",
    ),
    Scenario(
        id="missing-fulltext-index",
        query="select id from issues where to_tsvector('english', title) @@ to_tsquery('english', 'c4ca4238a0b923820dcc509a6f75849b')",
        cure=("create index on issues using gin (to_tsvector('english', title))",),
    ),
)

SHAPES = (
    Scenario(
        id="correlated-subquery-per-row",
        setup=("create index on issues (project_id, id)",),
        query="select i.id, (select count(*) from issues j where j.project_id = i.project_id and j.id < i.id) from issues i where i.id < 5000",
        clean="select id, row_number() over (partition by project_id order by id) from issues where id < 5000",
    ),
    Scenario(
        id="not-in-nullable-subquery",
        query="select count(*) from issues where author_id not in (select owner_id from projects)",
        clean="select count(*) from issues i where not exists (select from projects p where p.owner_id = i.author_id)",
    ),
    Scenario(
        id="cte-materialization-fence",
        query="with recent as materialized (select project_id, id, title from issues) select * from recent where id = 4711",
        clean="with recent as (select project_id, id, title from issues) select * from recent where id = 4711",
    ),
    Scenario(
        id="union-instead-of-union-all",
        query="select count(*) from (select id, title from issues where id < 30000 union select id, title from issues where id > 50000) as halves",
        clean="select count(*) from (select id, title from issues where id < 30000 union all select id, title from issues where id > 50000) as halves",
        settings={**SERIAL, "work_mem": "64MB"},
    ),
    Scenario(
        id="distinct-hides-fanout",
        query="select distinct p.id, p.name from projects p join issues i on i.project_id = p.id",
        setup=("create index on issues (project_id)", "vacuum issues"),
        clean="select p.id, p.name from projects p where exists (select from issues i where i.project_id = p.id)",
    ),
    Scenario(
        id="antijoin-by-aggregate",
        query="select p.id from projects p left join issues i on i.project_id = p.id group by p.id having count(i.id) = 0",
        setup=("create index on issues (project_id)", "vacuum issues"),
        clean="select p.id from projects p where not exists (select from issues i where i.project_id = p.id)",
    ),
    Scenario(
        id="top-n-per-group-window",
        setup=("create index on issues (project_id, created_at desc)", "vacuum issues"),
        query="""select * from (select id, project_id, row_number() over (partition by project_id order by created_at desc) as n
        from issues) as ranked where n <= 2""",
        clean="""select i.* from projects p cross join lateral
        (select id, project_id from issues where project_id = p.id order by created_at desc limit 2) as i""",
    ),
)
