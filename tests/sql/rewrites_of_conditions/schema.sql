create table customers (id bigint primary key, name text, email text not null, code character(4), zone text, created timestamptz);
insert into customers select i, case when i % 7 > 0 then 'name ' || i % 20 end, 'c' || i % 40 || '@example.org',
       case when i % 5 > 0 then chr(64 + i % 5) || i % 3 end, 'Z', timestamptz '2024-01-01' + i * interval '7 hours'
  from generate_series(1, 60) i;
insert into customers values (61, '1%_\ and more', 'x', null, 'Z', null), (62, '1xx\ and more', 'x', null, 'Z', null);
create table events (
  id int primary key, customer_id bigint references customers, happened timestamptz, noted timestamp, day date, amount numeric(10, 2),
  rank int, kind varchar(12), tag uuid, labels text[], numbers int[], codes varchar(3)[], body jsonb, "When" timestamptz not null, small smallint
);
insert into events
select i, nullif(i % 50, 0), nullif(at, timestamptz '2024-03-31 12:00+00'), nullif((at at time zone 'UTC'), '2024-03-31 12:00'),
       nullif((at at time zone 'UTC')::date, '2024-02-29'), i / 8.0, nullif(i % 23, 0), case when i % 6 > 0 then 'kind ' || i % 6 end,
       case when i % 4 > 0 then ('00000000-0000-0000-0000-' || lpad((i % 30)::text, 12, '0'))::uuid end,
       case when i % 5 > 0 then array['l' || i % 5, null, 'all'] end, case when i % 5 > 0 then array[i % 4, null, i % 3] end,
       array['abc'], case when i % 6 > 0 then jsonb_build_object('k', case i % 4 when 0 then '"v"'::jsonb when 1 then '1' when 2 then '"1"' else 'null' end,
       'in', jsonb_build_object('n', 'x' || i % 3)) end, at, i % 9
  from (
    select row_number() over () as i, at from (
      select x as at from generate_series(timestamptz '2023-12-29 00:00+00', '2024-01-03 00:00+00', interval '3 hours') x
      union all select x from generate_series(timestamptz '2024-02-28 22:00+00', '2024-03-02 02:00+00', interval '1 hour') x
      union all select x from generate_series(timestamptz '2024-03-30 22:00+00', '2024-04-01 02:00+00', interval '30 minutes') x
      union all select x from generate_series(timestamptz '2024-10-26 20:00+00', '2024-10-28 02:00+00', interval '30 minutes') x
      union all select x from generate_series(timestamptz '2024-11-03 02:00+00', '2024-11-03 09:00+00', interval '30 minutes') x
      union all select x - interval '1 microsecond' from generate_series(timestamptz '2024-01-01 00:00+01', '2024-12-31 00:00+01', interval '1 month') x
      union all select x from generate_series(timestamptz '2024-01-01 00:00+01', '2025-12-31 00:00+01', interval '1 month') x
      union all select date_trunc('day', now()) + x * interval '5 hours' from generate_series(-20, 6) x
      union all select timestamptz '2024-05-01 00:00+02' from generate_series(1, 3)
    ) instants
  ) numbered;
create index events_happened on events (happened);
create index events_body on events using gin (body);
create table "Odd Names" ("Id" int primary key, "Made At" timestamptz, "select" text);
insert into "Odd Names" select id, happened, kind from events where id % 3 = 0;
create view recent as select id, happened, day, rank, customer_id from events;
create table logged (at timestamptz not null, what text) partition by range (at);
create table logged_2024_04 partition of logged for values from ('2024-04-01') to ('2024-05-01');
create table logged_2024_05 partition of logged for values from ('2024-05-01') to ('2024-06-01');
insert into logged select timestamptz '2024-04-01' + i * interval '5 hours', 'w' || i % 4 from generate_series(0, 290) i;
create table flags (id int primary key, done boolean, hidden boolean);
insert into flags select i, (array[true, false, null])[1 + i % 3], (array[true, false, null])[1 + i / 3 % 3] from generate_series(0, 8) i;
create table refs (customer text, padded text, number numeric, what text);
insert into refs values ('7', '7', 7, 'x'), ('7', '07', 7.0, 'y'), ('9', '8', 7.5, 'x'), (null, null, null, null), ('500', '3', 500, 'z');
create table codes (code character(4) primary key);
insert into codes values ('x'), ('z');
