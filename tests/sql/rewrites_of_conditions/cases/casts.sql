-- the text of a whole number
select id from events where customer_id::text = '42' and (cast(id as varchar) = '142' or id > 3);
--> constant-to-column-type (cast-on-column, implicit-type-mismatch, expression-no-statistics, missing-expression-index)
--> select id from events where customer_id = 42 and (id = 142 or id > 3)
-->   if customer_id is of type bigint
-->   if id is of type integer
-->   same 6 rows

-- a text that is no whole number's: nothing
select id from events where customer_id::text = '042';
--> nothing

-- texts in a list
select id from events where customer_id::text in ('7', '8', '49') order by id;
--> constant-to-column-type (cast-on-column, implicit-type-mismatch, expression-no-statistics, missing-expression-index)
--> select id from events where customer_id in (7, 8, 49) order by id
-->   if customer_id is of type bigint
-->   same 17 rows

-- a parameter as text with 17
select id from events where $1 = id::text;
--> constant-to-column-type (cast-on-column, implicit-type-mismatch, expression-no-statistics, missing-expression-index)
--> select id from events where id = $1::integer
-->   if id is of type integer
-->   but a value that is no integer becomes an error
-->   same 1 rows

-- a uuid as text
select id from events where tag::text = '00000000-0000-0000-0000-000000000007';
--> constant-to-column-type (cast-on-column, implicit-type-mismatch, expression-no-statistics, missing-expression-index)
--> select id from events where tag = '00000000-0000-0000-0000-000000000007'
-->   if tag is of type uuid
-->   same 10 rows

-- a uuid in capitals: nothing
select id from events where tag::text = '00000000-0000-0000-0000-00000000000A';
--> nothing

-- a uuid compared with a text parameter with 00000000-0000-0000-0000-000000000007
select id from events where tag::text = $1::text;
--> constant-to-column-type (cast-on-column, implicit-type-mismatch, expression-no-statistics, missing-expression-index)
--> select id from events where tag = $1::uuid
-->   if tag is of type uuid
-->   but a value that is no uuid becomes an error
-->   same 10 rows

-- a text longer than the cast leaves: nothing
select id from events where customer_id::varchar(1) = '4';
--> nothing

-- a date as text
select id from events where day::text = '2024-03-31';
--> constant-to-column-type (cast-on-column, implicit-type-mismatch, expression-no-statistics, missing-expression-index)
--> select id from events where day = '2024-03-31'
-->   if day is of type date
-->   but equal where DateStyle writes dates as ISO does
-->   same 50 rows

-- texts of numbers in another order: nothing
select id from events where customer_id::text > '42';
--> nothing

-- decimals for a bigint
select id from events where customer_id = 42.0;
--> constant-to-column-type (cast-on-column, implicit-type-mismatch, expression-no-statistics, missing-expression-index)
--> select id from events where customer_id = 42
-->   if customer_id is of type bigint
-->   same 6 rows

-- a decimal that is no whole number: nothing
select id from events where customer_id = 42.5;
--> nothing

-- a numeric parameter for a bigint with 42
select id from events e where e.customer_id = $1::numeric;
--> constant-to-column-type (cast-on-column, implicit-type-mismatch, expression-no-statistics, missing-expression-index)
--> select id from events e where e.customer_id = $1::bigint
-->   if customer_id is of type bigint
-->   but the value must be a whole number: with a fraction it is an error, or is rounded
-->   same 6 rows

-- decimals in a list and a range
select id from events where customer_id in (1.0, 2, -3.0) or rank >= 20.0 or 3. > id;
--> constant-to-column-type (cast-on-column, implicit-type-mismatch, expression-no-statistics, missing-expression-index)
--> select id from events where customer_id in (1, 2, -3) or rank >= 20 or id < 3
-->   if customer_id is of type bigint
-->   if rank is of type integer
-->   if id is of type integer
-->   same 46 rows
--> or-to-union-all (or-across-tables, or-across-columns, order-by-limit-wrong-index, late-filter)
--> select id from events where customer_id in (1.0, 2, -3.0)
--> union all
--> select id from events where rank >= 20.0 and (customer_id in (1.0, 2, -3.0)) is not true
--> union all
--> select id from events where 3. > id and (customer_id in (1.0, 2, -3.0)) is not true and (rank >= 20.0) is not true
-->   if each part leaves out what the ones before it gave
-->   same 46 rows

-- a bigint cast to numeric
select id from events where customer_id::numeric = 42 and id::bigint > 10;
--> constant-to-column-type (cast-on-column, implicit-type-mismatch, expression-no-statistics, missing-expression-index)
--> select id from events where customer_id = 42 and id > 10
-->   if customer_id is of type bigint
-->   if id is of type integer
-->   same 6 rows

-- a bigint column and an integer constant: nothing
select id from events where customer_id = 42 and small = 3 and customer_id = cast(42 as int);
--> nothing

-- text for character(4)
select id from customers where code = 'A1'::text;
--> constant-to-column-type (cast-on-column, implicit-type-mismatch, expression-no-statistics, missing-expression-index)
--> select id from customers where code = 'A1'
-->   if code is of type character(4)
-->   same 4 rows

-- text with spaces for character(4): nothing
select id from customers where code = 'A1  '::text;
--> nothing

-- a text parameter for character(4) with A1
select id from customers where code = $1::text;
--> constant-to-column-type (cast-on-column, implicit-type-mismatch, expression-no-statistics, missing-expression-index)
--> select id from customers where code = $1::bpchar
-->   if code is of type character(4)
-->   but spaces at the end of the value no longer count
-->   same 4 rows

-- double precision for numeric
select id from events where amount = 4.5::float8;
--> constant-to-column-type (cast-on-column, implicit-type-mismatch, expression-no-statistics, missing-expression-index)
--> select id from events where amount = 4.5
-->   if amount is of type numeric(10,2)
-->   but numbers are compared exactly, not as rounded to double precision
-->   same 1 rows

-- a varchar as text is no matter: nothing
select id from events where kind::text = 'kind 1';
--> nothing

-- a quoted table and column
select "o"."Id" from "Odd Names" as "o" where "o"."Id"::text = '9' and "Made At"::date >= '2023-12-01';
--> columns-stand-alone (cast-on-column, implicit-type-mismatch, expression-no-statistics, missing-expression-index, function-on-column)
--> select "o"."Id" from "Odd Names" as "o" where "o"."Id" = 9 and "Made At" >= '2023-12-01'
-->   if Id is of type integer
-->   if a day is all moments from its beginning until the next one
-->   same 1 rows

-- inside a CTE, a view and a subquery
with late as (select * from recent where happened::date > '2024-01-01')
select l.id from late l where l.customer_id::text = '42' and exists (select 1 from customers c where c.id::text = '42' and c.id = l.customer_id);
--> columns-stand-alone (cast-on-column, function-on-column, expression-no-statistics, missing-expression-index, implicit-type-mismatch)
--> with late as (select * from recent where happened >= '2024-01-02')
--> select l.id from late l where l.customer_id = 42 and exists (select 1 from customers c where c.id = 42 and c.id = l.customer_id)
-->   if a day is all moments from its beginning until the next one
-->   if id is of type bigint
-->   if customer_id is of type bigint
-->   same 6 rows

-- through a derived table and a union
select x.id from (select id, day, customer_id as c from events union all select id, null, 42 from customers) x where x.c::text = '42';
--> constant-to-column-type (cast-on-column, implicit-type-mismatch, expression-no-statistics, missing-expression-index)
--> select x.id from (select id, day, customer_id as c from events union all select id, null, 42 from customers) x where x.c = 42
-->   if customer_id is of type bigint
-->   same 68 rows

-- in the condition of an outer join
select c.id, e.id from customers c left join events e on e.customer_id = c.id and e.happened::date = '2024-03-31';
--> moment-to-range (cast-on-column, function-on-column, expression-no-statistics, missing-expression-index)
--> select c.id, e.id from customers c left join events e on e.customer_id = c.id and e.happened >= '2024-03-31' and e.happened < '2024-04-01'
-->   if a day is all moments from its beginning until the next one
-->   same 63 rows

-- an update and its condition
update events set rank = 0 where id::text = '17' and happened::date >= '2023-12-01';
--> columns-stand-alone (cast-on-column, implicit-type-mismatch, expression-no-statistics, missing-expression-index, function-on-column)
--> update events set rank = 0 where id = 17 and happened >= '2023-12-01'
-->   if id is of type integer
-->   if a day is all moments from its beginning until the next one
-->   same 1 rows

-- a delete with another table
delete from events e using customers c where c.id = e.customer_id and c.id::text = '42';
--> constant-to-column-type (cast-on-column, implicit-type-mismatch, expression-no-statistics, missing-expression-index)
--> delete from events e using customers c where c.id = e.customer_id and c.id = 42
-->   if id is of type bigint
-->   same 6 rows
