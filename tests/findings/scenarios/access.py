"""Scans, indexes, orders and joins."""

from __future__ import annotations

from tests.findings.scenarios.scenario import PARALLEL, SERIAL, Scenario

INDEXES = (
    Scenario(
        id="missing-index-filter",
        query="select id, title from issues where author_id = 42",
        cure=("create index on issues (author_id)",),
    ),
    Scenario(
        id="or-across-columns",
        setup=("create index on issues (author_id)",),
        query="select id, title from issues where author_id = 42 or project_id = 7",
        cure=("create index on issues (project_id)",),
    ),
    Scenario(
        id="seq-scan-large",
        query="select count(*), max(title) from issues",
        settings=PARALLEL,
        clean="select count(*) from projects where owner_id = 7",
    ),
    Scenario(
        id="index-not-beneficial",
        setup=("create index on issues (state)",),
        query="select count(*), max(title) from issues where state = 0",
        clean="select count(*), max(title) from issues where state = 1",
    ),
    Scenario(
        id="missing-composite-index",
        setup=(
            "update issues set author_id = 1 where id % 5 = 0",
            "create index on issues (author_id)",
            "vacuum analyze issues",
        ),
        query="select id, title from issues where author_id = 1 and project_id = 77",
        cure=("create index on issues (author_id, project_id)",),
    ),
    Scenario(
        id="inefficient-index-scan",
        setup=(
            "create index on issues (author_id, created_at)",
            "update issues set author_id = 1 where id % 5 = 0",
            "vacuum analyze issues",
        ),
        query="select id from issues where author_id = 1 and title like 'Issue ab%'",
        clean="select id, title from issues where author_id = 1 and created_at < '2024-01-20'",
    ),
    Scenario(
        id="composite-index-wrong-order",
        setup=("create index on issues (created_at, project_id)", "set enable_seqscan = off"),
        query="select id, title from issues where created_at > '2024-01-10' and project_id = 77",
        settings={**SERIAL, "enable_seqscan": "off", "enable_bitmapscan": "off"},
        cure=("create index on issues (project_id, created_at)",),
    ),
    Scenario(
        id="visibility-map-stale",
        setup=(
            "create index on issues (project_id, author_id)",
            "vacuum analyze issues",
            "update issues set state = 1 - state",
        ),
        query="select project_id, max(author_id) from issues where project_id < 60 group by project_id",
        settings={**SERIAL, "enable_seqscan": "off", "enable_bitmapscan": "off"},
        cure=("vacuum issues",),
    ),
    Scenario(
        id="duplicate-index",
        setup=(
            "create index issues_author on issues (author_id)",
            "create index issues_author_again on issues (author_id)",
        ),
        query="update issues set title = 'x' where id <= 2000",
        cure=("drop index issues_author_again",),
        writes=True,
    ),
    Scenario(
        id="redundant-prefix-index",
        setup=(
            "create index issues_author on issues (author_id)",
            "create index issues_author_state on issues (author_id, state)",
        ),
        query="update issues set title = 'x' where id <= 2000",
        cure=("drop index issues_author",),
        writes=True,
    ),
)

LIMITS = (
    Scenario(
        id="offset-pagination",
        query="select id, title from issues order by id limit 20 offset 60000",
        clean="select id, title from issues where id > 60000 order by id limit 20",
    ),
    Scenario(
        id="missing-index-order-limit",
        query="select id, title from issues order by created_at desc limit 20",
        cure=("create index on issues (created_at)",),
    ),
    Scenario(
        id="order-by-limit-wrong-index",
        setup=(
            "create index on issues (created_at)",
            "update issues set project_id = 501 where id between 100 and 400",
            "vacuum analyze issues",
        ),
        query="select id, title from issues where project_id = 501 order by created_at desc limit 10",
        cure=("create index on issues (project_id, created_at)",),
    ),
    Scenario(
        id="order-by-random",
        query="select id, title from issues order by random() limit 5",
        clean="select id, title from issues where id = 4711",
    ),
)

JOINS = (
    Scenario(
        id="missing-index-join",
        query="select i.id, i.title from projects p join issues i on i.project_id = p.id where p.name = 'project 7'",
        cure=("create index on issues (project_id)",),
    ),
    Scenario(
        id="many-subplan-loops",
        query="select count(*), max(x.title) from issues i cross join lateral (select title from issues j where j.id = i.id + 1 offset 0) x",
        clean="select count(*), max(j.title) from issues i join issues j on j.id = i.id + 1",
        settings={**SERIAL, "work_mem": "64MB"},
    ),
    Scenario(
        id="cartesian-join",
        query="select count(*) from issues i, projects p where i.author_id < 20",
        clean="select count(*) from issues i join projects p on p.id = i.project_id",
    ),
    Scenario(
        id="late-filter",
        setup=(
            "create table bands (id int primary key, project_id int, low int, high int)",
            "insert into bands select i, i % 500 + 1, i * 8, i * 8 + 7 from generate_series(1, 10000) as i",
            "analyze bands",
        ),
        query="select count(*) from issues i join bands b on b.project_id = i.project_id and i.id between b.low and b.high",
        clean="select count(*) from issues i join bands b on b.id = i.id / 8",
    ),
    Scenario(
        id="or-across-tables",
        setup=("create index on issues (project_id)", "create index on issues (author_id)"),
        query="select count(*) from issues i join projects p on p.id = i.project_id where p.name = 'project 7' or i.author_id = 42",
        clean="""select count(*) from (select i.id from issues i join projects p on p.id = i.project_id where p.name = 'project 7'
        union select id from issues where author_id = 42) as either""",
    ),
    Scenario(
        id="memoize-ineffective",
        setup=(
            "create table visits (id int primary key, issue_id int not null)",
            "insert into visits select i, i % 200 + 1 from generate_series(1, 20000) as i",
            "analyze visits",
            "alter table visits set (autovacuum_enabled = off)",
            "update visits set issue_id = id",
        ),
        query="select count(*), max(i.title) from visits v left join issues i on i.id = v.issue_id",
        settings={**SERIAL, "enable_hashjoin": "off", "enable_mergejoin": "off"},
        cure=("analyze visits",),
    ),
)
