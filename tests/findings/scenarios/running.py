"""Estimates, memory, writes, partitions and overheads."""

from __future__ import annotations

from tests.findings.scenarios.scenario import PARALLEL, SERIAL, Scenario

ESTIMATES = (
    Scenario(
        id="row-misestimate",
        setup=("create index on issues (project_id)",),
        query="select count(*), max(p.name) from issues i join projects p on p.id = i.project_id where i.id % 3 = i.project_id % 3",
        clean="select count(*), max(p.name) from issues i join projects p on p.id = i.project_id where i.id < 30000",
    ),
    Scenario(
        id="stale-statistics",
        setup=(
            "create table events (id int primary key, issue_id int not null, kind int not null)",
            "alter table events set (autovacuum_enabled = off)",
            "insert into events select i, i, 1 from generate_series(1, 20000) as i",
            "select pg_stat_force_next_flush()",
            "analyze events",
            "insert into events select i, i, 2 from generate_series(20001, 60000) as i",
        ),
        query="select count(*), max(i.title) from events e join issues i on i.id = e.issue_id where e.kind = 2",
        cure=("analyze events",),
    ),
    Scenario(
        id="correlated-columns-misestimate",
        setup=(
            "create table places (id int primary key, city int not null, postcode int not null)",
            "insert into places select i, i % 40, i % 40 * 100 from generate_series(1, 60000) as i",
            "create index on places (city)",
            "select pg_stat_force_next_flush()",
            "analyze places",
        ),
        query="select count(*), max(i.title) from places p join issues i on i.id = p.id where p.city = 7 and p.postcode = 700",
        cure=(
            "create statistics places_city (dependencies, mcv) on city, postcode from places",
            "analyze places",
        ),
    ),
    Scenario(
        id="expression-no-statistics",
        query="select count(*), max(j.title) from issues i join issues j on j.id = i.id + 1 where i.id % 2 = 0",
        cure=("create statistics issues_parity on (id % 2) from issues", "analyze issues"),
    ),
    Scenario(
        id="srf-rows-misestimate",
        setup=(
            """create function wanted(n int) returns setof int language plpgsql as
            'begin return query select i from generate_series(1, n) as i; end'""",
        ),
        query="select count(*), max(i.title) from wanted(50000) as w join issues i on i.id = w",
        cure=("alter function wanted(int) rows 50000",),
    ),
    Scenario(
        id="nested-loop-on-misestimate",
        setup=(
            "create table places (id int primary key, city int not null, postcode int not null)",
            "insert into places select i, i % 20, i % 20 * 100 from generate_series(1, 60000) as i",
            "create index on places (city)",
            "select pg_stat_force_next_flush()",
            "analyze places",
        ),
        query="select count(*), max(i.title) from places p join issues i on i.id = p.id where p.city = 7 and p.postcode = 700",
        cure=(
            "create statistics places_city (dependencies, mcv) on city, postcode from places",
            "analyze places",
        ),
        clean_settings={**SERIAL, "work_mem": "64MB"},
    ),
)

MEMORY = (
    Scenario(
        id="sort-spill",
        query="select id, title from issues order by title",
        settings={**SERIAL, "work_mem": "1MB"},
        clean_settings={**SERIAL, "work_mem": "64MB"},
    ),
    Scenario(
        id="hash-spill",
        query="select count(*), max(j.title) from issues i join issues j on j.id = i.author_id",
        settings={**SERIAL, "work_mem": "256kB", "enable_nestloop": "off", "enable_mergejoin": "off"},
        clean_settings={**SERIAL, "work_mem": "64MB", "enable_nestloop": "off", "enable_mergejoin": "off"},
    ),
    Scenario(
        id="hashagg-spill",
        query="select title, count(*) from issues group by title",
        settings={**SERIAL, "work_mem": "512kB", "enable_sort": "off"},
        clean_settings={**SERIAL, "work_mem": "64MB"},
    ),
    Scenario(
        id="temp-io",
        query="with a as materialized (select id, title, data from issues) select count(*), count(b.title) from a join a as b using (id)",
        settings={**SERIAL, "work_mem": "1MB", "hash_mem_multiplier": "100"},
        clean_settings={**SERIAL, "work_mem": "64MB"},
    ),
    Scenario(
        id="lossy-bitmap",
        setup=("create index on issues (author_id)",),
        query="select count(title) from issues where author_id < 300",
        settings={**SERIAL, "work_mem": "64kB", "enable_seqscan": "off"},
        clean_settings={**SERIAL, "work_mem": "4MB", "enable_seqscan": "off"},
    ),
    Scenario(
        id="table-bloat",
        setup=(
            "delete from issues where id % 10 <> 0",
            "select pg_stat_force_next_flush()",
            "vacuum analyze issues",
        ),
        query="select count(*) from issues where author_id <> 7",
        cure=("vacuum (full, analyze) issues",),
    ),
)

WRITES = (
    Scenario(
        id="missing-fk-index",
        setup=(
            "create table notes (id int primary key, issue_id int references issues (id), body text)",
            "insert into notes select i, i, 'note' from generate_series(1, 40000) as i",
            "analyze notes",
        ),
        query="delete from issues where id between 70000 and 70050",
        cure=("create index on notes (issue_id)",),
        writes=True,
    ),
    Scenario(
        id="trigger-dominated-write",
        setup=(
            "create table changes (issue_id int, at timestamptz)",
            """create function note_change() returns trigger language plpgsql as
            'begin insert into changes values (new.id, now()); return new; end'""",
            "create trigger note after update on issues for each row execute function note_change()",
        ),
        query="update issues set state = 1 where id between 100 and 3000",
        cure=("drop trigger note on issues",),
        writes=True,
    ),
    Scenario(
        id="wal-heavy-write",
        setup=tuple(
            f"create index on issues ({column})"
            for column in ("author_id", "project_id", "created_at", "title", "state", "labels")
        ),
        query="update issues set author_id = author_id + 1 where id between 1000 and 4000",
        cure=tuple(
            f"drop index issues_{column}_idx"
            for column in ("author_id", "project_id", "created_at", "title", "state", "labels")
        ),
        clean="update issues set state = 2 where id between 1000 and 4000",
        writes=True,
    ),
)


def _partitions(table: str, count: int, is_keyed: bool = False) -> tuple[str, ...]:
    return (
        f"create table {table} (id int {'primary key' if is_keyed else 'not null'}) partition by range (id)",
        *(
            f"create table {table}_{n} partition of {table} for values from ({n * 1000}) to ({n * 1000 + 1000})"
            for n in range(count)
        ),
    )


PARTITIONS = (
    Scenario(
        id="partition-pruning-defeated",
        setup=(
            *_partitions("log", 6),
            "insert into log select i from generate_series(1, 5999) as i, generate_series(1, 10)",
            "vacuum analyze log",
        ),
        query="select count(*) from log where id::text = '4711'",
        clean="select count(*) from log where id = 4711",
    ),
    Scenario(
        id="too-many-partitions",
        setup=(
            *_partitions("log", 120, is_keyed=True),
            "insert into log select i * 100 from generate_series(1, 1000) as i",
            "analyze log",
        ),
        query="select count(*) from log join projects p on p.id = log.id join projects o on o.id = p.owner_id join projects q on q.id = o.owner_id",
        clean="select count(*) from log where id < 5000",
    ),
)

OVERHEADS = (
    Scenario(
        id="planning-dominates",
        query="select count(*) from "
        + " join ".join(f"projects p{n}" + (f" on p{n}.id = p{n - 1}.id" if n else "") for n in range(9))
        + " where p0.id = 7",
        settings={**SERIAL, "join_collapse_limit": "20", "geqo": "off"},
        clean="select count(*) from projects p join issues i on i.project_id = p.id",
    ),
    Scenario(
        id="jit-overhead",
        query="select count(*), sum(length(title)), max(author_id + project_id) from issues where state >= 0",
        settings={
            **SERIAL,
            "jit": "on",
            "jit_above_cost": "0",
            "jit_inline_above_cost": "0",
            "jit_optimize_above_cost": "0",
        },
        clean_settings={**SERIAL, "jit": "off"},
        needs_llvm_icu=True,
    ),
    Scenario(
        id="serialization-cost",
        setup=(
            "create table documents (id int primary key, body jsonb)",
            """insert into documents select i, (select jsonb_object_agg('key' || n, md5((i * n)::text)) from generate_series(1, 200) as n)
            from generate_series(1, 500) as i""",
            "vacuum analyze documents",
        ),
        query="select id, body from documents",
        clean="select id, body->'key1' from documents where body ? 'key2'",
    ),
    Scenario(
        id="cold-read",
        setup=(
            "create table archive (id int, filler text)",
            "alter table archive alter column filler set storage plain",
            "insert into archive select i, repeat('x', 1000) from generate_series(1, 50000) as i",
            "vacuum analyze archive",
            "create extension pg_buffercache",
            "select pg_buffercache_evict_relation('archive')",
        ),
        query="select count(*) from archive",
        clean="select count(*) from issues",
    ),
    Scenario(
        id="workers-not-launched",
        query="select count(*), max(title) from issues",
        settings={**PARALLEL, "max_parallel_workers": "0"},
        clean_settings={**PARALLEL, "max_parallel_workers": "8"},
    ),
)
