-- a partition key under a function
select count(*) from crm.events where date_trunc('month', happened_at) = '2024-02-01';
--> partition-pruning-defeated

-- a partition key under a cast
select count(*) from crm.events where happened_at::date = '2024-02-02';
--> partition-pruning-defeated

-- a partition key by extract
select count(*) from crm.events where extract(month from happened_at) = 2;
--> partition-pruning-defeated

-- pruned
select count(*) from crm.events where happened_at >= '2024-02-02' and happened_at < '2024-02-03';
--> nothing

-- another column of a partitioned table
select * from crm.events where customer_id = 77;
--> missing-index-filter

-- a sort that spills
set work_mem = '1MB';
select * from crm.orders order by note, total;
--> sort-spill

-- a hash that spills
set work_mem = '256kB'; set hash_mem_multiplier = 1;
select count(*) from crm.items i join crm.orders o on o.id = i.order_id where o.note > '';
--> hash-spill

-- groups that spill
set work_mem = '256kB';
select note, customer_id, count(*) from crm.orders group by note, customer_id;
--> hashagg-spill | sort-spill

-- dependent columns
select c.id, o.total from crm.customers c join crm.orders o on o.customer_id = c.id where c.city = 'city 31' and c.country = 'C1';
--> missing-index-join
--> also correlated-columns-misestimate, missing-index-filter

-- a function that gives more rows
select count(*) from generate_series(1, 60000) as n join crm.orders o on o.id = n;
--> nothing

-- rows of a text array
select o.* from unnest(string_to_array('1,2,3', ',')) as x join crm.orders o on o.id = x::bigint;
--> nothing

-- a list of many
select * from crm.orders where id = any ((select array_agg(n * 3) from generate_series(1, 500) n)::bigint[]);
--> nothing

-- a MERGE
merge into crm.orders o using (values (1::bigint, 5.0), (2, 6.0)) as v (id, total) on o.id = v.id when matched then update set total = v.total;
--> nothing

-- ON CONFLICT
insert into crm.customers (id, email, name, created_at) values (1, 'a', 'b', now()) on conflict (id) do update set email = excluded.email;
--> nothing

-- INSERT of a SELECT with a function on a column
insert into crm.items select id + 1000000, id, 1, 1, 1 from crm.orders where created_at::date = '2023-05-05';
--> cast-on-column

-- deleting parents of a table without an index on the key
delete from crm.customers where id > 20000;
--> missing-fk-index
--> also unused-index

-- an OR that loses the order, although each arm has its index
select id, email, name from crm.customers where name > 'name 3' or email > 'User3' order by city limit 10;
--> or-across-columns | missing-index-order-limit
--> also or-across-columns, missing-index-order-limit

-- each row draws for itself
select id from crm.orders where random() * 100000 < priority;
--> nothing

-- OFFSET 0 as a fence
select * from (select o.id, o.customer_id, c.email, o.priority from crm.orders o join crm.customers c on c.id = o.customer_id offset 0) t where customer_id = 77;
--> cte-materialization-fence
