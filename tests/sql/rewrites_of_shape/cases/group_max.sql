-- the greatest of each project
select i.project_id, max(i.created_at) as last, min(i.id)
from issues i
where i.state = 'opened'
group by i.project_id
order by last
--> greatest-of-group-to-lateral (groupwise-max-full-scan)
--> select p.id as project_id, found.last, found.min
--> from projects p
--> cross join lateral (
-->   select max(i.created_at) as last, min(i.id) as min
-->   from issues i
-->   where i.state = 'opened' and i.project_id = p.id
--> ) found
--> where found.last is not null
--> order by last
-->   if issues.project_id refers to projects.id, so every group is a row there
-->   if i.project_id is never NULL
-->   if a group without rows is left out, as before
-->   same 5 rows

-- of each state, which refers to nothing
SELECT state, max(created_at) FROM issues GROUP BY state
--> greatest-of-group-to-lateral (groupwise-max-full-scan)
--> SELECT groups.state, found.max FROM (WITH RECURSIVE groups AS ((SELECT state FROM issues ORDER BY state LIMIT 1) UNION ALL SELECT (SELECT issues.state FROM issues WHERE issues.state > groups.state ORDER BY issues.state LIMIT 1) FROM groups WHERE groups.state IS NOT NULL) SELECT state FROM groups WHERE state IS NOT NULL) groups CROSS JOIN LATERAL (SELECT max(created_at) AS max FROM issues WHERE issues.state = groups.state) found WHERE found.max IS NOT NULL
-->   if the recursive query finds each value of issues.state that is not NULL
-->   if issues.state is never NULL
-->   if a group without rows is left out, as before
-->   same 3 rows

-- a nullable value
select project_id, max(priority) from issues group by project_id
--> greatest-of-group-to-lateral (groupwise-max-full-scan)
--> select p.id as project_id, found.max from projects p cross join lateral (select max(priority) as max from issues where issues.project_id = p.id) found where exists (select 1 from issues where issues.project_id = p.id)
-->   if issues.project_id refers to projects.id, so every group is a row there
-->   if issues.project_id is never NULL
-->   if a group without rows is left out, as before
-->   same 15 rows

-- a nullable group
select author_id, max(created_at) from issues group by author_id
--> nothing

-- a count besides
select project_id, max(created_at), count(*) from issues group by project_id
--> nothing

-- HAVING
select project_id, max(created_at) from issues group by project_id having max(created_at) > '2026-01-02'
--> nothing

-- the latest row of each project
select distinct on (i.project_id) i.project_id, i.id, i.title
from issues i
order by i.project_id, i.created_at desc, i.id desc
--> distinct-on-to-lateral (groupwise-max-full-scan)
--> select latest.project_id, latest.id, latest.title
--> from projects p
--> cross join lateral (
-->   select i.project_id, i.id, i.title
-->   from issues i
-->   where i.project_id = p.id
-->   order by i.created_at desc, i.id desc
-->   limit 1
--> ) latest
--> order by p.id
-->   if issues.project_id refers to projects.id, so every group is a row there
-->   if i.project_id is never NULL
-->   same 15 rows

-- with ties and all columns, in a derived table
select x.id, x.state from (select distinct on (project_id) * from issues where state = 'opened' or priority = 2 order by project_id desc, created_at desc) x where x.id > 10
--> distinct-on-to-lateral (groupwise-max-full-scan)
--> select x.id, x.state from (select latest.* from projects p cross join lateral (select * from issues where (state = 'opened' or priority = 2) and issues.project_id = p.id order by created_at desc limit 1) latest order by p.id desc) x where x.id > 10
-->   if issues.project_id refers to projects.id, so every group is a row there
-->   if issues.project_id is never NULL
-->   but among rows that tie in the order either may be picked, as before
-->   12 rows instead of 12

-- of a nullable group
select distinct on (author_id) id, author_id from issues order by author_id, created_at desc
--> nothing

-- without an order of its own
select distinct on (project_id) id, project_id from issues order by project_id
--> nothing

-- the states there are
select distinct state from issues
--> values-by-jumps (groupwise-max-full-scan)
--> with recursive groups as ((select state from issues order by state limit 1) union all select (select issues.state from issues where issues.state > groups.state order by issues.state limit 1) from groups where groups.state is not null) select state from groups where state is not null
-->   if issues.state is never NULL
-->   same 3 rows

-- the authors there are, one NULL
select distinct author_id as author
from issues
where state = 'opened' or priority = 1
order by author
--> values-by-jumps (groupwise-max-full-scan)
--> with recursive groups as (
-->   (select author_id from issues where (state = 'opened' or priority = 1) order by author_id limit 1)
-->   union all
-->   select (select issues.author_id from issues where issues.author_id > groups.author_id and (state = 'opened' or priority = 1) order by issues.author_id limit 1)
-->   from groups
-->   where groups.author_id is not null
--> )
--> select author_id as author from groups where author_id is not null
--> union all
--> select null::bigint where exists (select 1 from issues where author_id is null and (state = 'opened' or priority = 1))
--> order by author
-->   if NULL is looked for apart
-->   same 13 rows

-- grouped by a quoted name
select "user" from "Order" group by "user"
--> values-by-jumps (groupwise-max-full-scan)
--> with recursive groups as ((select "user" from "Order" order by "user" limit 1) union all select (select "Order"."user" from "Order" where "Order"."user" > groups."user" order by "Order"."user" limit 1) from groups where groups."user" is not null) select "user" from groups where "user" is not null
-->   if Order.user is never NULL
-->   same 10 rows

-- with a condition on a parameter, with 40
select distinct state from issues where id > $1
--> values-by-jumps (groupwise-max-full-scan)
--> with recursive groups as ((select state from issues where id > $1 order by state limit 1) union all select (select issues.state from issues where issues.state > groups.state and id > $1 order by issues.state limit 1) from groups where groups.state is not null) select state from groups where state is not null
-->   if issues.state is never NULL
-->   same 3 rows

-- two columns
select distinct state, priority from issues
--> nothing

-- an expression
select distinct lower(state) from issues
--> nothing

-- a view
select distinct state from open_issues
--> nothing

-- cut by a LIMIT
select distinct state from issues limit 2
--> nothing

-- the values of a volatile filter
select distinct state from issues where random() < 2
--> nothing
