"""What is recorded as text only: forms a plan takes in other surroundings, and statements that have nothing wrong.

Of those called ``healthy`` only ``clean`` is recorded.
"""

from __future__ import annotations

from tests.findings.scenarios.scenario import PARALLEL, SERIAL, Scenario

_MONTHS = (
    "create table visits (at timestamptz not null, page int not null, note text not null) partition by range (at)",
    """do $$ begin for n in 0..47 loop execute format('create table visits_%s partition of visits for values from (%L) to (%L)',
    to_char(date '2021-01-01' + n * interval '1 month', 'YYYY_MM'), date '2021-01-01' + n * interval '1 month',
    date '2021-01-01' + (n + 1) * interval '1 month'); end loop; end $$""",
    """insert into visits select timestamptz '2021-01-01' + i * interval '14 minutes', i * 7919 % 30000, md5(i::text)
    from generate_series(1, 150000) as i""",
    "vacuum analyze visits",
)

FORMS = (
    Scenario(
        id="generic-plan-skew",
        setup=(
            "create table orders (id int primary key, customer_id int not null, note text not null)",
            "insert into orders select i, case when i % 2 = 0 then 1 else i end, md5(i::text) from generate_series(1, 60000) as i",
            "create index on orders (customer_id)",
            "vacuum analyze orders",
        ),
        prepared="select count(*), max(i.title) from orders o join issues i on i.id = o.id where o.customer_id = $1",
        query="execute recorded(1)",
        settings={**SERIAL, "plan_cache_mode": "force_generic_plan"},
        clean="execute recorded(33)",
        pasted_only=True,
    ),
    Scenario(
        id="lock-wait",
        query="update issues set state = 2 where id = 4711",
        blocker="update issues set state = 3 where id = 4711",
        pasted_only=True,
    ),
    Scenario(
        id="missing-index-filter",
        variant="parallel",
        query="select id, title from issues where author_id = 42",
        settings=PARALLEL,
        cure=("create index on issues (author_id)",),
        pasted_only=True,
    ),
    Scenario(
        id="missing-index-filter",
        variant="partitions",
        setup=_MONTHS,
        query="select at, note from visits where page = 42",
        cure=("create index on visits (page)", "vacuum analyze visits"),
        pasted_only=True,
    ),
    Scenario(
        id="missing-index-join",
        variant="looped",
        query="select p.id, (select count(*) from issues i where i.project_id = p.id) from projects p where p.id <= 20",
        cure=("create index on issues (project_id)", "vacuum analyze issues"),
        pasted_only=True,
    ),
    Scenario(
        id="partition-pruning-defeated",
        variant="dates",
        setup=_MONTHS,
        query="select count(*) from visits where at::date = '2023-03-05'",
        clean="select count(*) from visits where at >= '2023-03-05' and at < '2023-03-06'",
        pasted_only=True,
    ),
    Scenario(
        id="sort-spill",
        variant="parallel",
        query="select id, title from issues order by title",
        settings={**PARALLEL, "parallel_tuple_cost": "0", "work_mem": "1MB"},
        clean_settings={**PARALLEL, "parallel_tuple_cost": "0", "work_mem": "64MB"},
        pasted_only=True,
    ),
    Scenario(
        id="cast-on-column",
        variant="key-as-text",
        query="select id, title from issues where id::text = '4711'",
        clean="select id, title from issues where id = 4711",
        pasted_only=True,
    ),
    Scenario(
        id="missing-trigram-index",
        variant="either-column",
        setup=(
            "alter table issues add body text not null default ''",
            "update issues set body = md5(title)",
            "vacuum analyze issues",
        ),
        query="select id from issues where title ilike '%c4ca4238a0b9%' or body ilike '%c4ca4238a0b9%'",
        cure=(
            "create index on issues using gin (title gin_trgm_ops, body gin_trgm_ops)",
            "vacuum analyze issues",
        ),
        pasted_only=True,
    ),
    Scenario(
        id="offset-pagination",
        variant="quick",
        setup=("create index on issues (created_at)", "vacuum issues"),
        query="select created_at from issues order by created_at limit 10 offset 2000",
        clean="select created_at from issues where created_at > '2024-01-07 22:40Z' order by created_at limit 10",
        pasted_only=True,
    ),
    Scenario(
        id="not-in-nullable-subquery",
        variant="quick",
        query="select count(*) from projects where id not in (select owner_id from projects where id < 5)",
        clean="select count(*) from projects p where not exists (select from projects o where o.owner_id = p.id and o.id < 5)",
        pasted_only=True,
    ),
)

HEALTHY = tuple(
    Scenario(
        id="healthy", variant=variant, query="", clean=clean, setup=setup, settings=settings, pasted_only=True,
        prepared="select count(*) from issues where author_id = $1" if "recorded" in clean else None,
    )
    for variant, clean, setup, settings in (
        ("key", "select * from issues where id = 4711", (), SERIAL),
        ("total", "select state, count(*), avg(author_id) from issues group by state", (), SERIAL),
        ("parallel-total", "select count(*), max(title) from issues", (), PARALLEL),
        ("join", "select p.name, count(*) from projects p join issues i on i.project_id = p.id group by p.name", (), SERIAL),
        ("month", "select page, count(*) from visits where at >= '2023-03-01' and at < '2023-04-01' group by page", _MONTHS, SERIAL),
        ("all-months", "select count(*), max(page) from visits", _MONTHS, SERIAL),
        ("half", "select id, title from issues where author_id > 1000", (), SERIAL),
        ("page", "select i.id, p.name from issues i join projects p on p.id = i.project_id order by i.id desc limit 20", (), SERIAL),
        ("list", "select id, title from issues where id in (5, 50, 500, 5000, 50000)", (), SERIAL),
        ("combinations", "select count(*) from (values (1), (2), (3)) a (n) cross join projects", (), SERIAL),
        ("insert", "insert into issues select 80000 + id, 1, 1, 0, now(), 'new', '{}', '{}' from projects", (), SERIAL),
        (
            "insert-checked",
            "insert into notes select id, id from issues where id <= 5000",
            ("create table notes (id int primary key, issue_id int not null references issues (id))",),
            SERIAL,
        ),
        (
            "cascade",
            "delete from issues where id between 100 and 400",
            (
                "create table notes (id int primary key, issue_id int not null references issues (id) on delete cascade)",
                "insert into notes select id, id from issues where id <= 5000",
                "create index on notes (issue_id)",
                "vacuum analyze notes",
            ),
            SERIAL,
        ),
        (
            "brin",
            "select count(*) from issues where created_at between '2024-03-01' and '2024-03-04'",
            ("create index on issues using brin (created_at)", "vacuum analyze issues"),
            {**SERIAL, "enable_seqscan": "off"},
        ),
        (
            "prepared-average",
            "execute recorded(7)",
            ("create index on issues (author_id)",),
            {**SERIAL, "plan_cache_mode": "force_generic_plan"},
        ),
        ("window", "select id, row_number() over (partition by project_id order by id) from issues where id <= 3000", (), SERIAL),
        ("two-tables", "select id, name from projects where id < 300 union all select id, title from issues where id < 3000", (), SERIAL),
    )
)  # fmt: skip
