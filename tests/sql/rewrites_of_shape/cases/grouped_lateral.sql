-- few rows joined to all groups
select u.id, u.username, s.n, s.last
from users u
left join (select author_id, count(*) as n, max(created_at) as last from issues group by author_id) s on s.author_id = u.id
where u.username = 'user7'
--> grouped-table-to-lateral (late-filter)
--> select u.id, u.username, s.n, s.last
--> from users u
--> left join lateral (select author_id, count(*) as n, max(created_at) as last from issues where issues.author_id = u.id group by author_id) s on true
--> where u.username = 'user7'
-->   if the join is on all columns the table is grouped by
-->   same 1 rows

-- an inner join by two columns
select l.issue_id, x.n from label_links l join (select label_id, issue_id, count(*) as n from label_links k group by label_id, issue_id) x on x.label_id = l.label_id and l.issue_id = x.issue_id where l.issue_id < 20
--> grouped-table-to-lateral (late-filter)
--> select l.issue_id, x.n from label_links l join lateral (select label_id, issue_id, count(*) as n from label_links k where k.label_id = l.label_id and k.issue_id = l.issue_id group by label_id, issue_id) x on true where l.issue_id < 20
-->   if the join is on all columns the table is grouped by
-->   same 56 rows

-- nothing narrows the rows
select u.id, s.n from users u join (select author_id, count(*) as n from issues group by author_id) s on s.author_id = u.id
--> nothing

-- not all keys are joined
select u.id, s.n from users u join (select author_id, state, count(*) as n from issues group by author_id, state) s on s.author_id = u.id where u.id = 5
--> nothing

-- more than the keys are joined
select u.id, s.n from users u join (select author_id, count(*) as n from issues group by author_id) s on s.author_id = u.id and s.n > 2 where u.id = 5
--> nothing

-- the same alias inside
select i.id, s.n from issues i join (select i.project_id, count(*) as n from issues i group by i.project_id) s on s.project_id = i.project_id where i.id = 5
--> nothing
