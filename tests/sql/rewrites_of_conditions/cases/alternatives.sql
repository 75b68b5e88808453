-- two columns of one table
select e.* from events e where e.rank > 0 and (e.customer_id = 7 or e.rank = 8 or e.id between 3 and 5) and e.id < 250;
--> or-to-union-all (or-across-tables, or-across-columns, order-by-limit-wrong-index, late-filter)
--> select e.* from events e where e.rank > 0 and e.customer_id = 7 and e.id < 250
--> union all
--> select e.* from events e where e.rank > 0 and e.rank = 8 and (e.customer_id = 7) is not true and e.id < 250
--> union all
--> select e.* from events e where e.rank > 0 and e.id between 3 and 5 and (e.customer_id = 7) is not true and (e.rank = 8) is not true and e.id < 250
-->   if each part leaves out what the ones before it gave
-->   same 18 rows

-- capitals, order and limit with 7
SELECT id, happened FROM events WHERE customer_id = $1 OR rank = 8 ORDER BY id DESC LIMIT 5;
--> or-to-union-all (or-across-tables, or-across-columns, order-by-limit-wrong-index, late-filter)
--> (SELECT id, happened FROM events WHERE customer_id = $1 ORDER BY id DESC LIMIT 5)
--> UNION ALL
--> (SELECT id, happened FROM events WHERE rank = 8 AND (customer_id = $1) IS NOT TRUE ORDER BY id DESC LIMIT 5)
--> ORDER BY id DESC LIMIT 5
-->   if each part leaves out what the ones before it gave
-->   same 5 rows

-- joined tables
select e.id, c.name
from events e
  join customers c on c.id = e.customer_id
where c.email = 'c3@example.org' or e.kind = 'kind 2'
order by e.id;
--> or-to-union-all (or-across-tables, or-across-columns, order-by-limit-wrong-index, late-filter)
--> select e.id, c.name
--> from events e
-->   join customers c on c.id = e.customer_id
--> where c.email = 'c3@example.org'
--> union all
--> select e.id, c.name
--> from events e
-->   join customers c on c.id = e.customer_id
--> where e.kind = 'kind 2' and (c.email = 'c3@example.org') is not true
--> order by id
-->   if each part leaves out what the ones before it gave
-->   same 59 rows

-- columns of both tables with NULLs in them, copies kept
select c.name from events e join customers c on c.id = e.customer_id where c.name = 'name 3' or e.rank = 3;
--> or-to-union-all (or-across-tables, or-across-columns, order-by-limit-wrong-index, late-filter)
--> select c.name from events e join customers c on c.id = e.customer_id where c.name = 'name 3'
--> union all
--> select c.name from events e join customers c on c.id = e.customer_id where e.rank = 3 and (c.name = 'name 3') is not true
-->   if each part leaves out what the ones before it gave
-->   same 30 rows

-- an OR that joins
select e.id, c.id as customer from events e join customers c on c.id = e.customer_id or c.id = e.rank where e.id < 60;
--> or-to-union-all (or-across-tables, or-across-columns, order-by-limit-wrong-index, late-filter, cartesian-join)
--> select e.id, c.id as customer from events e join customers c on c.id = e.customer_id where e.id < 60
--> union all
--> select e.id, c.id as customer from events e join customers c on c.id = e.rank and (c.id = e.customer_id) is not true where e.id < 60
-->   if each part leaves out what the ones before it gave
-->   same 93 rows

-- an OR among other conditions of a join, and an outer join after it
select e.id, c.id as customer, f.done from events e join customers c on (c.id = e.customer_id or c.id = e.rank) and c.name is not null left join flags f on f.id = e.id;
--> or-to-union-all (or-across-tables, or-across-columns, order-by-limit-wrong-index, late-filter, cartesian-join)
--> select e.id, c.id as customer, f.done from events e join customers c on c.id = e.customer_id and c.name is not null left join flags f on f.id = e.id
--> union all
--> select e.id, c.id as customer, f.done from events e join customers c on c.id = e.rank and (c.id = e.customer_id) is not true and c.name is not null left join flags f on f.id = e.id
-->   if each part leaves out what the ones before it gave
-->   same 471 rows

-- DISTINCT
select distinct kind, rank from events where customer_id = 7 or rank = 8 order by kind, rank;
--> or-to-union (or-across-tables, or-across-columns, order-by-limit-wrong-index, late-filter)
--> select kind, rank from events where customer_id = 7
--> union
--> select kind, rank from events where rank = 8
--> order by kind, rank
-->   if UNION removes copies as DISTINCT did
-->   same 12 rows

-- counted rows
select count(*) as number from events e join customers c on c.id = e.customer_id where c.email = 'c3@example.org' or e.kind = 'kind 2';
--> or-to-union-all (or-across-tables, or-across-columns, order-by-limit-wrong-index, late-filter)
--> select count(*) as number from (
--> select 1 from events e join customers c on c.id = e.customer_id where c.email = 'c3@example.org'
--> union all
--> select 1 from events e join customers c on c.id = e.customer_id where e.kind = 'kind 2' and (c.email = 'c3@example.org') is not true
--> ) matches
-->   if each part leaves out what the ones before it gave
-->   same 1 rows

-- an aggregate of other values: nothing
select sum(e.rank) from events e join customers c on c.id = e.customer_id where c.email = 'c3@example.org' or e.kind = 'kind 2';
--> nothing

-- an order by what is not put out: nothing
select e.id from events e join customers c on c.id = e.customer_id where c.email = 'c3@example.org' or e.kind = 'kind 2' order by c.created;
--> nothing

-- an OR in the condition of an outer join: nothing
select e.id, c.id as customer from events e left join customers c on c.id = e.customer_id or c.id = e.rank;
--> nothing

-- one column: nothing
select id from events where rank = 3 or rank = 5;
--> nothing

-- under NOT: nothing
select id from events where not (customer_id = 7 or rank = 8);
--> nothing

-- locked rows: nothing
select id from events where customer_id = 7 or rank = 8 for update;
--> nothing

-- DISTINCT ON
select distinct on (kind) kind, id from events where customer_id = 7 or rank = 8 order by kind, id;
--> or-to-united-table (or-across-columns, order-by-limit-wrong-index)
--> select distinct on (kind) kind, id from (select * from events where customer_id = 7 union all select * from events where rank = 8 and (customer_id = 7) is not true) events order by kind, id
-->   if each part leaves out what the ones before it gave
-->   same 6 rows

-- volatile: nothing
select id from events where customer_id = 7 or rank = random() * 5;
--> nothing

-- optional, which yields nothing with 3, 7
select id from events where ($1::int is null or rank = $1) and ($2::int is null or customer_id = $2);
--> nothing

-- an update: nothing
update events set small = 0 where customer_id = 7 or rank = 8;
--> nothing

-- comments, order and limit
-- of the newest
select id, happened -- when
from events -- all
where customer_id = 7 -- mine
   or rank = 8 -- or ranked
order by id
limit 5;
--> or-to-union-all (or-across-tables, or-across-columns, order-by-limit-wrong-index, late-filter)
--> -- of the newest
--> (select id, happened -- when
--> from events -- all
--> where customer_id = 7 -- or ranked
--> order by id
--> limit 5)
--> union all
--> (select id, happened -- when
--> from events -- all
--> where rank = 8 and (customer_id = 7) is not true -- or ranked
--> order by id
--> limit 5)
--> order by id limit 5
-->   if each part leaves out what the ones before it gave
-->   same 5 rows
