-- first letters
select id from customers where left(name, 6) = 'name 1' and substr(email, 1, 2) = 'c1';
--> first-letters-to-like (function-on-column, expression-no-statistics, missing-expression-index)
--> select id from customers where name like 'name 1%' and email like 'c1%'
-->   if name begins with the text just where its first letters are the text
-->   if email begins with the text just where its first letters are the text
-->   same 20 rows

-- substring in the standard's words
select id from customers where substring(email from 1 for 1) = 'c';
--> first-letters-to-like (function-on-column, expression-no-statistics, missing-expression-index)
--> select id from customers where email like 'c%'
-->   if email begins with the text just where its first letters are the text
-->   same 60 rows

-- fewer letters than asked for
select id from events where left(kind, 9) = 'kind 1';
--> first-letters-to-like (function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where kind = 'kind 1'
-->   if the whole of kind is compared
-->   same 49 rows

-- more letters than asked for: nothing
select id from events where left(kind, 2) = 'kind 1';
--> nothing

-- letters further on: nothing
select id from events where substr(kind, 2, 3) = 'ind';
--> nothing

-- letters that mean something to LIKE
select id from customers where left(name, 4) = '1%_\';
--> first-letters-to-like (function-on-column, expression-no-statistics, missing-expression-index)
--> select id from customers where name like '1\%\_\\%'
-->   if name begins with the text just where its first letters are the text
-->   same 1 rows

-- starts_with and strpos
select id from events where starts_with(kind, 'kind') and strpos(kind, 'kind 2') = 1;
--> first-letters-to-like (function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where kind like 'kind%' and kind like 'kind 2%'
-->   if kind begins with the text just where its first letters are the text
-->   same 49 rows

-- an empty text appended
select id from events where kind || '' = 'kind 3';
--> first-letters-to-like (function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where kind = 'kind 3'
-->   if the whole of kind is compared
-->   same 49 rows

-- blanks trimmed, other case: nothing
select id from events where trim(kind) = 'kind 3' or lower(kind) = 'kind 2';
--> nothing

-- a key of a document
select id from events where body ->> 'k' = 'v';
--> jsonb-key-to-containment (function-on-column, expression-no-statistics, missing-expression-index, missing-gin-jsonb)
--> select id from events where body @> '{"k": "v"}'
-->   but equal where the key's value is a string: a number or boolean of that text is no longer found
-->   same 49 rows

-- a key whose value is a number in some documents
select id from events where (body->>'k') = '1';
--> jsonb-key-to-containment (function-on-column, expression-no-statistics, missing-expression-index, missing-gin-jsonb)
--> select id from events where body @> '{"k": "1"}'
-->   but equal where the key's value is a string: a number or boolean of that text is no longer found
-->   49 rows instead of 123

-- a key within another and a parameter with x1
select id from events where body -> 'in' ->> 'n' = 'x2' or body -> 'in' ->> 'n' = $1;
--> jsonb-key-to-containment (function-on-column, expression-no-statistics, missing-expression-index, missing-gin-jsonb)
--> select id from events where body @> '{"in": {"n": "x2"}}' or body @> jsonb_build_object('in', jsonb_build_object('n', $1::text))
-->   but equal where the key's value is a string: a number or boolean of that text is no longer found
-->   same 196 rows

-- an element of an array: nothing
select id from events where body -> 'in' ->> 0 = 'x2';
--> nothing

-- a document without an index: nothing
select l.body ->> 'k' from (select id, body::text::jsonb as body from events) l where l.body ->> 'k' = 'v';
--> nothing

-- letters anywhere
select id from customers where strpos(email, '9@') > 0 and position('_\' in name) <> 0 or strpos(name, '%') >= 1;
--> letters-to-like (function-on-column, expression-no-statistics, missing-expression-index, missing-trigram-index)
--> select id from customers where email like '%9@%' and name like '%\_\\%' or name like '%\%%'
-->   if the text has a place in email just where email contains it
-->   if the text has a place in name just where name contains it
-->   same 1 rows
