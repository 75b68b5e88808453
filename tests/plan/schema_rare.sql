-- What the rarer plans need beside schema.sql: foreign tables on this very server, inheritance, odd names, triggers.
create extension if not exists postgres_fdw;

create extension if not exists file_fdw;

drop server if exists plans_near cascade;
drop server if exists plans_far cascade;
drop server if exists plans_files cascade;

do $$
declare
    place text := format('options (host %L, port %L, dbname %L)',
        split_part(current_setting('unix_socket_directories'), ',', 1), current_setting('port'), current_database());
    newer text := case when current_setting('server_version_num')::int >= 140000
        then ', async_capable ''true'', batch_size ''100''' else '' end;
    far text;
begin
    execute 'create server plans_near foreign data wrapper postgres_fdw ' || replace(place, ')', newer || ')');
    execute 'create server plans_far foreign data wrapper postgres_fdw ' || replace(place, ')', newer || ')');
    foreach far in array array['plans_near', 'plans_far'] loop
        execute format('create user mapping for current_user server %I options (user %L)', far, current_user);
    end loop;
    execute 'create server plans_files foreign data wrapper file_fdw';
end $$;

create foreign table far_issue (id int, project_id int, state text, title text, opened date)
    server plans_near options (schema_name 'plans', table_name 'issue');

create foreign table far_comment (id int, issue_id int, author_id int, body text)
    server plans_near options (schema_name 'plans', table_name 'comment');

create foreign table far_audit (issue_id int, at timestamptz)
    server plans_near options (schema_name 'plans', table_name 'audit');

create table far_event (id int, at date not null, kind text not null) partition by range (at);

create foreign table far_event_1 partition of far_event for values from ('2024-01-01') to ('2024-02-01')
    server plans_near options (schema_name 'plans', table_name 'event_2024_01');

create foreign table far_event_2 partition of far_event for values from ('2024-02-01') to ('2024-03-01')
    server plans_far options (schema_name 'plans', table_name 'event_2024_02');

create foreign table server_version (major text) server plans_files options (filename 'PG_VERSION');

create foreign table spoken (word text) server plans_files options (program 'echo a word', format 'text');

create table animal (id int primary key, name text);
create table cat (lives int) inherits (animal);
create table lion (pride text) inherits (cat);
insert into animal select n, 'animal ' || n from generate_series(1, 300) n;
insert into cat select n, 'cat ' || n, 9 from generate_series(301, 500) n;
insert into lion select n, 'lion ' || n, 1, 'pride' from generate_series(501, 600) n;

create table place (id int primary key, spot point, facts jsonb);
insert into place
select n, point(n % 100, n / 100), jsonb_build_object('kind', 'k' || n % 7, 'inner', jsonb_build_object('rank', n % 10))
from generate_series(1, 5000) n;
create index place_spot on place using gist (spot);
create index place_facts on place using gin (facts);
create table reading (at int, value int);
insert into reading select n, n % 50 from generate_series(1, 40000) n;
create index reading_at on reading using brin (at) with (pages_per_range = 8);

create table "a (b)" (id int primary key, "c -> d" text);
create table "->  Seq Scan on x  (cost)" (id int);
create table "two
lines" (id int, "tab	here" text);
create table "日本.表 «é»" (id int, "e""q" text);
create table "<b>&amp;]]>" (id int, "it's" text);
create table " blanks " (id int);
insert into "a (b)" select n, 'x' from generate_series(1, 20) n;
insert into "two
lines" select n, E'x\ny' from generate_series(1, 20) n;
insert into "日本.表 «é»" select n, '日本' from generate_series(1, 20) n;
insert into "<b>&amp;]]>" select n, '<script>' from generate_series(1, 20) n;

create table told (id int primary key, parent int references told deferrable initially immediate);
create function tell() returns trigger language plpgsql as $$
begin
    return coalesce(new, old);
end $$;
create trigger "told before" before insert or update or delete on told for each row execute function tell();
create trigger told_after after insert or update or delete on told for each row execute function tell();
create trigger told_statement after insert or update or delete on told for each statement execute function tell();
create constraint trigger told_deferred after insert or update on told deferrable initially deferred
    for each row execute function tell();
create constraint trigger told_at_once after insert or update on told deferrable initially immediate
    for each row execute function tell();
insert into told values (0, null);

create view open_issue with (security_barrier) as select * from issue where state = 'open';
create materialized view issue_count as select project_id, count(*) as n from issue group by project_id;

vacuum analyze animal, cat, lion, place, reading, told, "a (b)", "two
lines", "日本.表 «é»", "<b>&amp;]]>";
