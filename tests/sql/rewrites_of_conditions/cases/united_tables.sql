-- an aggregate of joined tables
select c.name, sum(e.rank) as ranks
from customers c
  join events e on e.customer_id = c.id
where (e.customer_id = 7 or e.rank = 8) and c.name is not null
group by c.name
order by c.name;
--> or-to-united-table (or-across-columns, order-by-limit-wrong-index)
--> select c.name, sum(e.rank) as ranks
--> from customers c
-->   join (
-->   select * from events e where e.customer_id = 7
-->   union all
-->   select * from events e where e.rank = 8 and (e.customer_id = 7) is not true
--> ) e on e.customer_id = c.id
--> where c.name is not null
--> group by c.name
--> order by c.name
-->   if each part leaves out what the ones before it gave
-->   same 10 rows

-- an order by what is not put out
select kind from events where customer_id = 7 or id < 20 order by id limit 5;
--> or-to-united-table (or-across-columns, order-by-limit-wrong-index)
--> select kind from (select * from events where customer_id = 7 union all select * from events where id < 20 and (customer_id = 7) is not true) events order by id limit 5
-->   if each part leaves out what the ones before it gave
-->   same 5 rows

-- pages
SELECT id FROM public.events WHERE customer_id = 7 OR rank = 8 ORDER BY id LIMIT 5 OFFSET 3;
--> or-to-united-table (or-across-columns, order-by-limit-wrong-index)
--> SELECT id FROM (SELECT * FROM public.events WHERE customer_id = 7 UNION ALL SELECT * FROM public.events WHERE rank = 8 AND (customer_id = 7) IS NOT TRUE) events ORDER BY id LIMIT 5 OFFSET 3
-->   if each part leaves out what the ones before it gave
-->   same 5 rows

-- in a CTE
with mine as (select kind, count(*) as number from events e where e.customer_id = 7 or e.rank = 8 group by kind)
select m.number, f.done from mine m join flags f on f.id = m.number;
--> or-to-united-table (or-across-columns, order-by-limit-wrong-index)
--> with mine as (select kind, count(*) as number from (select * from events e where e.customer_id = 7 union all select * from events e where e.rank = 8 and (e.customer_id = 7) is not true) e group by kind)
--> select m.number, f.done from mine m join flags f on f.id = m.number
-->   if each part leaves out what the ones before it gave
-->   same 6 rows

-- grouped by a key that stands for the row: nothing
select e.id, e.kind, count(*) from events e join customers c on c.id = e.customer_id where e.customer_id = 7 or e.rank = 8 group by e.id;
--> nothing

-- rows as values: nothing
select count(e) from events e where e.customer_id = 7 or e.rank = 8;
--> nothing

-- system columns: nothing
select count(e.ctid) from events e where e.customer_id = 7 or e.rank = 8;
--> nothing

-- a table that may be missing: nothing
select count(e.id) from customers c left join events e on e.customer_id = c.id where e.customer_id = 7 or e.rank is null;
--> nothing
