-- deep OFFSET
select * from crm.orders order by created_at limit 20 offset 60000;
--> offset-pagination

-- deep OFFSET of a view
select * from crm.order_facts order by created_at desc limit 20 offset 40000;
--> offset-pagination

-- NOT IN a nullable column
select count(*) from crm.customers where name not in (select note from crm.orders);
--> not-in-nullable-subquery

-- NOT IN a large set without NULL, for a few rows
select id from crm.customers where id between 400 and 450 and id not in (select customer_id from crm.orders where priority > 100);
--> not-in-nullable-subquery

-- NOT IN a large set without NULL, for all rows
select count(*) from crm.customers where id not in (select customer_id from crm.orders where id <= 8000);
--> nothing

-- a subquery for each row
select c.id, (select max(o.total) from crm.orders o where o.customer_id = c.id) from crm.customers c where c.id <= 60;
--> correlated-subquery-per-row | missing-index-join
--> also missing-index-join, correlated-subquery-per-row

-- in WHERE
select o.id from crm.orders o where o.customer_id <= 40 and o.total > (select avg(i.total) from crm.orders i where i.customer_id = o.customer_id);
--> correlated-subquery-per-row | missing-index-join
--> also missing-index-join

-- DISTINCT over a fan-out
select distinct c.id, c.name from crm.customers c join crm.orders o on o.customer_id = c.id;
--> distinct-hides-fanout

-- GROUP BY over a fan-out
select c.id, c.name from crm.customers c join crm.orders o on o.customer_id = c.id group by c.id, c.name;
--> distinct-hides-fanout

-- count compared with zero
select c.id from crm.customers c where (select count(*) from crm.orders o where o.customer_id = c.id) > 0 and c.id < 60;
--> missing-index-join
--> also count-used-as-exists

-- CASE WHEN count(*) > 0
select case when count(*) > 0 then 'yes' else 'no' end from crm.orders where state = 'paid';
--> count-used-as-exists

-- an anti-join by an aggregate
select c.id from crm.customers c left join crm.orders o on o.customer_id = c.id group by c.id having count(o.id) = 0;
--> antijoin-by-aggregate

-- a materialised CTE
with all_orders as materialized (select * from crm.orders) select * from all_orders where id = 7;
--> cte-materialization-fence

-- a CTE read twice
with facts as (select * from crm.orders) select (select count(*) from facts where id = 7), (select count(*) from facts where id = 8);
--> cte-materialization-fence

-- UNION of disjoint rows
select id, total, note from crm.orders where state = 'paid' union select id, total, note from crm.orders where state = 'shipped';
--> union-instead-of-union-all

-- random order
select * from crm.orders order by random() limit 5;
--> order-by-random

-- the newest of each
select * from (select o.*, row_number() over (partition by priority order by created_at desc) as n from crm.orders o) t where n = 1;
--> top-n-per-group-window

-- rank
select * from (select id, priority, rank() over (partition by priority order by id desc) as r from crm.orders) t where r <= 2;
--> top-n-per-group-window

-- the greatest of each of few groups
select state, max(created_at) from crm.orders group by state;
--> groupwise-max-full-scan | nothing

-- DISTINCT of few values
select distinct state from crm.orders;
--> groupwise-max-full-scan | missing-index-group-by | nothing

-- a report over all rows
select date_trunc('month', created_at), count(*), sum(total) from crm.orders group by 1 order by 1;
--> ndistinct-misestimate

-- every row joined
select c.country, sum(o.total) from crm.orders o join crm.customers c on c.id = o.customer_id group by c.country;
--> nothing

-- EXISTS as it should be
select count(*) from crm.customers c where not exists (select 1 from crm.orders o where o.customer_id = c.id);
--> nothing

-- a window over all rows
select customer_id, total, sum(total) over (partition by customer_id) from crm.orders;
--> sort-spill

-- no condition between two tables
select count(*) from crm.customers c, crm.orders o where c.id < 40 and o.state = 'paid';
--> cartesian-join
