"""Well-served queries on the data set tracker, and faults that make each of them worse: what a gate is there to find."""

from __future__ import annotations

from dataclasses import dataclass

QUERIES = {
    "notes_of_issue": "select id, body from notes where issue_id = 4711 order by id",
    "notes_of_author": "select id, created_at from notes where author_id = 77 order by id desc limit 50",
    "builds_of_project": "select id, name, status from builds where project_id = 7 order by id desc limit 20",
    "last_builds": "select id, status from builds order by created_at desc limit 20",
    "pipeline": "select id, stage, status from builds where pipeline_id = 301 order by id",
    "issue_by_number": "select id, title from issues where project_id = 7 and iid = 3",
    "issues_of_author": "select id, title from issues where author_id = 42 order by id",
    "newest_issues": "select id, title from issues order by created_at desc limit 20",
    "merge_request_by_number": "select id, title from merge_requests where project_id = 7 and iid = 2",
    "labels_of_issue": "select l.title from label_links as k join labels as l on l.id = k.label_id"
    " where k.target_type = 'Issue' and k.target_id = 4711",
    "user_by_name": "select id, name from users where username = 'user_77'",
    "thread": "select n.id, u.name from notes as n join users as u on u.id = n.author_id"
    " where n.issue_id = 4711 order by n.id",
    "busiest_authors": "select author_id, count(*) from notes group by author_id order by 2 desc, 1 limit 10",
    "all_by_title": "select id, title from issues order by title, id",
    "issues_with_authors": "select count(*) from issues as i join users as u on u.id = i.author_id where u.state = 'active'",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """One fault: statements that make it, or another text of the query, and the queries it makes worse."""

    kind: str
    name: str
    hurts: tuple[str, ...]
    statements: tuple[str, ...] = ()
    """``{database}`` is the clone's name."""
    text: str | None = None
    """Of the one query it hurts."""


def _dropped(index: str, *hurts: str) -> Seed:
    return Seed(kind="dropped index", name=index, hurts=hurts, statements=(f"drop index {index}",))


def _setting(value: str, *hurts: str) -> Seed:
    return Seed(
        kind="changed setting",
        name=value,
        hurts=hurts,
        statements=tuple(f"alter database {{database}} set {one}" for one in value.split(", ")),
    )


def _worse(query: str, text: str) -> Seed:
    return Seed(kind="worse query", name=text, hurts=(query,), text=text)


_NO_INDEX = "enable_indexscan = off, enable_bitmapscan = off, enable_indexonlyscan = off"

SEEDS = (
    _dropped("notes_issue_id_idx", "notes_of_issue", "thread"),
    _dropped("notes_author_id_idx", "notes_of_author"),
    _dropped("builds_project_id_idx", "builds_of_project"),
    _dropped("builds_created_at_idx", "last_builds"),
    _dropped("builds_pipeline_id_idx", "pipeline"),
    _dropped("issues_project_id_iid_idx", "issue_by_number"),
    _dropped("issues_author_id_idx", "issues_of_author"),
    _dropped("issues_created_at_idx", "newest_issues"),
    _dropped("merge_requests_project_id_iid_idx", "merge_request_by_number"),
    _dropped("label_links_target_idx", "labels_of_issue"),
    _dropped("users_username_idx", "user_by_name"),
    _setting("work_mem = '64kB'", "all_by_title"),
    _setting("work_mem = '256kB'", "all_by_title"),
    _setting(
        "random_page_cost = 100000, cpu_index_tuple_cost = 1000",
        "notes_of_issue", "pipeline", "issues_of_author", "labels_of_issue", "thread",
    ),
    _setting(_NO_INDEX, "notes_of_issue", "builds_of_project", "last_builds", "pipeline", "issues_of_author",
             "newest_issues", "labels_of_issue", "thread"),
    _setting("enable_hashjoin = off, enable_mergejoin = off, enable_memoize = off", "issues_with_authors"),
    _worse("notes_of_issue", "select id, body from notes where issue_id + 0 = 4711 order by id"),
    _worse("notes_of_issue", "select id, body from notes where issue_id::text = '4711' order by id"),
    _worse("notes_of_issue", "select id, body from notes where issue_id = 4711::numeric order by id"),
    _worse("pipeline", "select id, stage, status from builds where coalesce(pipeline_id, 0) = 301 order by id"),
    _worse("last_builds", "select id, status from builds order by created_at desc offset 30000 limit 20"),
    _worse("last_builds", "select id, status from builds order by created_at + interval '0' desc limit 20"),
    _worse("last_builds", "select id, status from builds order by created_at desc nulls last limit 20"),
    _worse("user_by_name", "select id, name from users where lower(username) = 'user_77'"),
    _worse("user_by_name", "select id, name from users where username like '%ser_77'"),
    _worse("issues_of_author", "select id, title from issues where author_id = 42 or title = 'x' order by id"),
    _worse("labels_of_issue", "select distinct l.title from labels as l left join label_links as k on l.id = k.label_id"
           " where k.target_type || '' = 'Issue' and k.target_id = 4711"),
    _worse("thread", "select n.id, (select max(u.name) from users as u where u.id + 0 = n.author_id) from notes as n"
           " where n.issue_id = 4711 order by n.id"),
    _worse("issue_by_number", "select id, title from issues where project_id::text = '7' and iid = 3"),
    *(
        Seed(
            kind="stale statistics",
            name=f"{share} of a hundred rows are new since the last ANALYZE",
            hurts=("fresh",),
            statements=(
                "vacuum analyze bench_events",
                "alter table bench_events set (autovacuum_enabled = off)",
                f"update bench_events set kind = 'new' where id % 100 < {share}",
            ),
        )
        for share in (50, 65, 80, 95)
    ),
)  # fmt: skip

EVENTS = (
    "create table bench_events (id integer primary key, note_id bigint not null, kind text not null)",
    "insert into bench_events select n, n, 'old' from generate_series(1, 30000) as n",
)
"""For stale statistics: a clone that is analysed after the update is the baseline, one before it the fault."""

FRESH = "select count(n.body) from bench_events as e join notes as n on n.id = e.note_id where e.kind = 'new'"
