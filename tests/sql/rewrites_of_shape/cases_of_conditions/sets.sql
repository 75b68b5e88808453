-- disjoint by a constant
select id, state from issues where state = 'opened' union select id, state from issues where state = 'closed'
--> union-to-union-all (union-instead-of-union-all)
--> select id, state from issues where state = 'opened' union all select id, state from issues where state = 'closed'
-->   if issues (id) is unique
-->   if no two queries share a row
-->   same 200 rows

-- disjoint by a mark
select 'a' as mark, id from issues where priority = 1 union select 'b', id from issues where priority = 1
--> union-to-union-all (union-instead-of-union-all)
--> select 'a' as mark, id from issues where priority = 1 union all select 'b', id from issues where priority = 1
-->   if issues (id) is unique
-->   if no two queries share a row
-->   same 120 rows

-- NULL and not NULL
select id, priority from issues where priority is null union select id, priority from issues where priority = 1
--> union-to-union-all (union-instead-of-union-all)
--> select id, priority from issues where priority is null union all select id, priority from issues where priority = 1
-->   if issues (id) is unique
-->   if no two queries share a row
-->   same 120 rows

-- with copies
select state from issues where state = 'opened' union select state from issues where state = 'closed'
--> union-to-union-all (union-instead-of-union-all)
--> select state from issues where state = 'opened' union all select state from issues where state = 'closed'
-->   but neither keys nor conditions show that there can be no duplicates: it is equal only as long as the data has none
-->   200 rows instead of 2

-- of two tables
select id from issues where id < 5 union select id from notes where id > 590
--> union-to-union-all (union-instead-of-union-all)
--> select id from issues where id < 5 union all select id from notes where id > 590
-->   but neither keys nor conditions show that there can be no duplicates: it is equal only as long as the data has none
-->   same 14 rows

-- with another operation
select id from issues union select id from notes except select id from labels
--> nothing

-- already ALL
select id from issues union all select id from notes
--> nothing

-- a fence
with o as materialized (select id, state from issues) select id from o where state = 'opened'
--> fence-to-inline (cte-materialization-fence, temp-io)
--> with o as not materialized (select id, state from issues) select id from o where state = 'opened'
-->   if o calls no volatile function and writes nothing
-->   same 100 rows

-- read twice
with o as (select id, project_id, state from issues where priority > 1) select a.id from o a join o b on b.project_id = a.project_id where a.id = 7
--> fence-to-inline (cte-materialization-fence, temp-io)
--> with o as not materialized (select id, project_id, state from issues where priority > 1) select a.id from o a join o b on b.project_id = a.project_id where a.id = 7
-->   if o calls no volatile function and writes nothing
-->   but it is then computed once for each time it is read
-->   same 10 rows

-- a random fence
with o as materialized (select id, random() as r from issues) select count(*) from o
--> nothing

-- a recursion
with recursive o as materialized (select 1 as n union all select n + 1 from o where n < 3) select n from o
--> nothing

-- read once
with o as (select id from issues) select id from o where id = 3
--> nothing
