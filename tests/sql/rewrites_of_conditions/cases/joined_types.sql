-- a key joined to its text form
select c.id, r.what from customers c join refs r on c.id::text = r.customer order by c.id, r.what;
--> join-to-indexed-type (implicit-type-mismatch, cast-on-column, missing-index-join, missing-expression-index)
--> select c.id, r.what from customers c join refs r on c.id = r.customer::bigint order by c.id, r.what
-->   if id is of type bigint
-->   but equal where every customer is written as PostgreSQL writes a bigint; another text becomes an error
-->   same 3 rows

-- text that is not written as PostgreSQL does
select r.what from refs r, customers c where r.padded = c.id::text;
--> join-to-indexed-type (implicit-type-mismatch, cast-on-column, missing-index-join, missing-expression-index)
--> select r.what from refs r, customers c where r.padded::bigint = c.id
-->   if id is of type bigint
-->   but equal where every padded is written as PostgreSQL writes a bigint; another text becomes an error
-->   4 rows instead of 3

-- a key joined to a numeric
select count(*) from customers c join refs r on r.number = c.id where r.what <> 'y';
--> join-to-indexed-type (implicit-type-mismatch, cast-on-column, missing-index-join, missing-expression-index)
--> select count(*) from customers c join refs r on r.number::bigint = c.id where r.what <> 'y'
-->   if id is of type bigint
-->   but equal where every number is a whole number of type bigint
-->   1 rows instead of 1

-- character joined to text
select r.what from refs r join codes k on k.code = r.what;
--> join-to-indexed-type (implicit-type-mismatch, cast-on-column, missing-index-join, missing-expression-index)
--> select r.what from refs r join codes k on k.code = r.what::bpchar
-->   if code is of type character(4)
-->   but spaces at the end of what no longer count
-->   same 3 rows

-- no index to gain: nothing
select count(*) from refs r join events e on e.rank = r.number;
--> nothing

-- integers of two widths: nothing
select count(*) from events e join customers c on c.id = e.customer_id;
--> nothing
