-- The tables the recorded plans speak of: small, deterministic, analysed.
drop schema if exists plans cascade;
create schema plans;
set search_path = plans;

create table project (id int primary key, name text not null, owner_id int not null);
insert into project select n, 'project ' || n, n % 40 from generate_series(1, 200) n;

create table issue (
    id int primary key,
    project_id int not null references project,
    state text not null,
    title text not null,
    opened date not null
);
insert into issue
select n, n % 200 + 1, (array['open', 'closed', 'closed', 'closed'])[n % 4 + 1], 'issue ' || n, date '2024-01-01' + n % 600
from generate_series(1, 20000) n;
create index issue_project on issue (project_id);
create index issue_opened on issue (opened);

create table comment (id int primary key, issue_id int not null, author_id int not null, body text not null);
insert into comment select n, (n * 7919) % 20000 + 1, n % 500, repeat(chr(97 + n % 26), 60) from generate_series(1, 60000) n;
create index comment_issue on comment (issue_id);

create table label (issue_id int not null references issue on delete cascade, name text not null, primary key (issue_id, name));
insert into label select n, (array['bug', 'feature', 'question'])[n % 3 + 1] from generate_series(1, 20000, 4) n;

create table event (id int, at date not null, kind text not null) partition by range (at);
create table event_2024_01 partition of event for values from ('2024-01-01') to ('2024-02-01');
create table event_2024_02 partition of event for values from ('2024-02-01') to ('2024-03-01');
create table event_2024_03 partition of event for values from ('2024-03-01') to ('2024-04-01');
create table event_2024_04 partition of event for values from ('2024-04-01') to ('2024-05-01');
insert into event select n, date '2024-01-01' + n % 120, 'kind ' || n % 5 from generate_series(1, 12000) n;
create index event_at on event (at);

create table "Odd Name" (id int primary key, "Select" text);
insert into "Odd Name" select n, 'x' from generate_series(1, 50) n;

create table audit (issue_id int, at timestamptz default now());
create function note() returns trigger language plpgsql as $$
begin
    insert into plans.audit (issue_id) values (new.id);
    return new;
end $$;
create trigger note_before before update on issue for each row execute function note();

vacuum analyze project, issue, comment, label, event, "Odd Name";
