-- some and none, and from the other side
select c.id from customers c where (select count(*) from events e where e.customer_id = c.id) > 0 and 0 = (select count(*) from flags f where f.id = c.id);
--> count-to-exists (count-used-as-exists, correlated-subquery-per-row, many-subplan-loops)
--> select c.id from customers c where exists (select 1 from events e where e.customer_id = c.id) and not exists (select 1 from flags f where f.id = c.id)
-->   if a count is above zero just where there is a row
-->   same 41 rows

-- in a CASE
select case when (select count(e.id) from events e where e.rank = 3) >= 1 then 'red' else 'green' end as light;
--> count-to-exists (count-used-as-exists, correlated-subquery-per-row, many-subplan-loops)
--> select case when exists (select 1 from events e where e.rank = 3) then 'red' else 'green' end as light
-->   if a count is above zero just where there is a row
-->   same 1 rows

-- under NOT and in another condition
SELECT id FROM customers c WHERE NOT (SELECT count(*) FROM events e WHERE e.customer_id = c.id) = 0 AND ((SELECT count(*) FROM flags f WHERE f.id = c.id) < 1) IS TRUE;
--> count-to-exists (count-used-as-exists, correlated-subquery-per-row, many-subplan-loops)
--> SELECT id FROM customers c WHERE NOT (NOT EXISTS (SELECT 1 FROM events e WHERE e.customer_id = c.id)) AND (NOT EXISTS (SELECT 1 FROM flags f WHERE f.id = c.id)) IS TRUE
-->   if a count is above zero just where there is a row
-->   same 41 rows

-- in the select list
select id, (select count(*) from events e where e.customer_id = c.id) <> 0 as busy from customers c;
--> count-to-exists (count-used-as-exists, correlated-subquery-per-row, many-subplan-loops)
--> select id, exists (select 1 from events e where e.customer_id = c.id) as busy from customers c
-->   if a count is above zero just where there is a row
-->   same 62 rows

-- the whole statement
select count(*) > 0 as any_left
from events
where rank = 3;
--> count-to-exists (count-used-as-exists, correlated-subquery-per-row, many-subplan-loops)
--> select exists (select 1 from events
--> where rank = 3) as any_left
-->   if a count is above zero just where there is a row
-->   same 1 rows

-- the whole statement in a CASE
select case when count(*) = 0 then 'none' else 'some' end as answer from events where rank = 300;
--> count-to-exists (count-used-as-exists, correlated-subquery-per-row, many-subplan-loops)
--> select case when not exists (select 1 from events where rank = 300) then 'none' else 'some' end as answer
-->   if a count is above zero just where there is a row
-->   same 1 rows

-- a column that may be NULL: nothing
select c.id from customers c where (select count(e.kind) from events e where e.customer_id = c.id) > 0;
--> nothing

-- one or more: nothing
select c.id from customers c where (select count(*) from events e where e.customer_id = c.id) > 1;
--> nothing

-- never below zero: nothing
select c.id from customers c where (select count(*) from events e where e.customer_id = c.id) >= 0;
--> nothing

-- groups: nothing
select c.id from customers c where (select count(*) from events e where e.customer_id = c.id group by e.kind limit 1) > 0;
--> nothing

-- filtered: nothing
select c.id from customers c where (select count(*) filter (where e.rank = 3) from events e where e.customer_id = c.id) > 0;
--> nothing

-- a number of a group: nothing
select customer_id from events group by customer_id having count(*) > 0;
--> nothing

-- two values of the whole statement: nothing
select count(*) > 0 as some, max(id) as last from events;
--> nothing
