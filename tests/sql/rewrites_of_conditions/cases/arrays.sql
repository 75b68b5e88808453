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
