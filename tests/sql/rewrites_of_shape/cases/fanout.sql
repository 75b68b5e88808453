-- the parent alone is selected
select distinct p.id, p.name
from projects p
join issues i on i.project_id = p.id
where i.state = 'opened'
  and p.visibility = 'private'
order by p.id
--> distinct-to-exists (distinct-hides-fanout)
--> select p.id, p.name
--> from projects p
--> where exists (select 1 from issues i where i.project_id = p.id and i.state = 'opened')
-->   and p.visibility = 'private'
--> order by p.id
-->   if projects.id is selected and unique, so without the join no row repeats
-->   same 5 rows

-- a chain of children
SELECT DISTINCT p.* FROM projects p JOIN issues i ON i.project_id = p.id JOIN notes n ON n.issue_id = i.id WHERE n.author_id = 5
--> distinct-to-exists (distinct-hides-fanout)
--> SELECT p.* FROM projects p WHERE EXISTS (SELECT 1 FROM issues i JOIN notes n ON n.issue_id = i.id WHERE i.project_id = p.id AND n.author_id = 5)
-->   if projects.id is selected and unique, so without the join no row repeats
-->   same 3 rows

-- two children apart
select distinct i.id, i.title from issues i join notes n on n.issue_id = i.id join label_links l on l.issue_id = i.id where l.label_id < 4
--> distinct-to-exists (distinct-hides-fanout)
--> select i.id, i.title from issues i where exists (select 1 from notes n where n.issue_id = i.id) and exists (select 1 from label_links l where l.issue_id = i.id and l.label_id < 4)
-->   if issues.id is selected and unique, so without the join no row repeats
-->   same 74 rows

-- a lookup stays
select distinct i.id, i.title, p.name from issues i join projects p on p.id = i.project_id join notes n on n.issue_id = i.id
--> distinct-to-exists (distinct-hides-fanout)
--> select i.id, i.title, p.name from issues i join projects p on p.id = i.project_id where exists (select 1 from notes n where n.issue_id = i.id)
-->   if issues.id is selected and unique, so without the join no row repeats
-->   same 100 rows

-- no row repeats at all
select distinct i.id, p.name from issues i join projects p on p.id = i.project_id
--> distinct-removed (distinct-hides-fanout)
--> select i.id, p.name from issues i join projects p on p.id = i.project_id
-->   if issues.id is selected and unique, so without the join no row repeats
-->   same 300 rows

-- grouped by what is selected
select u.id, u.username
from users u
join issues i on i.author_id = u.id
group by u.id, u.username
order by u.username
--> distinct-to-exists (distinct-hides-fanout)
--> select u.id, u.username
--> from users u
--> where exists (select 1 from issues i where i.author_id = u.id)
--> order by u.username
-->   if users.id is selected and unique, so without the join no row repeats
-->   same 24 rows

-- counted
select count(distinct p.id) as busy from projects p join issues i on i.project_id = p.id where i.priority = 3
--> distinct-to-exists (distinct-hides-fanout)
--> select count(*) as busy from projects p where exists (select 1 from issues i where i.project_id = p.id and i.priority = 3)
-->   if projects.id is selected and unique, so without the join no row repeats
-->   same 1 rows

-- a silent outer join
select distinct p.id, p.name from projects p left join issues i on i.project_id = p.id and i.state = 'opened'
--> distinct-to-exists (distinct-hides-fanout)
--> select p.id, p.name from projects p
-->   if projects.id is selected and unique, so without the join no row repeats
-->   same 20 rows

-- commas
select distinct u.id, u.email from users u, "Order" o where o."user" = u.id and o.total > 10 and u.state = 'active'
--> distinct-to-exists (distinct-hides-fanout)
--> select u.id, u.email from users u where exists (select 1 from "Order" o where o."user" = u.id and o.total > 10) and u.state = 'active'
-->   if users.id is selected and unique, so without the join no row repeats
-->   same 4 rows

-- a nullable unique column would not do, nor any other column
select distinct p.name from projects p join issues i on i.project_id = p.id
--> nothing

-- a child's column is selected
select distinct p.id, i.state from projects p join issues i on i.project_id = p.id
--> nothing

-- an outer join that is looked at
select distinct p.id from projects p left join issues i on i.project_id = p.id where i.state = 'opened' or i.id is null
--> nothing

-- with an aggregate
select p.id, count(*) from projects p join issues i on i.project_id = p.id group by p.id
--> nothing

-- with a window
select distinct p.id, row_number() over (partition by p.id) from projects p join issues i on i.project_id = p.id
--> nothing

-- DISTINCT ON picks rows
select distinct on (p.id) p.id, i.title from projects p join issues i on i.project_id = p.id order by p.id, i.id
--> nothing

-- an OR over both
select distinct p.id from projects p join issues i on i.project_id = p.id where i.priority = 1 or p.visibility = 'public'
--> distinct-to-exists (distinct-hides-fanout)
--> select p.id from projects p where exists (select 1 from issues i where i.project_id = p.id and (i.priority = 1 or p.visibility = 'public'))
-->   if projects.id is selected and unique, so without the join no row repeats
-->   same 13 rows

-- a volatile condition
select distinct p.id from projects p join issues i on i.project_id = p.id where random() < 2
--> nothing

-- USING
select distinct l.id, l.title from labels l join label_links k on k.label_id = l.id join notes n using (issue_id)
--> nothing

-- a view
select distinct p.id from projects p join open_issues o on o.project_id = p.id
--> distinct-to-exists (distinct-hides-fanout)
--> select p.id from projects p where exists (select 1 from open_issues o where o.project_id = p.id)
-->   if projects.id is selected and unique, so without the join no row repeats
-->   same 5 rows

-- the child first
select distinct p.id, p.name from issues i join projects p on p.id = i.project_id where i.priority = 2 and p.visibility = 'private'
--> distinct-to-exists (distinct-hides-fanout)
--> select p.id, p.name from projects p where exists (select 1 from issues i where p.id = i.project_id and i.priority = 2) and p.visibility = 'private'
-->   if projects.id is selected and unique, so without the join no row repeats
-->   same 4 rows

-- a nullable unique column may repeat
select distinct i.author_id from issues i join notes n on n.issue_id = i.id
--> nothing

-- a CTE for the child, a comment
with late as (select issue_id from notes where id > 300)
select distinct i.id, i.title -- once
from issues i
join late l on l.issue_id = i.id
where i.priority is not null
--> distinct-to-exists (distinct-hides-fanout)
--> with late as (select issue_id from notes where id > 300)
--> select i.id, i.title -- once
--> from issues i
--> where i.priority is not null and exists (select 1 from late l where l.issue_id = i.id)
-->   if issues.id is selected and unique, so without the join no row repeats
-->   same 80 rows

-- the same table twice
select distinct i.id from issues i join issues j on j.project_id = i.project_id and j.id <> i.id where j.priority = 3
--> distinct-to-exists (distinct-hides-fanout)
--> select i.id from issues i where exists (select 1 from issues j where j.project_id = i.project_id and j.id <> i.id and j.priority = 3)
-->   if issues.id is selected and unique, so without the join no row repeats
-->   same 240 rows
