create table members (id int primary key, level text, points int not null, balance numeric, fee numeric(8, 2), since date, meta json, email text not null, changed timestamptz);
insert into members select i, case when i % 3 > 0 then 'gold' when i % 2 > 0 then 'none' end, i % 9, case when i % 4 > 0 then 1.00 end, 2.5, date '2024-01-01' + i % 3,
       '{}', case when i % 5 > 0 then 'm' || i || '@example.org' else 'M' || i || '@Example.org' end, now()
  from generate_series(1, 90) i;
create table levels (id int primary key, member_id int not null, level text not null);
insert into levels select i, 1 + i % 30, case when i % 7 > 0 then 'gold' else 'none' end from generate_series(1, 60) i;
create table "Odd Names" ("Id" int primary key, "Is Right" boolean, "select" text);
insert into "Odd Names" select i, i % 3 = 0, 'x' from generate_series(1, 20) i;
create table watched (id int primary key, level text);
insert into watched select i, 'gold' from generate_series(1, 9) i;
create function note() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger note before update on watched for each row execute function note();
create function level_of(int) returns text language sql as 'select ''gold'''
