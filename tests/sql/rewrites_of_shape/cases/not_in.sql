-- both sides never NULL
select p.name
from projects p
where p.visibility = 'public'
  and p.id not in (select project_id from issues)
--> not-in-to-not-exists (not-in-nullable-subquery)
--> select p.name
--> from projects p
--> where p.visibility = 'public'
-->   and not exists (select 1 from issues where issues.project_id = p.id)
-->   if projects.id is never NULL
-->   if issues.project_id is never NULL
-->   same 1 rows

-- the inner column may be NULL
select id from projects where id not in (select project_id from imports)
--> not-in-to-not-exists (not-in-nullable-subquery)
--> select id from projects where not exists (select 1 from imports where imports.project_id = projects.id)
-->   if projects.id is never NULL
-->   but where imports.project_id is NULL in a row, NOT IN returns no rows at all and NOT EXISTS those that have no match: most likely what was meant
-->   11 rows instead of 0

-- its own WHERE keeps NULL out
select id from projects where id not in (select project_id from imports where project_id is not null)
--> not-in-to-not-exists (not-in-nullable-subquery)
--> select id from projects where not exists (select 1 from imports where project_id is not null and imports.project_id = projects.id)
-->   if projects.id is never NULL
-->   if imports.project_id is never NULL
-->   same 11 rows

-- a comparison keeps NULL out
select id from projects where id not in (select project_id from imports where project_id > 3 and source = 's1')
--> not-in-to-not-exists (not-in-nullable-subquery)
--> select id from projects where not exists (select 1 from imports where project_id > 3 and source = 's1' and imports.project_id = projects.id)
-->   if projects.id is never NULL
-->   if imports.project_id is never NULL
-->   same 16 rows

-- an OR inside gets parentheses
SELECT id FROM projects WHERE id NOT IN (SELECT project_id FROM issues WHERE state = 'closed' OR priority = 2)
--> not-in-to-not-exists (not-in-nullable-subquery)
--> SELECT id FROM projects WHERE NOT EXISTS (SELECT 1 FROM issues WHERE (state = 'closed' OR priority = 2) AND issues.project_id = projects.id)
-->   if projects.id is never NULL
-->   if issues.project_id is never NULL
-->   same 7 rows

-- the same table inside and outside
select id from issues where id not in (select id from issues where state = 'opened')
--> not-in-to-not-exists (not-in-nullable-subquery)
--> select id from issues where not exists (select 1 from issues i where i.state = 'opened' and i.id = issues.id)
-->   if issues.id is never NULL
-->   same 200 rows

-- a nullable operand
select id from issues where author_id not in (select id from users where state = 'active')
--> not-in-to-not-exists (not-in-nullable-subquery)
--> select id from issues where issues.author_id is not null and not exists (select 1 from users where state = 'active' and users.id = issues.author_id)
-->   if users.id is never NULL
-->   but where the subquery finds nothing at all, NOT IN keeps rows whose issues.author_id is NULL
-->   same 172 rows

-- pairs
select i.id from issues i where (i.id, i.project_id) not in (select n.issue_id, i2.project_id from notes n join issues i2 on i2.id = n.issue_id)
--> not-in-to-not-exists (not-in-nullable-subquery)
--> select i.id from issues i where not exists (select 1 from notes n join issues i2 on i2.id = n.issue_id where n.issue_id = i.id and i2.project_id = i.project_id)
-->   if issues.id is never NULL
-->   if issues.project_id is never NULL
-->   if notes.issue_id is never NULL
-->   same 200 rows

-- NOT in front, DISTINCT inside, with parameters, with 30, 2
select u.id from users u where not (u.id in (select distinct "user" from "Order" where total > $1)) and u.id > $2
--> not-in-to-not-exists (not-in-nullable-subquery)
--> select u.id from users u where not exists (select 1 from "Order" where total > $1 and "Order"."user" = u.id) and u.id > $2
-->   if users.id is never NULL
-->   if Order.user is never NULL
-->   same 20 rows

-- a grouped subquery is left alone
select id from projects where id not in (select project_id from issues group by project_id having count(*) > 20)
--> nothing

-- a LIMIT is left alone
select id from projects where id not in (select project_id from issues order by id limit 20)
--> nothing

-- a list is none
select id from projects where id not in (1, 2, 3)
--> nothing

-- under OR it stands
select id from projects where id not in (select project_id from issues) or visibility = 'public'
--> nothing

-- a volatile operand
select id from projects where (random() * 10)::int not in (select project_id from issues)
--> nothing

-- a correlated one
select p.id from projects p where p.id not in (select i.project_id from issues i where i.title = p.name)
--> not-in-to-not-exists (not-in-nullable-subquery)
--> select p.id from projects p where not exists (select 1 from issues i where i.title = p.name and i.project_id = p.id)
-->   if projects.id is never NULL
-->   if issues.project_id is never NULL
-->   same 20 rows

-- a DELETE
delete from notes where author_id = 3 and id not in (select max(id) from notes group by issue_id) and issue_id not in (select id from issues where state = 'opened')
--> not-in-to-not-exists (not-in-nullable-subquery)
--> delete from notes where author_id = 3 and id not in (select max(id) from notes group by issue_id) and not exists (select 1 from issues where state = 'opened' and issues.id = notes.issue_id)
-->   if notes.issue_id is never NULL
-->   if issues.id is never NULL
-->   same 11 rows

-- an UPDATE with a subquery of the same table
UPDATE notes SET body = 'seen' WHERE issue_id NOT IN (SELECT n.issue_id FROM notes n WHERE n.author_id > 10)
--> not-in-to-not-exists (not-in-nullable-subquery)
--> UPDATE notes SET body = 'seen' WHERE NOT EXISTS (SELECT 1 FROM notes n WHERE n.author_id > 10 AND n.issue_id = notes.issue_id)
-->   if notes.issue_id is never NULL
-->   same 300 rows

-- comments stay, a quoted alias
select "P".id -- the project
from projects "P" /* all of them */
where "P".id not in (
  -- those with issues
  select i.project_id from issues i
)
--> not-in-to-not-exists (not-in-nullable-subquery)
--> select "P".id -- the project
--> from projects "P" /* all of them */
--> where not exists (
-->   -- those with issues
-->   select 1 from issues i where i.project_id = "P".id
--> )
-->   if projects.id is never NULL
-->   if issues.project_id is never NULL
-->   same 5 rows
