-- two columns of one table
select id, title from issues where author_id = 3 or priority = 2
--> or-to-union-all (or-across-tables, or-across-columns, order-by-limit-wrong-index, late-filter)
--> select id, title from issues where author_id = 3
--> union all
--> select id, title from issues where priority = 2 and (author_id = 3) is not true
-->   if each part leaves out what the ones before it gave
-->   same 63 rows

-- a column that may be NULL, with more conditions, an order and a limit
select id, created_at from issues where state = 'opened' and (author_id = 3 or priority = 2) order by created_at desc, id limit 7
--> or-to-union-all (or-across-tables, or-across-columns, order-by-limit-wrong-index, late-filter)
--> (select id, created_at from issues where state = 'opened' and author_id = 3 order by created_at desc, id limit 7)
--> union all
--> (select id, created_at from issues where state = 'opened' and priority = 2 and (author_id = 3) is not true order by created_at desc, id limit 7)
--> order by created_at desc, id limit 7
-->   if each part leaves out what the ones before it gave
-->   same 7 rows

-- two joined tables
select i.id, p.name from issues i join projects p on p.id = i.project_id where i.author_id = 3 or p.name = 'project 2' order by i.id
--> or-to-union-all (or-across-tables, or-across-columns, order-by-limit-wrong-index, late-filter)
--> select i.id, p.name from issues i join projects p on p.id = i.project_id where i.author_id = 3
--> union all
--> select i.id, p.name from issues i join projects p on p.id = i.project_id where p.name = 'project 2' and (i.author_id = 3) is not true
--> order by id
-->   if each part leaves out what the ones before it gave
-->   same 50 rows

-- all columns of one
select i.* from issues i join users u on u.id = i.author_id where u.username = 'user3' or i.priority = 1 order by i.created_at desc, i.id
--> or-to-union-all (or-across-tables, or-across-columns, order-by-limit-wrong-index, late-filter)
--> select i.* from issues i join users u on u.id = i.author_id where u.username = 'user3'
--> union all
--> select i.* from issues i join users u on u.id = i.author_id where i.priority = 1 and (u.username = 'user3') is not true
--> order by created_at desc, id
-->   if each part leaves out what the ones before it gave
-->   same 63 rows

-- one column
select id from issues where priority = 1 or priority = 2
--> nothing

-- an order that is not put out
select id from issues where author_id = 3 or priority = 2 order by created_at, id
--> or-to-united-table (or-across-columns, order-by-limit-wrong-index)
--> select id from (select * from issues where author_id = 3 union all select * from issues where priority = 2 and (author_id = 3) is not true) issues order by created_at, id
-->   if each part leaves out what the ones before it gave
-->   same 63 rows

-- counted
select count(*) from issues where author_id = 3 or priority = 2
--> or-to-union-all (or-across-tables, or-across-columns, order-by-limit-wrong-index, late-filter)
--> select count(*) from (
--> select 1 from issues where author_id = 3
--> union all
--> select 1 from issues where priority = 2 and (author_id = 3) is not true
--> ) matches
-->   if each part leaves out what the ones before it gave
-->   same 1 rows

-- distinct
select distinct state from issues where author_id = 3 or priority = 2
--> or-to-union (or-across-tables, or-across-columns, order-by-limit-wrong-index, late-filter)
--> select state from issues where author_id = 3
--> union
--> select state from issues where priority = 2
-->   if UNION removes copies as DISTINCT did
-->   same 3 rows

-- a random arm
select id from issues where author_id = 3 or random() < 0.5
--> nothing

-- an outer join
select i.id from issues i left join users u on u.id = i.author_id where u.username = 'user3' or i.priority = 1
--> or-to-union-all (or-across-tables, or-across-columns, order-by-limit-wrong-index, late-filter)
--> select i.id from issues i left join users u on u.id = i.author_id where u.username = 'user3'
--> union all
--> select i.id from issues i left join users u on u.id = i.author_id where i.priority = 1 and (u.username = 'user3') is not true
-->   if each part leaves out what the ones before it gave
-->   same 71 rows

-- a parameter with 3
select id from issues where author_id = $1 or priority = 2
--> or-to-union-all (or-across-tables, or-across-columns, order-by-limit-wrong-index, late-filter)
--> select id from issues where author_id = $1
--> union all
--> select id from issues where priority = 2 and (author_id = $1) is not true
-->   if each part leaves out what the ones before it gave
-->   same 63 rows
