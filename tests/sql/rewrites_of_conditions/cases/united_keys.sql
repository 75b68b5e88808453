-- an EXISTS beside a plain condition
select c.id, c.name
from customers c
where c.email = 'c3@example.org'
   or exists (select 1 from events e where e.customer_id = c.id and e.rank = 8)
order by c.id;
--> or-to-united-keys (or-across-tables, or-across-columns, many-subplan-loops)
--> select c.id, c.name
--> from customers c
--> where c.id in (
-->   select c.id from customers c where c.email = 'c3@example.org'
-->   union
-->   select c.id from customers c where exists (select 1 from events e where e.customer_id = c.id and e.rank = 8)
--> )
--> order by c.id
-->   if customers.id is the primary key
-->   same 14 rows

-- a list of keys, and another condition beside the OR
select id, name from customers where (code = 'A1' or id in (select customer_id from events where rank = 7)) and name is not null order by name, id;
--> or-to-union-all (or-across-tables, or-across-columns, order-by-limit-wrong-index, late-filter)
--> select id, name from customers where code = 'A1' and name is not null
--> union all
--> select id, name from customers where id in (select customer_id from events where rank = 7) and (code = 'A1') is not true and name is not null
--> order by name, id
-->   if each part leaves out what the ones before it gave
-->   same 14 rows
--> or-to-united-keys (or-across-tables, or-across-columns, many-subplan-loops)
--> select id, name from customers where customers.id in (select customers.id from customers where code = 'A1' union select customers.id from customers where id in (select customer_id from events where rank = 7)) and name is not null order by name, id
-->   if customers.id is the primary key
-->   same 14 rows

-- counted
select count(*) from customers c where c.name is null or exists (select from events e where e.customer_id = c.id and e.kind = 'kind 2');
--> or-to-united-keys (or-across-tables, or-across-columns, many-subplan-loops)
--> select count(*) from customers c where c.id in (select c.id from customers c where c.name is null union select c.id from customers c where exists (select from events e where e.customer_id = c.id and e.kind = 'kind 2'))
-->   if customers.id is the primary key
-->   same 1 rows

-- in a join: the arms are about one table
select c.id, e.id from customers c join events e on e.customer_id = c.id
where e.rank = 8 or e.kind in (select f.kind from events f where f.id < 5);
--> or-to-union-all (or-across-tables, or-across-columns, order-by-limit-wrong-index, late-filter)
--> select c.id, e.id from customers c join events e on e.customer_id = c.id
--> where e.rank = 8
--> union all
--> select c.id, e.id from customers c join events e on e.customer_id = c.id
--> where e.kind in (select f.kind from events f where f.id < 5) and (e.rank = 8) is not true
-->   if each part leaves out what the ones before it gave
-->   same 196 rows
--> or-to-united-keys (or-across-tables, or-across-columns, many-subplan-loops)
--> select c.id, e.id from customers c join events e on e.customer_id = c.id
--> where e.id in (select e.id from events e where e.rank = 8 union select e.id from events e where e.kind in (select f.kind from events f where f.id < 5))
-->   if events.id is the primary key
-->   same 196 rows

-- a table without a primary key: nothing
select what from refs r where r.padded = '7' or exists (select 1 from events e where e.kind = r.what);
--> nothing

-- an OR over two tables is not about one
select c.id from customers c join events e on e.customer_id = c.id where c.name = 'name 3' or e.id in (select id from flags);
--> or-to-union-all (or-across-tables, or-across-columns, order-by-limit-wrong-index, late-filter)
--> select c.id from customers c join events e on e.customer_id = c.id where c.name = 'name 3'
--> union all
--> select c.id from customers c join events e on e.customer_id = c.id where e.id in (select id from flags) and (c.name = 'name 3') is not true
-->   if each part leaves out what the ones before it gave
-->   same 25 rows
