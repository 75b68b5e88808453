-- an equality
select * from crm.orders where customer_id = 77;
--> missing-index-filter

-- with IN
select * from crm.orders where customer_id in (77, 78, 79);
--> missing-index-filter

-- through a view
select * from crm.order_facts where customer_id = 77;
--> missing-index-filter | missing-index-join

-- through a view of a view
select count(*) from crm.recent_facts where customer_id = 77;
--> missing-index-filter | missing-index-join | missing-composite-index

-- through a CTE
with mine as (select * from crm.orders) select total from mine where customer_id = 77;
--> missing-index-filter

-- an aggregate
select sum(total) from crm.orders where customer_id = 77 and priority = 4;
--> missing-index-filter

-- with an alias that another column bears
select o.id as customer_id, o.total from crm.orders o where o.customer_id = 99;
--> missing-index-filter

-- under EXISTS
select exists (select 1 from crm.orders where customer_id = -5);
--> missing-index-filter

-- in an UPDATE
update crm.orders set note = 'x' where customer_id = 77;
--> missing-index-filter

-- in a DELETE
delete from crm.items where product_id = 77 and quantity > 3;
--> missing-index-filter

-- quoted names
select "Amount" from "Shop"."Line Items" where "Order Id" = 4711;
--> missing-index-filter

-- a parent's rows and those of the child table
select c.name, o.total from crm.customers c join crm.orders o on o.customer_id = c.id where c.id = 4242;
--> missing-index-filter | missing-index-join

-- the children of a few rows
select c.name, o.total from crm.customers c join crm.orders o on o.customer_id = c.id where c.email = 'User77@Example.com';
--> missing-index-join | missing-index-filter

-- joined by USING
select * from (select id as customer_id, email from crm.customers) c join crm.orders o using (customer_id) where c.email = 'User77@Example.com';
--> missing-index-join | missing-index-filter

-- the semi-join of a few rows
select * from crm.customers c where c.email = 'User20050@Example.com' and exists (select 1 from crm.orders o where o.customer_id = c.id);
--> missing-index-join | missing-index-filter

-- LATERAL of a few rows
select c.id, latest.total from (select id from crm.customers where id < 9) c
cross join lateral (select o.total from crm.orders o where o.customer_id = c.id order by o.created_at desc limit 3) latest;
--> missing-index-join | order-by-limit-wrong-index | missing-index-order-limit | missing-index-filter

-- UPDATE FROM
update crm.items i set price = 0 from crm.orders o where o.id = i.order_id and o.id between 100 and 104;
--> missing-index-join | missing-index-filter

-- DELETE USING
delete from crm.items i using crm.orders o where o.id = i.order_id and o.reference = '31';
--> missing-index-join | missing-index-filter

-- few rows of a state
select * from crm.orders where state = 'open';
--> missing-index-filter | missing-partial-index

-- most rows
select count(*), sum(total) from crm.orders where state in ('paid', 'shipped');
--> nothing

-- the whole table
select state, sum(total) from crm.orders group by state;
--> nothing

-- a key
select * from crm.orders where id = 7;
--> nothing

-- newest rows with a condition, no index gives either
select * from crm.items where product_id = 17 order by id desc limit 10;
--> missing-index-filter | order-by-limit-wrong-index | missing-index-order-limit | missing-composite-index

-- an order without an index
select id, total from crm.orders order by total desc, priority limit 20;
--> missing-index-order-limit

-- an order with FETCH FIRST
select * from crm.orders order by priority fetch first 5 rows only;
--> missing-index-order-limit

-- an order in a view
select * from crm.live_customers order by city, full_name limit 10;
--> missing-index-filter | missing-partial-index

-- an ordering index walked for few rows
select * from crm.orders where customer_id = 17 order by created_at desc limit 5;
--> order-by-limit-wrong-index | missing-composite-index | missing-index-filter | missing-index-order-limit

-- two conditions on an index of one
select * from crm.orders where created_at > '2024-01-01' and customer_id = 17;
--> missing-index-filter | missing-composite-index

-- groups of a view
select count(*) from crm.live_customers where city = 'city 7' and created_at > '2021-03-01';
--> missing-index-filter | missing-composite-index | missing-partial-index
