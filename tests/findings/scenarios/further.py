"""Groups, lists, special indexes, upkeep and uneven workers."""

from __future__ import annotations

from tests.findings.scenarios.scenario import PARALLEL, SERIAL, Scenario

_READ_OFTEN = """do $$ begin for n in 1..1200 loop perform 1 from issues where id = n; end loop;
    for n in 1..1200 loop perform 1 from issues where author_id = n; end loop; end $$"""

GROUPS = (
    Scenario(
        id="missing-index-group-by",
        query="select created_at, count(*) from issues group by created_at order by created_at",
        settings={**SERIAL, "enable_hashagg": "off"},
        cure=("create index on issues (created_at)", "vacuum analyze issues"),
    ),
    Scenario(
        id="groupwise-max-full-scan",
        setup=("create index on issues (project_id, created_at)", "vacuum analyze issues"),
        query="select project_id, max(created_at) from issues group by project_id",
        clean="""select p.id, (select max(created_at) from issues i where i.project_id = p.id) from projects p""",
    ),
    Scenario(
        id="ndistinct-misestimate",
        setup=("alter table issues alter created_at set (n_distinct = 40)", "analyze issues"),
        query="select created_at, count(*) from issues group by created_at",
        settings={**SERIAL, "enable_sort": "off"},
        cure=("alter table issues alter created_at reset (n_distinct)", "analyze issues"),
    ),
    Scenario(
        id="partitionwise-disabled",
        setup=(
            "create table orders (id int not null, note text not null) partition by hash (id)",
            "create table lines (order_id int not null, body text not null) partition by hash (order_id)",
            """do $$ begin for n in 0..3 loop
            execute format('create table orders_%s partition of orders for values with (modulus 4, remainder %s)', n, n);
            execute format('create table lines_%s partition of lines for values with (modulus 4, remainder %s)', n, n);
            end loop; end $$""",
            "insert into orders select i, md5(i::text) from generate_series(1, 60000) as i",
            "insert into lines select i, md5(i::text) from generate_series(1, 60000) as i",
            "analyze orders",
            "analyze lines",
        ),
        query="select count(*), max(note || body) from orders o join lines l on l.order_id = o.id",
        settings={**SERIAL, "work_mem": "2MB", "enable_mergejoin": "off"},
        clean_settings={
            **SERIAL,
            "work_mem": "2MB",
            "enable_mergejoin": "off",
            "enable_partitionwise_join": "on",
        },
    ),
)

LISTS = (
    Scenario(
        id="large-in-list",
        query=f"select max(title) from issues where id in ({', '.join(str(n * 17) for n in range(1, 3001))})",
        clean="select max(title) from issues where id in (3, 6, 9)",
    ),
    Scenario(
        id="count-used-as-exists",
        query="select (select count(*) from issues where state = 0) > 0",
        clean="select exists (select from issues where state = 0)",
    ),
)

SPECIAL_INDEXES = (
    Scenario(
        id="missing-covering-index",
        setup=("create index on issues (author_id)", "vacuum analyze issues"),
        query="select author_id, project_id from issues where author_id between 100 and 200",
        settings={**SERIAL, "enable_bitmapscan": "off", "enable_seqscan": "off"},
        cure=("create index on issues (author_id) include (project_id)", "vacuum analyze issues"),
    ),
    Scenario(
        id="missing-partial-index",
        setup=(
            "alter table issues add is_open boolean not null default false",
            "update issues set is_open = true where id % 97 = 0",
            "create index on issues (project_id)",
            "vacuum analyze issues",
        ),
        query="select id, title from issues where project_id between 20 and 120 and is_open",
        settings={**SERIAL, "enable_seqscan": "off"},
        cure=("create index on issues (project_id) where is_open", "analyze issues"),
    ),
    Scenario(
        id="missing-brin-index",
        query="select id, title from issues where created_at between '2024-03-01' and '2024-03-04'",
        cure=("create index on issues using brin (created_at)",),
    ),
    Scenario(
        id="missing-gist-range-index",
        setup=(
            "create table bookings (id int primary key, starts int not null, ends int not null, note text not null)",
            "insert into bookings select i, i, i + i % 40, md5(i::text) from generate_series(1, 80000) as i",
            "create index on bookings (starts)",
            "vacuum analyze bookings",
        ),
        query="select id, note from bookings where starts <= 41000 and ends >= 41000",
        cure=("create index on bookings using gist (int4range(starts, ends, '[]'))", "analyze bookings"),
        clean="select id, note from bookings where int4range(starts, ends, '[]') @> 41000",
    ),
)

UPKEEP = (
    Scenario(
        id="unused-index",
        setup=(
            "create index issues_author on issues (author_id)",
            "create index issues_created on issues (created_at)",
            "vacuum analyze issues",
            _READ_OFTEN,
        ),
        query="update issues set title = 'x' where id <= 2000",
        cure=("drop index issues_created",),
        writes=True,
    ),
    Scenario(
        id="hot-update-lost",
        setup=(
            "create index issues_state on issues (state)",
            "update issues set state = 1 - state where id <= 5000",
        ),
        query="update issues set state = 2 where id <= 2000",
        cure=("drop index issues_state",),
        writes=True,
    ),
)

WORKERS = (
    Scenario(
        id="worker-skew",
        setup=(
            "create table parts (kind int not null, title text not null) partition by list (kind)",
            "create table part_1 partition of parts for values in (1) with (parallel_workers = 0)",
            "create table part_2 partition of parts for values in (2) with (parallel_workers = 0)",
            "create table part_3 partition of parts for values in (3) with (parallel_workers = 0)",
            "insert into parts select 1, title from issues",
            "insert into parts select 2 + id % 2, title from issues where id <= 30000",
            "vacuum analyze parts",
        ),
        query="select count(*) from parts where md5(md5(md5(title))) > 'a'",
        settings={**PARALLEL, "parallel_tuple_cost": "0"},
        clean="select count(*) from issues where md5(md5(md5(title))) > 'a'",
    ),
)
