"""What a DELETE or an UPDATE has looked up behind the first foreign key: the keys hand it on from table to table."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from scratch import scratch_database

from perfkit.advise.selection import referencing
from perfkit.advise.selection.ask import asked
from perfkit.advise.selection.question import Question
from perfkit.db.session import Session
from perfkit.db.sessions import Sessions
from perfkit.db.target import Target
from perfkit.index_advice import advise
from perfkit.progress import Silent
from perfkit.workload.queries import Sample, Workload, WorkloadQuery, query_of

pytestmark = pytest.mark.server

SETUP = """
create table projects (id int primary key, code text not null unique, note text);
create table builds (
    id int primary key, project_id int not null references projects on delete cascade,
    project_code text references projects (code) on update cascade on delete set null
);
create table jobs (id int primary key, build_id int references builds on delete cascade, worker int not null);
create table logs (id int primary key, job_id int references jobs on delete set null, body text not null);
insert into projects select i, 'c' || i, 'n' from generate_series(1, 2000) as i;
insert into builds select i, 1 + i % 1900, 'c' || 1 + i % 1900 from generate_series(1, 20000) as i;
insert into jobs select i, case when i % 4 > 0 then 1 + i % 20000 end, i % 7 from generate_series(1, 80000) as i;
insert into logs select i, 1 + i % 80000, repeat('l', 40) from generate_series(1, 80000) as i;

create schema ring;
create table ring.a (id int primary key, b_id int, up int references ring.a on delete cascade, pad text);
create table ring.b (id int primary key, a_id int references ring.a on delete cascade, pad text);
alter table ring.a add foreign key (b_id) references ring.b on delete cascade;
insert into ring.a select i, null, i / 2 + 1, 'p' from generate_series(1, 5000) as i;
insert into ring.b select i, i, 'p' from generate_series(1, 5000) as i;
update ring.a set b_id = id;

create schema parts;
create table parts.days (day date, number int, primary key (day, number)) partition by range (day);
create table parts.days_1 partition of parts.days for values from ('2024-01-01') to ('2024-07-01');
create table parts.days_2 partition of parts.days for values from ('2024-07-01') to ('2025-01-01');
create table parts.hours (
    id int, day date, number int, primary key (id, day),
    foreign key (day, number) references parts.days on update cascade on delete cascade
) partition by range (day);
create table parts.hours_1 partition of parts.hours for values from ('2024-01-01') to ('2025-01-01');
create table parts.minutes (
    id int primary key, hour_id int, hour_day date,
    foreign key (hour_id, hour_day) references parts.hours on delete cascade
);
insert into parts.days select date '2024-01-01' + i % 366, i from generate_series(1, 4000) as i;
insert into parts.hours select i, date '2024-01-01' + i % 366, i from generate_series(1, 4000) as i;
insert into parts.minutes select i, i % 4000 + 1, date '2024-01-01' + (i % 4000 + 1) % 366 from generate_series(1, 40000) as i;
"""


@pytest.fixture(scope="module")
def place(target: Target) -> Iterator[Target]:
    with scratch_database(target, "cascades_test", [SETUP, "vacuum analyze"]) as made:
        yield made


def behind(place: Target, text: str, calls: float = 100) -> dict[str, float]:
    """How often each key is looked up, by its name."""
    workload = Workload(source="folder", queries=(query_of("q", text, calls=calls),))
    with Session.open(place) as session:
        questions = asked(Sessions(session), workload, (), Silent()).questions
    return {key_of(one): one.weight for one in questions[1:]}


def key_of(question: Question) -> str:
    return question.name.removeprefix("q, foreign key ")


def test_each_key_of_the_chain_as_often_as_there_are_rows(place: Target) -> None:
    """Ten builds a project, three jobs with a build for each of those; a log is kept and only forgets its job."""
    found = behind(place, "delete from projects where id = 7")
    assert found == {
        "builds_project_id_fkey": 100,
        "builds_project_code_fkey": 100,
        "jobs_build_id_fkey": pytest.approx(100 * 10, rel=0.01),
        "logs_job_id_fkey": pytest.approx(100 * 10 * 3, rel=0.05),
    }
    assert list(found)[2:] == ["jobs_build_id_fkey", "logs_job_id_fkey"], "the nearest first"


def test_what_is_only_set_to_null_is_not_followed_as_if_it_were_deleted(place: Target) -> None:
    assert behind(place, "delete from jobs where id = 7") == {"logs_job_id_fkey": 100}
    assert behind(place, "update projects set code = 'x' where id = 7") == {"builds_project_code_fkey": 100}
    assert behind(place, "update projects set note = 'x' where id = 7") == {}


def test_a_ring_and_a_tree_come_to_an_end(place: Target) -> None:
    found = behind(place, "delete from ring.a where id = 7")
    assert found == {"a_up_fkey": 100, "b_a_id_fkey": 100, "a_b_id_fkey": pytest.approx(100)}


def test_partitions_hand_on_what_points_at_their_table(place: Target) -> None:
    """Written through the table and past it; keys of two columns."""
    expected = {"hours_day_number_fkey": 100, "minutes_hour_id_hour_day_fkey": pytest.approx(100, rel=0.01)}
    assert behind(place, "delete from parts.days where day = '2024-02-02' and number = 32") == expected
    assert behind(place, "delete from parts.days_1 where day = '2024-02-02' and number = 32") == expected
    assert behind(place, "update parts.days set number = 0 where day = '2024-02-02' and number = 32") == {
        "hours_day_number_fkey": 100
    }


def test_many_below_a_few_count_for_no_more_than_the_most(
    place: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(referencing, "MOST_CHILDREN", 4)
    found = behind(place, "delete from projects where id = 7")
    assert found["jobs_build_id_fkey"] == 400


def test_no_further_than_the_most(place: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(referencing, "MOST_FOLLOWED", 2)
    assert list(behind(place, "delete from projects where id = 7")) == [
        "builds_project_code_fkey",
        "builds_project_id_fkey",
    ]


def test_a_chain_is_advised_both_indexes_and_they_are_proven(place: Target) -> None:
    text = "delete from projects where id = $1"
    samples = tuple(Sample(text=text, parameters=(str(number),)) for number in (7, 77))
    query = WorkloadQuery(name="drop_project", fingerprint="f", kind="delete", samples=samples, calls=200)
    found = advise(place, Workload(source="folder", queries=(query,)), seconds=30)
    created = {sql for one in found.advice for sql in (one.sql, *(step.sql for step in one.steps))}
    for wanted in ("ON public.builds (project_id", "ON public.jobs (build_id"):
        (advice,) = [one for one in found.advice if wanted in one.sql]
        assert (advice.proof.level, advice.proof.verdict) == ("executed", "improves"), created
    effects = {one.name: one for one in found.queries}
    for key in ("builds_project_id_fkey", "jobs_build_id_fkey"):
        effect = effects[f"drop_project, foreign key {key}"]
        assert (effect.verdict, effect.same_result) == ("improves", True)
