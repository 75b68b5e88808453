-- an OR within EXISTS
select c.id from customers c where c.name is not null and exists (select 1 from events e where e.customer_id = c.id or e.rank = c.id) order by c.id;
--> exists-to-arms (or-across-tables, or-across-columns, late-filter, many-subplan-loops)
--> select c.id from customers c where c.name is not null and (exists (select 1 from events e where e.customer_id = c.id) or exists (select 1 from events e where e.rank = c.id)) order by c.id
-->   if a row that meets an OR meets one of its arms
-->   same 42 rows

-- within NOT EXISTS, with another condition
select c.id from customers c where not exists (select from events e where e.kind = 'kind 2' and (e.customer_id = c.id or e.rank = c.id)) order by c.id;
--> exists-to-arms (or-across-tables, or-across-columns, late-filter, many-subplan-loops)
--> select c.id from customers c where not (exists (select from events e where e.kind = 'kind 2' and e.customer_id = c.id) or exists (select from events e where e.kind = 'kind 2' and e.rank = c.id)) order by c.id
-->   if a row that meets an OR meets one of its arms
-->   same 27 rows

-- one column: nothing
select c.id from customers c where exists (select 1 from events e where e.customer_id = c.id and (e.rank = 7 or e.rank > 20));
--> nothing
