create schema "Shop";
create schema crm;
create table crm.customers (
    id bigint primary key, email text not null, name text not null, city text, country text, created_at timestamptz not null,
    tags text[] not null default '{}', settings jsonb not null default '{}', deleted_at timestamptz
);
create table crm.orders (
    id bigint primary key, customer_id bigint not null references crm.customers, state text not null, total numeric(10, 2) not null,
    created_at timestamptz not null, shipped_on date, note text, reference varchar(20) not null, priority int not null
);
create table crm.items (
    id bigint primary key, order_id bigint not null references crm.orders, product_id int not null, quantity int not null, price numeric not null
);
create table crm.events (
    id bigint not null, happened_at timestamptz not null, kind text not null, customer_id bigint not null, payload jsonb not null
) partition by range (happened_at);
create table crm.events_2024q1 partition of crm.events for values from ('2024-01-01') to ('2024-04-01');
create table crm.events_2024q2 partition of crm.events for values from ('2024-04-01') to ('2024-07-01');
create table crm.events_2024q3 partition of crm.events for values from ('2024-07-01') to ('2024-10-01');
create table crm.events_2024q4 partition of crm.events for values from ('2024-10-01') to ('2025-01-01');
create table "Shop"."Line Items" (
    "Id" bigint primary key, "Order Id" bigint not null, "Sku" text not null, "Amount" numeric not null
);
insert into crm.customers
select n, 'User' || n || '@Example.com', 'name ' || md5(n::text), 'city ' || n % 200, 'C' || (n % 200) / 20,
    timestamptz '2020-01-01 UTC' + n * interval '1 hour',
    array['t' || n % 500, 'u' || n % 7], jsonb_build_object('plan', 'p' || n % 300, 'lang', 'l' || n % 5),
    case when n % 50 > 0 then timestamptz '2024-01-01 UTC' end
from generate_series(1, 20100) as n;
insert into crm.orders
select n, 1 + (n * 7919) % 20000, case when n % 400 = 0 then 'open' when n % 3 = 0 then 'paid' else 'shipped' end, n % 1000,
    timestamptz '2023-01-01 UTC' + n * interval '8 minutes', date '2023-01-01' + n / 180, repeat('x', 60), (n * 31 % 100000)::text, n * 13 % 1000
from generate_series(1, 80000) as n;
insert into crm.items
select n, 1 + (n * 104729::bigint) % 80000, n * 17 % 4000, n % 9, n % 100 from generate_series(1, 160000) as n;
insert into crm.events
select n, timestamptz '2024-01-01 UTC' + n * interval '4 minutes', 'k' || n % 20, 1 + n * 37 % 20000, jsonb_build_object('source', 's' || n % 1000)
from generate_series(1, 130000) as n;
insert into "Shop"."Line Items" select n, n / 3, 'SKU-' || n % 5000, n % 77 from generate_series(1, 60000) as n;
create table crm.marks (tag text primary key, is_hidden boolean not null);
insert into crm.marks select 't' || n, n % 100 = 7 from generate_series(0, 499) as n;
create index orders_created_at_idx on crm.orders (created_at);
create index orders_reference_idx on crm.orders (reference);
create index customers_email_idx on crm.customers (email);
create index customers_created_at_idx on crm.customers (created_at);
create index customers_name_idx on crm.customers (name);
create index customers_tags_idx on crm.customers using gin (tags);
create index events_happened_at_idx on crm.events (happened_at);
create view crm.live_customers as select id, email, name as full_name, city, created_at from crm.customers where deleted_at is null;
create view crm.order_facts as
    select o.id as order_id, o.customer_id, o.state, o.created_at, c.email, c.city from crm.orders as o join crm.customers as c on c.id = o.customer_id;
create view crm.recent_facts as select * from crm.order_facts where created_at >= '2024-01-01';
vacuum analyze;
