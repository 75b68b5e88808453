-- a count per row
select i.id, i.title,
       (select count(*) from notes n where n.issue_id = i.id) as note_count
from issues i
where i.state = 'opened'
order by i.id
--> subqueries-to-grouped-join (correlated-subquery-per-row, many-subplan-loops)
--> select i.id, i.title,
-->        coalesce(notes_by_issue.note_count, 0) as note_count
--> from issues i
--> left join (
-->   select n.issue_id, count(*) as note_count
-->   from notes n
-->   group by n.issue_id
--> ) notes_by_issue on notes_by_issue.issue_id = i.id
--> where i.state = 'opened'
--> order by i.id
-->   if each group has one row, so the join repeats none
-->   same 100 rows

-- three over one table, one with a condition of its own
select i.id,
       (select count(*) from notes where issue_id = i.id) as notes,
       (select max(created_at) from notes where notes.issue_id = i.id) as last_note,
       (select count(*) from notes where issue_id = i.id and author_id is null) as anonymous
from issues i
--> subqueries-to-grouped-join (correlated-subquery-per-row, many-subplan-loops)
--> select i.id,
-->        coalesce(notes_by_issue.notes, 0) as notes,
-->        notes_by_issue.last_note as last_note,
-->        coalesce(notes_by_issue.anonymous, 0) as anonymous
--> from issues i
--> left join (
-->   select issue_id, count(*) as notes, max(created_at) as last_note, count(*) filter (where author_id is null) as anonymous
-->   from notes
-->   group by issue_id
--> ) notes_by_issue on notes_by_issue.issue_id = i.id
-->   if each group has one row, so the join repeats none
-->   same 300 rows
--> subqueries-to-lateral (correlated-subquery-per-row, many-subplan-loops)
--> select i.id,
-->        notes_by_issue.notes as notes,
-->        notes_by_issue.last_note as last_note,
-->        notes_by_issue.anonymous as anonymous
--> from issues i
--> cross join lateral (
-->   select count(*) as notes, max(created_at) as last_note, count(*) filter (where author_id is null) as anonymous
-->   from notes
-->   where issue_id = i.id
--> ) notes_by_issue
-->   if an aggregate without GROUP BY gives one row
-->   same 300 rows

-- over one table, written alike
SELECT u.id,
       (SELECT count(*) FROM notes n WHERE n.author_id = u.id) AS written,
       coalesce((SELECT max(n.id) FROM notes n WHERE n.author_id = u.id AND n.body <> 'note 3'), 0) AS last
FROM users u
WHERE u.state = 'active'
--> subqueries-to-grouped-join (correlated-subquery-per-row, many-subplan-loops)
--> SELECT u.id,
-->        coalesce(notes_by_author.written, 0) AS written,
-->        coalesce(notes_by_author.last, 0) AS last
--> FROM users u
--> LEFT JOIN (
-->   SELECT n.author_id, count(*) AS written, max(n.id) FILTER (WHERE n.body <> 'note 3') AS last
-->   FROM notes n
-->   GROUP BY n.author_id
--> ) notes_by_author ON notes_by_author.author_id = u.id
--> WHERE u.state = 'active'
-->   if each group has one row, so the join repeats none
-->   same 10 rows
--> subqueries-to-lateral (correlated-subquery-per-row, many-subplan-loops)
--> SELECT u.id,
-->        notes_by_author.written AS written,
-->        coalesce(notes_by_author.last, 0) AS last
--> FROM users u
--> CROSS JOIN LATERAL (
-->   SELECT count(*) AS written, max(n.id) FILTER (WHERE n.body <> 'note 3') AS last
-->   FROM notes n
-->   WHERE n.author_id = u.id
--> ) notes_by_author
--> WHERE u.state = 'active'
-->   if an aggregate without GROUP BY gives one row
-->   same 10 rows

-- over two tables
select u.id, (select count(*) from notes n where n.author_id = u.id), (select sum(o.total) from "Order" o where o."user" = u.id) as spent from users u
--> subqueries-to-grouped-join (correlated-subquery-per-row, many-subplan-loops)
--> select u.id, coalesce(notes_by_author.count, 0) as count, order_by_user.spent as spent from users u left join (select n.author_id, count(*) as count from notes n group by n.author_id) notes_by_author on notes_by_author.author_id = u.id left join (select o."user", sum(o.total) as spent from "Order" o group by o."user") order_by_user on order_by_user."user" = u.id
-->   if each group has one row, so the join repeats none
-->   same 30 rows

-- coalesce inside
select u.id, (select coalesce(sum(total), 0) from "Order" o where o."user" = u.id) as spent from users u
--> subqueries-to-grouped-join (correlated-subquery-per-row, many-subplan-loops)
--> select u.id, coalesce(order_by_user.spent, 0) as spent from users u left join (select o."user", coalesce(sum(total), 0) as spent from "Order" o group by o."user") order_by_user on order_by_user."user" = u.id
-->   if each group has one row, so the join repeats none
-->   same 30 rows

-- names that would become ambiguous, and a star
select *, (select count(*) from label_links l where l.issue_id = notes.issue_id) as labels from notes where issue_id < 50
--> subqueries-to-grouped-join (correlated-subquery-per-row, many-subplan-loops)
--> select notes.*, coalesce(label_links_by_issue.labels, 0) as labels from notes left join (select l.issue_id, count(*) as labels from label_links l group by l.issue_id) label_links_by_issue on label_links_by_issue.issue_id = notes.issue_id where notes.issue_id < 50
-->   if each group has one row, so the join repeats none
-->   same 294 rows

-- sorted by the count, with a LIMIT
select u.username, (select count(*) from issues i where i.author_id = u.id) as issues from users u order by issues desc, u.id limit 5
--> subqueries-to-grouped-join (correlated-subquery-per-row, many-subplan-loops)
--> select u.username, coalesce(issues_by_author.issues, 0) as issues from users u left join (select i.author_id, count(*) as issues from issues i group by i.author_id) issues_by_author on issues_by_author.author_id = u.id order by issues desc, u.id limit 5
-->   if each group has one row, so the join repeats none
-->   same 5 rows

-- a LIMIT before the subqueries
select u.username, (select count(*) from issues i where i.author_id = u.id) as issues from users u order by u.id limit 5
--> nothing

-- a range ties it
select u.username, (select count(*) from issues i where i.author_id < u.id) as issues from users u
--> nothing

-- not correlated
select u.username, (select count(*) from issues) as issues from users u
--> nothing

-- grouped already
select i.state, (select count(*) from notes n where n.author_id = max(i.author_id)) as n from issues i group by i.state
--> nothing

-- more than an aggregate
select u.id, (select count(*) * 2 from issues i where i.author_id = u.id) as n from users u
--> nothing

-- an outer column in the aggregate
select u.id, (select sum(i.id + u.id) from issues i where i.author_id = u.id) as n from users u
--> nothing

-- a comma before the table it needs
select p.id, (select count(*) from issues i where i.project_id = p.id) as n from projects p, namespaces s where s.id = p.namespace_id
--> subqueries-to-grouped-join (correlated-subquery-per-row, many-subplan-loops)
--> select p.id, coalesce(issues_by_project.n, 0) as n from projects p left join (select i.project_id, count(*) as n from issues i group by i.project_id) issues_by_project on issues_by_project.project_id = p.id, namespaces s where s.id = p.namespace_id
-->   if each group has one row, so the join repeats none
-->   same 16 rows

-- inside a CTE and with parameters, with opened, 3
with busy as (select p.id, (select count(*) from issues i where i.project_id = p.id and i.state = $1) as open from projects p) select * from busy where open > $2
--> subqueries-to-grouped-join (correlated-subquery-per-row, many-subplan-loops)
--> with busy as (select p.id, coalesce(issues_by_project.open, 0) as open from projects p left join (select i.project_id, count(*) as open from issues i where i.state = $1 group by i.project_id) issues_by_project on issues_by_project.project_id = p.id) select * from busy where open > $2
-->   if each group has one row, so the join repeats none
-->   same 5 rows

-- tied by two columns
select l.label_id, l.issue_id, (select count(*) from label_links x where x.label_id = l.label_id and x.issue_id = l.issue_id) as n from label_links l
--> subqueries-to-grouped-join (correlated-subquery-per-row, many-subplan-loops)
--> select l.label_id, l.issue_id, coalesce(label_links_by_label.n, 0) as n from label_links l left join (select x.label_id, x.issue_id, count(*) as n from label_links x group by x.label_id, x.issue_id) label_links_by_label on label_links_by_label.label_id = l.label_id and label_links_by_label.issue_id = l.issue_id
-->   if each group has one row, so the join repeats none
-->   same 200 rows

-- locked rows
select u.id, (select count(*) from notes n where n.author_id = u.id) as n from users u for update
--> nothing

-- a volatile condition
select u.id, (select count(*) from notes n where n.author_id = u.id and random() < 2) as n from users u
--> nothing

-- the nullable side of an outer join, a quoted alias, a comment
select p.id, "U".username, (select count(*) from notes n where n.author_id = "U".id /* written */ and n.body <> 'x') as "Written"
from projects p left join users "U" on "U".id = p.id + 15 -- some have none
order by p.id
--> subqueries-to-grouped-join (correlated-subquery-per-row, many-subplan-loops)
--> select p.id, "U".username, coalesce(notes_by_author."Written", 0) as "Written"
--> from projects p left join users "U" on "U".id = p.id + 15
--> left join (
-->   select n.author_id, count(*) as "Written"
-->   from notes n
-->   where n.body <> 'x'
-->   group by n.author_id
--> ) notes_by_author on notes_by_author.author_id = "U".id -- some have none
--> order by p.id
-->   if each group has one row, so the join repeats none
-->   same 20 rows

-- in a branch of a UNION, under a cast
select 'u' as kind, u.id, (select count(*) from notes n where n.author_id = u.id)::int as n from users u union all select 'p', p.id, 0 from projects p
--> subqueries-to-grouped-join (correlated-subquery-per-row, many-subplan-loops)
--> select 'u' as kind, u.id, coalesce(notes_by_author.count, 0)::int as n from users u left join (select n.author_id, count(*) as count from notes n group by n.author_id) notes_by_author on notes_by_author.author_id = u.id union all select 'p', p.id, 0 from projects p
-->   if each group has one row, so the join repeats none
-->   same 50 rows

-- over a view, from a view
select o.id, (select count(*) from open_issues x where x.author_id = o.author_id) as same from open_issues o
--> subqueries-to-grouped-join (correlated-subquery-per-row, many-subplan-loops)
--> select o.id, coalesce(open_issues_by_author.same, 0) as same from open_issues o left join (select x.author_id, count(*) as same from open_issues x group by x.author_id) open_issues_by_author on open_issues_by_author.author_id = o.author_id
-->   if each group has one row, so the join repeats none
-->   same 100 rows

-- from a CTE
with few as (select * from users where id < 9) select f.id, (select sum(o.total) from "Order" o where o."user" = f.id) as spent from few f
--> subqueries-to-grouped-join (correlated-subquery-per-row, many-subplan-loops)
--> with few as (select * from users where id < 9) select f.id, order_by_user.spent as spent from few f left join (select o."user", sum(o.total) as spent from "Order" o group by o."user") order_by_user on order_by_user."user" = f.id
-->   if each group has one row, so the join repeats none
-->   same 8 rows

-- a comment to the end of its line inside
select u.id, (select count(*) from notes n -- written
  join issues i on i.id = n.issue_id where n.author_id = u.id) as n from users u
--> subqueries-to-grouped-join (correlated-subquery-per-row, many-subplan-loops)
--> select u.id, coalesce(notes_by_author.n, 0) as n from users u left join (
-->   select n.author_id, count(*) as n
-->   from notes n -- written
-->   join issues i on i.id = n.issue_id
-->   group by n.author_id
--> ) notes_by_author on notes_by_author.author_id = u.id
-->   if each group has one row, so the join repeats none
-->   same 30 rows
