-- above the average of its group
select o."Id", o.total
from "Order" o
where o.total > (select avg(x.total) from "Order" x where x."user" = o."user")
order by o."Id"
--> compared-subquery-to-grouped-join (correlated-subquery-per-row, many-subplan-loops)
--> select o."Id", o.total
--> from "Order" o
--> join (
-->   select x."user", avg(x.total) as avg
-->   from "Order" x
-->   group by x."user"
--> ) order_by_user on order_by_user."user" = o."user"
--> where o.total > order_by_user.avg
--> order by o."Id"
-->   if each group has one row, so the join repeats none
-->   if a row without a group compares with NULL and is in neither result
-->   same 48 rows

-- twice the average, in one line
select i.id from issues i where i.priority * 4 >= 2 * (select avg(priority) from issues x where x.project_id = i.project_id and x.state = 'opened') and i.state = 'opened'
--> compared-subquery-to-grouped-join (correlated-subquery-per-row, many-subplan-loops)
--> select i.id from issues i join (select x.project_id, avg(priority) as avg from issues x where x.state = 'opened' group by x.project_id) issues_by_project on issues_by_project.project_id = i.project_id where i.priority * 4 >= 2 * issues_by_project.avg and i.state = 'opened'
-->   if each group has one row, so the join repeats none
-->   if a row without a group compares with NULL and is in neither result
-->   same 60 rows

-- the greatest of each group, ties kept
select * from issues where created_at = (select max(t2.created_at) from issues t2 where t2.project_id = issues.project_id)
--> compared-subquery-to-grouped-join (correlated-subquery-per-row, many-subplan-loops)
--> select issues.* from issues join (select t2.project_id, max(t2.created_at) as max from issues t2 group by t2.project_id) issues_by_project on issues_by_project.project_id = issues.project_id where created_at = issues_by_project.max
-->   if each group has one row, so the join repeats none
-->   if a row without a group compares with NULL and is in neither result
-->   same 75 rows

-- the latest note of each issue among two tables
SELECT i.id, n.id, n.body
FROM issues i
JOIN notes n ON n.issue_id = i.id
WHERE n.created_at = (SELECT max(n2.created_at) FROM notes n2 WHERE n2.issue_id = i.id)
  AND i.state = 'opened'
--> compared-subquery-to-grouped-join (correlated-subquery-per-row, many-subplan-loops)
--> SELECT i.id, n.id, n.body
--> FROM issues i
--> JOIN notes n ON n.issue_id = i.id
--> JOIN (
-->   SELECT n2.issue_id, max(n2.created_at) AS max
-->   FROM notes n2
-->   GROUP BY n2.issue_id
--> ) notes_by_issue ON notes_by_issue.issue_id = i.id
--> WHERE n.created_at = notes_by_issue.max
-->   AND i.state = 'opened'
-->   if each group has one row, so the join repeats none
-->   if a row without a group compares with NULL and is in neither result
-->   same 33 rows

-- a count is 0 without rows
select p.id from projects p where (select count(*) from issues i where i.project_id = p.id) < 20
--> nothing

-- coalesce is not strict
select p.id from projects p where coalesce((select max(i.priority) from issues i where i.project_id = p.id), 0) = 0
--> nothing

-- under OR
select p.id from projects p where p.id = 3 or 3 = (select max(i.priority) from issues i where i.project_id = p.id)
--> nothing

-- after a RIGHT JOIN
select p.id, i.id from issues i right join projects p on p.id = i.project_id where i.id = (select max(x.id) from issues x where x.project_id = p.id)
--> nothing

-- locked rows
select o."Id" from "Order" o where o.total > (select avg(x.total) from "Order" x where x."user" = o."user") for update
--> nothing
