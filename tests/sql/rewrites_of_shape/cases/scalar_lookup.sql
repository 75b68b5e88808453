-- by the primary key, two columns of one table
select i.id, i.title,
       (select u.username from users u where u.id = i.author_id) as author,
       (select email from users where id = i.author_id) as email,
       (select name from projects p where p.id = i.project_id)
from issues i
where i.state <> 'locked'
--> lookup-to-left-join (correlated-subquery-per-row, many-subplan-loops)
--> select i.id, i.title,
-->        u.username as author,
-->        u.email as email,
-->        p.name as name
--> from issues i
--> left join users u on u.id = i.author_id
--> left join projects p on p.id = i.project_id
--> where i.state <> 'locked'
-->   if users.id is unique
-->   if projects.id is unique
-->   same 200 rows

-- with a condition of its own
select n.id, (select upper(u.username) from users u where u.id = n.author_id and u.state = 'active') as active from notes n
--> lookup-to-left-join (correlated-subquery-per-row, many-subplan-loops)
--> select n.id, upper(u.username) as active from notes n left join users u on u.id = n.author_id and u.state = 'active'
-->   if users.id is unique
-->   same 600 rows

-- by no unique key
select u.id, (select i.title from issues i where i.author_id = u.id and i.id = 24) as title from users u
--> nothing

-- the latest of each, with ties
select i.id, (select n.body from notes n where n.issue_id = i.id order by n.created_at desc limit 1) as last_note
from issues i
--> latest-to-distinct-on (correlated-subquery-per-row, many-subplan-loops)
--> select i.id, last_notes.body as last_note
--> from issues i
--> left join (
-->   select distinct on (n.issue_id) n.issue_id, n.body
-->   from notes n
-->   order by n.issue_id, n.created_at desc
--> ) last_notes on last_notes.issue_id = i.id
-->   if DISTINCT ON gives one row of each group
-->   but among rows that tie in the order either may be picked, as before
-->   same 300 rows

-- the latest of each by a unique key
select u.username, (select i.title from issues i where i.author_id = u.id order by i.created_at desc, i.id desc limit 1) from users u where u.id < 20
--> latest-to-distinct-on (correlated-subquery-per-row, many-subplan-loops)
--> select u.username, last_issues.title as title from users u left join (select distinct on (i.author_id) i.author_id, i.title from issues i order by i.author_id, i.created_at desc, i.id desc) last_issues on last_issues.author_id = u.id where u.id < 20
-->   if DISTINCT ON gives one row of each group
-->   if issues.id is unique, so no two rows tie
-->   same 19 rows

-- two rows of each are no scalar
select u.username, (select i.title from issues i where i.author_id = u.id order by i.id offset 1 limit 1) as second from users u
--> nothing

-- a volatile value
select n.id, (select u.id + random() from users u where u.id = n.author_id) as x from notes n
--> nothing
