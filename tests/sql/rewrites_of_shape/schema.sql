create table namespaces (id bigint primary key, path text not null);
create table projects (id bigint primary key, namespace_id bigint references namespaces, name text, visibility text not null);
create table users (id bigint primary key, email text, username text not null unique, state text);
create table issues (id bigint primary key, project_id bigint not null references projects,
  author_id bigint references users, state text not null, title text, priority int, created_at timestamptz not null,
  deleted_at timestamptz);
create table notes (id bigint primary key, issue_id bigint not null references issues, author_id bigint references users,
  body text, created_at timestamptz);
create table labels (id bigint primary key, title text not null unique);
create table label_links (label_id bigint not null references labels, issue_id bigint not null references issues,
  primary key (label_id, issue_id));
create table imports (project_id bigint, source text);
create table "Order" ("Id" bigint primary key, "user" bigint not null references users, "placed at" date, total numeric);
create view open_issues as select * from issues where state = 'opened';
insert into namespaces select i, 'group/' || i from generate_series(1, 6) as i;
insert into projects select i, case when i % 5 > 0 then i % 6 + 1 end, 'project ' || i % 7,
  (array['public', 'private', 'internal'])[i % 3 + 1] from generate_series(1, 20) as i;
insert into users select i, case when i % 4 > 0 then 'u' || i % 9 || '@example.org' end, 'user' || i,
  case when i % 6 > 0 then (array['active', 'blocked'])[i % 2 + 1] end from generate_series(1, 30) as i;
insert into issues select i, i % 15 + 1, case when i % 7 > 0 then i % 24 + 1 end,
  (array['opened', 'closed', 'locked'])[i % 3 + 1], case when i % 11 > 0 then 'issue ' || i % 40 end,
  case when i % 5 > 0 then i % 4 end, timestamptz '2026-01-01 00:00+00' + (i % 60) * interval '1 hour',
  case when i % 9 = 0 then timestamptz '2026-02-01 00:00+00' end from generate_series(1, 300) as i;
insert into notes select i, i % 100 + 1, case when i % 6 > 0 then i % 20 + 1 end, 'note ' || i % 50,
  case when i % 8 > 0 then timestamptz '2026-01-02 00:00+00' + (i % 90) * interval '1 hour' end from generate_series(1, 600) as i;
insert into labels select i, 'label ' || i from generate_series(1, 8) as i;
insert into label_links select distinct i % 6 + 1, i % 80 + 1 from generate_series(1, 200) as i;
insert into imports select case when i % 4 > 0 then i end, 's' || i % 2 from generate_series(1, 12) as i;
insert into "Order" select i, i % 10 + 1, date '2026-01-01' + i % 5, (i % 30) * 1.5 from generate_series(1, 80) as i;
create table moments (id bigint primary key, at timestamp, on_day date, seen timestamptz, tags text[], kind smallint not null, room int not null);
insert into moments select i, timestamp '2025-12-31 20:00' + (i % 200) * interval '37 minutes', date '2025-12-30' + i % 40,
  case when i % 13 > 0 then timestamptz '2026-03-28 18:00+00' + (i % 120) * interval '29 minutes' end,
  case when i % 10 > 0 then array['t' || i % 5, case when i % 3 > 0 then 'u' || i % 4 end] end, i % 5, i % 4 from generate_series(1, 400) as i;
insert into moments select 1000 + i, date '2026-01-01' + i, date '2026-01-01' + i, timestamptz '2026-03-29 00:00+01' + i * interval '1 day', '{}', 1, 1 from generate_series(0, 9) as i;
create table events (id bigint primary key, name text not null);
insert into events select i, repeat('event ' || i, 20) from generate_series(1, 8000) as i;
