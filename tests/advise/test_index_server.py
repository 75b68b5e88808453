"""Index candidates on a real server: it takes their DDL, and its planner uses what was built."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from perfkit.advise.indexes.candidates import index_candidates
from perfkit.advise.values import Candidate
from perfkit.capture.capture import capture
from perfkit.capture.explain import plan_only
from perfkit.capture.values import Capture
from perfkit.dataset import describe, drop, load, slow_queries
from perfkit.db.servers import Server
from perfkit.db.session import Session
from perfkit.db.target import Target
from perfkit.findings import examine
from perfkit.sql import parse_statement

pytestmark = pytest.mark.server

SETUP = """
create extension pg_trgm;
create extension btree_gist;
create table posts (
    id bigint primary key, author_id int not null, state text not null, title text collate "C.utf8", email varchar(80),
    body text, tags text[] not null, data jsonb not null, deleted_at timestamptz, created_at timestamp not null,
    score numeric not null, bonus numeric not null, starts_on date not null, ends_on date not null, during int4range not null
);
insert into posts
    select i, i % 5000, case when i % 50 = 0 then 'pending' else 'done' end, 'title ' || md5(i::text),
        'User' || i || '@example.com', repeat(md5(i::text) || ' ', 4), array['t' || i % 3000, 'all'],
        jsonb_build_object('k', i % 4000, 'e', 'x' || i, case when i % 2000 = 0 then 'rare' else 'common' end, 1),
        case when i % 100 <> 0 then now() end, timestamp '2024-01-01' + i * interval '1 minute', i % 777, i % 333,
        date '2000-01-01' + i % 9000, date '2000-01-01' + i % 9000 + i % 7, int4range(i, i + 5)
    from generate_series(1, 40000) as i;
create table words (post_id bigint not null references posts, word text not null, at timestamptz not null);
create table periods (post_id bigint primary key, since int not null, until int);
insert into periods select i, i * 10, case when i % 10000 <> 0 then i * 10 + 9 end from generate_series(1, 40000) as i;
create view live as select p.*, w.word, w.at from posts p join words w on w.post_id = p.id where p.deleted_at is null;
insert into words select i % 40000 + 1, 'w' || i % 100, now() - i * interval '1 minute' from generate_series(1, 80000) as i;
"""

STATEMENTS = {
    "equality then range": "select id from posts where author_id = 7 and created_at > '2024-01-20'",
    "order with nulls last": "select id from posts order by deleted_at desc nulls last, id limit 5",
    "keyset": "select * from posts where (score, id) < (500, 20000) order by score desc, id desc limit 10",
    "partial queue": "select id from posts where state = 'pending' order by created_at limit 10",
    "partial soft delete": "select id from posts where deleted_at is null and score > 700",
    "lower": "select id from posts where lower(email) = 'user77@example.com'",
    "document key": "select id from posts where data ->> 'e' = 'x77'",
    "sum": "select id from posts where score + bonus > 1100",
    "date_trunc": "select count(*) from posts where date_trunc('day', created_at) = '2024-01-20'",
    "cast": "select id from posts where created_at::date = '2024-01-20'",
    "prefix": "select id from posts where title like 'title abc%'",
    "prefix of varchar": "select id from posts where email like 'User777%'",
    "prefix under lower": "select id from posts where lower(email) like 'user777%'",
    "infix": "select id from posts where body ilike '%abcdef%'",
    "infix under lower": "select id from posts where lower(email) like '%ser777@%'",
    "pattern": "select id from posts where body ~ 'abcde[0-9]'",
    "containment": "select id from posts where data @> '{\"k\": 77}'",
    "document has": "select id from posts where data ? 'rare'",
    "below a key": "select id from posts where data -> 'k' @> '77'",
    "array holds": "select id from posts where tags @> array['t77']",
    "arrays overlap": "select id from posts where tags && array['t77', 't78']",
    "words": "select id from posts where to_tsvector('english', coalesce(title, '') || ' ' || body) @@ to_tsquery('english', 'abc')",
    "words unnamed": "select id from posts where to_tsvector(title) @@ plainto_tsquery('abc')",
    "range holds": "select id from posts where during @> 777",
    "range of two columns": "select id from posts where daterange(starts_on, ends_on, '[]') @> date '2010-06-01'",
    "between two columns": "select id from posts where date '2010-06-01' between starts_on and ends_on",
    "two inequalities": "select id from posts where starts_on <= '2010-06-01' and ends_on > '2010-06-01' and id > 0",
    "ranges of one author": "select id from posts where author_id = 7 and during && int4range(5, 9)",
    "interval without an end": "select post_id from periods where since <= 7770 and (until is null or until > 7770)",
    "or": "select id from posts where author_id = 7 or title = 'x'",
    "or of kinds": "select id from posts where tags @> array['t7'] or body like '%abcdef%' or author_id = 3",
    "join": "select p.id from posts p join words w on w.post_id = p.id where p.id between 100 and 120",
    "join with a range": "select p.id from posts p join words w on w.post_id = p.id where p.id < 50 and w.at > now() - interval '1 day'",
    "lateral": "select p.id, x.word from posts p, lateral (select * from words w where w.post_id = p.id order by at desc limit 2) x where p.id < 50",
    "distinct on": "select distinct on (post_id) post_id, at from words order by post_id, at desc",
    "min": "select min(score) from posts where author_id = 9",
    "group": "select post_id, count(*) from words group by post_id order by post_id limit 10",
    "distinct values counted": "select count(distinct author_id) from posts",
    "recursion": """with recursive r as (select post_id, word from words where post_id = 5 and word = 'w4' union all
        select w.post_id, w.word from words w join r on w.post_id = r.post_id + 1 where r.post_id < 9) select * from r""",
    "in list": "select id from posts where author_id in (1, 2, 3)",
    "order by expression": "select id from posts order by lower(email) limit 10",
    "view": "select id, word from live where author_id = 7",
    "view with an order": "select id, word from live where author_id = 1000 order by at desc limit 5",
    "view with a search": "select id from live where body ilike '%abcdef%'",
    "unread by the parser": "select id from posts where author_id = 7 and title is nfc normalized",
    "update": "update posts set score = 1 where author_id = 7",
}


@pytest.fixture(scope="module")
def place(target: Target) -> Iterator[Target]:
    with Session.open(target) as session:
        session.change("drop database if exists index_test with (force)")
        session.change("create database index_test")
    made = target.at("index_test")
    with Session.open(made) as session:
        session.change(SETUP)
        session.change("vacuum analyze")
    yield made
    with Session.open(target) as session:
        session.change("drop database index_test with (force)")


@pytest.fixture(scope="module")
def tracker(server: Server, target: Target) -> Iterator[Target]:
    load("tracker", server.conninfo, scale=0.05, database="index_tracker")
    yield target.at("index_tracker")
    drop(server.conninfo, "index_tracker")


def captured(session: Session, sql: str) -> tuple[Capture, tuple[Candidate, ...]]:
    statement = parse_statement(sql)
    found = capture(session, statement, (), runs=1, allow_writes=True)
    findings = examine(found.plan, statement, found.catalog)
    return found, index_candidates(statement, found.catalog, found.plan, findings)[0]


def is_used(session: Session, sql: str, candidate: Candidate) -> bool:
    """Build what the candidate has in its steps, in order; whether the plan then reads one of the new indexes."""
    statement = parse_statement(sql)
    with session.transaction(writes=True):
        known = {row["oid"] for row in indexes(session)}
        for step in candidate.parts:
            if step.kind == "rewrite":
                statement = parse_statement(step.sql)
            else:
                session.execute(step.sql)
        new = {row["name"] for row in indexes(session) if row["oid"] not in known}
        plan = plan_only(session, statement, ())
        return any(node.index in new for node in plan.walk())


def indexes(session: Session) -> list[dict[str, object]]:
    return session.rows(
        "select indexrelid::bigint as oid, c.relname::text as name from pg_index join pg_class as c on c.oid = indexrelid"
    )


def rows(session: Session, sql: str) -> list[tuple[object, ...]]:
    with session.transaction():
        return sorted(session.run_users("", sql))


@pytest.mark.parametrize("title", STATEMENTS)
def test_the_best_candidate_is_built_and_used(place: Target, title: str) -> None:
    sql = STATEMENTS[title]
    with Session.open(place) as session:
        if title == "distinct values counted" and session.server_version_num < 160000:
            pytest.skip(
                "before 16 an aggregate sorts out of the plan's sight, whatever the order of its input"
            )
        _, candidates = captured(session, sql)
        used = [is_used(session, sql, candidate) for candidate in candidates]
        assert used
        assert used[0]
        for candidate in candidates:
            for step in candidate.parts:
                if step.kind == "rewrite":
                    assert rows(session, step.sql) == rows(session, sql)


@pytest.mark.parametrize(
    "sql",
    [
        "select id from posts where length(body) > 0",
        "select count(*) from posts where deleted_at is not null",
        "select id from posts where id = 7 and state = 'done'",
        "select count(*) from posts",
        "select word, count(*) from words group by word",
        "select distinct word from words",
        "select id from posts where title ilike '%a%'",
        "select id from posts where to_char(created_at, 'YYYY') = '2024'",
        "select id from posts where created_at + random() * interval '1 day' > '2024-01-01'",
        "select sum(score) from posts where state = 'done'",
    ],
)
def test_nothing_is_proposed_that_would_serve_nobody(place: Target, sql: str) -> None:
    with Session.open(place) as session:
        _, candidates = captured(session, sql)
        assert [candidate.sql for candidate in candidates if is_used(session, sql, candidate)] == []


TRACKER = {
    "builds_around_a_person": "(user_id)",
    "builds_finished_in_an_hour": "(finished_at)",
    "issues_of_a_customer": "USING gin (metadata jsonb_path_ops)",
    "last_build_of_famous_projects": "(project_id, created_at DESC)",
    "merge_request_discussion": "(merge_request_id)",
    "next_pending_build": "(status, id)",
    "notes_mentioning_an_incident": "USING gin (body gin_trgm_ops)",
    "notes_of_a_berlin_day": "(((created_at at time zone 'Europe/Berlin')::date))",
    "recently_edited_notes": "(updated_at DESC, id DESC)",
    "search_in_issues": "USING gin (to_tsvector('english', title || ' ' || description))",
}


@pytest.mark.parametrize("name", TRACKER)
def test_the_slow_queries_of_the_data_set(tracker: Target, name: str) -> None:
    sql = next(query.text for query in slow_queries(describe("tracker")) if query.name == name)
    with Session.open(tracker) as session:
        _, candidates = captured(session, sql)
        served = [candidate for candidate in candidates if TRACKER[name] in candidate.sql]
        assert served
        assert is_used(session, sql, served[0])


def test_the_safe_form_and_the_way_back_run_as_they_stand(tracker: Target) -> None:
    """On a plain table and on a partitioned one, statement by statement, as psql runs a script."""
    with Session.open(tracker) as session:
        before = [row["name"] for row in indexes(session)]
        for sql in (
            "select id from builds where finished_at > now()",
            "select id from events where author_id = 7",
        ):
            _, candidates = captured(session, sql)
            lines = (candidates[0].safe_sql or "").splitlines()
            for line in lines:
                if line.startswith("SELECT indisvalid"):
                    assert session.rows(line) == [{"indisvalid": True}]
                elif not line.startswith("--"):
                    session.change(line)
            session.change("reset lock_timeout")
            assert candidates[0].undo_sql is not None
            for line in candidates[0].undo_sql.split(";\n"):
                session.change(line)
        assert [row["name"] for row in indexes(session)] == before
