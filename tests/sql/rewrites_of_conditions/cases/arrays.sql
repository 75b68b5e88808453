-- a literal in an array column
select id from events where 'l2' = any(labels) order by id;
--> any-to-containment (any-array-not-indexable, expression-no-statistics)
--> select id from events where labels @> array['l2']::text[] order by id
-->   if a NULL, as value or as array, is found by neither
-->   same 59 rows

-- a parameter, and some instead of any with l3, all
select e.id from events e where $1 = any (e.labels) and $2 = some(e.labels);
--> any-to-containment (any-array-not-indexable, expression-no-statistics)
--> select e.id from events e where e.labels @> array[$1]::text[] and e.labels @> array[$2]::text[]
-->   if a NULL, as value or as array, is found by neither
-->   same 59 rows

-- a number in an array of numbers, or another
select id from events where 2 = any(numbers) or 3::int = any(numbers);
--> any-to-containment (any-array-not-indexable, expression-no-statistics)
--> select id from events where numbers @> array[2]::integer[] or numbers @> array[3::int]::integer[]
-->   if a NULL, as value or as array, is found by neither
-->   same 156 rows

-- a decimal in an array of integers: nothing
select id from events where 1.5 = any(numbers);
--> nothing

-- a bigint in an array of integers: nothing
select id from events where 2::bigint = any(numbers);
--> nothing

-- a text longer than the elements may be
select count(*) from events where 'abcdef' = any(codes) or 'abc' = any(codes);
--> any-to-containment (any-array-not-indexable, expression-no-statistics)
--> select count(*) from events where codes @> array['abcdef']::character varying[] or codes @> array['abc']::character varying[]
-->   if a NULL, as value or as array, is found by neither
-->   same 1 rows

-- not any: nothing
select id from events where not ('l2' = any(labels));
--> nothing

-- all and unequal: nothing
select id from events where 'l2' = all(labels) or 'l1' <> any(labels);
--> nothing

-- a column in an array column: nothing
select id from events where kind = any(labels);
--> nothing

-- a column in a list of values: nothing
select id from events where id = any(array[1, 2, 3]);
--> nothing

-- a text of another table in arrays of shorter ones
SELECT r.what, e.id FROM refs r JOIN events e ON r.what = ANY (e.codes) OR e.id = 3
--> joined-any-to-containment (any-array-not-indexable, late-filter, missing-index-join, many-subplan-loops, inefficient-index-scan)
--> SELECT r.what, e.id FROM refs r JOIN events e ON e.codes @> array[r.what]::character varying[] OR e.id = 3
-->   if a NULL, as value or as array, is found by neither
-->   same 5 rows
--> or-to-union-all (or-across-tables, or-across-columns, order-by-limit-wrong-index, late-filter, cartesian-join)
--> SELECT r.what, e.id FROM refs r JOIN events e ON r.what = ANY (e.codes)
--> UNION ALL
--> SELECT r.what, e.id FROM refs r JOIN events e ON e.id = 3 AND (r.what = ANY (e.codes)) IS NOT TRUE
-->   if each part leaves out what the ones before it gave
-->   same 5 rows

-- a shorter text of another table in arrays of texts
select k.id, e.id from events k join events e on k.kind = some (e.labels) or e.id = 3 and k.id < 6
--> joined-any-to-containment (any-array-not-indexable, late-filter, missing-index-join, many-subplan-loops, inefficient-index-scan)
--> select k.id, e.id from events k join events e on e.labels @> array[k.kind]::text[] or e.id = 3 and k.id < 6
-->   if a NULL, as value or as array, is found by neither
-->   same 5 rows

-- a smaller number of another table
select f.id, e.id from events e, flags f where f.id = any (e.numbers) and f.done and 2 = any (e.numbers)
--> any-to-containment (any-array-not-indexable, expression-no-statistics)
--> select f.id, e.id from events e, flags f where f.id = any (e.numbers) and f.done and e.numbers @> array[2]::integer[]
-->   if a NULL, as value or as array, is found by neither
-->   same 57 rows
--> joined-any-to-containment (any-array-not-indexable, late-filter, missing-index-join, many-subplan-loops, inefficient-index-scan)
--> select f.id, e.id from events e, flags f where e.numbers @> array[f.id] and f.done and 2 = any (e.numbers)
-->   if a NULL, as value or as array, is found by neither
-->   same 57 rows

-- a bigger number of another table: nothing
select c.name, e.id from customers c join events e on c.id = any (e.numbers)
--> nothing

-- another type: nothing
select l.what, e.id from logged l join events e on l.what = any (e.numbers::text[])
--> nothing

-- an array of the same row, and one of the query around: nothing
select e.id from events e where e.rank = any (e.numbers) and exists (select from flags f where f.id = any (e.numbers))
--> nothing

-- a column of the query around
select f.id from flags f where exists (select from events e where f.id = any (e.numbers) and e.rank = 3)
--> joined-any-to-containment (any-array-not-indexable, late-filter, missing-index-join, many-subplan-loops, inefficient-index-scan)
--> select f.id from flags f where exists (select from events e where e.numbers @> array[f.id] and e.rank = 3)
-->   if a NULL, as value or as array, is found by neither
-->   same 4 rows

-- an outer join
select f.id, e.id from flags f left join events e on f.id = any (e.numbers) and e.rank = 3
--> joined-any-to-containment (any-array-not-indexable, late-filter, missing-index-join, many-subplan-loops, inefficient-index-scan)
--> select f.id, e.id from flags f left join events e on e.numbers @> array[f.id] and e.rank = 3
-->   if a NULL, as value or as array, is found by neither
-->   same 24 rows
