-- lower on an indexed column
select id from crm.customers where lower(email) = 'user77@example.com';
--> case-insensitive-match | function-on-column | missing-expression-index

-- in a view
select id from crm.live_customers where upper(email) = 'USER77@EXAMPLE.COM';
--> case-insensitive-match | function-on-column | missing-expression-index

-- ILIKE without a wildcard
select id from crm.customers where email ilike 'user77@example.com';
--> case-insensitive-match | missing-trigram-index

-- a day by a cast
select * from crm.orders where created_at::date = '2023-05-05';
--> cast-on-column

-- a day by date()
select * from crm.orders o where date(o.created_at) = date '2023-05-05';
--> cast-on-column | function-on-column

-- a day by date_trunc
select count(*) from crm.orders where date_trunc('day', created_at) = '2023-05-05';
--> function-on-column

-- a month by extract
select count(*) from crm.orders where extract(year from created_at) = 2023 and extract(month from created_at) = 5 and extract(day from created_at) = 5;
--> function-on-column

-- to_char
select count(*) from crm.orders where to_char(created_at, 'YYYY-MM-DD') = '2023-05-05';
--> function-on-column

-- in a time zone
select id from crm.orders where (created_at at time zone 'Europe/Berlin')::date = '2023-05-05';
--> timezone-cast-filter

-- arithmetic on the column
select id from crm.orders where created_at + interval '7 days' > '2024-03-27';
--> function-on-column

-- arithmetic on a key
select total from crm.orders where id + 1 = 4711;
--> function-on-column

-- coalesce
select id from crm.orders where coalesce(reference, '') = '4711';
--> function-on-column

-- a substring for a prefix
select id from crm.customers where left(email, 6) = 'User77';
--> function-on-column | missing-expression-index

-- trim
select id from crm.customers where trim(email) = 'User77@Example.com';
--> function-on-column | missing-expression-index

-- a key as text
select total from crm.orders where id::text = '4711';
--> cast-on-column

-- a number against a key
select total from crm.orders where id = 4711.0;
--> implicit-type-mismatch

-- a number as a parameter's type
select total from crm.orders where id = 4711::numeric;
--> implicit-type-mismatch

-- a join over a cast
select count(*) from crm.orders o join "Shop"."Line Items" l on l."Order Id"::text = o.id::text where l."Sku" = 'SKU-77';
--> cast-on-column | missing-index-filter

-- function in an UPDATE
update crm.customers set city = 'x' where lower(email) = 'user77@example.com';
--> case-insensitive-match | function-on-column | missing-expression-index

-- function in a DELETE with a CTE
with gone as (select id from crm.orders where created_at::date = '2023-05-05') delete from crm.items where order_id in (select id from gone);
--> cast-on-column | missing-index-join

-- a wildcard first
select id from crm.customers where name like '%00ff%';
--> missing-trigram-index | leading-wildcard-like

-- ILIKE inside
select id from crm.live_customers where full_name ilike '%00FF%';
--> missing-trigram-index | leading-wildcard-like | case-insensitive-match

-- a regular expression
select id from crm.customers where name ~ '00ff[0-9]a';
--> missing-trigram-index

-- a prefix
select id from crm.customers where name like 'name 00ff%';
--> missing-pattern-ops-index | collation-prevents-prefix-index

-- a prefix with starts_with
select id from crm.customers where starts_with(name, 'name 00ff');
--> missing-pattern-ops-index | collation-prevents-prefix-index | function-on-column

-- a prefix on a column without an index
select id from crm.orders where note like 'abc%';
--> missing-index-filter | missing-pattern-ops-index | collation-prevents-prefix-index

-- jsonb containment
select id from crm.customers where settings @> '{"plan": "p77"}';
--> missing-gin-jsonb

-- jsonb key
select id from crm.customers where settings ->> 'plan' = 'p77';
--> missing-expression-index | missing-gin-jsonb

-- jsonb key in a partitioned table
select id from crm.events where payload ->> 'source' = 's77' and happened_at >= '2024-05-01';
--> missing-expression-index | missing-gin-jsonb

-- any of an array
select id from crm.customers where 't77' = any (tags);
--> any-array-not-indexable

-- a few columns of another table, any of an array
select c.id, m.tag from crm.marks m join crm.customers c on m.tag = any (c.tags) where m.is_hidden;
--> any-array-not-indexable

-- all columns of another table, any of an array
select count(*) from crm.marks m join crm.customers c on m.tag = any (c.tags);
--> nothing

-- full text
select id from crm.customers where to_tsvector('english', name) @@ to_tsquery('english', 'abc | def');
--> missing-fulltext-index

-- OR over two columns
select * from crm.orders where customer_id = 77 or reference = '4711';
--> or-across-columns | missing-index-filter

-- OR over two tables
select c.name, o.total from crm.orders o join crm.customers c on c.id = o.customer_id where c.email = 'User77@Example.com' or o.reference = '4711';
--> or-across-tables

-- two columns as an interval
select * from crm.customers where created_at <= '2021-01-01' and deleted_at >= '2024-01-01' and city = 'city 3';
--> missing-index-filter | missing-composite-index | missing-gist-range-index

-- the range written well
select * from crm.orders where created_at >= '2023-05-05' and created_at < '2023-05-06';
--> nothing

-- a function on the other side
select * from crm.orders where created_at >= date_trunc('day', timestamptz '2023-05-05') and created_at < date_trunc('day', timestamptz '2023-05-06');
--> nothing

-- a function in the select list
select lower(email), date_trunc('month', created_at) from crm.customers where email = 'User77@Example.com';
--> nothing

-- containment by GIN
select id from crm.customers where tags @> array['t77'];
--> nothing

-- the beginning of a number's text
select id, total from crm.orders where id::text like '7777%';
--> cast-on-column
